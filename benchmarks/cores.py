"""Every core at work on many passages: a process each, where the bot keeps two threads in one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from knowledge.embeddings import EmbeddedE5, SentenceEmbeddings, Vector

LEAST = 4
"""Texts worth a process."""

_model: EmbeddedE5 | None = None
"""Of a process of the pool."""


class AllCores:
    """``EmbeddedE5``, a process for each core; the same vectors to the last digits of a float."""

    def __init__(self, model: EmbeddedE5, pool: ProcessPoolExecutor, workers: int) -> None:
        self.identity = model.identity
        self._model, self._pool, self._workers = model, pool, workers

    @property
    def plain(self) -> SentenceEmbeddings:
        return self._model.plain

    def embed_documents(self, texts: list[str]) -> list[Vector]:
        shares = min(self._workers, len(texts) // LEAST)
        if shares < 2:
            return self._model.embed_documents(texts)
        # Callers sort by length: dealt out one by one, every process has as much to read.
        found = self._pool.map(_embed, [texts[first::shares] for first in range(shares)])
        rows: list[Vector] = [[] for _ in texts]
        for first, vectors in enumerate(found):
            rows[first::shares] = vectors
        return rows

    def embed_queries(self, texts: list[str]) -> list[Vector]:
        return self._model.embed_queries(texts)

    def embed_query(self, text: str) -> Vector:
        return self._model.embed_query(text)


@contextmanager
def all_cores(model: SentenceEmbeddings) -> Iterator[SentenceEmbeddings]:
    """``model`` on every core; a sentence-transformers model takes them by itself."""
    workers = len(os.sched_getaffinity(0))
    if not isinstance(model, EmbeddedE5) or workers < 2:
        yield model
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start, initargs=(model.identity,)) as pool:
        yield AllCores(model, pool, workers)


def _start(identity: str) -> None:
    global _model
    model = EmbeddedE5(threads=1)
    _model = model if model.identity == identity else model.plain


def _embed(texts: list[str]) -> list[Vector]:
    assert _model is not None
    return _model.embed_documents(texts)
