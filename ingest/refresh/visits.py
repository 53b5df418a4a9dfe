"""Good manners: robots.txt first, one connection a site, a pause between two requests, no insisting.

``Visits.page`` follows redirects one by one: each hop waits for its own site's turn and obeys its robots.txt.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from protego import Protego

from ingest.refresh.failures import FetchError, Reason
from ingest.refresh.fetch import PERMANENT, READABLE, UNSAID, Client, Response, Validators, checked_url
from ingest.settings import IngestSettings

ROBOT = "ClicDroit"
GONE = frozenset({404, 410})
REFUSED = frozenset({401, 402, 403, 407, 451})
BUSY = frozenset({429, 503})


class _Any:
    """robots.txt is read whatever type its site gives it."""

    def __contains__(self, item: object) -> bool:
        return True


@dataclass
class _Site:
    """One host: its lock, its rules, and when it may be asked again (seconds of the event loop's clock)."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: Protego | None = None
    problem: FetchError | None = None
    """Why the whole site is left alone for the rest of this run."""
    next_at: float = 0.0


@dataclass(frozen=True)
class Visit:
    """A page that answered. ``moved_to``: where the site says it lives from now on."""

    response: Response
    moved_to: str | None

    @property
    def unchanged(self) -> bool:
        """The site says that the page is the one we already have."""
        return self.response.status == httpx.codes.NOT_MODIFIED


class Visits:
    """All requests of one run."""

    def __init__(self, client: Client, settings: IngestSettings) -> None:
        self._client = client
        self._settings = settings
        self._sites: dict[str, _Site] = defaultdict(_Site)

    async def page(self, address: str, validators: Validators) -> Visit:
        """The page at an address, wherever it moved. Raises ``FetchError``."""
        url, left, lasting = address, self._settings.refresh_page_timeout_s, True
        clock = asyncio.get_running_loop().time
        for _ in range(self._settings.refresh_redirects_max + 1):
            async with self._turn(url) as site:
                started = clock()
                response = await self._client.get(url, left, self._settings.refresh_page_max_bytes, validators)
                left -= clock() - started
                self._note_fatigue(site, response)
            target = response.location
            if target is None:
                _check(response)
                return Visit(response, url if lasting and url != address else None)
            lasting = lasting and response.status in PERMANENT
            _not_home(address, target)
            url, validators = target, Validators()
        raise FetchError(Reason.REDIRECTS, f"plus de {self._settings.refresh_redirects_max}")

    @asynccontextmanager
    async def _turn(self, address: str) -> AsyncIterator[_Site]:
        """The site of ``address``, once it is free, rested, and its robots.txt allows this page."""
        url = checked_url(address)
        site = self._sites[url.netloc.decode("ascii")]
        async with site.turn:
            if site.problem is not None:
                raise site.problem
            if site.rules is None:
                await self._read_rules(site, url)
            rules = site.rules
            if rules is None or not rules.can_fetch(address, ROBOT):
                raise FetchError(Reason.BLOCKED, "robots.txt")
            await self._rest(site)
            try:
                yield site
            finally:
                site.next_at = asyncio.get_running_loop().time() + self._delay(rules)

    async def _rest(self, site: _Site) -> None:
        wait = site.next_at - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    def _delay(self, rules: Protego) -> float:
        return max(self._settings.refresh_delay_s, rules.crawl_delay(ROBOT) or 0.0)

    async def _read_rules(self, site: _Site, url: httpx.URL) -> None:
        """robots.txt, as RFC 9309 asks: missing allows everything, a site in trouble allows nothing."""
        try:
            response = await self._robots(str(url.copy_with(raw_path=b"/robots.txt", fragment=None)))
        except FetchError as error:
            site.problem = error
            raise
        if response.status >= httpx.codes.INTERNAL_SERVER_ERROR or response.status == httpx.codes.TOO_MANY_REQUESTS:
            site.problem = FetchError(Reason.BUSY, "robots.txt")
            raise site.problem
        site.rules = Protego.parse(response.body.decode("utf-8", "replace"))
        site.next_at = asyncio.get_running_loop().time() + self._delay(site.rules)
        if self._delay(site.rules) > self._settings.refresh_crawl_delay_max_s:
            site.problem = FetchError(Reason.BLOCKED, f"un passage toutes les {self._delay(site.rules):.0f} secondes")
            raise site.problem

    async def _robots(self, address: str) -> Response:
        """robots.txt through its redirects, on whatever site they lead to."""
        for _ in range(self._settings.refresh_redirects_max + 1):
            response = await self._client.get(
                address, self._settings.refresh_page_timeout_s, self._settings.refresh_robots_max_bytes, types=_Any()
            )
            if response.location is None:
                return response
            address = response.location
        raise FetchError(Reason.REDIRECTS, "robots.txt")

    def _note_fatigue(self, site: _Site, response: Response) -> None:
        if response.status in BUSY:
            site.problem = FetchError(Reason.BUSY, f"code {response.status}")


def _not_home(address: str, target: str) -> None:
    """A page that redirects to its site's front page is gone, whatever the code says."""
    old, new = httpx.URL(address), httpx.URL(target)
    if old.path.strip("/") and not new.path.strip("/") and not new.query:
        raise FetchError(Reason.GONE, f"elle renvoie à l'accueil : {target}")


def _check(response: Response) -> None:
    """Raises ``FetchError`` for an answer without a page."""
    status = response.status
    if response.headers.get("cf-mitigated") or status in REFUSED:
        raise FetchError(Reason.BLOCKED, f"code {status}")
    if status in GONE:
        raise FetchError(Reason.GONE, f"code {status}")
    if status in BUSY:
        raise FetchError(Reason.BUSY, f"code {status}")
    if status not in (httpx.codes.OK, httpx.codes.NOT_MODIFIED):
        raise FetchError(Reason.SERVER, f"code {status}")
    if status == httpx.codes.OK and (response.content_type or UNSAID) not in READABLE:
        raise FetchError(Reason.TYPE, response.content_type[:60])
