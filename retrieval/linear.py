"""Small linear models: trained by ``ingest build`` (scikit-learn), kept in a generation, evaluated here
with numpy alone so that the bot loads no training library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.vocabulary import HashedVocabulary

Array = np.ndarray[Any, Any]


def sigmoid(log_odds: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -30, 30))))


@dataclass(frozen=True)
class Logistic:
    """Binary logistic regression over named features."""

    weights: dict[str, float]
    bias: float

    def score(self, features: Mapping[str, float]) -> float:
        """Log-odds. A feature that is absent is zero; one that was not learned counts for nothing."""
        weights = self.weights
        return self.bias + sum(weights.get(name, 0.0) * value for name, value in features.items())

    def scores(self, columns: Mapping[str, Array]) -> Array:
        """Log-odds of every row; each column has shape (rows,)."""
        total = np.full(len(next(iter(columns.values()))), self.bias)
        for name, column in columns.items():
            weight = self.weights.get(name)
            if weight:
                total += weight * column
        return total

    def probability(self, features: Mapping[str, float]) -> float:
        return float(sigmoid(np.array(self.score(features))))


@dataclass(frozen=True)
class TextClassifier:
    """Multinomial logistic regression over a sentence embedding and bags of words.

    ``coefficients``: (classes, dimension + vocabulary).
    """

    classes: list[str]
    vocabulary: HashedVocabulary
    idf: Array
    embedding_scale: float
    embedding_mean: Array
    coefficients: Array
    intercepts: Array

    @classmethod
    def of(
        cls,
        classes: list[str],
        vocabulary: Sequence[str],
        idf: Sequence[float],
        embedding_scale: float,
        embedding_mean: Sequence[float],
        coefficients: Sequence[Sequence[float]],
        intercepts: Sequence[float],
    ) -> TextClassifier:
        """From what ``ingest calibrate`` learned, as it is kept in JSON."""
        arrays = (np.asarray(values, dtype=np.float32) for values in (idf, embedding_mean, coefficients, intercepts))
        idf_of, mean, matrix, intercept_of = arrays
        return cls(classes, HashedVocabulary.of(vocabulary), idf_of, embedding_scale, mean, matrix, intercept_of)

    def probabilities(self, vector: Sequence[float] | Array, bags: Sequence[Sequence[str]]) -> dict[str, float]:
        row = np.concatenate([self.embedding_row(vector), self.token_row(bags)])
        logits = self.coefficients @ row + self.intercepts
        exponent = np.exp(logits - logits.max())
        return dict(zip(self.classes, (exponent / exponent.sum()).tolist(), strict=True))

    def embedding_row(self, vector: Sequence[float] | Array) -> Array:
        # E5's vectors share a large common part; without it their differences are what is left.
        return (np.asarray(vector, dtype=np.float32) - self.embedding_mean) * self.embedding_scale

    def token_row(self, bags: Sequence[Sequence[str]]) -> Array:
        """Each bag has unit length: a message has many more pieces of words than words. (vocabulary,)."""
        row = np.zeros(len(self.idf), dtype=np.float32)
        for bag in bags:
            known = self.vocabulary.columns(dict.fromkeys(bag))
            row[known] = self.idf[known] / (float(np.linalg.norm(self.idf[known])) or 1.0)
        return row

    def save(self, path: Path) -> None:
        np.savez(
            path,
            classes=np.array(self.classes),
            hashes=self.vocabulary.hashes,
            places=self.vocabulary.places,
            idf=self.idf,
            embedding_scale=np.array(self.embedding_scale),
            embedding_mean=self.embedding_mean,
            coefficients=self.coefficients,
            intercepts=self.intercepts,
        )

    @classmethod
    def load(cls, path: Path) -> TextClassifier:
        """Raises ``OSError``, ``KeyError`` and ``ValueError``."""
        with np.load(path) as data:
            return cls(
                data["classes"].tolist(),
                HashedVocabulary(data["hashes"], data["places"]),
                data["idf"],
                float(data["embedding_scale"]),
                data["embedding_mean"],
                data["coefficients"],
                data["intercepts"],
            )
