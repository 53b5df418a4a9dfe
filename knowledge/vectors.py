"""Where the vectors of a generation are: in its folder (Chroma embedded), or on a Chroma server (``CHROMA_URL``).

Vectors are always given to Chroma, so it never loads an embedding model of its own. On a server each generation
has a collection of its own, named after it: building one never touches the one that answers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from knowledge.settings import KnowledgeSettings

COLLECTION = "passages"
EF_SEARCH = 200
"""Width of the HNSW search: above the number of candidates asked for, or some would be missed."""


class VectorsDownError(Exception):
    """The Chroma server does not answer, or refuses; the message says so in French."""


class Vectors(Protocol):
    """The vectors of one generation."""

    def create(self) -> Any:
        """An empty Chroma collection, to write into. Raises ``VectorsDownError``."""

    def open(self) -> Any:
        """The Chroma collection. Raises ``ValueError`` when there is none, ``VectorsDownError``."""

    def exists(self) -> bool:
        """Raises ``VectorsDownError``."""

    def drop(self) -> None:
        """Remove the collection, if there is one. Raises ``VectorsDownError``."""

    def close(self) -> None:
        """Give back what is held (files, memory, connections)."""


def vectors_of(settings: KnowledgeSettings, folder: Path, generation_id: str) -> Vectors:
    """``folder``: the generation's."""
    return ServerVectors(settings, generation_id) if settings.chroma_url else FolderVectors(folder / "chroma")


class FolderVectors:
    """Chroma in this process, over the files of one generation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client: Any = None

    def create(self) -> Any:
        return _create(self._open_client(), COLLECTION)

    def open(self) -> Any:
        return _open(self._open_client(), COLLECTION)

    def exists(self) -> bool:
        return self._folder.exists()

    def drop(self) -> None:
        """Nothing to do: the files go with the folder."""

    def close(self) -> None:
        if self._client:
            self._client.close()

    def _open_client(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        self._client = chromadb.PersistentClient(str(self._folder), settings=Settings(anonymized_telemetry=False))
        return self._client


class ServerVectors:
    """A collection on a Chroma server. Every request has a time limit, and carries the token if there is one."""

    def __init__(self, settings: KnowledgeSettings, generation_id: str) -> None:
        self._settings = settings
        self._name = f"{COLLECTION}-{generation_id}"
        self._client: Any = None

    def create(self) -> Any:
        return ServerCollection(_asked(lambda: _create(self._connect(), self._name)))

    def open(self) -> Any:
        return ServerCollection(_asked(lambda: _open(self._connect(), self._name)))

    def exists(self) -> bool:
        try:
            self.open()
        except ValueError:
            return False
        return True

    def drop(self) -> None:
        from chromadb.errors import NotFoundError

        try:
            _asked(lambda: self._connect().delete_collection(self._name))
        except NotFoundError:
            return

    def close(self) -> None:
        if self._client:
            self._client.close()

    def _connect(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        address = urlsplit(self._settings.chroma_url or "")
        port = address.port or (443 if address.scheme == "https" else 8000)
        token = self._settings.chroma_token
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        # Asked first because Chroma's own client waits without a limit when it is made.
        timeout = httpx.Timeout(self._settings.chroma_timeout_s)
        heartbeat = f"{address.scheme}://{address.hostname}:{port}/api/v2/heartbeat"
        httpx.get(heartbeat, headers=headers, timeout=timeout).raise_for_status()
        self._client = chromadb.HttpClient(
            host=address.hostname or "",
            port=port,
            ssl=address.scheme == "https",
            headers=headers,
            settings=Settings(anonymized_telemetry=False),
        )
        self._client._server._session.timeout = timeout  # there is no public way to set it
        return self._client


class ServerCollection:
    """A collection whose failures all say the same: the server does not answer."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)
        return lambda *args, **kwargs: _asked(lambda: method(*args, **kwargs))


def _create(client: Any, name: str) -> Any:
    return client.create_collection(
        name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": EF_SEARCH}}
    )


def _open(client: Any, name: str) -> Any:
    from chromadb.errors import NotFoundError

    try:
        return client.get_collection(name, embedding_function=None)
    except NotFoundError as error:
        raise ValueError("ses vecteurs manquent") from error


def _asked(question: Any) -> Any:
    """The answer of the server. Raises ``VectorsDownError``."""
    from chromadb.errors import ChromaError, NotFoundError

    try:
        return question()
    except NotFoundError:
        raise
    except (httpx.HTTPError, ChromaError) as error:
        raise VectorsDownError(f"le serveur Chroma (CHROMA_URL) ne répond pas : {type(error).__name__}") from error
