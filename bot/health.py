"""/healthz, /readyz and /metrics, on a port of their own that only this machine reaches."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bot.settings import Settings

log = logging.getLogger(__name__)

Checks = dict[str, Callable[[], Awaitable[str]]]
"""Name → what says in a few words how it is, or raises."""


class _Alive(RequestHandler):
    """The event loop turns."""

    def get(self) -> None:
        self.write({"status": "ok"})


class _Ready(RequestHandler):
    """Everything that an answer needs is there."""

    def initialize(self, checks: Checks) -> None:
        self._checks = checks

    async def get(self) -> None:
        found = {}
        for name, check in self._checks.items():
            try:
                found[name] = await check()
            except Exception as error:
                # The kind only: a message may hold an address with its password.
                found[name] = f"en panne ({type(error).__name__})"
                self.set_status(503)
        self.write({"status": "ok" if self.get_status() == 200 else "en panne", **found})


class _Metrics(RequestHandler):
    def initialize(self, refresh: Callable[[], Awaitable[None]]) -> None:
        self._refresh = refresh

    async def get(self) -> None:
        await self._refresh()
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.write(generate_latest())


@asynccontextmanager
async def health_server(
    settings: Settings, checks: Checks, refresh: Callable[[], Awaitable[None]]
) -> AsyncIterator[None]:
    """Serve on the running loop, if a port is set; a port that is taken is reported and the bot goes on."""
    if settings.ops_port is None:
        yield
        return
    routes: list[Any] = [
        ("/healthz", _Alive),
        ("/readyz", _Ready, {"checks": checks}),
        ("/metrics", _Metrics, {"refresh": refresh}),
    ]
    server = HTTPServer(Application(routes, log_function=lambda _: None))
    try:
        server.listen(settings.ops_port, address=settings.ops_listen)
    except OSError as error:
        log.error("/healthz et /metrics : le port %d est pris (%s)", settings.ops_port, error.strerror)
    try:
        yield
    finally:
        server.stop()
