"""Which fiche a question is about, by a linear classifier learned from every question written for every fiche.

Nearest passages see one wording at a time; the classifier weighs all the wordings of a fiche against those of
all the others. It is one more piece of evidence, fused with the rest (see ``retriever``).
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

Array = np.ndarray[Any, Any]


def subject_tokens(text: str) -> list[str]:
    """Stems and pairs of stems: the bag that the classifier sees (the same in training and in use)."""
    found = stems(text)
    return found + [f"{first} {second}" for first, second in pairwise(found)]


@dataclass(frozen=True)
class SubjectClassifier:
    """Multinomial logistic regression over a projected embedding and a bag of ``subject_tokens``.

    ``vector_weights``: (dimension, fiches). ``token_weights``: (vocabulary, fiches). ``intercepts``: (fiches,).
    """

    fiches: list[str]
    vocabulary: list[str]
    idf: Array
    vector_weights: Array
    token_weights: Array
    intercepts: Array

    @classmethod
    def none(cls, dimension: int) -> SubjectClassifier:
        """Knows no fiche: too few questions to learn from."""
        empty = np.zeros((0, 0), dtype=np.float32)
        return cls([], [], np.zeros(0), np.zeros((dimension, 0), dtype=np.float32), empty, np.zeros(0))

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {token: row for row, token in enumerate(self.vocabulary)}

    def log_probabilities(self, vectors: Array, text: str) -> Array:
        """``vectors``: (views, dimension), projected. The best of the views for each fiche, (fiches,)."""
        if not self.fiches:
            return np.zeros(0)
        logits = vectors @ self.vector_weights + self._of_tokens(subject_tokens(text)) + self.intercepts
        logits -= logits.max(axis=1, keepdims=True)
        found: Array = (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).max(axis=0)
        return found.astype(np.float64)

    def _of_tokens(self, tokens: Sequence[str]) -> Array:
        rows = [self._rows[token] for token in set(tokens) if token in self._rows]
        weights = self.idf[rows]
        length = float(np.linalg.norm(weights))
        return (weights / length) @ self.token_weights[rows] if length else np.zeros(len(self.fiches))

    def save(self, path: Path) -> None:
        np.savez(
            path,
            fiches=np.array(self.fiches),
            vocabulary=np.array(self.vocabulary),
            idf=self.idf.astype(np.float32),
            vector_weights=self.vector_weights.astype(np.float32),
            token_weights=self.token_weights.astype(np.float32),
            intercepts=self.intercepts.astype(np.float32),
        )

    @classmethod
    def load(cls, path: Path) -> SubjectClassifier:
        with np.load(path) as data:
            names = {name: data[name].tolist() for name in ("fiches", "vocabulary")}
            arrays = {name: data[name] for name in ("idf", "vector_weights", "token_weights", "intercepts")}
        return cls(**names, **arrays)
