"""The two commands as a volunteer types them, against the local site."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import Result
from typer.testing import CliRunner

from ingest.cli import app
from knowledge import library as libraries
from tests.conftest import SMALL
from tests.ingest.refresh.site import Site, page

Run = Callable[..., Awaitable[Result]]
Edit = Callable[[Path, str, str], None]


@pytest.fixture
def folder(tmp_path: Path, site: Site, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(SMALL, tmp_path / "knowledge"))
    edit(folder / "sources/essai.yaml", "https://www.legifrance.gouv.fr/essai", site.url("/loi"))
    for name, value in {
        "KNOWLEDGE_DIR": str(folder),
        "DATA_DIR": str(tmp_path / "data"),
        "CONTACT": "essai@clicdroit.example",
        "REFRESH_DELAY_S": "0",
        "REFRESH_PORTS": json.dumps([site.port]),
        "REFRESH_ALLOWED_NETWORKS": json.dumps(["127.0.0.1/32"]),
    }.items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def run(folder: Path) -> Run:
    async def command(*arguments: str, typed: str = "") -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, [*arguments, "--today", "2026-12-01"], input=typed)

    return command


async def test_from_a_page_to_a_verified_fact(run: Run, site: Site, folder: Path) -> None:
    site.pages["/loi"] = page()
    read = await run("refresh", "--source", "loi-essai")
    assert read.exit_code == 0, read.output
    assert "Rien n'a été changé dans les fiches" in read.stderr
    text = await run("review", "--format", "md")
    assert "## Page à comparer une première fois" in text.stdout
    assert libraries.load(folder).facts["cotisations/taux"].verified_on is None
    walked = await run("review", typed="a\n\n")
    assert walked.exit_code == 0, walked.output
    assert str(libraries.load(folder).facts["cotisations/taux"].verified_on) == "2026-12-01"


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
async def test_a_refresh_that_is_ended_goes_on_where_it_was(
    site: Site, folder: Path, edit: Edit, end: signal.Signals
) -> None:
    """A real process, ended in the middle of its second page: the first one is not asked for again."""
    (folder / "publishers.yaml").write_text(
        (folder / "publishers.yaml").read_text("utf-8").replace("exemple.example", "127.0.0.1"), "utf-8"
    )
    edit(folder / "sources/essai.yaml", "https://exemple.example/page?a=1&b=2", site.url("/page"))
    waiting, free = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        waiting.set()
        await free.wait()
        return web.Response(text=page(), content_type="text/html")

    order = [str(source.url) for source in sorted(libraries.load(folder).sources.values(), key=lambda one: one.read_on)]
    first, second = (url.removeprefix(site.url("")) for url in order)
    site.pages |= {first: page(), second: slow}
    command = [sys.executable, "-m", "ingest", "refresh", "--today", "2026-12-01"]
    running = await asyncio.create_subprocess_exec(
        *command, stderr=asyncio.subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    )  # a shell's « & » has its children ignore Ctrl-C
    await waiting.wait()
    running.send_signal(end)
    _, said = await running.communicate()
    assert end is signal.SIGKILL or "reprend où elle s'est arrêtée" in said.decode()
    free.set()
    again = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    assert await again.wait() == 0
    assert (site.asked[f"127.0.0.1{first}"], site.asked[f"127.0.0.1{second}"]) == (1, 2)


async def test_input_that_ends_leaves_everything_in_order(run: Run, site: Site, folder: Path) -> None:
    site.pages["/loi"] = page()
    await run("refresh", "--source", "loi-essai")
    before = (folder / "sources/essai.yaml").read_bytes()
    stopped = await run("review", typed="")
    assert stopped.exit_code == 0 and "la même commande reprend la suite" in stopped.stderr
    assert (folder / "sources/essai.yaml").read_bytes() == before


async def test_what_is_missing_is_said_in_one_line(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "lancez d'abord python -m ingest refresh" in (await run("review")).stderr
    assert "source inconnue : perdue" in (await run("refresh", "--source", "perdue")).stderr
    monkeypatch.setenv("CONTACT", "")
    refused = await run("refresh")
    assert refused.exit_code == 1 and "réglez CONTACT" in refused.stderr
