"""The codes against the facts: a real archive, brought by a stand-in for npm that stands first on the PATH."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.settings import Settings
from ingest.cli import app
from ingest.official import legi
from ingest.official.package import CorpusError, NpmPackage, bring

Edit = Callable[[Path, str, str], None]
TODAY = "2026-11-21"
NO_END = 32472144000000


def article(number: str, version: str, text: str, end: int = NO_END, state: str = "VIGUEUR") -> dict[str, Any]:
    start = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)
    data = {"id": version, "num": number, "etat": state, "dateDebut": start, "dateFin": end, "texte": text}
    return {"type": "article", "data": data | {"articleVersions": [{"id": version}, {"id": "LEGIARTI000000000001"}]}}


def code(*articles: dict[str, Any]) -> dict[str, Any]:
    section = {"type": "section", "data": {"title": "Partie"}, "children": list(articles)}
    return {"type": "code", "data": {"dateDebutVersion": "2026-03-27"}, "children": [section]}


def archive_of(files: dict[str, Any]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name, content in files.items():
            data = json.dumps(content).encode()
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return written.getvalue()


def integrity_of(data: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


class Npm:
    """A program called ``npm`` that hands out one archive and counts how often it is asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._served, self._calls = folder / "served.tgz", folder / "calls"
        program = folder / "npm"
        program.write_text(
            f"#!/bin/sh\necho called >> {self._calls}\n"
            f'name=$(echo "$2" | sed -e "s/^@//" -e "s#/#-#" -e "s/@/-/")\n/bin/cp {self._served} "$5/$name.tgz"\n'
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def serve(self, package: NpmPackage, files: dict[str, Any]) -> NpmPackage:
        """The package as published with these files, its checksum with it."""
        data = archive_of({"package.json": {"name": package.name, "version": package.version}} | files)
        self._served.write_bytes(data)
        return replace(package, integrity=integrity_of(data))

    @property
    def calls(self) -> int:
        return len(self._calls.read_text().splitlines()) if self._calls.exists() else 0


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Npm:
    folder = tmp_path / "bin"
    folder.mkdir()
    return Npm(folder, monkeypatch)


@pytest.fixture
def publish_codes(npm: Npm, monkeypatch: pytest.MonkeyPatch, small_settings: Settings):  # type: ignore[no-untyped-def]
    """Publishes a version of the two codes, as if a new package had been pinned."""

    def publish(*articles: dict[str, Any]) -> None:
        files = dict.fromkeys(legi.FILES, code()) | {"code_securite_sociale": code(*articles)}
        package = npm.serve(legi.PACKAGE, {f"data/{legi.FILES[name]}.json": root for name, root in files.items()})
        monkeypatch.setattr(legi, "PACKAGE", package)
        (small_settings.data_dir / "corpora" / package.archive_name).unlink(missing_ok=True)

    return publish


@pytest.fixture
def law(small_settings: Settings, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("DATA_DIR", str(small_settings.data_dir))
    monkeypatch.setenv("KNOWLEDGE_DIR", str(small_settings.knowledge_dir))
    return lambda *options: CliRunner().invoke(app, ["law", "--today", TODAY, *options])


@pytest.fixture
def cite(small_settings: Settings, edit: Edit) -> Callable[[str], None]:
    """Writes an article under the first fact of the small library."""
    path = small_settings.knowledge_dir / "fiches/argent/cotisations.md"
    return lambda number: edit(path, "- sources:", f"- articles: [code_securite_sociale {number}]\n- sources:")


PACKAGE = NpmPackage("@socialgouv/essai", "1.2.3", "")


def test_an_archive_is_asked_for_once_and_checked_each_time(npm: Npm, tmp_path: Path) -> None:
    package = npm.serve(PACKAGE, {})
    archive = bring(package, tmp_path / "corpora", timeout=10)
    assert archive.name == "socialgouv-essai-1.2.3.tgz"
    assert bring(package, tmp_path / "corpora", timeout=10) == archive and npm.calls == 1
    archive.write_bytes(archive.read_bytes() + b"x")
    with pytest.raises(CorpusError, match="empreinte"):
        bring(package, tmp_path / "corpora", timeout=10)
    assert not archive.exists()


def test_an_archive_with_the_right_bytes_and_the_wrong_version_is_refused(npm: Npm, tmp_path: Path) -> None:
    served = npm.serve(replace(PACKAGE, version="9.9.9"), {})
    with pytest.raises(CorpusError, match=r"contient @socialgouv/essai 9\.9\.9"):
        bring(replace(PACKAGE, integrity=served.integrity), tmp_path / "corpora", timeout=10)


def test_without_npm_the_command_says_what_is_missing(law, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PATH", str(tmp_path))
    result = law()
    assert result.exit_code == 1
    assert "npm manque" in result.stderr and "répond comme avant" in result.stderr


def test_an_article_is_read_once_then_watched(law, publish_codes, cite) -> None:  # type: ignore[no-untyped-def]
    """The star, the dot and the space of a number are of no account."""
    cite("L. 613-7")
    publish_codes(article("L613-7", "LEGIARTI000000000010", "Les cotisations sont calculées."))
    first = law()
    assert first.exit_code == 0 and "2026-03-27" in first.stderr
    assert "argent/cotisations.md:" in first.stderr and "L613-7 n'a pas été relu" in first.stderr
    assert "(0 avertissement(s))" in law("--accept").stderr
    # Only spacing changed: the same wording.
    publish_codes(article("L613-7", "LEGIARTI000000000010", "Les cotisations  sont\ncalculées."))
    assert "(0 avertissement(s))" in law().stderr
    publish_codes(article("L613-7", "LEGIARTI000000000011", "Les cotisations ne sont pas calculées."))
    changed = law()
    assert changed.exit_code == 0
    assert "a changé depuis sa lecture (LEGIARTI000000000010 → LEGIARTI000000000011)" in changed.stderr


@pytest.mark.parametrize(
    ("number", "said"),
    [("L999-9", "n'est pas dans le Code de la sécurité sociale"), ("L613-8", "n'est pas en vigueur")],
)
def test_an_article_that_does_not_hold_is_an_error(law, publish_codes, cite, number: str, said: str) -> None:  # type: ignore[no-untyped-def]
    cite(number)
    publish_codes(article("L613-8", "LEGIARTI000000000012", "Ancien.", state="ABROGE"))
    result = law()
    assert result.exit_code == 1 and "cotisations.md:" in result.stderr and said in result.stderr


def test_a_change_already_voted_is_foreseen_by_the_dates_of_the_fact(law, publish_codes, cite) -> None:  # type: ignore[no-untyped-def]
    cite("L613-7")
    for day, warned in ((date(2026, 12, 1), True), (date(2040, 1, 1), False)):
        end = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
        publish_codes(article("L613-7", "LEGIARTI000000000010", "Texte.", end=end))
        assert (f"change le {day}" in law("--accept").stderr) is warned


def test_the_address_of_a_source_must_lead_to_the_article_of_its_title(  # type: ignore[no-untyped-def]
    law, publish_codes, small_settings: Settings, edit: Edit
) -> None:
    source = small_settings.knowledge_dir / "sources/essai.yaml"
    title = next(line for line in source.read_text().splitlines() if "title:" in line)
    edit(source, title, "  title: Article L613-7 du Code de la sécurité sociale")
    edit(source, "https://www.legifrance.gouv.fr/essai", "https://www.legifrance.gouv.fr/x/LEGIARTI000000000020")
    here = article("L613-7", "LEGIARTI000000000010", "Texte.")
    publish_codes(here, article("L613-9", "LEGIARTI000000000020", "Autre."))
    result = law()
    assert result.exit_code == 1 and "le titre dit L613-7, l'adresse mène à L613-9" in result.stderr


def test_a_sentence_may_not_name_an_article_that_nothing_declares(  # type: ignore[no-untyped-def]
    law, publish_codes, small_settings: Settings, edit: Edit
) -> None:
    path = small_settings.knowledge_dir / "fiches/argent/cotisations.md"
    edit(path, "déclare zéro", "déclare zéro (article L. 613-8 du Code de la sécurité sociale)")
    publish_codes()
    said = law().stderr
    assert "l'article L613-8 est nommé : ajoutez-le au champ articles : [code_securite_sociale L613-8]" in said


def test_articles_of_other_codes_are_said_not_to_be_looked_up(  # type: ignore[no-untyped-def]
    law, publish_codes, small_settings: Settings, edit: Edit
) -> None:
    path = small_settings.knowledge_dir / "fiches/argent/cotisations.md"
    edit(path, "- sources:", "- articles: [code_civil 1303, code_du_travail L1]\n- sources:")
    publish_codes()
    assert "non regardés ici : code_civil 1, code_du_travail 1." in law().stderr


def test_a_damaged_memory_of_what_was_read_is_said(law, publish_codes, small_settings: Settings) -> None:  # type: ignore[no-untyped-def]
    publish_codes()
    (small_settings.knowledge_dir / "law.yaml").write_text("code_travail: [L1", "utf-8")
    result = law()
    assert result.exit_code == 1 and "law.yaml:1: illisible" in result.stderr
