from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.settings import Settings
from ingest.cli import app
from knowledge.generation import active_id

runner = CliRunner()
Edit = Callable[[Path, str, str], None]


@pytest.fixture
def run(small_settings: Settings, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("DATA_DIR", str(small_settings.data_dir))
    monkeypatch.setenv("KNOWLEDGE_DIR", str(small_settings.knowledge_dir))
    return lambda *arguments: runner.invoke(app, list(arguments))


def test_build_then_status_and_export(run, small_settings: Settings) -> None:  # type: ignore[no-untyped-def]
    built = run("build", "--today", "2026-11-21")
    assert built.exit_code == 0, built.output
    status = json.loads(run("status", "--json").stdout)
    assert set(status) == {"generation", "model", "fiches", "facts", "sources", "passages", "oldest_read"}
    assert (status["fiches"], status["facts"], status["sources"]) == (2, 8, 2)
    assert status["oldest_read"] == "2026-11-01"

    rows = [json.loads(line) for line in run("export", "--jsonl", "--today", "2026-11-21").stdout.splitlines()]
    assert len(rows) == 8
    names = {
        "fact_id",
        "fiche",
        "title",
        "text",
        "confidence",
        "sources",
        "read_on",
        "valid_from",
        "valid_to",
        "expires_on",
    }
    assert all(set(row) == names for row in rows)
    first = rows[0]
    assert first["fact_id"] == "cotisations/taux" and "25,6 %" in first["text"]
    assert first["sources"][0] == {
        "url": "https://www.legifrance.gouv.fr/essai",
        "publisher": "Légifrance",
        "kind": "law",
    }
    earlier = [json.loads(line) for line in run("export", "--today", "2025-06-01").stdout.splitlines()]
    assert "24,6 %" in earlier[0]["text"]


def test_without_a_generation_each_command_says_what_to_do(run) -> None:  # type: ignore[no-untyped-def]
    for arguments in (["status"], ["export"]):
        result = run(*arguments)
        assert result.exit_code == 1 and "make build" in result.stderr
    assert "n'existe pas" in run("publish", "inconnue").stderr


def test_check_lists_every_problem_with_its_place(run, small_settings: Settings, edit: Edit) -> None:  # type: ignore[no-untyped-def]
    assert run("check", "--today", "2026-11-21").exit_code == 0
    path = small_settings.knowledge_dir / "fiches/argent/cotisations.md"
    edit(path, "[loi-essai]", "[perdue]")
    edit(path, "## Pièges" if "## Pièges" in path.read_text() else "## Démarches", "## Demarche")
    result = run("check")
    assert result.exit_code == 1
    assert "cotisations.md:" in result.stderr and "titre inconnu" in result.stderr
    assert run("build").exit_code == 1


def test_check_shows_what_will_have_expired(run) -> None:  # type: ignore[no-untyped-def]
    assert "2027-01-31" not in run("check", "--today", "2026-11-21").stderr
    assert "expires_on est passé (2027-01-31)" in run("check", "--today", "2027-06-01").stderr


def test_a_bad_model_name_gives_one_clear_line(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("EMBEDDING_MODEL", "modele-qui-n-existe-pas")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # do not wait for a hub that this machine may not reach
    result = run("build")
    assert result.exit_code == 1
    last = [line for line in result.stderr.splitlines() if line.startswith("Erreur")]
    assert len(last) == 1 and "modele-qui-n-existe-pas" in last[0]


def test_publish_moves_between_generations(run, built_settings: Settings, edit: Edit) -> None:  # type: ignore[no-untyped-def]
    first = active_id(built_settings)
    edit(built_settings.knowledge_dir / "fiches/argent/cotisations.md", "déclare zéro", "déclare encore zéro")
    assert run("build", "--candidate").exit_code == 0
    assert json.loads(run("status", "--json").stdout)["generation"] == first
    second = next(p.name for p in built_settings.generations_dir.iterdir() if p.name != first)
    assert run("publish", second).exit_code == 0
    assert json.loads(run("status", "--json").stdout)["generation"] == second
