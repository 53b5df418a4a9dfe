from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_network
from pathlib import Path

import pytest

from ingest.refresh.extract import Page
from ingest.refresh.fetch import Client, Validators
from ingest.refresh.reader import Reader
from ingest.refresh.visits import Visit, Visits
from ingest.settings import IngestSettings
from tests.ingest.refresh.site import Site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    await site.start()
    yield site
    await site.stop()


@pytest.fixture
def settings(site: Site, tmp_path: Path) -> IngestSettings:
    """Quick, and allowed to read this machine at one address only."""
    return IngestSettings(
        _env_file=None,
        data_dir=tmp_path / "data",
        contact="essai@clicdroit.example",
        refresh_delay_s=0,
        refresh_connect_timeout_s=1,
        refresh_page_timeout_s=0.6,
        refresh_page_max_bytes=300_000,
        refresh_redirects_max=3,
        refresh_ports=[site.port],
        refresh_allowed_networks=[ip_network("127.0.0.1/32")],
    )


async def resolve(host: str, port: int) -> list[str]:
    """Every ``.example`` name is the local site; addresses are themselves."""
    return ["127.0.0.1" if host.endswith(".example") else host]


Fetch = Callable[[str], Awaitable[Visit]]


@pytest.fixture
async def visits(settings: IngestSettings) -> AsyncIterator[Visits]:
    async with Client(settings, resolve) as client:
        yield Visits(client, settings)


@pytest.fixture
def fetch(visits: Visits) -> Fetch:
    return lambda url: visits.page(url, Validators())


@pytest.fixture
async def read(settings: IngestSettings, fetch: Fetch) -> AsyncIterator[Callable[[str], Awaitable[Page]]]:
    async with Reader(settings) as reader:

        async def page(url: str) -> Page:
            return await reader.read((await fetch(url)).response)

        yield page
