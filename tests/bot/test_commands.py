"""Slash commands where there is no Telegram, on the small library."""

from __future__ import annotations

import pytest

from bot.answering.answer import Status
from bot.answering.pipeline import Answerer
from bot.commands import Desk
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import open_active
from tests.conftest import TODAY, SmallCopy

OFFER = "Il reste 49 € de frais de dossier à payer avant de signer le contrat, par virement."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, built_copy: SmallCopy, model: EmbeddedE5) -> Desk:
    settings = built_copy(tmp_path_factory.mktemp("desk"))
    settings.publisher = "Association d'essai"
    return Desk(Answerer(open_active(settings, model), model, settings), settings)


def test_commands_say_what_they_say_on_telegram(desk: Desk) -> None:
    expected = {
        "/aide": "Écrivez votre question comme vous parlez",
        "/sujets": "2. On me demande un dépôt pour travailler, est-ce une arnaque ?",
        "/sources": "Légifrance : 1 page",
        "/mentions": "Éditeur : Association d'essai",
        "/nouveau": "oublié la conversation",
        "/effacer": "Ici, rien n'est gardé",
        "/inconnue": "Je ne connais pas cette commande",
        "/verifier": "puis l'offre reçue",
    }
    for command, words in expected.items():
        answer = desk.answer(command, TODAY)
        assert words in answer.text, command
        assert answer.citations == [] and answer.parts[0].message == answer.text


@pytest.mark.parametrize("command", [f"/verifier {OFFER}", f"/verifier\n{OFFER}", f"/VERIFIER {OFFER}"])
def test_an_offer_is_vetted_not_answered(desk: Desk, command: str) -> None:
    answer = desk.answer(command, TODAY)
    assert answer.status is Status.OFFER and answer.text.startswith("ALERTE")
    assert answer.generation and answer.latency_ms > 0


def test_distress_and_what_cannot_be_vetted(desk: Desk) -> None:
    assert desk.answer("/verifier je veux mourir", TODAY).status is Status.CRISIS
    assert "trop long" in desk.answer("/verifier " + "a " * 5000, TODAY).text
    assert "pas reçu de texte" in desk.answer("/verifier 😀", TODAY).text


def test_what_is_no_command_is_a_question(desk: Desk) -> None:
    answer = desk.answer("et en 2025 ?", TODAY, ["combien je paie à l'urssaf ?"])
    assert "24,6 %" in answer.text
    assert desk.answer("/ combien je paie à l'urssaf ?", TODAY).status is Status.ANSWERED
