"""The two ways of keeping vectors, to measure them side by side: Chroma in this process, and ``chroma run``."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.settings import KnowledgeSettings
from knowledge.vectors import FolderVectors, ServerVectors, Vectors
from tests.chroma import ChromaServer

TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Store:
    """A Chroma collection, where its files are, and the process that holds it."""

    collection: Any
    folder: Path
    pid: int

    @property
    def mib(self) -> float:
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file()) / 2**20


@contextmanager
def embedded(folder: Path) -> Iterator[Store]:
    vectors = FolderVectors(folder)
    try:
        yield Store(_collection(vectors), folder, os.getpid())
    finally:
        vectors.close()


@contextmanager
def served(folder: Path) -> Iterator[Store]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = ChromaServer(folder, free.getsockname()[1])
    try:
        pid = server.start()
        settings = KnowledgeSettings(chroma_url=server.url, chroma_token=None, chroma_timeout_s=TIMEOUT_S)
        yield Store(_collection(ServerVectors(settings, "scale")), folder, pid)
    finally:
        server.stop()


STORES: dict[str, Callable[[Path], AbstractContextManager[Store]]] = {"embarqué": embedded, "serveur": served}


def _collection(vectors: Vectors) -> Any:
    """Opened, or made."""
    try:
        return vectors.open()
    except ValueError:
        return vectors.create()
