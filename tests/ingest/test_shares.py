from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.settings import Settings
from ingest.cli import app
from ingest.shares import read_again, shares_of
from knowledge import library as libraries
from knowledge.golden import GoldenQuestion

TABLE = """# Seconde lecture

Un fait nommé hors d'un tableau, rsa/oubli, n'est pas lu pour autant.

| fait | verdict | mots de la page | remarque |
|---|---|---|---|
| rsa/montant | conforme | « le montant » |  |
| rsa/calcul | corrigé | « le calcul » | dit en partie autrement |
| rsa/date | en partie | « la date » | le reste vient de la page citée |
| rsa/lieu | page non retrouvée |  |  |
| L1234-5 | `rsa/article` | oui |  |
"""


def test_a_page_not_found_or_half_read_is_no_second_reading(tmp_path: Path) -> None:
    (tmp_path / "lot.md").write_text(TABLE, "utf-8")
    assert read_again(tmp_path) == {"rsa/montant", "rsa/calcul", "rsa/article"}


def test_without_tables_nothing_was_read_again(tmp_path: Path) -> None:
    assert read_again(tmp_path) == set()


def test_each_share_and_what_it_misses_make_the_whole(small_settings: Settings, tmp_path: Path) -> None:
    library = libraries.load(small_settings.knowledge_dir)
    golden = [
        GoldenQuestion(id="a", question="où ?", facts=["rsa/montant"], writer="a"),
        GoldenQuestion(id="b", question=_of("dev"), missing="le lieu", writer="a"),
        GoldenQuestion(id="c", question=_of("unseen"), missing="l'heure", writer="a"),
        GoldenQuestion(id="d", question="la météo ?", status="redirected", writer="a"),
    ]
    everything, own, amounts, read, questions = shares_of(library, tmp_path, golden)
    assert questions.of == 3 and questions.missing == ["b : le lieu", "une question gardée"]
    assert everything.of == read.of == len(library.facts) and own.of <= everything.of
    assert set(own.missing) <= set(everything.missing) < set(library.facts)
    assert amounts.of == sum(len(figure.series) for figure in library.figures.values())
    assert read.count == (0, len(library.facts)) and read.missing == list(library.facts)


def _of(split: str) -> str:
    texts = map("quand {} ?".format, range(99))
    return next(text for text in texts if GoldenQuestion(id="x", question=text, missing="x", writer="x").split == split)


def test_the_command_says_the_shares_and_on_demand_what_is_missing(
    small_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(small_settings.data_dir))
    monkeypatch.setenv("KNOWLEDGE_DIR", str(small_settings.knowledge_dir))
    short, long = (CliRunner().invoke(app, ["shares", *more]) for more in ([], ["--missing"]))
    assert short.exit_code == long.exit_code == 0, short.output
    assert len(short.stderr.splitlines()) == 5 and " % (" in short.stderr
    assert len(long.stderr.splitlines()) > 5
