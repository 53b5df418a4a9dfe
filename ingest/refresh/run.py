"""One run: which pages to ask for, several sites at a time, each page kept as soon as it is read."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from ingest.progress import Progress, no_progress
from ingest.refresh.cache import PageRecord, RefreshCache
from ingest.refresh.failures import FetchError, Reason
from ingest.refresh.fetch import Client, Validators
from ingest.refresh.guard import Resolve, resolve
from ingest.refresh.reader import Reader
from ingest.refresh.sentences import Sentences
from ingest.refresh.visits import Visits
from ingest.settings import IngestSettings
from knowledge.library import Library
from knowledge.model import Reading, Source
from knowledge.publishers import Registry

_TRY_AGAIN = frozenset({Reason.BUSY, Reason.UNREACHABLE, Reason.SERVER, Reason.TOO_SLOW})
"""What may be otherwise in an hour: asked for again whenever ``refresh`` runs."""
_LEFT_ALONE = {Reading.BLOCKED: Reason.BLOCKED, Reading.JAVASCRIPT: Reason.SCRIPT}


def due(sources: Sequence[Source], cache: RefreshCache, today: date, every_days: int) -> list[Source]:
    """The sources whose page was not read lately, the longest unread first; one for each address."""
    by_url = {str(source.url): source for source in sorted(sources, key=lambda source: source.read_on)}
    since = today - timedelta(days=every_days)
    return [source for url, source in by_url.items() if _is_due(cache.page(url), since)]


def _is_due(record: PageRecord | None, since: date) -> bool:
    return record is None or record.read_on <= since or record.failure in _TRY_AGAIN


async def refresh(
    library: Library,
    sources: Sequence[Source],
    cache: RefreshCache,
    settings: IngestSettings,
    today: date,
    progress: Progress = no_progress,
    resolver: Resolve = resolve,
) -> None:
    """Read the pages of ``sources`` into ``cache``. Interrupted, it keeps what it has read."""
    by_host: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        by_host[source.host].append(source)
    done = 0
    async with Client(settings, resolver) as client, Reader(settings) as reader:
        run = _Run(library, Visits(client, settings), reader, cache, today)
        places = asyncio.Semaphore(settings.refresh_hosts_at_once)

        async def visit(host: list[Source]) -> None:
            nonlocal done
            async with places:
                for source in host:
                    await run.read(source)
                    done += 1
                    progress("Lecture des pages", done, len(sources))

        async with asyncio.TaskGroup() as group:
            # The sites with most pages first: they take longest.
            for host in sorted(by_host.values(), key=len, reverse=True):
                group.create_task(visit(host))


class _Run:
    """Reads one page after another into the cache; a failure is kept too."""

    def __init__(self, library: Library, visits: Visits, reader: Reader, cache: RefreshCache, today: date) -> None:
        self._registry = Registry(library.publishers)
        self._visits = visits
        self._reader = reader
        self._cache = cache
        self._today = today

    async def read(self, source: Source) -> None:
        url = str(source.url)
        try:
            self._leave_alone(source)
            await self._read(url)
        except FetchError as error:
            self._cache.keep(PageRecord(url, self._today, failure=error.reason, detail=error.detail))
        except Exception as error:
            # Nobody foresees all that a site can send: one page must not stop the others, today and at each try.
            self._cache.keep(PageRecord(url, self._today, failure=Reason.UNREADABLE, detail=type(error).__name__))

    def _leave_alone(self, source: Source) -> None:
        publisher = self._registry.of(source.host)
        if publisher is not None and publisher.reading in _LEFT_ALONE:
            raise FetchError(_LEFT_ALONE[publisher.reading], "registre des éditeurs")

    async def _read(self, url: str) -> None:
        known = self._cache.page(url)
        has_text = known is not None and self._cache.text(known.page) is not None
        visit = await self._visits.page(url, known.validators if known and has_text else Validators())
        if visit.unchanged and known is not None:
            self._cache.keep(_again(known, self._today))
            return
        page = await self._reader.read(visit.response)
        self._cache.keep(
            PageRecord(
                url,
                self._today,
                page=Sentences.of(page.text).page_hash,
                moved_to=visit.moved_to,
                validators=visit.response.validators,
                language=page.language,
                page_date=_past(page.page_date, self._today),
            ),
            page.text,
        )


def _again(record: PageRecord, today: date) -> PageRecord:
    return PageRecord(**{**vars(record), "read_on": today, "failure": None, "detail": ""})


def _past(iso: str, today: date) -> date | None:
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        return None
    return found if found <= today else None
