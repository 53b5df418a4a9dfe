from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.chat import run_chat
from bot.cli import app
from bot.settings import Settings
from tests.conftest import TODAY

runner = CliRunner()
ROOT = Path(__file__).parents[2]
ANSWER_FIELDS = {"id", "status", "text", "parts", "citations", "ask", "generation", "latency_ms", "embed_ms"}
CITATION_FIELDS = {
    "n",
    "fact_id",
    "fiche",
    "title",
    "publisher",
    "url",
    "read_on",
    "page_date",
    "verified_on",
    "tier",
    "sources",
}


@pytest.fixture
def environment(built_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("DATA_DIR", str(built_settings.data_dir))
    monkeypatch.chdir(built_settings.data_dir)  # no .env of the developer's
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_ask_json_keeps_the_contract(environment: dict[str, str]) -> None:
    result = runner.invoke(app, ["ask", "combien je paie à l'urssaf ?", "--json", "--today", "2026-11-21"])
    assert result.exit_code == 0, result.output
    row = json.loads(result.stdout)
    assert set(row) == ANSWER_FIELDS
    assert row["status"] == "answered" and "25,6 %" in row["text"]
    assert all(set(citation) >= CITATION_FIELDS for citation in row["citations"])
    assert row["citations"][0]["url"] == "https://www.legifrance.gouv.fr/essai"
    assert row["citations"][0]["tier"] == "fact"
    assert {"question", "status", "sentences"} <= set(row["parts"][0])
    assert all({"text", "n"} <= set(sentence) for sentence in row["parts"][0]["sentences"])
    assert row["latency_ms"] >= row["embed_ms"] > 0


def test_an_offer_given_to_ask_is_vetted_within_the_contract(environment: dict[str, str]) -> None:
    offer = "/verifier Il reste 49 € de frais de dossier à payer avant de signer le contrat"
    result = runner.invoke(app, ["ask", offer, "--json", "--today", "2026-11-21"])
    assert result.exit_code == 0, result.output
    row = json.loads(result.stdout)
    assert set(row) == ANSWER_FIELDS
    assert row["status"] == "offer" and row["text"].startswith("ALERTE")
    assert row["citations"] == [] and row["ask"] is None


def test_jsonl_a_bad_line_gets_its_error_and_the_rest_goes_on(environment: dict[str, str]) -> None:
    lines = [
        '{"id": "a", "question": "combien je paie à l\'urssaf ?"}',
        "{ cassé",
        "",
        '{"id": "b"}',
        '{"id": "c", "turns": ["combien je paie à l\'urssaf ?", "et en 2025 ?"]}',
        '["pas un objet"]',
        '{"id": "d", "turns": []}',
        '{"id": "e", "question": "je dois payer pour retirer mes gains"}',
    ]
    result = runner.invoke(app, ["ask", "--jsonl", "--today", "2026-11-21"], input="\n".join(lines))
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", 2, "b", "c", 6, "d", "e"]
    assert [("error" in row) for row in rows] == [False, True, True, False, True, True, False]
    assert "24,6 %" in rows[3]["text"]
    assert rows[6]["citations"][0]["fiche"] == "faux-depot"


def test_verify_answers_each_line_and_names_the_bad_ones(environment: dict[str, str]) -> None:
    lines = ['{"id": 7, "text": "Il reste 49 € de frais de dossier à payer avant de signer"}', "cassé", '{"id": "x"}',
             '{"id": 9, "text": " "}', '{"id": 10, "text": "' + "a " * 5000 + '"}']  # fmt: skip
    result = runner.invoke(app, ["verify", "--jsonl", "--today", "2026-11-21"], input="\n".join(lines))
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == [7, 2, "x", 9, 10]
    assert ["error" in row for row in rows] == [False, True, True, True, True]
    assert set(rows[0]) == {
        "id",
        "level",
        "score",
        "pattern",
        "signals",
        "reassuring",
        "questions",
        "companies",
        "advice",
        "text",
        "latency_ms",
    }
    assert rows[0]["level"] == "arnaque" and rows[0]["signals"][0]["id"] == "pay_to_work"
    assert "trop long" in rows[4]["error"]


def test_verify_takes_the_message_as_argument(environment: dict[str, str]) -> None:
    result = runner.invoke(app, ["verify", "Il reste 49 € de frais de dossier à payer pour le poste.", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["level"] == "arnaque"
    result = runner.invoke(app, ["verify", "texte", "--jsonl"])
    assert result.exit_code == 1 and "un seul message" in result.stderr


def test_verify_reads_a_file(environment: dict[str, str], tmp_path: Path) -> None:
    offer = tmp_path / "offre.txt"
    offer.write_text("Envoyez-moi le code à six chiffres reçu par SMS pour valider votre embauche.", "utf-8")
    result = runner.invoke(app, ["verify", "--file", str(offer)])
    assert result.exit_code == 0 and result.stdout.startswith("ALERTE")
    result = runner.invoke(app, ["verify", "--file", str(tmp_path / "absent.pdf")])
    assert result.exit_code == 1 and "absent.pdf" in result.stderr


def test_ask_without_a_question_or_a_generation_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "écrivez une question" in runner.invoke(app, ["ask"]).stderr
    result = runner.invoke(app, ["ask", "bonjour"])
    assert result.exit_code == 1 and "make build" in result.stderr


def test_telegram_without_a_token_says_where_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    result = runner.invoke(app, ["telegram"])
    assert result.exit_code == 1 and "@BotFather" in result.stderr


def chat_process(environment: dict[str, str], text: str | None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "chat", "--today", TODAY.isoformat()]
    return subprocess.run(command, input=text, capture_output=True, text=True, env=environment, timeout=60, check=False)


def test_chat_without_a_terminal_answers_each_line(environment: dict[str, str]) -> None:
    offer = "/verifier 49 € de frais de dossier à payer avant de signer le contrat"
    done = chat_process(environment, f"combien je paie à l'urssaf ?\n\n{offer}\nje dois payer pour retirer mes gains\n")
    assert done.returncode == 0, done.stderr
    assert len(re.findall("^> ", done.stdout, re.MULTILINE)) == 3 and "\nALERTE" in done.stdout
    assert "25,6 %" in done.stdout and "est une arnaque" in done.stdout


def test_chat_with_nothing_on_stdin_shows_three_examples(environment: dict[str, str]) -> None:
    done = chat_process(environment, "")
    assert done.returncode == 0, done.stderr
    assert len(re.findall("^> ", done.stdout, re.MULTILINE)) == 3


def test_chat_in_a_real_terminal(environment: dict[str, str]) -> None:
    """The real process on a pseudo-terminal: welcome, an answer with its sources, details, goodbye."""
    main, side = pty.openpty()
    command = [sys.executable, "-m", "bot", "chat", "--today", TODAY.isoformat()]
    with (
        subprocess.Popen(
            command, stdin=side, stdout=side, stderr=side, env={**environment, "TERM": "xterm"}
        ) as process,
        ExitStack() as at_exit,
    ):
        os.close(side)
        at_exit.callback(process.kill)  # or a failed test would wait for it for ever
        screen = Screen(main)
        screen.until("Votre question")
        assert "service automatique" in screen.text
        screen.type("quel est le taux de cotisations\n")
        screen.until("Salarié · Micro-entreprise")
        assert "Un salarié d'essai" not in screen.text
        screen.until("Votre question")
        screen.type("/plus\n")
        screen.until("Un salarié d'essai ne paie pas")
        screen.until("Votre question")
        screen.type("Salarié\n")
        screen.until("Un salarié d'essai ne paie pas")
        screen.until("Votre question")
        screen.type("combien je paie à l'urssaf ?\n")
        screen.until("pas un conseil juridique")
        assert "25,6 %" in screen.text and "Sources" in screen.text
        screen.type("/sujets\n")
        screen.until("Tapez un numéro")
        screen.type("/verifier 49 € de frais de dossier à payer avant de signer le contrat\n")
        screen.until("ALERTE")
        screen.type("/quitter\n")
        screen.until("Au revoir")
        assert process.wait(timeout=10) == 0
    os.close(main)


class Screen:
    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self.text = ""

    def type(self, text: str) -> None:
        self.text = ""
        os.write(self._terminal, text.encode())

    def until(self, words: str, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while words not in self.text:
            assert time.monotonic() < end, f"{words!r} did not come; the screen shows:\n{self.text}"
            if select.select([self._terminal], [], [], 0.2)[0]:
                self.text += os.read(self._terminal, 65536).decode("utf-8", "replace")


def test_run_chat_prints_whole_answers(small_answerer, small_settings, capsys, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(sys, "stdin", io.StringIO("combien je paie à l'urssaf ?"))
    run_chat(small_answerer, small_settings, TODAY)
    out = capsys.readouterr().out
    assert "[1] D'après la page" in out and "https://www.legifrance.gouv.fr/essai" in out
