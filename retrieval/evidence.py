"""What the indexes of a generation say of a question, as arrays over its fiches and its facts.

Everything here is numpy over the whole generation at once: weighing a thousand facts one by one in
Python cost more than finding them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge.generation import KINDS, Centroids, Generation, Hits
from knowledge.model import Role
from knowledge.subject import Subjects
from knowledge.text import stems

Array = np.ndarray[Any, Any]
Columns = dict[str, Array]
"""Named features, each of shape (rows,)."""

_TOP = 3
_RISK_STEMS = frozenset(stems("amende sanction prison pénalité majoration risque rembourser interdit délit fraude"))


class ContentIndex:
    """Which fiche and fact each passage stands for, and what is known of each of them."""

    def __init__(self, generation: Generation) -> None:
        facts = list(generation.facts.values())
        self.fiches = list(generation.fiches)
        self.facts = [fact.id for fact in facts]
        self.fiche_place = {name: place for place, name in enumerate(self.fiches)}
        fact_place = {name: place for place, name in enumerate(self.facts)}
        self.fact_fiche = np.array([self.fiche_place[fact.fiche] for fact in facts], dtype=np.int64)
        places = generation.places
        self.fiche_group = places.fiches * len(KINDS) + places.kinds
        self.fact_group = np.where(places.facts >= 0, places.facts * len(KINDS) + places.kinds, -1)
        self.coverage = generation.coverage
        self.has_number = np.array(["{" in f.text or any(c.isdigit() for c in f.text) for f in facts], dtype=bool)
        self.is_step = np.array([fact.role is Role.STEP for fact in facts], dtype=bool)
        self.is_risk = self.coverage.shares(_RISK_STEMS)["facts"] > 0
        self.roles = {
            f"role_{role}": np.array([fact.role is role for fact in facts], dtype=np.float64) for role in Role
        }
        self._subject_fiches = np.array([self.fiche_place[name] for name in generation.subject.fiches], dtype=np.int64)
        self._subject_facts = np.array([fact_place[name] for name in generation.subject.facts], dtype=np.int64)
        directions = generation.projection.matrix.shape[1]
        self._fiche_centroids = _aligned(generation.fiche_centroids, self.fiches, directions)
        self._fact_centroids = _aligned(generation.fact_centroids, self.facts, directions)

    def subjects(self, found: Subjects) -> tuple[Array, Array]:
        """The classifier's log-probabilities in the order of ``fiches`` and of ``facts``."""
        return (
            _spread(found.fiches, self._subject_fiches, len(self.fiches)),
            _spread(found.facts, self._subject_facts, len(self.facts)),
        )

    def centroid_cosines(self, vectors: Array) -> tuple[Array, Array]:
        """Best cosine of each fiche and each fact to any of the projected ``vectors``; 0 without centroid."""
        fiches = (self._fiche_centroids @ vectors.T).max(axis=1)
        facts = (self._fact_centroids @ vectors.T).max(axis=1)
        return fiches.astype(np.float64), facts.astype(np.float64)


@dataclass(frozen=True)
class Evidence:
    """The hits of one query. ``fiche_*`` and ``fact_*`` are over every fiche and fact of the generation."""

    best_cosine: float
    tenth_cosine: float
    best_bm25: float
    fiche_found: Array
    """Whether any passage of the fiche was found, (fiches,)."""
    fact_found: Array
    fiche_kinds: dict[str, Columns]
    """Kind of passage → features, over fiches."""
    fact_kinds: dict[str, Columns]
    fiche_centroid: Array
    fact_centroid: Array
    fiche_coverage: Array
    question_coverage: Array
    fact_coverage: Array
    fiche_wording: Array
    """BM25 of all that is written of a fiche, as a share of the best."""
    fact_wording: Array
    best_wording: float
    """BM25 of the best fact, for each word of the question."""
    fiche_subject: Array
    """Log-probability that the question is about the fiche, by the classifier; the least likely for an unknown one."""
    fact_subject: Array
    """… that the question asks for the fact."""
    fact_asked_often: Array
    """How often the fact is asked for, whatever the question (``Retriever.asked_often``)."""

    @classmethod
    def of(
        cls,
        index: ContentIndex,
        dense: Hits,
        sparse: Hits,
        wording: tuple[Array, Array],
        subjects: Subjects,
        vectors: Array,
        tokens: Sequence[str],
        asked_often: Array,
    ) -> Evidence:
        best_cosine = float(dense.scores[0]) if len(dense.scores) else 0.0
        best_bm25 = float(sparse.scores[0]) if len(sparse.scores) else 0.0
        # A passage that was not found is at best as near as the farthest one that was.
        floor = float(dense.scores[-1]) if len(dense.scores) else 0.0
        fiche_centroid, fact_centroid = index.centroid_cosines(vectors)
        fiche_subject, fact_subject = index.subjects(subjects)
        coverage = index.coverage.shares(tokens)

        def grouped(group_of: Array, rows: int) -> tuple[dict[str, Columns], Array]:
            cosines = _best(group_of[dense.passages], dense.scores, rows * len(KINDS), floor)
            lexical = _best(group_of[sparse.passages], sparse.scores, rows * len(KINDS), 0.0) / (best_bm25 or 1.0)
            columns = {
                "cosine": cosines[:, 0],
                "behind": best_cosine - cosines[:, 0],
                "cosine3": cosines.mean(axis=1),
                "bm25": lexical[:, 0],
                "bm25_3": lexical.mean(axis=1),
            }
            kinds = {
                kind: {name: column[place :: len(KINDS)] for name, column in columns.items()}
                for place, kind in enumerate(KINDS)
            }
            found = np.zeros(rows, dtype=bool)
            for hits in (dense, sparse):
                groups = group_of[hits.passages]
                found[groups[groups >= 0] // len(KINDS)] = True
            return kinds, found

        fiche_kinds, fiche_found = grouped(index.fiche_group, len(index.fiches))
        fact_kinds, fact_found = grouped(index.fact_group, len(index.facts))
        return cls(
            best_cosine=best_cosine,
            tenth_cosine=float(dense.scores[min(9, len(dense.scores) - 1)]) if len(dense.scores) else 0.0,
            best_bm25=best_bm25,
            fiche_found=fiche_found,
            fact_found=fact_found,
            fiche_kinds=fiche_kinds,
            fact_kinds=fact_kinds,
            fiche_centroid=fiche_centroid,
            fact_centroid=fact_centroid,
            fiche_coverage=coverage["fiches"],
            question_coverage=coverage["questions"],
            fact_coverage=coverage["facts"],
            fiche_wording=_share_of_best(wording[0]),
            fact_wording=_share_of_best(wording[1]),
            best_wording=float(wording[1].max(initial=0.0)) / max(len(tokens), 1),
            fiche_subject=fiche_subject,
            fact_subject=fact_subject,
            fact_asked_often=asked_often,
        )


def _share_of_best(scores: Array) -> Array:
    return scores / (scores.max(initial=0.0) or 1.0)


def merge(runs: Sequence[Hits]) -> Hits:
    """One run, each passage with its best score over the runs, best first."""
    if len(runs) == 1:
        return runs[0]
    passages = np.concatenate([run.passages for run in runs])
    scores = np.concatenate([run.scores for run in runs])
    order = np.argsort(-scores, kind="stable")
    _, first = np.unique(passages[order], return_index=True)
    kept = order[np.sort(first)]
    return Hits(passages[kept], scores[kept])


def _best(groups: Array, scores: Array, rows: int, floor: float) -> Array:
    """The best ``_TOP`` scores of each group, (rows, _TOP), filled with ``floor``. ``scores`` come best first;
    group -1 is none."""
    table = np.full((rows, _TOP), floor)
    known = groups >= 0
    groups, scores = groups[known], scores[known]
    order = np.argsort(groups, kind="stable")  # stable: best first within a group
    groups, scores = groups[order], scores[order]
    starts = np.searchsorted(groups, groups, side="left")
    place = np.arange(len(groups)) - starts
    kept = place < _TOP
    table[groups[kept], place[kept]] = scores[kept]
    return table


def _spread(known: Array, places: Array, rows: int) -> Array:
    """``known`` at ``places``, its least value elsewhere, (rows,)."""
    spread = np.full(rows, known.min(initial=0.0))
    spread[places] = known
    return spread


def _aligned(centroids: Centroids, names: Sequence[str], directions: int) -> Array:
    """The centroids in the order of ``names``; zeros where there is none. (names, directions)."""
    rows = np.zeros((len(names), directions), dtype=np.float32)
    places = {name: place for place, name in enumerate(centroids.names)}
    for row, name in enumerate(names):
        if name in places:
            rows[row] = centroids.matrix[places[name]]
    return rows
