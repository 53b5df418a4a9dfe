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

from knowledge.text import letter_pieces, stems
from knowledge.vocabulary import HashedVocabulary

Array = np.ndarray[Any, Any]


def subject_bags(text: str) -> tuple[list[str], list[str]]:
    """What the classifier sees of the words (the same in training and in use): stems and pairs of stems; and pieces of
    words, for people do not spell alike. Each token once."""
    found = stems(text)
    pairs = [f"{first} {second}" for first, second in pairwise(found)]
    return list(dict.fromkeys(found + pairs)), letter_pieces(text)


@dataclass(frozen=True)
class WordDirections:
    """A bag of tokens in a few directions (latent semantic analysis). ``idf``: (tokens,). ``matrix``: (tokens,
    directions)."""

    vocabulary: HashedVocabulary
    idf: Array
    matrix: Array

    @classmethod
    def of(cls, hashes: Array, places: Array, idf: Array, matrix: Array) -> WordDirections:
        """From ``arrays``."""
        return cls(HashedVocabulary(hashes, places), idf, matrix)

    @property
    def arrays(self) -> tuple[Array, Array, Array, Array]:
        """What it is kept as."""
        return self.vocabulary.hashes, self.vocabulary.places, self.idf, self.matrix

    def row(self, tokens: Sequence[str]) -> Array:
        """The tokens, weighed and scaled to unit length, in directions, (directions,)."""
        known = self.vocabulary.columns(tokens)
        weights = self.idf[known]
        length = float(np.linalg.norm(weights)) or 1.0
        return np.asarray((weights / length) @ self.matrix[known].astype(np.float32))


def word_row(bags: Sequence[WordDirections], text: str) -> Array:
    """``text`` in the directions of each of its bags, (directions of all bags,)."""
    return np.concatenate([bag.row(tokens) for bag, tokens in zip(bags, subject_bags(text), strict=True)])


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

    ``facts``: ids, sorted, so that those of one fiche stand together. ``bags``: of each of ``subject_bags``.
    ``weights``: (dimension + directions of all bags, facts). ``intercepts``: (facts,).
    """

    facts: list[str]
    bags: tuple[WordDirections, ...]
    weights: Array
    intercepts: Array

    @classmethod
    def none(cls) -> SubjectClassifier:
        """Knows no fact: too few questions to learn from."""
        empty = np.zeros(0, dtype=np.float32)
        return cls([], (), empty, empty)

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
        words = word_row(self.bags, text)
        logits = np.hstack([vectors, np.broadcast_to(words, (len(vectors), len(words)))]) @ self.weights
        logits += self.intercepts
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = exponents / exponents.sum(axis=1, keepdims=True)
        of_fiches = np.add.reduceat(shares, self._first_of_fiche, axis=1)
        return Subjects(_log(shares.max(axis=0)), _log(of_fiches.max(axis=0)))

    def save(self, path: Path) -> None:
        arrays = {
            f"{name}{place}": array
            for place, bag in enumerate(self.bags)
            for name, array in zip(_OF_A_BAG, bag.arrays, strict=True)
        }
        arrays |= {"facts": np.array(self.facts), "bags": np.array(len(self.bags))}
        arrays |= {"weights": self.weights.astype(np.float32), "intercepts": self.intercepts.astype(np.float32)}
        np.savez(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> SubjectClassifier:
        with np.load(path) as data:
            bags = tuple(
                WordDirections.of(*(data[f"{name}{place}"] for name in _OF_A_BAG)) for place in range(int(data["bags"]))
            )
            return cls(data["facts"].tolist(), bags, data["weights"], data["intercepts"])


_OF_A_BAG = ("hashes", "places", "idf", "directions")
"""Names of the arrays of a bag in the file, each with the bag's place."""
_LEAST_SHARE = 1e-9
"""Below this a probability says nothing more."""


def _log(shares: Array) -> Array:
    return np.log(np.maximum(shares, _LEAST_SHARE)).astype(np.float64)
