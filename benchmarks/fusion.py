"""A learned fusion of rankings: conditional logit over each query's candidates.

The model is linear, so a weight can be read and a committed file is a few lines of JSON. It learns to put *a* right
document first, whichever: what a reader of the first results needs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

from benchmarks.ranking import Array, Candidates
from knowledge.model import Content
from retrieval.linear import Logistic

MODELS = Path(__file__).parent / "fusion.json"
FOLDS = 5
PENALTY = 1e-3
ITERATIONS = 120


@dataclass(frozen=True)
class Example:
    """One query. ``right``: (candidates,), which of its candidates answer it."""

    topic: str
    candidates: Candidates
    right: Array


class FusionModel(Content):
    """What was learned, and on which topics: on those its figures are cross-validated."""

    weights: dict[str, float]
    topics: list[str]
    """Digests."""

    def scores(self, candidates: Candidates) -> Array:
        """(candidates,)"""
        return Logistic(self.weights, 0.0).scores(candidates.columns)

    def knows(self, topics: Sequence[str]) -> bool:
        return bool({digest(topic) for topic in topics} & set(self.topics))


class FusionModels(Content):
    """One with the dense index, one without: their weights differ."""

    models: dict[str, FusionModel] = {}


def digest(topic: str) -> str:
    return hashlib.sha256(topic.encode()).hexdigest()[:12]


def learn(examples: Sequence[Example]) -> FusionModel:
    """From the queries of which a candidate is right. Raises ``ValueError`` when there is none."""
    useful = [example for example in examples if example.right.any()]
    if not useful:
        raise ValueError("aucune requête n'a de bonne réponse parmi ses candidats : rien à apprendre")
    names = list(useful[0].candidates.columns)
    rows = np.concatenate([np.column_stack([e.candidates.columns[name] for name in names]) for e in useful])
    scale = rows.std(axis=0) + 1e-6
    right = np.concatenate([example.right for example in useful])
    sizes = np.array([len(example.right) for example in useful])
    weights = _conditional_logit(rows / scale, right, sizes) / scale
    topics = sorted({digest(example.topic) for example in examples})
    return FusionModel(weights=dict(zip(names, weights.round(6).tolist(), strict=True)), topics=topics)


def cross_validated(examples: Sequence[Example]) -> Iterator[tuple[int, Array]]:
    """(place of the example, its scores) by a model that saw no query of its topic."""
    topics = [example.topic for example in examples]
    folds = min(FOLDS, len(set(topics)))
    for seen, new in GroupKFold(folds).split(topics, groups=topics):
        model = learn([examples[place] for place in seen])
        for place in new:
            yield int(place), model.scores(examples[place].candidates)


def _conditional_logit(rows: Array, right: Array, sizes: Array) -> Array:
    """Weights, (features,), that make the right rows of each group likely; ``sizes``: rows of each group, (groups,)."""
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def loss(weights: Array) -> tuple[float, Array]:
        scores = rows @ weights
        likely = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        likely_right = likely * right
        total, total_right = np.add.reduceat(likely, starts), np.add.reduceat(likely_right, starts)
        slope = likely / np.repeat(total, sizes) - likely_right / np.repeat(total_right + 1e-300, sizes)
        value = float(np.log(total / (total_right + 1e-300)).mean()) + PENALTY * float(weights @ weights)
        return value, rows.T @ slope / len(sizes) + 2 * PENALTY * weights

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    return np.asarray(found.x)


def read() -> FusionModels:
    return FusionModels.model_validate_json(MODELS.read_bytes()) if MODELS.exists() else FusionModels()


def write(models: FusionModels) -> None:
    MODELS.write_text(models.model_dump_json(indent=1) + "\n", "utf-8")
