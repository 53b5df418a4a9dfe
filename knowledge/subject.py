"""Which fact a question asks for, by a linear classifier learned from every question written for every fact.

Nearest passages see one wording at a time; the classifier weighs all the wordings of a fact against those of all the
others. It is one more piece of evidence, fused with the rest (see ``retriever``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.text import stems
from knowledge.vocabulary import HashedVocabulary

Array = np.ndarray[Any, Any]


def subject_tokens(text: str) -> list[str]:
    """Stems and pairs of stems: the bag that the classifier sees (the same in training and in use)."""
    found = stems(text)
    return found + [f"{first} {second}" for first, second in pairwise(found)]


@dataclass(frozen=True)
class WordDirections:
    """A bag of tokens in a few directions (latent semantic analysis). ``idf``: (tokens,). ``matrix``: (tokens,
    directions)."""

    vocabulary: HashedVocabulary
    idf: Array
    matrix: Array

    def row(self, tokens: Sequence[str]) -> Array:
        """The tokens, each once, weighed and scaled to unit length, in directions, (directions,)."""
        known = self.vocabulary.columns(dict.fromkeys(tokens))
        weights = self.idf[known]
        length = float(np.linalg.norm(weights)) or 1.0
        return np.asarray((weights / length) @ self.matrix[known].astype(np.float32))


@dataclass(frozen=True)
class Subjects:
    """Log-probabilities of what a question is about: the best over its views."""

    facts: Array
    """In the order of ``SubjectClassifier.facts``."""
    fiches: Array
    """That any fact of the fiche is asked for, in the order of ``SubjectClassifier.fiches``."""


@dataclass(frozen=True)
class SubjectClassifier:
    """Multinomial logistic regression over a projected embedding and ``WordDirections``.

    ``facts``: ids, sorted, so that those of one fiche stand together. ``weights``: (dimension + directions, facts).
    ``intercepts``: (facts,).
    """

    facts: list[str]
    words: WordDirections
    weights: Array
    intercepts: Array

    @classmethod
    def none(cls) -> SubjectClassifier:
        """Knows no fact: too few questions to learn from."""
        empty = np.zeros(0, dtype=np.float32)
        return cls([], WordDirections(HashedVocabulary.of([]), empty, empty.reshape(0, 0)), empty, empty)

    @cached_property
    def fiches(self) -> list[str]:
        """The fiches of ``facts``, sorted."""
        return list(dict.fromkeys(fact.split("/")[0] for fact in self.facts))

    @cached_property
    def _first_of_fiche(self) -> Array:
        owners = np.array([fact.split("/")[0] for fact in self.facts])
        return np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))

    def subjects(self, vectors: Array, text: str) -> Subjects:
        """``vectors``: (views, dimension), projected; ``text``: the whole question."""
        if not self.facts:
            return Subjects(np.zeros(0), np.zeros(0))
        words = np.broadcast_to(self.words.row(subject_tokens(text)), (len(vectors), self.words.matrix.shape[1]))
        logits = np.hstack([vectors, words]) @ self.weights + self.intercepts
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = exponents / exponents.sum(axis=1, keepdims=True)
        of_fiches = np.add.reduceat(shares, self._first_of_fiche, axis=1)
        return Subjects(_log(shares.max(axis=0)), _log(of_fiches.max(axis=0)))

    def save(self, path: Path) -> None:
        np.savez(
            path,
            facts=np.array(self.facts),
            hashes=self.words.vocabulary.hashes,
            places=self.words.vocabulary.places,
            idf=self.words.idf.astype(np.float32),
            directions=self.words.matrix.astype(np.float16),
            weights=self.weights.astype(np.float32),
            intercepts=self.intercepts.astype(np.float32),
        )

    @classmethod
    def load(cls, path: Path) -> SubjectClassifier:
        with np.load(path) as data:
            vocabulary = HashedVocabulary(data["hashes"], data["places"])
            words = WordDirections(vocabulary, data["idf"], data["directions"])
            return cls(data["facts"].tolist(), words, data["weights"], data["intercepts"])


_LEAST_SHARE = 1e-9
"""Below this a probability says nothing more."""


def _log(shares: Array) -> Array:
    return np.log(np.maximum(shares, _LEAST_SHARE)).astype(np.float64)
