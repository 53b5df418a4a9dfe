"""The safe client against a real local server that does each hostile thing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from ipaddress import ip_address
from itertools import pairwise

import pytest
from aiohttp import web

from ingest.refresh.failures import FetchError, Reason
from ingest.refresh.fetch import Client, Validators, checked_url
from ingest.refresh.guard import GuardedBackend, is_public
from ingest.refresh.visits import Visits
from ingest.settings import IngestSettings
from tests.ingest.refresh.conftest import Fetch, resolve
from tests.ingest.refresh.site import Site, drip, endless, gzip_bomb, page, raw, redirect, silent, twice_zipped


async def reason(fetch: Fetch, url: str) -> Reason:
    with pytest.raises(FetchError) as caught:
        await fetch(url)
    return caught.value.reason


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
        "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1",
        "::1", "::", "fe80::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_internal_addresses_are_not_the_open_web(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "185.24.187.170", "2a00:1450:4007:80c::200e", "::ffff:8.8.8.8"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://exemple.example/", "gopher://x/", "http:///", "http://moi:secret@exemple.example/", "javascript:alert(1)", "http://[::1"]
)  # fmt: skip
def test_only_plain_web_addresses(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        checked_url(url)
    assert caught.value.reason is Reason.ADDRESS


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "2130706434", "0x7f.0.0.2", "127.2", "localhost", "[::1]", "[::ffff:127.0.0.2]"]
)
async def test_no_spelling_of_an_internal_address_is_asked(site: Site, settings: IngestSettings, host: str) -> None:
    """With the system's own resolution: it understands all these."""
    settings.refresh_allowed_networks = []
    async with Client(settings) as client:
        with pytest.raises(FetchError) as caught:
            await client.get(site.url("/page", host), 1, 1000)
    assert caught.value.reason is Reason.ADDRESS
    assert not site.asked


async def test_a_port_that_is_not_the_webs_is_refused(site: Site, settings: IngestSettings) -> None:
    async with Client(settings.model_copy(update={"refresh_ports": [80, 443]}), resolve) as client:
        with pytest.raises(FetchError, match="port"):
            await client.get(site.url("/page", "exemple.example"), 1, 1000)
    assert not site.asked


async def test_redirects_are_checked_one_by_one(site: Site, fetch: Fetch) -> None:
    site.pages |= {
        "/interne": redirect(site.url("/secret", "127.0.0.2")),
        "/metadonnees": redirect("http://169.254.169.254/latest/meta-data/"),
        "/fichier": redirect("file:///etc/passwd"),
        "/autre-port": redirect("http://127.0.0.1:22/page"),
        "/mot-de-passe": redirect("http://moi:secret@exemple.example/page"),
        "/secret": "le secret",
    }
    for path in ("/interne", "/metadonnees", "/fichier", "/autre-port", "/mot-de-passe"):
        assert await reason(fetch, site.url(path)) is Reason.ADDRESS
    assert not site.asked["127.0.0.2/secret"] and not site.asked["127.0.0.2/robots.txt"]


async def test_a_name_that_changes_its_answer_gains_nothing(site: Site, settings: IngestSettings) -> None:
    """DNS rebinding: the address that is connected to is the one that was checked, and each connection checks."""
    answers = [["127.0.0.1"], ["127.0.0.2"]]

    async def rebinding(host: str, port: int) -> list[str]:
        return answers.pop(0)

    async def closing(request: web.Request) -> web.StreamResponse:
        response = web.Response(text=page(), content_type="text/html")
        response.force_close()
        return response

    site.pages["/page"] = closing
    async with Client(settings, rebinding) as client:
        first = await client.get(site.url("/page", "rebond.example"), 1, 100_000)
        assert first.status == 200 and len(answers) == 1, "one resolution for one connection"
        with pytest.raises(FetchError, match="adresse interne"):
            await client.get(site.url("/page", "rebond.example"), 1, 100_000)
    assert site.asked["rebond.example/page"] == 1


async def test_one_internal_answer_among_public_ones_refuses_the_name(settings: IngestSettings) -> None:
    async def mixed(host: str, port: int) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    with pytest.raises(FetchError, match="interne"):
        await GuardedBackend([80], [], mixed).checked("melange.example", 80)


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (gzip_bomb, Reason.TOO_LARGE),
        (endless, Reason.TOO_LARGE),
        (raw(b"x" * 300_001), Reason.TOO_LARGE),
        (drip, Reason.TOO_SLOW),
        (silent, Reason.TOO_SLOW),
        (twice_zipped, Reason.UNREADABLE),
        (raw(b"\x1b\x00br", Content_Encoding="br"), Reason.UNREADABLE),
        (raw(b"pas du gzip", Content_Encoding="gzip"), Reason.UNREADABLE),
        (raw(b"PK\x03\x04", Content_Type="application/zip"), Reason.TYPE),
        (raw(b"\x89PNG", Content_Type="image/png"), Reason.TYPE),
        (web.Response(status=404), Reason.GONE),
        (web.Response(status=410), Reason.GONE),
        (web.Response(status=403), Reason.BLOCKED),
        (web.Response(status=200, headers={"cf-mitigated": "challenge"}), Reason.BLOCKED),
        (web.Response(status=500), Reason.SERVER),
        (web.Response(status=429), Reason.BUSY),
    ],
)  # fmt: skip
async def test_each_hostile_answer_ends_in_its_reason(
    site: Site, fetch: Fetch, handler: object, expected: Reason
) -> None:
    site.pages["/page"] = handler  # type: ignore[assignment]
    assert await reason(fetch, site.url("/page")) is expected


async def test_loops_and_chains_of_redirects_end(site: Site, fetch: Fetch) -> None:
    site.pages |= {"/boucle": redirect("/boucle")} | {f"/{n}": redirect(f"/{n + 1}") for n in range(9)}
    assert await reason(fetch, site.url("/boucle")) is Reason.REDIRECTS
    assert await reason(fetch, site.url("/0")) is Reason.REDIRECTS
    assert site.asked["127.0.0.1/boucle"] == 4


async def test_a_lasting_redirect_gives_the_new_address_a_passing_one_does_not(site: Site, fetch: Fetch) -> None:
    site.pages |= {
        "/avant": redirect("/page", 301), "/essai": redirect("/page", 302), "/page": page(),
        "/retiree": redirect("/", 301), "/": page(),
    }  # fmt: skip
    assert (await fetch(site.url("/avant"))).moved_to == site.url("/page")
    assert (await fetch(site.url("/essai"))).moved_to is None
    assert await reason(fetch, site.url("/retiree")) is Reason.GONE


async def test_robots_are_obeyed_on_each_site_a_redirect_leads_to(site: Site, fetch: Fetch) -> None:
    site.pages |= {"/prive/page": page(), "/page": redirect(site.url("/prive/page", "autre.example"))}
    assert await reason(fetch, site.url("/prive/page")) is Reason.BLOCKED
    assert await reason(fetch, site.url("/page")) is Reason.BLOCKED
    assert not any("prive" in path for path in site.asked)
    assert site.asked["autre.example/robots.txt"] == 1


async def test_no_robots_file_allows_and_a_broken_one_forbids(site: Site, fetch: Fetch) -> None:
    site.pages["/page"] = page()
    del site.pages["/robots.txt"]
    assert (await fetch(site.url("/page", "sans.example"))).response.status == 200
    site.pages["/robots.txt"] = web.Response(status=500)
    assert await reason(fetch, site.url("/page", "panne.example")) is Reason.BUSY
    assert not site.asked["panne.example/page"]


async def test_a_site_that_asks_for_too_long_a_pause_is_left_to_a_person(site: Site, fetch: Fetch) -> None:
    site.pages |= {"/robots.txt": "User-agent: *\nCrawl-delay: 3600\n", "/page": page()}
    assert await reason(fetch, site.url("/page")) is Reason.BLOCKED
    assert not site.asked["127.0.0.1/page"]


async def test_a_tired_site_is_not_asked_again(site: Site, fetch: Fetch) -> None:
    site.pages |= {"/page": web.Response(status=429), "/autre": page()}
    assert await reason(fetch, site.url("/page")) is Reason.BUSY
    assert await reason(fetch, site.url("/autre")) is Reason.BUSY
    assert not site.asked["127.0.0.1/autre"]


async def test_one_request_at_a_time_for_a_site(site: Site, fetch: Fetch) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.03)
        return web.Response(text=page(), content_type="text/html")

    site.pages |= {f"/{n}": slow for n in range(6)}
    await asyncio.gather(*(fetch(site.url(f"/{n}")) for n in range(6)))
    assert site.most_at_once == 1
    site.most_at_once = 0
    await asyncio.gather(*(fetch(site.url("/1", f"site-{n}.example")) for n in range(3)))
    assert site.most_at_once > 1, "different sites do not wait for each other"


@pytest.mark.parametrize(("robots", "pause"), [("", 0.2), ("User-agent: *\nCrawl-delay: 0.4\n", 0.4)])
async def test_a_pause_between_two_requests_to_a_site(
    site: Site, settings: IngestSettings, robots: str, pause: float
) -> None:
    """Ours, or the longer one that the site asks for; robots.txt counts as a request."""
    came: list[float] = []

    async def timed(request: web.Request) -> web.StreamResponse:
        came.append(asyncio.get_running_loop().time())
        return web.Response(text=robots if request.path == "/robots.txt" else page(), content_type="text/html")

    site.pages |= dict.fromkeys(["/robots.txt", "/1", "/2"], timed)
    async with Client(settings, resolve) as client:
        visits = Visits(client, settings.model_copy(update={"refresh_delay_s": 0.2}))
        await asyncio.gather(*(visits.page(site.url(path), Validators()) for path in ("/1", "/2")))
    assert len(came) == 3 and all(later - sooner >= pause for sooner, later in pairwise(came))


async def test_headers_that_never_end_are_given_up(settings: IngestSettings) -> None:
    """A byte of a header now and then: no read ever times out, the page as a whole does."""

    async def drip_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Attente: ")
        with suppress(ConnectionError):
            while True:
                writer.write(b"a")
                await writer.drain()
                await asyncio.sleep(0.02)

    server = await asyncio.start_server(drip_headers, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Client(settings.model_copy(update={"refresh_ports": [port]}), resolve) as client:
        with pytest.raises(FetchError) as caught:
            await client.get(f"http://127.0.0.1:{port}/page", 0.5, 1000)
        assert caught.value.reason is Reason.TOO_SLOW
        server.close()


async def test_we_say_who_we_are_and_keep_no_cookie(site: Site, fetch: Fetch) -> None:
    async def with_cookie(request: web.Request) -> web.StreamResponse:
        return web.Response(text=page(), content_type="text/html", headers={"Set-Cookie": "suivi=1; Path=/"})

    site.pages["/page"] = with_cookie
    await fetch(site.url("/page"))
    await fetch(site.url("/page"))
    assert all("ClicDroit" in sent["User-Agent"] and "essai@clicdroit.example" in sent["User-Agent"] for sent in site.headers)  # fmt: skip
    assert not any("Cookie" in sent for sent in site.headers)


async def test_validators_spare_the_page(site: Site, visits: Visits) -> None:
    async def dated(request: web.Request) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == '"v1"':
            return web.Response(status=304)
        return web.Response(text=page(), content_type="text/html", headers={"ETag": '"v1"'})

    site.pages["/page"] = dated
    first = await visits.page(site.url("/page"), Validators())
    assert first.response.validators.etag == '"v1"' and not first.unchanged
    again = await visits.page(site.url("/page"), first.response.validators)
    assert again.unchanged and again.response.body == b""
