"""Golden scores of a generation: written by ``benchmarks answers``, read by ``ingest`` before it publishes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from knowledge.golden import Split
from knowledge.model import Content

Count = tuple[int, int]
"""(right, in all)."""


class Measure(Content):
    """One run over one half of the golden set."""

    today: date
    """The day the questions were asked on."""
    commit: str
    golden: str
    """Digest of the questions: two measures compare only when they asked the same."""
    rows: int = Field(ge=0)
    rates: dict[str, Count]
    themes: dict[str, Count]
    """Theme → questions with a fact to give: (those that got all their facts, all)."""


class GenerationScores(Content):
    """All measures of a generation, the last one for each half."""

    generation: str
    model: str
    halves: dict[Split, Measure]


def read_scores(folder: Path, generation: str) -> GenerationScores | None:
    """The scores of a generation; None when it was never measured, or when the file cannot be read."""
    try:
        return GenerationScores.model_validate_json((folder / f"{generation}.json").read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def all_scores(folder: Path) -> list[GenerationScores]:
    """Of every generation ever measured, deleted ones too, oldest first."""
    found = (read_scores(folder, path.stem) for path in sorted(folder.glob("2*.json")))
    return [scores for scores in found if scores]


def save_measure(folder: Path, generation: str, model: str, split: Split, measure: Measure) -> dict[str, Any]:
    """Add a measure to the generation's file, in place of an earlier one of the same half; returns the whole."""
    known = read_scores(folder, generation)
    halves = {**(known.halves if known else {}), split: measure}
    scores = GenerationScores(generation=generation, model=model, halves=halves).model_dump(mode="json")
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{generation}.new"
    temporary.write_text(json.dumps(scores, ensure_ascii=False, indent=1), "utf-8")
    temporary.replace(folder / f"{generation}.json")
    return scores
