"""A page as sentences: what is compared from one reading to the next, and what a claim relies on in it."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from knowledge.snapshots import sentence_hash
from knowledge.text import stems

MOST_SENTENCES = 3
"""A claim of one sentence rarely rests on more of its page."""
LEAST_SHARE = 0.45
"""Of a claim's weight, that the sentences it relies on have to hold; below, it relies on the page as a whole."""
LEAST_GAIN = 0.12
"""Share of the claim's weight that one more sentence must bring."""
NUMBER_WEIGHT = 3.0
"""An amount, a date or a delay says more than a word."""
LENGTH_COST = 0.03
"""Of each word of a sentence that the claim does not have: a long one holds a little of everything."""

_NUMBER = re.compile(r"(?<![\d,.])\d{1,3}(?:[ .]\d{3})+(?:,\d+)?(?!\d)|\d+(?:[,.]\d+)?")
_BLANKS = re.compile(r"[\u00a0\u202f\u2009]")
# Not after « art. » nor a capital (« L. 311-2 »): legal pages are full of them.
_END = re.compile(r"(?<=[.!?…»])(?<!\b[A-Z]\.)(?<!\b[Aa]rt\.)\s+(?=[A-ZÀ-Þ«\"“(0-9–—-])")


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
    def _tokens(self) -> tuple[frozenset[str], ...]:
        return tuple(map(_tokens, self.all))

    @cached_property
    def _holders(self) -> Counter[str]:
        """In how many sentences each token stands."""
        return Counter(token for tokens in self._tokens for token in tokens)

    def _weight(self, token: str) -> float:
        """A rare token weighs more than one that stands everywhere on the page; a number more than a word."""
        rarity = math.log(1 + len(self.all) / (1 + self._holders[token]))
        return rarity * (NUMBER_WEIGHT if token[0].isdigit() else 1.0)

    def among(self, hashes: Sequence[str]) -> list[str]:
        """The sentences that have these hashes, in the order of the page."""
        wanted = set(hashes)
        return [sentence for sentence, digest in zip(self.all, self.hashes, strict=True) if digest in wanted]

    def support(self, claim: str) -> Support:
        """The sentences that together hold most of what ``claim`` says."""
        weights = {token: self._weight(token) for token in _tokens(claim)}
        total = sum(weights.values())
        left = set(weights)
        chosen: list[int] = []
        while len(chosen) < MOST_SENTENCES and left:
            gains = [_gain(weights, left, held) for held in self._tokens]
            best = max(range(len(gains)), key=gains.__getitem__, default=None)
            if best is None or gains[best] < LEAST_GAIN * total:
                break
            chosen.append(best)
            left -= self._tokens[best]
        share = 1 - sum(weights[token] for token in left) / total if total else 0.0
        kept = tuple(self.all[index] for index in sorted(chosen)) if share >= LEAST_SHARE else ()
        missing = tuple(dict.fromkeys(number for number in _numbers(claim) if not self._holders[number]))
        return Support(kept, share, missing)


@dataclass(frozen=True)
class Support:
    """What a page says of a claim, judged by words alone: a help for the reader, never a verdict."""

    sentences: tuple[str, ...]
    """Empty when no few sentences say enough of it."""
    share: float
    """Of the claim's weight found in the best sentences, 0 to 1."""
    missing_numbers: tuple[str, ...]
    """Numbers of the claim that the page does not hold anywhere: look at these first."""


def _gain(weights: dict[str, float], left: set[str], held: frozenset[str]) -> float:
    foreign = len(held) - sum(token in weights for token in held)
    return sum(weights[token] for token in left & held) - LENGTH_COST * foreign


def _tokens(text: str) -> frozenset[str]:
    return frozenset(_numbers(text)) | frozenset(stem for stem in stems(text) if not stem[0].isdigit())


def _numbers(text: str) -> list[str]:
    """Whole numbers, however they are written: ``1 867,02``, ``1.867,02`` and ``1867,020`` are one."""
    found = (match[0] for match in _NUMBER.finditer(_BLANKS.sub(" ", text)))
    return [_plain(number) for number in found]


def _plain(number: str) -> str:
    number = re.sub(r"[ .](?=\d{3}(?!\d))", "", number).replace(".", ",")
    return number.rstrip("0").rstrip(",") if "," in number else number
