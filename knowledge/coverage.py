"""How much of a question's words each fiche and each fact holds, rare words first.

Reading the stems of every passage takes half a second: it is done once, when a generation is built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.vocabulary import HashedVocabulary

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Holders:
    """Which rows hold each stem: ``rows[starts[s] : starts[s + 1]]``. ``size``: rows in all."""

    starts: Array
    rows: Array
    size: int

    @classmethod
    def of(cls, held: Sequence[set[str]], column: Mapping[str, int]) -> Holders:
        """``held``: the stems of each row; ``column``: of each stem."""
        pairs = np.array(
            [(column[stem], row) for row, stems in enumerate(held) for stem in stems], dtype=np.int32
        ).reshape(-1, 2)
        pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
        starts = np.searchsorted(pairs[:, 0], np.arange(len(column) + 1)).astype(np.int32)
        return cls(starts, pairs[:, 1].astype(np.min_scalar_type(len(held))), len(held))

    def sums(self, stems: Sequence[int], weights: Array) -> Array:
        """The weights of those of ``stems`` that each row holds, (size,)."""
        sums = np.zeros(self.size)
        for stem in stems:
            sums[self.rows[self.starts[stem] : self.starts[stem + 1]]] += weights[stem]
        return sums


@dataclass(frozen=True)
class Coverage:
    """``rarity``: (stems + 1,), of each stem among fiches; the last one is that of an unknown stem."""

    vocabulary: HashedVocabulary
    rarity: Array
    holders: dict[str, Holders]
    """By what is counted: the rows of ``fiches`` and ``facts`` by all that is written of them, those of ``questions``
    by the fiches' own questions."""

    @classmethod
    def of(cls, fiches: Sequence[set[str]], questions: Sequence[set[str]], facts: Sequence[set[str]]) -> Coverage:
        """The stems of each row. A fiche holds those of its questions and facts."""
        counts = Counter(stem for held in fiches for stem in held)
        stems = sorted(counts)
        column = {stem: place for place, stem in enumerate(stems)}
        in_fiches = np.array([*(counts[stem] for stem in stems), 1], dtype=np.float64)
        rarity = np.log(1 + (len(fiches) or 1) / in_fiches)
        rows = {"fiches": fiches, "questions": questions, "facts": facts}
        return cls(HashedVocabulary.of(stems), rarity, {name: Holders.of(held, column) for name, held in rows.items()})

    def shares(self, stems: Iterable[str]) -> dict[str, Array]:
        """The share of the stems that each row holds, weighed by rarity, (rows,), by the names of ``holders``."""
        asked = sorted(set(stems))
        known = self.vocabulary.columns(asked).tolist()
        total = self.rarity[known].sum() + (len(asked) - len(known)) * self.rarity[-1]
        return {name: holders.sums(known, self.rarity) / (total or 1.0) for name, holders in self.holders.items()}

    def save(self, path: Path) -> None:
        arrays = {"hashes": self.vocabulary.hashes, "places": self.vocabulary.places, "rarity": self.rarity}
        for name, holders in self.holders.items():
            arrays |= {f"{name}_starts": np.append(holders.starts, holders.size), f"{name}_rows": holders.rows}
        np.savez(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Coverage:
        """Raises ``OSError``, ``KeyError`` and ``ValueError``."""
        with np.load(path) as arrays:
            holders = {}
            for name in ("fiches", "questions", "facts"):
                starts = arrays[f"{name}_starts"]
                holders[name] = Holders(starts[:-1], arrays[f"{name}_rows"], int(starts[-1]))
            return cls(HashedVocabulary(arrays["hashes"], arrays["places"]), arrays["rarity"], holders)
