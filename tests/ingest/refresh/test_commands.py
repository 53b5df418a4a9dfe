"""The two commands as a volunteer types them, against the local site."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
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
