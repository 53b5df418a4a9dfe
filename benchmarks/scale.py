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

import numpy as np

from benchmarks.machine import load_average, peak_mib, reset_peak
from benchmarks.passages import CHUNK, Corpus, VectorFiles, write_real_passages
from benchmarks.ranking import Array
from benchmarks.retrieval import read_task
from benchmarks.runs import append
from benchmarks.static import StaticEmbeddings, distil
from benchmarks.stores import STORES, Store
from knowledge.embeddings import EmbeddingCache, SentenceEmbeddings
from knowledge.golden import GoldenQuestion
from knowledge.settings import KnowledgeSettings
from retrieval.retriever import CANDIDATES

SIZES = (1_000, 10_000, 20_000, 50_000, 100_000)
CUT = 10
QUESTIONS = 250
"""Of each origin, at most."""
ROUNDING = 1e-5
"""Cosines closer than this are equal: some texts stand at several places."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Asked:
    """Questions of one origin, and the documents that answer each."""

    origin: str
    questions: list[str]
    right: list[frozenset[str]]

    def sample(self) -> Asked:
        """``QUESTIONS`` of them, spread evenly."""
        step = -(-len(self.questions) // QUESTIONS) or 1
        return Asked(self.origin, self.questions[::step], self.right[::step])


@dataclass(frozen=True)
class Effort:
    """What embedding took, over all the runs that it took."""

    passages: int
    characters: int
    seconds: float
    peak_mib: float
    """Of this process, in this run."""

    def __str__(self) -> str:
        return (
            f"{self.passages} passages de {self.characters / max(self.passages, 1):.0f} signes, "
            f"{self.passages / max(self.seconds, 1e-9):.1f} par seconde, mémoire {self.peak_mib:.0f} Mio"
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
    "  Chroma", "passages", "p50 ms", "p95 ms", "p50 premiers", "p95 premiers", "rappel@10", "ajouts/s",
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
        started = time.monotonic()
        for place, texts in self._corpus.chunks(self._vectors.passages, self._size):
            if (begun := time.monotonic()) - started > budget_s:
                break
            # Texts of similar length side by side: a batch costs what its longest text costs.
            order = np.argsort([len(text) for text in texts], kind="stable")
            rows = self._rows(self._model.embed_documents, [texts[index] for index in order])[np.argsort(order)]
            self._vectors.write(place, rows, time.monotonic() - begun, sum(map(len, texts)))
            self._progress("Vecteurs", (place + 1) * CHUNK, self._size)
        seconds, characters = self._vectors.effort()
        return Effort(self._vectors.passages, characters, round(seconds, 1), round(peak_mib(os.getpid())))

    def points(self, asked: Sequence[Asked]) -> Iterator[Point]:
        """Each size in each store; what an earlier run measured is read again, not measured again."""
        total = min(self._vectors.passages, self._size)
        sizes = [*(size for size in SIZES if size < total), total] if total else []
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
        times, first_times, recalls, ranked = [], [], [], []
        for store in (first, whole):
            _query(store, rows[0])  # the first one reads the index from the disk
        for row, least in zip(rows, self._vectors.nth_cosine(rows, size, CUT), strict=True):
            first_times.append(_query(first, row)[0])
            elapsed, places, cosines = _query(whole, row)
            times.append(elapsed)
            recalls.append(np.mean(cosines[:CUT] >= least - ROUNDING))
            ranked.append(list(dict.fromkeys(self._corpus.documents[place] for place in places))[:CUT])
        return Point(
            store=name,
            passages=size,
            p50_ms=_percentile(times, 50),
            p95_ms=_percentile(times, 95),
            first_p50_ms=_percentile(first_times, 50),
            first_p95_ms=_percentile(first_times, 95),
            recall=round(float(np.mean(recalls)), 4),
            found=_found(asked, ranked, set(self._corpus.documents[:size])),
            indexed_per_s=speed,
            index_mib=round(whole.mib, 1),
            peak_mib=round(peak_mib(whole.pid)),
            load=load_average(),
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


def golden_questions(rows: Iterable[GoldenQuestion]) -> Asked:
    """Of the half for tuning, with the facts that answer."""
    answered = [row for row in rows if row.facts and row.split == "dev"]
    right = [frozenset(name for entry in row.facts for name in entry.split("|")) for row in answered]
    return Asked("nos faits", [row.all_turns[-1] for row in answered], right).sample()


def public_questions(queries: Path, qrels: Path, corpus: Corpus) -> Asked:
    """Raises ``OSError`` and ``ValueError``."""
    task = read_task(queries, qrels, set(corpus.documents))
    right = [task.right[question.topic] for question in task.questions]
    return Asked("requêtes publiques", [question.text for question in task.questions], right).sample()


def slug(identity: str) -> str:
    """A folder name."""
    return re.sub(r"[^\w.-]+", "-", identity)


def _query(store: Store, row: Array) -> tuple[float, list[int], Array]:
    """As the retriever asks. Milliseconds, places of the passages found and their cosines, best first."""
    started = time.perf_counter()
    found = store.collection.query(query_embeddings=[row], n_results=CANDIDATES, include=["distances"])
    elapsed = 1000 * (time.perf_counter() - started)
    return elapsed, [int(place) for place in found["ids"][0]], 1 - np.asarray(found["distances"][0])


def _found(asked: Sequence[Asked], ranked: Iterable[list[str]], indexed: set[str]) -> dict[str, float]:
    """``ranked``: the first documents of every question, in the order of ``asked``."""
    lists, found = iter(ranked), {}
    for origin in asked:
        pairs = zip(origin.right, islice(lists, len(origin.right)), strict=True)
        hits = [not right.isdisjoint(documents) for right, documents in pairs if right & indexed]
        if hits:
            found[origin.origin] = round(float(np.mean(hits)), 4)
    return found


def _percentile(times: list[float], share: int) -> float:
    return round(float(np.percentile(times, share)), 2)
