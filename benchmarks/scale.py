"""Ten and a hundred times the content: how fast it is embedded and indexed, and how search holds.

Every step goes on where a stop left it: chunks of vectors are files, Chroma knows how many passages it holds, and
each measure is kept. All of it stands in a folder of its own, outside the generations: it can never be published.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.asked import Asked, found
from benchmarks.machine import family_peak_mib, load_average, peak_mib, reset_peak
from benchmarks.passages import CHUNK, Corpus, VectorFiles, write_real_passages
from benchmarks.ranking import Array
from benchmarks.runs import append
from benchmarks.static import StaticEmbeddings, distil
from benchmarks.stores import STORES, Store
from knowledge.embeddings import EmbeddingCache, SentenceEmbeddings
from knowledge.settings import KnowledgeSettings
from knowledge.text import stems
from knowledge.word_index import WordIndex
from retrieval.retriever import CANDIDATES

SIZES = (1_000, 10_000, 20_000, 50_000, 100_000)
CUT = 10
ROUNDING = 1e-5
"""Cosines closer than this are equal: some texts stand at several places."""

Progress = Callable[[str, int, int], None]
Found = tuple[list[int], Array]
"""Places of the passages found and their scores, best first."""
Search = Callable[[Any], Found]
"""Of a question, as the index reads it."""
Times = tuple[float, float, float, float]
"""p50 and p95, then those of the smallest index, in ms."""


@dataclass(frozen=True)
class Effort:
    """What embedding took, over all the runs that it took."""

    passages: int
    characters: int
    seconds: float
    peak_mib: float | None
    """Of this process and its helpers, in this run; None: an earlier run had done it all."""

    def __str__(self) -> str:
        memory = f", mémoire {self.peak_mib:.0f} Mio" if self.peak_mib else ""
        return (
            f"{self.passages} passages de {self.characters / max(self.passages, 1):.0f} signes, "
            f"{self.passages / max(self.seconds, 1e-9):.1f} par seconde{memory}"
        )


@dataclass(frozen=True)
class Point:
    """Search at one size. Times are of Chroma alone: the questions are already embedded."""

    store: str
    passages: int
    p50_ms: float
    p95_ms: float
    first_p50_ms: float
    """Of the same questions to an index of the smallest size, in turns with these: both met the same load."""
    first_p95_ms: float
    recall: float
    """Share of the first ten that exact search finds too."""
    found: dict[str, float]
    """Origin → share of its questions with a right document among the first ten; of those that have one indexed."""
    indexed_per_s: float | None
    """Passages added; None: an earlier run added them."""
    index_mib: float
    peak_mib: float
    """Of the process that holds the index, while it grew to this size and was searched."""
    load: float

    def __str__(self) -> str:
        cells = [
            self.store,
            self.passages,
            *(f"{ms:.1f}" for ms in (self.p50_ms, self.p95_ms, self.first_p50_ms, self.first_p95_ms)),
            f"{self.recall:.3f}",
            f"{self.indexed_per_s:.0f}" if self.indexed_per_s else "—",
            *(f"{mib:.0f} Mio" for mib in (self.index_mib, self.peak_mib)),
            self.load,
        ]
        found = "  ".join(f"{origin} {share:.2f}" for origin, share in self.found.items())
        return "  ".join(f"{cell!s:>{len(name)}}" for cell, name in zip(cells, COLUMNS, strict=True)) + f"  {found}"


COLUMNS = (
    "   index", "passages", "p50 ms", "p95 ms", "p50 premiers", "p95 premiers", "rappel@10", "ajouts/s",
    "  disque", " mémoire", "charge",
)  # fmt: skip
HEADER = "  ".join([*COLUMNS, "un bon document parmi les dix premiers"])


class Bench:
    """One model: its vectors, and search among them at each size."""

    def __init__(self, folder: Path, corpus: Corpus, limit: int, model: SentenceEmbeddings, progress: Progress) -> None:
        self._folder = folder / slug(model.identity)
        self._corpus, self._model, self._progress = corpus, model, progress
        self._size = min(corpus.size, limit // CHUNK * CHUNK)
        self._vectors = VectorFiles(self._folder / "vectors")
        self._kept = self._folder / "points.jsonl"

    def embed(self, budget_s: float) -> Effort:
        """What has no vector yet, as far as the budget goes."""
        reset_peak(os.getpid())
        started, before = time.monotonic(), self._vectors.passages
        for place, texts in self._corpus.chunks(before, self._size):
            if (begun := time.monotonic()) - started > budget_s:
                break
            # Texts of similar length side by side: a batch costs what its longest text costs.
            order = np.argsort([len(text) for text in texts], kind="stable")
            rows = self._rows(self._model.embed_documents, [texts[index] for index in order])[np.argsort(order)]
            self._vectors.write(place, rows, time.monotonic() - begun, sum(map(len, texts)))
            self._progress("Vecteurs", (place + 1) * CHUNK, self._size)
        seconds, characters = self._vectors.effort()
        peak = round(family_peak_mib()) if self._vectors.passages > before else None
        return Effort(self._vectors.passages, characters, round(seconds, 1), peak)

    def points(self, asked: Sequence[Asked]) -> Iterator[Point]:
        """Each size in each store; what an earlier run measured is read again, not measured again."""
        total = min(self._vectors.passages, self._size)
        sizes = _sizes(total) if total else []
        for name in STORES:
            known = self._known(name)
            yield from (known[size] for size in sizes if size in known)
            if missing := [size for size in sizes if size not in known]:
                yield from self._grow(name, sizes[0], missing, asked)

    def _known(self, name: str) -> dict[int, Point]:
        lines = self._kept.read_text("utf-8").splitlines() if self._kept.exists() else []
        points = [Point(**json.loads(line)) for line in lines]
        return {point.passages: point for point in points if point.store == name}

    def _grow(self, name: str, smallest: int, sizes: Sequence[int], asked: Sequence[Asked]) -> Iterator[Point]:
        rows = self._rows(self._model.embed_queries, [question for origin in asked for question in origin.questions])
        with STORES[name](self._folder / name / "first") as first, STORES[name](self._folder / name / "all") as whole:
            self._fill(first, smallest)
            for size in sizes:
                if whole.collection.count() <= size:  # an earlier run may have gone further, up to another limit
                    point = self._measure(name, first, whole, size, rows, asked)
                    append(self._kept, asdict(point))
                    yield point

    def _measure(self, name: str, first: Store, whole: Store, size: int, rows: Array, asked: Sequence[Asked]) -> Point:
        reset_peak(whole.pid)
        speed = self._fill(whole, size)
        times, answers = _in_turns(_vector_search(first), _vector_search(whole), list(rows))
        least = self._vectors.nth_cosine(rows, size, CUT)
        near = [np.sum(cosines[:CUT] >= cut - ROUNDING) for (_, cosines), cut in zip(answers, least, strict=True)]
        right = found(asked, _documents(self._corpus, answers), set(self._corpus.documents[:size]))
        disk, memory = round(whole.mib, 1), round(peak_mib(whole.pid))
        return Point(
            name, size, *times, round(float(np.mean(near)) / CUT, 4), right, speed, disk, memory, load_average()
        )

    def _fill(self, store: Store, size: int) -> float | None:
        """Passages added a second."""
        start = store.collection.count() // CHUNK * CHUNK
        started = time.monotonic()
        for place, texts in self._corpus.chunks(start, size):
            ids = [str(place * CHUNK + index) for index in range(CHUNK)]
            # A stop may have left a part of this chunk: written again, not twice.
            store.collection.upsert(ids=ids, embeddings=self._vectors.rows(place), documents=texts)
            self._progress(f"Chroma, {store.folder.parent.name}", (place + 1) * CHUNK, self._size)
        return round((size - start) / (time.monotonic() - started), 1) if start < size else None

    @staticmethod
    def _rows(embed: Callable[[list[str]], list[list[float]]], texts: list[str]) -> Array:
        return np.asarray(embed(texts), dtype=np.float32)


def words(corpus: Corpus, limit: int, asked: Sequence[Asked]) -> Iterator[Point]:
    """The other half of a search: BM25 over the same passages, made anew for each size. It is exact."""
    reset_peak(os.getpid())
    questions = [stems(question) for origin in asked for question in origin.questions]
    tokens = [stems(text) for text in islice(corpus.texts(), limit)]
    sizes = _sizes(len(tokens))
    first = _word_search(WordIndex.of(tokens[: sizes[0]]))
    for size in sizes:
        started = time.monotonic()
        index = WordIndex.of(tokens[:size])
        speed = round(size / (time.monotonic() - started), 1)
        times, answers = _in_turns(first, _word_search(index), questions)
        right = found(asked, _documents(corpus, answers), set(corpus.documents[:size]))
        disk = sum(column.nbytes for column in (index.starts, index.documents, index.added)) / 2**20
        memory = round(peak_mib(os.getpid()))
        yield Point("mots", size, *times, 1.0, right, speed, round(disk, 1), memory, load_average())


def prepare(settings: KnowledgeSettings, today: date) -> Corpus:
    """The passages, cut once. Raises ``CorpusError``."""
    path = settings.scale_dir / "passages.jsonl"
    if not path.exists():
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:
            apart.submit(write_real_passages, path, settings, today).result()
    return Corpus(path)


def static_of(model: SentenceEmbeddings, settings: KnowledgeSettings, corpus: Corpus) -> StaticEmbeddings:
    """Distilled from ``model``, once."""
    identity = f"statique-{model.identity}"
    path = settings.scale_dir / f"{slug(identity)}.npz"
    if not path.exists():
        cache = EmbeddingCache(settings.benchmark_embeddings, model)
        distil(identity, corpus.texts(), cache.documents).save(path)
        cache.close()
    return StaticEmbeddings.load(path)


def _sizes(total: int) -> list[int]:
    return [*(size for size in SIZES if size < total), total]


def slug(identity: str) -> str:
    """A folder name."""
    return re.sub(r"[^\w.-]+", "-", identity)


def _vector_search(store: Store) -> Search:
    """As the retriever asks."""

    def search(row: Array) -> Found:
        found = store.collection.query(query_embeddings=[row], n_results=CANDIDATES, include=["distances"])
        return [int(place) for place in found["ids"][0]], 1 - np.asarray(found["distances"][0])

    return search


def _word_search(index: WordIndex) -> Search:
    """As the retriever asks, synonyms apart."""

    def search(tokens: list[str]) -> Found:
        places, scores = index.best(tokens, CANDIDATES)
        return places.tolist(), scores

    return search


def _in_turns(first: Search, whole: Search, questions: Sequence[Any]) -> tuple[Times, list[Found]]:
    """Times of both, and what ``whole`` found."""
    answers: list[Found] = []
    times: list[list[float]] = []
    for search in (first, whole):
        search(questions[0])  # the first one reads the index from the disk
    for question in questions:
        begun = time.perf_counter()
        first(question)
        between = time.perf_counter()
        answers.append(whole(question))
        times.append([between - begun, time.perf_counter() - between])
    shares = 1000 * np.percentile(times, (50, 95), axis=0)
    first_p50, p50, first_p95, p95 = (round(float(ms), 2) for ms in shares.ravel())
    return (p50, p95, first_p50, first_p95), answers


def _documents(corpus: Corpus, answers: Iterable[Found]) -> list[list[str]]:
    """The first ``CUT`` documents of each answer."""
    return [list(dict.fromkeys(corpus.documents[place] for place in places))[:CUT] for places, _ in answers]
