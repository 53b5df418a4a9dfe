"""A static embedding, distilled from a sentence model: a text is the weighted mean of its words.

Each word is embedded once, alone, by the sentence model (the recipe of model2vec); rare words weigh more (smooth
inverse frequency: Arora, Liang and Ma, ICLR 2017). It knows no word order and costs a microsecond a word: real vectors
of real texts, enough to fill an index with a hundred thousand passages and to search it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.ranking import Array
from knowledge.embeddings import Vector

VOCABULARY = 10_000
"""Words kept, the most frequent ones."""
SMOOTHING = 1e-3
"""A word as frequent as this weighs half of a very rare one."""
_WORD = re.compile(r"\w+")


class StaticEmbeddings:
    """A ``SentenceEmbeddings``; questions and documents are read alike."""

    def __init__(self, identity: str, words: Sequence[str], rows: Array) -> None:
        """``rows``: (words, dimension), float32, already weighted."""
        self.identity = identity
        self._place = {word: place for place, word in enumerate(words)}
        self._rows = rows

    @property
    def plain(self) -> StaticEmbeddings:
        return self

    def embed_documents(self, texts: list[str]) -> list[Vector]:
        vectors = np.stack([self._sum(text) for text in texts])
        rows: list[Vector] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist()
        return rows

    def embed_queries(self, texts: list[str]) -> list[Vector]:
        return self.embed_documents(texts)

    def embed_query(self, text: str) -> Vector:
        return self.embed_documents([text])[0]

    def save(self, path: Path) -> None:
        """The file appears whole, or not at all."""
        unfinished = path.with_suffix(".new.npz")
        np.savez(unfinished, identity=self.identity, words=np.array(list(self._place)), rows=self._rows)
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> StaticEmbeddings:
        with np.load(path) as arrays:
            return cls(str(arrays["identity"]), arrays["words"].tolist(), arrays["rows"])

    def _sum(self, text: str) -> Array:
        places = [place for word in _words(text) if (place := self._place.get(word)) is not None]
        # A text of unknown words only still needs a direction: any one, the same for all of them.
        known: Array = self._rows[places].sum(axis=0)
        return known if places else np.eye(1, self._rows.shape[1], dtype=np.float32)[0]


def distil(identity: str, texts: Iterable[str], embed: Callable[[list[str]], Array]) -> StaticEmbeddings:
    """``texts``: what the words are taken from, read once; ``embed``: words → (words, dimension), unit rows."""
    counts = Counter(word for text in texts for word in _words(text))
    words = [word for word, _ in counts.most_common(VOCABULARY)]
    share = np.array([counts[word] for word in words]) / counts.total()
    rows = embed(words)
    rows = rows - np.average(rows, axis=0, weights=share)  # what all words share says nothing
    weighted = rows * (SMOOTHING / (SMOOTHING + share))[:, None]
    return StaticEmbeddings(identity, words, weighted.astype(np.float32))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
