"""The calibration kept in ``knowledge/models``: learned by ``ingest calibrate``, copied by every build.

What it is learned from (golden dev rows, examples of routes, the code that reads them) changes rarely; the
fiches change every week. A build on other grounds than those it was learned from learns again by itself.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from knowledge.generation import model_file

ROOT = Path(__file__).parent.parent


def grounds(folder: Path) -> str:
    """A digest of what calibration learns from, apart from the fiches."""
    content = [*sorted((folder / "golden").glob("*.yaml")), *sorted((folder / "routes").glob("*.yaml"))]
    content += [folder / name for name in ("lexicon.yaml", "routing.yaml")]
    code = [ROOT / "ingest" / "calibrate.py", *sorted((ROOT / "retrieval").glob("*.py"))]
    digest = hashlib.sha256()
    for path in [*content, *code]:
        if path.exists():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def save(folder: Path, embedding_model: str, calibration: dict[str, Any]) -> Path:
    path = model_file(folder, "answers", embedding_model, ".json.gz")
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps({"grounds": grounds(folder), "calibration": calibration}, ensure_ascii=False)
    path.write_bytes(gzip.compress(data.encode("utf-8"), mtime=0))
    return path


def load(folder: Path, embedding_model: str) -> dict[str, Any] | None:
    """None when there is none for this model, or when it was learned on other grounds."""
    path = model_file(folder, "answers", embedding_model, ".json.gz")
    return _read(path)["calibration"] if path.exists() and is_current(folder, path) else None


def is_current(folder: Path, path: Path) -> bool:
    return bool(_read(path)["grounds"] == grounds(folder))


def _read(path: Path) -> dict[str, Any]:
    saved: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return saved
