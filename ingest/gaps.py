"""What people asked in vain or marked wrong, as ``python -m bot gaps --jsonl`` writes it, grouped by meaning.

Two questions go together when they read alike and point to the same fiches: a question is its projected vector
beside its profile of fiches (a softmax of its similarity to each). On the dev half, pairs put together rightly and
pairs found: 32 % and 23 % with vectors alone, 63 % and 45 % with both.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import AliasChoices, BaseModel, Field, ValidationError
from sklearn.cluster import AgglomerativeClustering

from knowledge.embeddings import SentenceEmbeddings
from knowledge.generation import Generation

QUESTION = "question"

KINDS = {
    QUESTION: "question restée sans réponse",
    "faux": "réponse marquée fausse",
    "incomplet": "réponse marquée incomplète",
    "pas_clair": "réponse marquée pas claire",
    "pas_ma_question": "réponse à côté de la question",
    "pas_utile": "réponse marquée pas utile",
}


class Gap(BaseModel):
    """One line: a masked question, or a complaint about an answer, with how many people said so."""

    kind: str
    question: str | None = None
    fact_ids: list[str] = []
    """The facts of the answer that was complained of."""
    status: str = ""
    count: int = Field(default=1, ge=1)
    first: date | None = Field(default=None, validation_alias=AliasChoices("first", "first_day"))
    last: date | None = Field(default=None, validation_alias=AliasChoices("last", "last_day"))
    generation: str = ""

    @property
    def label(self) -> str:
        """The kind, in French; an unknown one as it is written."""
        return KINDS.get(self.kind, self.kind)


Array = np.ndarray[Any, Any]

PROFILE_TEMPERATURE = 0.05
SUBJECT_TEMPERATURE = 2.0
"""Softens what the classifier says, which is sharp: two questions that hesitate alike are alike."""
GROUP_DISTANCE = 0.65
"""Cosine distance under which groups are joined (average linkage); chosen on the dev half."""
NEAREST = 3


@dataclass(frozen=True)
class GapGroup:
    """Questions that ask about the same thing."""

    count: int
    """People who asked."""
    questions: list[str]
    """Most frequent first."""
    nearest: list[str]
    """Ids of the fiches that come closest, best first."""


@dataclass(frozen=True)
class ComplaintGroup:
    """Answers of one fiche that people complained of."""

    fiche: str
    """Its id; empty when the answer had no fact."""
    count: int
    kinds: dict[str, int]
    """French label of the complaint → people."""
    facts: list[str]
    """The facts shown most often in those answers, most frequent first."""


@dataclass(frozen=True)
class GapFile:
    gaps: list[Gap]
    """Most frequent first."""
    unreadable: list[int]
    """Numbers of the lines that could not be read."""


def read_gaps(path: Path) -> GapFile:
    """Raises ``OSError`` when the file cannot be opened; a bad line is counted and left out."""
    gaps, unreadable = [], []
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            gaps.append(Gap.model_validate(json.loads(line)))
        except (json.JSONDecodeError, ValidationError):
            unreadable.append(number)
    return GapFile(sorted(gaps, key=lambda gap: -gap.count), unreadable)


def group_questions(gaps: list[Gap], model: SentenceEmbeddings, generation: Generation, most: int) -> list[GapGroup]:
    """The ``most`` most frequent questions, grouped by meaning; the largest group first."""
    counts: Counter[str] = Counter()
    for gap in gaps:
        if gap.question:
            counts[gap.question.strip()] += gap.count
    questions = [question for question, _ in counts.most_common(most)]
    if not questions:
        return []
    vectors = generation.project(model.embed_queries(questions))
    similar = vectors @ generation.fiche_centroids.matrix.T
    members: dict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(_labels(vectors, _profiles(generation, questions, vectors, similar))):
        members[label].append(row)
    names = generation.fiche_centroids.names
    groups = [
        GapGroup(
            sum(counts[questions[row]] for row in rows),
            [questions[row] for row in rows],
            [names[place] for place in np.argsort(-similar[rows].mean(axis=0))[:NEAREST]],
        )
        for rows in members.values()
    ]
    return sorted(groups, key=lambda group: -group.count)


def _profiles(generation: Generation, questions: list[str], vectors: Array, similar: Array) -> Array:
    """How much each question is about each fiche, (n, fiches), unit rows: by the classifier where there is one."""
    if generation.subject.fiches:
        pairs = zip(vectors, questions, strict=True)
        logs = [generation.subject.subjects(vector[None], question).fiches for vector, question in pairs]
        profiles = np.exp(np.stack(logs) / SUBJECT_TEMPERATURE)
    else:
        profiles = np.exp((similar - similar.max(axis=1, keepdims=True)) / PROFILE_TEMPERATURE)
    unit: Array = profiles / np.linalg.norm(profiles, axis=1, keepdims=True)
    return unit


def _labels(vectors: Array, profiles: Array) -> list[int]:
    """The group of each question. ``vectors``: (n, dimension), unit rows; ``profiles``: (n, fiches), unit rows."""
    if len(vectors) == 1:
        return [0]
    clustering = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=GROUP_DISTANCE
    )
    labels: list[int] = clustering.fit_predict(np.hstack([vectors, profiles])).tolist()
    return labels


def group_complaints(gaps: list[Gap]) -> list[ComplaintGroup]:
    """Complaints by fiche, the most complained of first."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    facts: dict[str, Counter[str]] = defaultdict(Counter)
    for gap in gaps:
        if gap.question:
            continue
        fiche = gap.fact_ids[0].split("/")[0] if gap.fact_ids else ""
        kinds[fiche][gap.label] += gap.count
        facts[fiche].update(dict.fromkeys(gap.fact_ids, gap.count))
    groups = [
        ComplaintGroup(fiche, labels.total(), dict(labels), [name for name, _ in facts[fiche].most_common(NEAREST)])
        for fiche, labels in kinds.items()
    ]
    return sorted(groups, key=lambda group: -group.count)
