"""Official texts: a second tier, beside the facts and never among them.

Most of them govern employees. One is shown only after an abstention, under whom it concerns, above a threshold of its
own; the abstention stays one. They come from ``ingest official``; without them nothing changes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from knowledge.model import Content
from knowledge.text import stems

TEXTS, VECTORS = "official.jsonl", "official.npy"
OLDEST = date(2025, 1, 1)
"""An older text may state an older rule: it is not shown, and a generation that holds one does not open."""
WORDS_EMBEDDED = 70
"""Words of a text that are embedded (about a millisecond each)."""
DEVIATIONS = 6.0
"""A cosine this many deviations above those of all texts counts as much as a question whose every word is there."""
LEAST_ASKED = 2
"""A question weighs at least as much as this many words that no text holds: « pas payé ? » is in « congés payés » by
chance."""

Array = np.ndarray[Any, Any]


class OfficialText(Content):
    """A fiche of a ministry, or an article of a code."""

    id: str
    title: str
    publisher: str
    url: str
    concerns: str
    """« les salariés »: said before the text."""
    quote: str = Field(max_length=400)
    """Its own first sentences, as they are shown."""
    text: str
    version_date: date = Field(ge=OLDEST)
    read_on: date
    """The day the archive was brought."""

    @property
    def embedded(self) -> str:
        return " ".join(f"{self.title}. {self.text}".split()[:WORDS_EMBEDDED])


@dataclass(frozen=True)
class FoundText:
    text: OfficialText
    score: float
    """See ``OfficialTier.best``."""


@dataclass
class OfficialTier:
    """The texts of one generation, searched by meaning and by words."""

    texts: list[OfficialText]
    vectors: Array = field(repr=False)
    """(texts, dimension), unit rows, as the model gives them."""

    def best(self, question: str, vector: list[float]) -> FoundText:
        """The text nearest to ``question``; ``vector``: its embedding.

        The score adds three likenesses: how far its cosine stands above those of all texts (a model's cosines are
        crowded: alone they decide nothing), and the shares of the question's words, rare ones first, in the whole
        text and in its title.
        """
        cosines = self.vectors @ np.asarray(vector, dtype=np.float32)
        scores = (cosines - cosines.mean()) / max(float(cosines.std()), 1e-6) / DEVIATIONS
        asked = set(stems(question))
        for words in (self._words, self._title_words):
            scores = scores + self._coverage(asked, words)
        place = int(np.argmax(scores))
        return FoundText(self.texts[place], float(scores[place]))

    def _coverage(self, asked: set[str], words: list[set[str]]) -> Array:
        total = max(sum(map(self._rarity, asked)), LEAST_ASKED * self._rarity(""))
        return np.array([sum(map(self._rarity, asked & known)) / total for known in words])

    def _rarity(self, stem: str) -> float:
        return math.log((len(self.texts) + 1) / (self._frequency.get(stem, 0) + 0.5))

    @cached_property
    def _words(self) -> list[set[str]]:
        return [set(stems(f"{text.title} {text.text}")) for text in self.texts]

    @cached_property
    def _title_words(self) -> list[set[str]]:
        return [set(stems(text.title)) for text in self.texts]

    @cached_property
    def _frequency(self) -> Counter[str]:
        return Counter(stem for words in self._words for stem in words)


def write_texts(path: Path, texts: Iterable[OfficialText]) -> None:
    path.write_text("".join(f"{text.model_dump_json()}\n" for text in texts), "utf-8")


def read_texts(path: Path) -> list[OfficialText]:
    """Raises ``OSError`` and ``ValueError``."""
    return [OfficialText.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]


def write_tier(folder: Path, texts: list[OfficialText], vectors: Array) -> None:
    """Beside the rest of a generation."""
    write_texts(folder / TEXTS, texts)
    np.save(folder / VECTORS, vectors)


def open_tier(folder: Path) -> OfficialTier | None:
    """None for a generation that was built without official texts. Raises ``OSError`` and ``ValueError``."""
    if not (folder / TEXTS).exists():
        return None
    return OfficialTier(read_texts(folder / TEXTS), np.load(folder / VECTORS))
