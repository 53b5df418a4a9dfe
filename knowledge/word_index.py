"""BM25: how well the words of a question fit each document.

What each word adds to each document is worked out by bm25s when a generation is built. A search only adds these up,
and reads them from the file: the bot loads neither that library nor the whole index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.vocabulary import HashedVocabulary

Array = np.ndarray[Any, Any]

K1, B = 1.2, 0.6
VOCABULARY = "vocabulary.npz"


@dataclass(frozen=True)
class WordIndex:
    """The scores of word ``w`` are those from ``starts[w]`` to ``starts[w + 1]``.

    ``starts``: (words + 1,). ``documents``, ``added``: (scores,), the place of a document and what the word adds to
    it. ``size``: documents.
    """

    vocabulary: HashedVocabulary
    starts: Array
    documents: Array
    added: Array
    size: int

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]]) -> WordIndex:
        """``documents``: the tokens of each."""
        import bm25s

        index = bm25s.BM25(k1=K1, b=B)
        index.index(documents, show_progress=False)
        words, scores = index.vocab_dict, index.scores
        return cls(
            HashedVocabulary.of(sorted(words, key=words.__getitem__)),
            scores["indptr"].astype(np.int32),
            scores["indices"].astype(np.min_scalar_type(len(documents))),
            scores["data"],
            len(documents),
        )

    def scores(self, tokens: Sequence[str]) -> Array:
        """(documents,), float32; a token that comes twice counts twice."""
        scores = np.zeros(self.size, dtype=np.float32)
        for word in self.vocabulary.columns(tokens).tolist():
            of_word = slice(self.starts[word], self.starts[word + 1])
            np.add.at(scores, self.documents[of_word], self.added[of_word])
        return scores

    def best(self, tokens: Sequence[str], k: int) -> tuple[Array, Array]:
        """The ``k`` documents with the best score above zero, and their scores; among equals, the first ones."""
        scores = self.scores(tokens)
        candidates = np.flatnonzero(scores > 0)
        if k < len(candidates):  # sorting all of them would take most of a search among a hundred thousand passages
            least = np.partition(scores[candidates], -k)[-k]
            candidates = candidates[scores[candidates] >= least]
        best = candidates[np.argsort(-scores[candidates], kind="stable")][:k]
        return best, scores[best]

    def save(self, folder: Path) -> None:
        folder.mkdir()
        self.vocabulary.save(folder / VOCABULARY)
        np.save(folder / "starts.npy", np.append(self.starts, self.size))
        np.save(folder / "documents.npy", self.documents)
        np.save(folder / "added.npy", self.added)

    @classmethod
    def load(cls, folder: Path) -> WordIndex:
        """Raises ``OSError`` and ``ValueError``."""
        starts = np.load(folder / "starts.npy")
        documents, added = (
            np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in ("documents", "added")
        )
        return cls(HashedVocabulary.load(folder / VOCABULARY), starts[:-1], documents, added, int(starts[-1]))
