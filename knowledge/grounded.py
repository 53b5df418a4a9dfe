"""Labelled sentences about facts of the base: honest paraphrases, and subtly false ones.

What ``bot/answering/grounding`` is measured on (``python -m benchmarks grounding``).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from knowledge.library import read_redirects
from knowledge.model import Content

Split = Literal["dev", "unseen"]


class LabelledSentence(Content):
    """A sentence that cites facts; ``label``: it holds. ``kind``: ``paraphrase``, or what is wrong with it."""

    id: str
    sentence: str
    fact_ids: list[str]
    label: bool
    kind: str

    @property
    def split(self) -> Split:
        """By hash of the fact, so that sentences about one fact never stand on both sides. Half is unseen."""
        return "unseen" if hashlib.sha256(self.fact_ids[0].encode()).digest()[0] % 2 else "dev"


def load_labelled(folder: Path) -> list[LabelledSentence]:
    """The rows of ``golden/grounding.jsonl``. Raises pydantic's ``ValidationError`` for a bad one.

    Without those on a retired fact: a label was given against its wording, which is gone.
    """
    retired = read_redirects(folder.parent).keys()
    lines = (folder / "grounding.jsonl").read_text("utf-8").splitlines()
    rows = [LabelledSentence.model_validate_json(line) for line in lines if line.strip()]
    return [row for row in rows if retired.isdisjoint(row.fact_ids)]
