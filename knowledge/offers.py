"""Invented job offers, labelled: what ``ingest train`` learns from and ``benchmarks vetting`` measures with.

Each was written by somebody who had not seen the detectors. The file stem is its writer: one writer and three
patterns are never learned from at all, and a hash splits the rest, so that style and wording learned by heart
do not count as understanding.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

UNSEEN_WRITERS = frozenset({"f"})
TRAIN_WRITERS = frozenset("ghijklmnpqrsuvwxyz") | {"ordinary"}
"""They wrote to teach (one in pairs of opposites, which two halves must not share)."""
DEV_WRITERS = frozenset({"t"})
"""They wrote to check what was mended: hard cases of a few kinds."""
UNSEEN_PATTERNS = frozenset({"mystery_shopper", "premium_number", "abroad_job"})
TRAIN_SHARE, DEV_SHARE = 0.5, 0.15

Split = Literal["train", "dev", "unseen"]


class Quote(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    """Of the signal."""
    quote: str
    """Words of the text that show it."""


class Offer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    label: Literal["scam", "honest"]
    pattern: str
    """The kind of trap, or of honest message."""
    hard: bool
    variety: Literal["fr", "afrique", "maghreb", "en", "mixed"]
    text: str
    signals: list[Quote]
    writer: str = ""

    @property
    def is_scam(self) -> bool:
        return self.label == "scam"

    @property
    def split(self) -> Split:
        if self.writer in UNSEEN_WRITERS or self.pattern in UNSEEN_PATTERNS:
            return "unseen"
        if self.writer in TRAIN_WRITERS:
            return "train"
        if self.writer in DEV_WRITERS:
            return "dev"
        place = int(hashlib.sha256(f"{self.id}\0{self.text}".encode()).hexdigest()[:8], 16) / 2**32
        if place < TRAIN_SHARE:
            return "train"
        return "dev" if place < TRAIN_SHARE + DEV_SHARE else "unseen"


_LINE = TypeAdapter(Offer)


def ordinary_lines(folder: Path, half: Literal["train", "unseen"]) -> list[str]:
    """Everyday talk that offers nothing (``ordinary.txt``): one line teaches, the next one measures."""
    path = folder / "ordinary.txt"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [line for line in lines[half == "unseen" :: 2] if line.strip()]


def load_offers(folder: Path) -> list[Offer]:
    """Every ``offers-<writer>.jsonl`` of ``folder``. Raises pydantic's ``ValidationError``."""
    found = []
    for path in sorted(folder.glob("offers-*.jsonl")):
        writer = path.stem.removeprefix("offers-")
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                found.append(_LINE.validate_json(line).model_copy(update={"writer": writer}))
    return found
