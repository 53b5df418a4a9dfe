"""The golden sets: questions with what a right answer must contain, split into dev and unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from knowledge.library import parse_yaml, read_redirects
from knowledge.model import Content

Split = Literal["dev", "unseen"]


class GoldenQuestion(Content):
    """A question (or a conversation, whose last turn is answered) and what should happen."""

    id: str
    question: str | None = None
    turns: list[str] = []
    status: str = "answered"
    """The expected status; ``answered`` also accepts ``partial``."""
    facts: list[str] = []
    """Fact ids a right answer must contain: each entry is an id, or alternatives joined by ``|``."""
    missing: str | None = None
    """What the base would have to know, when a question on the subject has no fact yet."""
    writer: str = Field(min_length=1)

    @model_validator(mode="after")
    def _is_asked(self) -> GoldenQuestion:
        if bool(self.question) == bool(self.turns):
            raise ValueError("une ligne a soit « question », soit « turns »")
        if self.status == "answered" and not (self.facts or self.missing):
            raise ValueError("une ligne « answered » a ses « facts », ou dit dans « missing » ce qui manque à la base")
        return self

    @property
    def all_turns(self) -> list[str]:
        return self.turns or [self.question or ""]

    @property
    def split(self) -> Split:
        """By hash of the text, so that a row never changes side. Half is unseen."""
        digest = hashlib.sha256("\n".join(self.all_turns).encode()).digest()
        return "unseen" if digest[0] % 2 else "dev"


def load_golden(folder: Path) -> list[GoldenQuestion]:
    """All rows of ``golden/*.yaml``; a retired fact gives way to the one that took its place.

    Raises ``ValueError`` for a bad row.
    """
    redirects = read_redirects(folder.parent)
    rows = []
    for path in sorted(folder.glob("*.yaml")):
        for item in parse_yaml(path.read_text("utf-8")) or []:
            row = GoldenQuestion.model_validate(item)
            rows.append(row.model_copy(update={"facts": [_today(entry, redirects) for entry in row.facts]}))
    return rows


def _today(entry: str, redirects: Mapping[str, str]) -> str:
    """The alternatives of an entry, none of them retired, each once."""
    return "|".join(dict.fromkeys(redirects.get(name, name) for name in entry.split("|")))
