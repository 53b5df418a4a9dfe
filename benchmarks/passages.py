"""Many passages and their vectors, on disk: read in chunks, and never made twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import count, islice
from pathlib import Path
from random import Random

import numpy as np

from benchmarks.corpora import CORPORA, load_corpus
from benchmarks.ranking import Array
from ingest.passages import passages_of
from knowledge import library as libraries
from knowledge.settings import KnowledgeSettings

CHUNK = 100
"""Passages embedded, written and indexed at once: what a stop can cost, and what memory holds."""
FIRST_CORPORA = ("fiches-travail", "code-du-travail", "code-de-la-securite-sociale")
"""Mixed with our own base; the others, out of date or of no use to a worker, only come after."""
SEED = 1
PASSAGE_CHARACTERS = 1_050
"""With its title, about 270 tokens of multilingual-e5-small: four characters of French a token."""


@dataclass(frozen=True)
class Passage:
    document: str
    """The fact, fiche or official text that it is part of."""
    text: str


def real_passages(settings: KnowledgeSettings, today: date) -> list[Passage]:
    """Our own base and the texts of ``FIRST_CORPORA``, then the others. Raises ``CorpusError``, ``LibraryError``.

    Each of the two is shuffled: whatever the size, an index holds short questions and long articles in the same shares.
    """
    own = (
        Passage(one.fact or one.fiche, one.text) for one in passages_of(libraries.load(settings.knowledge_dir), today)
    )
    first = [*own, *_pieces(FIRST_CORPORA, settings)]
    others = [*_pieces([name for name in CORPORA if name not in FIRST_CORPORA], settings)]
    for group in (first, others):
        Random(SEED).shuffle(group)
    return first + others


def _pieces(names: Iterable[str], settings: KnowledgeSettings) -> Iterator[Passage]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=PASSAGE_CHARACTERS, chunk_overlap=0, separators=[". ", " "], keep_separator="end"
    )
    for name in names:
        for document in load_corpus(name, settings.corpora_dir, settings.fetch_timeout):
            for piece in splitter.split_text(document.body):
                yield Passage(document.id, f"{document.title}. {piece}")


def write_passages(path: Path, passages: Iterable[Passage]) -> None:
    """The file appears whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    with unfinished.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(asdict(passage), ensure_ascii=False) + "\n" for passage in passages)
    unfinished.replace(path)


def write_real_passages(path: Path, settings: KnowledgeSettings, today: date) -> None:
    """For a process of its own: reading a whole code takes more memory than everything that comes after."""
    write_passages(path, real_passages(settings, today))


class Corpus:
    """The passages of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open(encoding="utf-8") as lines:
            self.documents = [str(json.loads(line)["document"]) for line in lines]
        self.size = len(self.documents) // CHUNK * CHUNK
        """Passages in whole chunks."""

    def chunks(self, start: int, end: int) -> Iterator[tuple[int, list[str]]]:
        """``(place, texts)`` of each chunk between two numbers of passages, multiples of ``CHUNK``."""
        with self._path.open(encoding="utf-8") as lines:
            wanted = islice(lines, start, end)
            for place in range(start // CHUNK, end // CHUNK):
                yield place, [json.loads(line)["text"] for line in islice(wanted, CHUNK)]

    def texts(self) -> Iterator[str]:
        return (text for _, texts in self.chunks(0, self.size) for text in texts)


class VectorFiles:
    """Vectors of the passages, a file a chunk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def passages(self) -> int:
        """Those that have their vectors."""
        return CHUNK * next(place for place in count() if not self._file(place).exists())

    def rows(self, place: int) -> Array:
        """(CHUNK, dimension)"""
        with np.load(self._file(place)) as chunk:
            rows: Array = chunk["rows"]
        return rows

    def write(self, place: int, rows: Array, seconds: float, characters: int) -> None:
        unfinished = self._folder / "unfinished.npz"
        np.savez(unfinished, rows=rows, seconds=seconds, characters=characters)
        unfinished.replace(self._file(place))

    def effort(self) -> tuple[float, int]:
        """Seconds that all the vectors took, whichever runs computed them, and characters embedded."""
        seconds, characters = 0.0, 0
        for place in range(self.passages // CHUNK):
            with np.load(self._file(place)) as chunk:
                seconds, characters = seconds + float(chunk["seconds"]), characters + int(chunk["characters"])
        return seconds, characters

    def nth_cosine(self, asked: Array, passages: int, rank: int) -> Array:
        """Exact search among the first ``passages``, a chunk at a time: cosine of the ``rank``-th best, (questions,).

        ``asked``: (questions, dimension).
        """
        best = np.full((len(asked), rank), -1.0, dtype=np.float32)
        for place in range(passages // CHUNK):
            best = np.partition(np.hstack([best, asked @ self.rows(place).T]), -rank, axis=1)[:, -rank:]
        return np.asarray(best.min(axis=1))

    def _file(self, place: int) -> Path:
        return self._folder / f"{place:05}.npz"
