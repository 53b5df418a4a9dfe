"""Which column a word has, without the words: a hundred thousand pairs of words take forty times their hashes.

Eight bytes of BLAKE2 a word: among 100,000 words, two share theirs once in four million generations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

WORDS_REMEMBERED = 2_000
"""The words of one message are looked up many times: whole, by clause, in each vocabulary. In memory only, and those of
a few messages at most."""


@dataclass(frozen=True)
class HashedVocabulary:
    """``hashes``: (words,), uint64, ascending. ``places``: (words,), int32, the column of each."""

    hashes: Array
    places: Array

    @classmethod
    def of(cls, words: Sequence[str]) -> HashedVocabulary:
        """The column of a word is its place in ``words``."""
        hashes = _hashes(words)
        order = np.argsort(hashes)
        return cls(hashes[order], order.astype(np.int32))

    def __len__(self) -> int:
        return len(self.hashes)

    def columns(self, words: Iterable[str]) -> Array:
        """The columns of those that are known, in their order, (known,)."""
        hashes = _hashes(list(words))
        if not len(self.hashes) or not len(hashes):
            return np.zeros(0, dtype=np.int32)
        found = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.asarray(self.places[found[self.hashes[found] == hashes]])

    def save(self, path: Path) -> None:
        np.savez(path, hashes=self.hashes, places=self.places)

    @classmethod
    def load(cls, path: Path) -> HashedVocabulary:
        with np.load(path) as arrays:
            return cls(arrays["hashes"], arrays["places"])


def _hashes(words: Sequence[str]) -> Array:
    return np.frombuffer(b"".join(map(_digest, words)), dtype=np.uint64)


@lru_cache(WORDS_REMEMBERED)
def _digest(word: str) -> bytes:
    return blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
