"""The safe client: one page of the open web, within limits of size, time and depth.

What comes back is hostile until proved otherwise: an address may lead inside the network, a page may never end,
unfold to gigabytes, redirect for ever or not be a page at all. Each ends in a ``FetchError``.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Container
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self

import httpx

from ingest.refresh.failures import FetchError, Reason
from ingest.refresh.guard import GuardedBackend, GuardedTransport, Resolve, resolve
from ingest.settings import IngestSettings

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
UNSAID = "application/octet-stream"
"""What an answer without a type, or of this one, may be: its content says (see ``extract``)."""
READABLE = ("text/html", "application/xhtml+xml", "text/plain", "application/pdf", UNSAID)


@dataclass(frozen=True)
class Validators:
    """What a site gave to ask later whether its page changed."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Response:
    """One answer, its body decompressed and within the limits."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def location(self) -> str | None:
        """Where a redirect leads, as an absolute address."""
        target = self.headers.get("location")
        if self.status not in REDIRECTS or not target:
            return None
        try:
            return str(httpx.URL(self.url).join(target))
        except httpx.InvalidURL as error:
            raise FetchError(Reason.ADDRESS, "redirection illisible") from error

    @property
    def content_type(self) -> str:
        return str(self.headers.get("content-type", "")).split(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        return httpx.Response(200, headers=self.headers).charset_encoding

    @property
    def validators(self) -> Validators:
        return Validators(self.headers.get("etag"), self.headers.get("last-modified"))


def checked_url(address: str) -> httpx.URL:
    """An http(s) address without a password in it. Raises ``FetchError``."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise FetchError(Reason.ADDRESS, "adresse illisible") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise FetchError(Reason.ADDRESS, f"« {url.scheme} » n'est ni http ni https")
    if url.userinfo:
        raise FetchError(Reason.ADDRESS, "elle contient un mot de passe")
    return url


class Client:
    """Asks for one address at a time; redirects are given back, not followed."""

    def __init__(self, settings: IngestSettings, resolver: Resolve = resolve) -> None:
        self._settings = settings
        backend = GuardedBackend(settings.refresh_ports, settings.refresh_allowed_networks, resolver)
        self._http = httpx.AsyncClient(
            transport=GuardedTransport(backend, settings.refresh_hosts_at_once),
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # none is kept: we come as nobody
            timeout=httpx.Timeout(settings.refresh_page_timeout_s, connect=settings.refresh_connect_timeout_s),
            headers={
                "User-Agent": user_agent(settings.contact),
                "Accept": "text/html, application/xhtml+xml, application/pdf, text/plain;q=0.8",
                "Accept-Language": "fr, en;q=0.5",
                # No brotli or zstd: gzip can be unfolded piece by piece up to a limit.
                "Accept-Encoding": "gzip",
            },
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def get(
        self,
        address: str,
        seconds: float,
        max_bytes: int,
        validators: Validators | None = None,
        types: Container[str] = READABLE,
    ) -> Response:
        """One answer, in ``seconds`` at most. Raises ``FetchError``.

        The body of a redirect, of an error or of another type than ``types`` (MIME) is not read.
        """
        url = checked_url(address)
        headers = validators.headers() if validators else {}
        try:
            async with asyncio.timeout(seconds), self._http.stream("GET", url, headers=headers) as answer:
                response = Response(str(url), answer.status_code, answer.headers, b"")
                if answer.status_code == httpx.codes.OK and (response.content_type or UNSAID) in types:
                    response = replace(response, body=await _body(answer, max_bytes))
                return response
        except (TimeoutError, httpx.TimeoutException) as error:
            raise FetchError(Reason.TOO_SLOW, url.host) from error
        except httpx.TransportError as error:
            raise FetchError(Reason.UNREACHABLE, f"{url.host} : {type(error).__name__}") from error
        except httpx.InvalidURL as error:
            raise FetchError(Reason.ADDRESS, "adresse illisible") from error


def user_agent(contact: str) -> str:
    """Who we are and where to write."""
    return f"ClicDroit/0.1 (relecture de sources ; {contact})".encode("ascii", "ignore").decode()


async def _body(answer: httpx.Response, max_bytes: int) -> bytes:
    """The body, unfolded as it comes and given up as soon as it passes ``max_bytes``."""
    announced = answer.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise FetchError(Reason.TOO_LARGE, f"{int(announced):,} octets annoncés".replace(",", " "))
    decoder = _decoder(answer.headers.get("content-encoding", ""))
    body = bytearray()
    received = 0
    async for chunk in answer.aiter_raw():
        received += len(chunk)
        try:
            body += decoder.decode(chunk, max_bytes + 1 - len(body))
        except zlib.error as error:
            raise FetchError(Reason.UNREADABLE, "compression abîmée") from error
        if max(len(body), received) > max_bytes:
            raise FetchError(Reason.TOO_LARGE, f"plus de {max_bytes:,} octets".replace(",", " "))
    return bytes(body)


class _Plain:
    def decode(self, chunk: bytes, limit: int) -> bytes:
        return chunk[:limit]


class _Gzip:
    """Gzip or zlib, told apart by their first bytes."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(32 + zlib.MAX_WBITS)

    def decode(self, chunk: bytes, limit: int) -> bytes:
        """At most ``limit`` bytes: what is left of a bomb stays folded."""
        return self._zlib.decompress(chunk, limit)


def _decoder(encoding: str) -> _Plain | _Gzip:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Plain()
    if name in ("gzip", "x-gzip", "deflate"):
        return _Gzip()
    raise FetchError(Reason.UNREADABLE, f"compression « {name[:20]} » qui n'était pas demandée")
