from __future__ import annotations

import pytest
from typer.testing import CliRunner

from bot.settings import Settings
from ingest.cli import app
from ingest.readability import score_of

EASY = "Vous devez dire vos gains. La Caf les compte."
HARD = (
    "L'immatriculation préalable conditionne l'accomplissement régulier des obligations déclaratives incombant aux "
    "bénéficiaires d'allocations conditionnées par l'appréciation administrative de leurs ressources professionnelles."
)


def test_short_words_and_sentences_read_better_than_long_ones() -> None:
    assert score_of(EASY) > 100 > 30 > score_of(HARD)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Déclarez vos gains, puis payez.", "Déclarez vos gains. Puis payez."),
        ("Payez avant le 30 : la majoration est de 5 %.", "Payez avant le 30. La majoration est de 5 %."),
    ],
)
def test_a_stop_of_any_kind_helps_as_much(one: str, other: str) -> None:
    assert score_of(one) <= score_of(other)


def test_a_number_an_address_or_a_hyphen_is_not_a_hard_word() -> None:
    assert score_of("Allez sur autoentrepreneur.urssaf.fr et payez 1 234,56 €.") > 60
    assert score_of("Une micro-entreprise") == pytest.approx(score_of("Une micro entreprise"))


def test_a_fact_without_words_is_no_error() -> None:
    assert score_of("… !") == 207


def test_the_command_lists_the_hardest_with_their_place(small_settings: Settings, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("DATA_DIR", str(small_settings.data_dir))
    monkeypatch.setenv("KNOWLEDGE_DIR", str(small_settings.knowledge_dir))
    result = CliRunner().invoke(app, ["readability", "--share", "0.25", "--today", "2026-11-21"])
    assert result.exit_code == 0, result.output
    lines = result.stderr.splitlines()
    assert len(lines) == 3 and lines[-1].startswith("8 faits, indice médian")
    assert all(".md:" in line and "phrase de" in line for line in lines[:-1])
    scores = [int(line.split("indice ")[1].split(",")[0]) for line in lines[:-1]]
    assert scores == sorted(scores)
