"""A command that is mistyped says so in one line, in French, and does nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.cli import app as benchmarks
from bot.cli import app as bot
from bot.settings import Settings
from ingest.cli import app as ingest
from knowledge.generation import active_id

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
runner = CliRunner()


@pytest.mark.parametrize(
    ("room", "typed", "said"),
    [
        (ingest, ["inconnu"], "commande inconnue"),
        (ingest, ["diff"], "il manque first"),
        (ingest, ["refresh", "--limit", "0"], "valeur refusée pour --limit"),
        (ingest, ["refresh", "--today", "hier"], "valeur refusée pour --today"),
        (ingest, ["review", "--format", "pdf"], "valeur refusée pour --format"),
        (ingest, ["gaps", "--encore", "x"], "option inconnue : --encore"),
        (bot, ["verify", "deux", "mots"], "il y a un mot de trop"),
        (bot, ["backup"], "il manque folder"),
        (benchmarks, ["soak", "--messages", "1"], "valeur refusée pour --messages"),
        (benchmarks, ["answers", "--split", "autre"], "aucune question dans la moitié « autre »"),
    ],
)
def test_one_line_says_what_is_wrong_and_where_help_is(room: typer.Typer, typed: list[str], said: str) -> None:
    result = runner.invoke(room, typed)
    assert result.exit_code == 2 and result.stdout == ""
    [line] = result.stderr.splitlines()
    assert line.startswith(f"Erreur : {said}") and line.endswith("--help")


def test_an_option_without_its_value_is_named() -> None:
    assert runner.invoke(ingest, ["refresh", "--source"]).stderr == "Erreur : --source attend une valeur\n"


@pytest.mark.parametrize("room", [ingest, bot, benchmarks])
def test_a_room_alone_shows_its_commands(room: typer.Typer) -> None:
    assert "Commands" in runner.invoke(room, []).output
    assert runner.invoke(room, ["--help"]).exit_code == 0


def test_why_a_file_cannot_be_read_is_said_in_french(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "absent.jsonl", "il n'existe pas"), (tmp_path, "c'est un dossier")):
        result = runner.invoke(ingest, ["gaps", str(path)])
        assert result.exit_code == 1
        assert result.stderr.replace("\n", "") == f"Erreur : fichier illisible : {path} ({why})"


def test_a_setting_that_cannot_be_read_is_named_to_maintainers_too() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "REFRESH_DELAY_S": "vite"}
    done = subprocess.run([sys.executable, "-m", "ingest", "refresh"], capture_output=True, text=True, env=environment)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("Erreur : réglage illisible : REFRESH_DELAY_S") and "vite" not in line


def test_an_empty_name_publishes_nothing(built_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """``publish "$ID"`` in a shell where ID is not set is not ``publish --previous``."""
    monkeypatch.setenv("DATA_DIR", str(built_settings.data_dir))
    serving = active_id(built_settings)
    (built_settings.data_dir / "published.jsonl").unlink(missing_ok=True)
    for typed in (["publish", ""], ["diff", ""]):
        result = runner.invoke(ingest, typed)
        assert result.exit_code == 1 and "il manque le nom d'une génération" in result.stderr, typed
    assert active_id(built_settings) == serving
    measured = runner.invoke(benchmarks, ["answers", "--generation", ""])
    assert measured.exit_code == 1 and "absente" in measured.stderr


def test_nothing_to_list_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name in ("gaps", "shared"):
        result = runner.invoke(bot, [name, "--jsonl"])
        assert (result.exit_code, result.stdout) == (0, "") and result.stderr.startswith("Rien :")


def test_every_line_of_the_environment_file_is_a_setting() -> None:
    names = re.findall(r"^(?:# )?([A-Z_]+)=", (DEPLOY / "clicdroit.env.example").read_text("utf-8"), re.MULTILINE)
    assert len(names) > 15 and {name.lower() for name in names} <= set(Settings.model_fields)


def test_the_service_waits_for_the_bot_to_end_and_only_this_machine_watches_it() -> None:
    unit = (DEPLOY / "clicdroit.service").read_text("utf-8")
    [patience] = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    defaults = Settings(_env_file=None)
    assert int(patience) > defaults.stop_wait_s and defaults.ops_listen == "127.0.0.1"
