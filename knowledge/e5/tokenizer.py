"""A text as the pieces of words that the model knows: SentencePiece's unigram algorithm, the most probable cut.

The 250,000 pieces are kept as sorted hashes of 64 bits, 4 MB in all: a dict of them takes 40, the ``tokenizers``
library 260.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.weights import Vocabulary

SPACE = "▁"
"""Stands for the space before each word; inside a piece it can only be first."""
UNKNOWN_COST = 10.0
"""A character of no piece is less probable than the rarest piece, by this (logarithm)."""

LONGEST = 16
"""Characters of the longest piece."""
SLICE = 8192
"""Pieces hashed at once."""

_BASE = 0x9E3779B97F4A7C15
"""Odd, so that no power of it modulo 2**64 is zero. No two pieces of this vocabulary have the same hash."""


class Tokenizer:
    def __init__(self, vocabulary: Vocabulary) -> None:
        # The table removes the control characters but NUL.
        self._replaced = {**vocabulary.replaced, 0: ""}
        self._unknown = vocabulary.unknown
        self._unknown_score = float(vocabulary.scores.min()) - UNKNOWN_COST
        self._powers = np.array([pow(_BASE, power, 2**64) for power in range(1, LONGEST + 1)], dtype=np.uint64)
        hashes = np.concatenate(list(_hashes(vocabulary, self._powers)))
        order = np.argsort(hashes)
        order = order[order != vocabulary.unknown]
        self._hashes = hashes[order]
        self._ids = order.astype(np.int32)
        self._scores = vocabulary.scores[order]

    def tokens(self, text: str) -> list[int]:
        """Without the marks of begin and end."""
        spaced = SPACE + re.sub(" +", " ", text.translate(self._replaced)).replace(" ", SPACE)
        # A lone surrogate passes as a character like any other, of no piece.
        codes = np.frombuffer(spaced.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        best = [0.0] + [-np.inf] * len(codes)
        piece = [0] * (len(codes) + 1)
        came_from = [0] * (len(codes) + 1)
        # By the place of its beginning: when a piece is reached, the best cut before it is known.
        for start, end, token, score in self._candidates(codes):
            total = best[start] + score
            if total > best[end]:
                best[end], piece[end], came_from[end] = total, token, start
        tokens = []
        place = len(codes)
        while place:
            tokens.append(piece[place])
            place = came_from[place]
        return tokens[::-1]

    def _candidates(self, codes: NDArray[np.uint32]) -> list[tuple[int, int, int, float]]:
        """Every piece found in the text: where it begins and ends, its number and score; in order of beginning.

        Each character is one, at worst the unknown piece.
        """
        starts, lengths, hashes = self._substrings(codes)
        places = np.searchsorted(self._hashes, hashes).clip(max=len(self._hashes) - 1)
        known = self._hashes[places] == hashes
        ids = np.where(known, self._ids[places], self._unknown)
        scores = np.where(known, self._scores[places], np.float32(self._unknown_score))
        kept = np.flatnonzero(known | (lengths == 1))
        kept = kept[np.argsort(starts[kept], kind="stable")]
        ends = starts[kept] + lengths[kept]
        return list(zip(starts[kept].tolist(), ends.tolist(), ids[kept].tolist(), scores[kept].tolist(), strict=True))

    def _substrings(self, codes: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.uint64]]:
        """Start, length and hash of every run of characters inside one word, up to the length of the longest piece."""
        count = len(codes)
        word_starts = np.append(np.flatnonzero(codes == ord(SPACE)), count)
        until = word_starts[np.searchsorted(word_starts, np.arange(count), side="right")]
        wide = codes.astype(np.uint64)
        hashes = np.zeros(count, dtype=np.uint64)
        inside = np.arange(count)
        found = []
        for place, power in enumerate(self._powers):
            inside = inside[inside + place < until[inside]]
            hashes[inside] += wide[inside + place] * power
            found.append((inside, np.full(len(inside), place + 1), hashes[inside]))
        starts, lengths, of_all = zip(*found, strict=True)
        return np.concatenate(starts), np.concatenate(lengths), np.concatenate(of_all)


def _hashes(vocabulary: Vocabulary, powers: NDArray[np.uint64]) -> Iterator[NDArray[np.uint64]]:
    """Of the pieces in order, some thousands at a time: all at once they would take 60 MB."""
    for first in range(0, len(vocabulary.scores), SLICE):
        edges = vocabulary.offsets[first : first + SLICE + 1]
        pieces = vocabulary.pieces[edges[0] : edges[-1]]
        codes = np.frombuffer(pieces.decode().encode("utf-32-le"), dtype=np.uint32)
        first_bytes = np.flatnonzero((np.frombuffer(pieces, dtype=np.uint8) & 0xC0) != 0x80)
        starts = np.searchsorted(first_bytes, edges[:-1] - edges[0])
        lengths = np.diff(starts, append=len(codes))
        places = np.arange(len(codes)) - np.repeat(starts, lengths)
        yield np.add.reduceat(codes * powers[places], starts)
