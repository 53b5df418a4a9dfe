"""Search alone, on public queries: is a right document among the first ones?"""

from __future__ import annotations

import csv
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import fusion
from benchmarks.corpora import Document
from benchmarks.fusion import Example, FusionModel
from benchmarks.ranking import BM25, DENSE, Array, Searcher, best, fused

CUT = 10
LEARNED = "learned fusion"


@dataclass(frozen=True)
class Question:
    topic: str
    text: str


@dataclass(frozen=True)
class Task:
    """Queries that have an answer in the documents at hand."""

    questions: list[Question]
    right: dict[str, frozenset[str]]
    """Topic → ids of the documents that answer."""
    unanswerable: int
    """Queries left out: no document at hand answers them."""


@dataclass(frozen=True)
class Figures:
    """Means over the queries."""

    hit_at_1: float
    hit_at_10: float
    mrr_at_10: float
    recall_at_10: float

    def __str__(self) -> str:
        return f"{self.hit_at_1:7.3f} {self.hit_at_10:7.3f} {self.mrr_at_10:7.3f} {self.recall_at_10:7.3f}"


def read_task(queries: Path, qrels: Path, known: Set[str]) -> Task:
    """Tab-separated files with a header: ``topic, query`` and ``topic, …, local_doc_id``; or, for both,
    ``query, expected_doc_id``. ``known``: ids of the documents at hand. Raises ``OSError`` and ``ValueError``.
    """
    right: dict[str, set[str]] = {}
    for row in _rows(qrels, {"topic", "local_doc_id"}):
        if row["local_doc_id"] in known:
            right.setdefault(row["topic"], set()).add(row["local_doc_id"])
    asked = [Question(row["topic"], row["query"]) for row in _rows(queries, {"topic", "query"})]
    questions = [question for question in asked if question.topic in right]
    frozen = {topic: frozenset(ids) for topic, ids in right.items()}
    return Task(questions, frozen, len(asked) - len(questions))


def _rows(path: Path, wanted: set[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    for row in rows:
        if "expected_doc_id" in row:  # one answer a query: it is its topic too
            row |= {"topic": row["expected_doc_id"], "local_doc_id": row["expected_doc_id"]}
    if not rows or not wanted <= rows[0].keys():
        raise ValueError(f"{path} : il faut des colonnes séparées par des tabulations ({', '.join(sorted(wanted))})")
    return rows


def measure(
    task: Task, documents: Sequence[Document], vectors: Array | None, asked: Array | None, model: FusionModel | None
) -> tuple[dict[str, Figures], list[Example]]:
    """``vectors``: (documents, dimension) and ``asked``: (queries, dimension), both or neither.

    ``model``: what fuses; None: learned here, each topic scored by a model that has not seen it. Returns the figures
    of each way of searching, and what can be learned from.
    """
    searcher = Searcher(documents, vectors)
    ids = [document.id for document in documents]
    ranked: dict[str, list[Array]] = {}
    examples = []
    for place, question in enumerate(task.questions):
        scores = searcher.scores(question.text, None if asked is None else asked[place])
        ways = {BM25: scores[BM25]}
        if DENSE in scores:
            ways |= {DENSE: scores[DENSE], "fused (RRF)": fused(scores, (BM25, DENSE))}
        for name, column in ways.items():
            ranked.setdefault(name, []).append(best(column, CUT))
        candidates = searcher.candidates(question.text, scores)
        answers = task.right[question.topic]
        right = np.array([ids[candidate] in answers for candidate in candidates.places], dtype=bool)
        examples.append(Example(question.topic, candidates, right))
    ranked[LEARNED] = _learned(examples, model)
    relevant = [task.right[question.topic] for question in task.questions]
    named = {name: [[ids[place] for place in places] for places in found] for name, found in ranked.items()}
    return {name: figures(found, relevant) for name, found in named.items()}, examples


def _learned(examples: Sequence[Example], model: FusionModel | None) -> list[Array]:
    """The first documents of each query."""
    if model:
        scores = {place: model.scores(example.candidates) for place, example in enumerate(examples)}
    else:
        scores = dict(fusion.cross_validated(examples))
    return [
        example.candidates.places[np.argsort(-scores[place], kind="stable")[:CUT]]
        for place, example in enumerate(examples)
    ]


def figures(ranked: Sequence[Sequence[str]], relevant: Sequence[frozenset[str]]) -> Figures:
    """``ranked``: the first documents of each query; ``relevant``: those that answer it."""
    first, ten, reciprocal, recall = [], [], [], []
    for found, right in zip(ranked, relevant, strict=True):
        hits = [rank for rank, name in enumerate(found[:CUT], start=1) if name in right]
        first.append(bool(hits) and hits[0] == 1)
        ten.append(bool(hits))
        reciprocal.append(1 / hits[0] if hits else 0.0)
        recall.append(len(hits) / len(right))
    return Figures(*(float(np.mean(values)) for values in (first, ten, reciprocal, recall)))
