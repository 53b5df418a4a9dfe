"""Small linear models: trained by ``ingest build`` (scikit-learn), kept as JSON in a generation's
calibration, evaluated here with numpy alone so that the bot loads no training library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

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
    """Multinomial logistic regression over a sentence embedding and a bag of character n-grams of words.

    ``coefficients``: (classes, dimension + vocabulary).
    """

    classes: list[str]
    vocabulary: list[str]
    idf: list[float]
    embedding_scale: float
    embedding_mean: list[float]
    coefficients: list[list[float]]
    intercepts: list[float]

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {token: column for column, token in enumerate(self.vocabulary)}

    @cached_property
    def _matrix(self) -> Array:
        return np.asarray(self.coefficients, dtype=np.float32)

    def probabilities(self, vector: Sequence[float], tokens: Sequence[str]) -> dict[str, float]:
        row = np.concatenate([self.embedding_row(vector), self.token_row(tokens)])
        logits = self._matrix @ row + np.asarray(self.intercepts, dtype=np.float32)
        exponent = np.exp(logits - logits.max())
        return dict(zip(self.classes, (exponent / exponent.sum()).tolist(), strict=True))

    def embedding_row(self, vector: Sequence[float]) -> Array:
        # E5's vectors share a large common part; without it their differences are what is left.
        centred = np.asarray(vector, dtype=np.float32) - np.asarray(self.embedding_mean, dtype=np.float32)
        return centred * self.embedding_scale

    def token_row(self, tokens: Sequence[str]) -> Array:
        row = np.zeros(len(self.vocabulary), dtype=np.float32)
        for token in tokens:
            column = self._columns.get(token)
            if column is not None:
                row[column] = self.idf[column]
        norm = float(np.linalg.norm(row))
        return row / norm if norm else row
