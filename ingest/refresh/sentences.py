"""A page as sentences: what is compared from one reading to the next, and what a claim relies on in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from knowledge.snapshots import sentence_hash
from knowledge.text import stems, words

MOST_SENTENCES = 3
"""A claim of one sentence rarely rests on more of its page."""
LEAST_SHARE = 0.5
"""Of a claim's words, that the sentences it relies on have to hold; below, it relies on the page as a whole."""
LEAST_GAIN = 2
"""Words that one more sentence must bring."""

_END = re.compile(r"(?<=[.!?…»])\s+(?=[A-ZÀ-Þ«\"“(0-9–—-])")


@dataclass(frozen=True)
class Sentences:
    """The sentences of one text, in order."""

    all: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Sentences:
        lines = (line.strip(" |").removeprefix("- ") for line in text.splitlines())
        found = (piece.strip() for line in lines for piece in _END.split(line))
        return cls(tuple(piece for piece in found if re.search(r"\w", piece)))

    @cached_property
    def hashes(self) -> tuple[str, ...]:
        return tuple(map(sentence_hash, self.all))

    @cached_property
    def page_hash(self) -> str:
        """Of the whole text, whatever its spacing."""
        return hashlib.sha256("\n".join(self.hashes).encode()).hexdigest()

    @cached_property
    def _stems(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(stems(sentence)) for sentence in self.all)

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(number for sentence in self.all for number in _numbers(sentence))

    def among(self, hashes: Sequence[str]) -> list[str]:
        """The sentences that have these hashes, in the order of the page."""
        wanted = set(hashes)
        return [sentence for sentence, digest in zip(self.all, self.hashes, strict=True) if digest in wanted]

    def support(self, claim: str) -> Support:
        """The sentences that together hold most words of ``claim``."""
        needed = frozenset(stems(claim))
        left, chosen = set(needed), []
        for _ in range(MOST_SENTENCES):
            gains = [len(left & held) - len(held) / 1000 for held in self._stems]
            best = max(range(len(gains)), key=gains.__getitem__, default=None)
            if best is None or gains[best] < min(LEAST_GAIN, len(needed)):
                break
            chosen.append(best)
            left -= self._stems[best]
        share = 1 - len(left) / len(needed) if needed else 0.0
        kept = tuple(self.all[index] for index in sorted(chosen)) if share >= LEAST_SHARE else ()
        missing = tuple(dict.fromkeys(number for number in _numbers(claim) if number not in self.numbers))
        return Support(kept, share, missing)


@dataclass(frozen=True)
class Support:
    """What a page says of a claim, judged by words alone: a help for the reader, never a verdict."""

    sentences: tuple[str, ...]
    """Empty when no few sentences hold half of its words."""
    share: float
    """Of the claim's words found in the best sentences, 0 to 1."""
    missing_numbers: tuple[str, ...]
    """Numbers of the claim that the page does not hold anywhere: look at these first."""


def _numbers(text: str) -> list[str]:
    return [word for word in words(text) if word.isdigit()]
