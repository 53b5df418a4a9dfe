"""Questions with the documents that answer them, of several origins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.retrieval import read_task
from knowledge.golden import GoldenQuestion

QUESTIONS = 250
"""Of each origin, at most."""


@dataclass(frozen=True)
class Asked:
    origin: str
    questions: list[str]
    right: list[frozenset[str]]
    """Documents that answer each."""

    def sample(self) -> Asked:
        """``QUESTIONS`` of them, spread evenly."""
        step = -(-len(self.questions) // QUESTIONS) or 1
        return Asked(self.origin, self.questions[::step], self.right[::step])


def golden_questions(rows: Iterable[GoldenQuestion]) -> Asked:
    """Of the half for tuning, with the facts that answer."""
    answered = [row for row in rows if row.facts and row.split == "dev"]
    right = [frozenset(name for entry in row.facts for name in entry.split("|")) for row in answered]
    return Asked("nos faits", [row.all_turns[-1] for row in answered], right).sample()


def public_questions(queries: Path, qrels: Path, documents: Set[str]) -> Asked:
    """Those that one of the documents answers. Raises ``OSError`` and ``ValueError``."""
    task = read_task(queries, qrels, documents)
    right = [task.right[question.topic] for question in task.questions]
    return Asked("requêtes publiques", [question.text for question in task.questions], right).sample()


def found(asked: Sequence[Asked], ranked: Iterable[Sequence[str]], indexed: Set[str]) -> dict[str, float]:
    """Origin → share of its questions with a right document among those found; of those that have one indexed.

    ``ranked``: the documents found for every question, in the order of ``asked``.
    """
    lists, shares = iter(ranked), {}
    for origin in asked:
        pairs = zip(origin.right, islice(lists, len(origin.right)), strict=True)
        hits = [not right.isdisjoint(documents) for right, documents in pairs if right & indexed]
        if hits:
            shares[origin.origin] = round(float(np.mean(hits)), 4)
    return shares
