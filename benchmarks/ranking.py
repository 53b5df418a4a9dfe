"""Candidates for a query, with what each way of searching says of them.

Several BM25 indexes (French stemming) over the same documents, and the default embedding. What learns to fuse them
sees numbers that mean the same in any corpus: shares of the best score, ranks, shares of the question's rare words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import bm25s
import numpy as np

from benchmarks.corpora import Document
from knowledge.text import stems

Array = np.ndarray[Any, Any]
Columns = dict[str, Array]

BODY_CHARACTERS = 6000
TITLE_WEIGHT = 3
OPENING_STEMS = 60
DEPTH = 60
"""Best documents of each index that become candidates."""
RRF_K = 60
"""Cormack, Clarke and Büttcher, SIGIR 2009."""
RANK_OFFSET = 6
"""A rank counts as 1 / (rank + this): the first ones count most, the tenth still counts."""
BM25, TITLE, CONTEXT, PAIRS, OPENING, DENSE = "bm25", "title", "context", "pairs", "opening", "dense"


class Index:
    """BM25 over tokens."""

    def __init__(self, texts: Iterable[list[str]]) -> None:
        corpus = list(texts)
        self._size = len(corpus)
        self._bm25 = bm25s.BM25()
        self._bm25.index([tokens or [""] for tokens in corpus], show_progress=False)

    def scores(self, tokens: Sequence[str]) -> Array:
        """(documents,)"""
        known = [token for token in tokens if token in self._bm25.vocab_dict]
        return np.asarray(self._bm25.get_scores(known)) if known else np.zeros(self._size, dtype=np.float32)


@dataclass(frozen=True)
class Candidates:
    """The documents that one index at least puts near the top."""

    places: Array
    """In the documents, (candidates,)."""
    columns: Columns
    """Feature → (candidates,)."""


class Searcher:
    """Every way of searching one set of documents."""

    def __init__(self, documents: Sequence[Document], vectors: Array | None = None) -> None:
        """``vectors``: (documents, dimension), unit rows; None: nothing dense."""
        self._vectors = vectors
        titles = [stems(document.title) for document in documents]
        contexts = [stems(document.context) for document in documents]
        bodies = [stems(document.body[:BODY_CHARACTERS]) for document in documents]
        fields = list(zip(titles, contexts, bodies, strict=True))
        self._indexes = {
            BM25: Index(title * TITLE_WEIGHT + body for title, _, body in fields),
            TITLE: Index(titles),
            CONTEXT: Index(title + context for title, context, _ in fields),
            PAIRS: Index(_pairs(title + context + body) for title, context, body in fields),
            OPENING: Index(title + body[:OPENING_STEMS] for title, _, body in fields),
        }
        self._words = {
            TITLE: [frozenset(title) for title in titles],
            CONTEXT: [frozenset(title + context) for title, context, _ in fields],
            BM25: [frozenset(title + body) for title, _, body in fields],
        }
        self._frequency = Counter(stem for words in self._words[BM25] for stem in words)
        self._title_weights = np.array([self._weight(title) for title in self._words[TITLE]])
        kinds = np.array([document.kind for document in documents])
        self._properties: Columns = {f"is_{kind}": kinds == kind for kind in sorted(set(kinds.tolist()))}
        self._properties["title_length"] = np.array([len(title) for title in titles])
        self._properties["body_length"] = np.log1p([len(body) for body in bodies])

    def scores(self, query: str, vector: Array | None = None) -> Columns:
        """Index → the score it gives to every document, (documents,)."""
        tokens = stems(query)
        found = {
            name: index.scores(_pairs(tokens) if name == PAIRS else tokens) for name, index in self._indexes.items()
        }
        if vector is not None and self._vectors is not None:
            found[DENSE] = self._vectors @ vector
        return found

    def candidates(self, query: str, scores: Columns) -> Candidates:
        """``scores``: of ``query``, by ``scores``."""
        places = np.unique(np.concatenate([best(column, DEPTH) for column in scores.values()]))
        columns: Columns = {}
        for name, column in scores.items():
            found = column[places]
            top = found.max(initial=0.0)
            columns[name] = found
            # Cosines are crowded: how far behind the best says more than what share of it.
            columns[f"{name}_relative"] = found - top if name == DENSE else found / max(top, 1e-9)
            columns[f"{name}_rank"] = 1 / (_ranks(found) + RANK_OFFSET)
        columns |= self._coverage(set(stems(query)), places)
        columns |= {name: column[places] for name, column in self._properties.items()}
        return Candidates(places, {name: column.astype(np.float32) for name, column in columns.items()})

    def _coverage(self, asked: set[str], places: Array) -> Columns:
        """Shares of the question's words in each text, and of the title's words in the question; rare words first."""
        total = max(self._weight(asked), 1e-9)
        columns = {
            f"{name}_coverage": np.array([self._weight(asked & words[place]) for place in places]) / total
            for name, words in self._words.items()
        }
        in_title = columns[f"{TITLE}_coverage"] * total
        return columns | {"title_asked": in_title / np.maximum(self._title_weights[places], 1e-9)}

    def _weight(self, tokens: Iterable[str]) -> float:
        texts = len(self._words[BM25])
        return sum(math.log((texts + 1) / (self._frequency.get(token, 0) + 0.5)) for token in tokens)


def best(scores: Array, depth: int) -> Array:
    """Places of the best scores above zero, best first."""
    order = np.argsort(-scores, kind="stable")[:depth]
    return order[scores[order] > 0]


def fused(scores: Columns, names: Sequence[str]) -> Array:
    """Reciprocal rank fusion of some of the indexes, (documents,)."""
    total = np.zeros(len(next(iter(scores.values()))))
    for name in names:
        found = best(scores[name], 10 * DEPTH)
        total[found] += 1 / (RRF_K + 1 + np.arange(len(found)))
    return total


def _ranks(scores: Array) -> Array:
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks


def _pairs(tokens: Sequence[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(tokens)]
