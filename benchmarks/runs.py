"""What is kept of runs: files in the repository, one JSON line a run."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.machine import commit, load_average, machine
from benchmarks.rates import Rate

RUNS = Path(__file__).parent / "runs.jsonl"
"""Every run on the unseen half, with its commit: a half looked at often is no longer unseen."""
PEERS = Path(__file__).parent / "peers.jsonl"
RETRIEVAL = Path(__file__).parent / "retrieval.jsonl"
SCALE = Path(__file__).parent / "scale.jsonl"


def log_run(today: date, totals: dict[str, list[int]], path: Path = RUNS) -> None:
    append(path, {"date": today.isoformat(), "commit": commit(), "totals": totals})


def keep(path: Path, today: date, figures: dict[str, Any]) -> None:
    """A run that is compared with others: with its machine too."""
    header = {"date": today.isoformat(), "commit": commit(), "machine": machine(), "load": load_average()}
    append(path, header | figures)


def append(path: Path, line: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as runs:
        runs.write(json.dumps(line, ensure_ascii=False) + "\n")


def counts(rates: dict[str, Rate], prefix: str = "") -> dict[str, list[int]]:
    return {f"{prefix}{name}": [rate.hits, rate.total] for name, rate in rates.items()}
