"""A real web site on this machine that does to us what a hostile or clumsy one would."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable

from aiohttp import web

PAGE = """<!doctype html><html lang="fr"><head><title>Les cotisations</title>
<meta property="article:modified_time" content="2026-03-14"></head><body><main><h1>Les cotisations</h1>
<p>Le taux de cotisations d'une micro-entreprise d'essai est de {rate} depuis le 1er janvier 2026.</p>
<p>Sans recettes, une micro-entreprise d'essai ne paie pas de cotisations, mais elle déclare zéro à l'Urssaf.</p>
<p>Jusqu'à la fin de 2024, les cotisations d'essai se payaient en une seule fois au mois de janvier.</p>
<p>Le taux de cotisations d'essai était de 24,6 % depuis le 1er janvier 2025.</p>
<p>{more}</p></main></body></html>"""
MORE = "Cette page explique les règles générales à celles et ceux qui commencent une activité indépendante en France."

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def page(rate: str = "25,6 %", more: str = MORE) -> str:
    return PAGE.format(rate=rate, more=more)


class Site:
    """Pages by path; counts what is asked for, and how many requests were ever under way at once."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: Counter[str] = Counter()
        self.headers: list[dict[str, str]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.pages: dict[str, Handler | str | web.Response] = {"/robots.txt": "User-agent: *\nDisallow: /prive\n"}
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        await web.TCPSite(self._runner, "127.0.0.2", self.port).start()

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked[f"{request.host.split(':')[0]}{request.path}"] += 1
        self.headers.append(dict(request.headers))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            found = self.pages.get(request.path)
            if found is None:
                return web.Response(status=404)
            if isinstance(found, str):
                kind = "text/plain" if request.path == "/robots.txt" else "text/html"
                return web.Response(text=found, content_type=kind)
            if isinstance(found, web.Response):
                return found
            return await found(request)
        finally:
            self.at_once -= 1


def redirect(target: str, status: int = 302) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": target})

    return answer


def raw(body: bytes, **headers: str) -> Handler:
    """Bytes as they are, with the headers given (``Content_Type`` for Content-Type)."""

    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body, headers={"Content-Type": "text/html"} | named)

    return answer


def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(20)) + packer.flush()


BOMB = _bomb()
"""20 MB of zeros in 20 kB, made beforehand: the page is waited for half a second only."""


async def gzip_bomb(request: web.Request) -> web.StreamResponse:
    return web.Response(body=BOMB, headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})


async def twice_zipped(request: web.Request) -> web.StreamResponse:
    body = gzip.compress(gzip.compress(page().encode()))
    return web.Response(body=body, headers={"Content-Type": "text/html", "Content-Encoding": "gzip, gzip"})


async def drip(request: web.Request) -> web.StreamResponse:
    """A byte now and then, never late enough for a read timeout."""
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    for _ in range(1000):
        await response.write(b"<")
        await asyncio.sleep(0.05)
    return response


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    while True:
        await response.write(b"<p>encore</p>" * 1000)


async def silent(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.Response()
