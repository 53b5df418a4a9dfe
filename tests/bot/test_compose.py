"""What is said, and in which order."""

from __future__ import annotations

import pytest

from bot.answering.answer import Block
from bot.answering.compose import _repeated
from bot.answering.pipeline import Answerer
from tests.conftest import TODAY


def test_a_step_that_was_asked_for_opens_the_answer(small_answerer: Answerer) -> None:
    question = "où déclarer mes recettes, chaque mois ou chaque trimestre sur le site ?"
    answer = small_answerer.answer(question, TODAY)
    first = answer.parts[0].sentences[0]
    assert first.text.startswith("Déclarez vos recettes d'essai") and first.block is Block.MAIN
    whole = small_answerer.fiche("cotisations", TODAY).parts[0].sentences
    assert whole[-1].block is Block.STEP, "in a whole fiche the steps stay where they are read"


@pytest.mark.parametrize(
    ("text", "said", "repeated"),
    [
        (
            "Avec vos papiers, un escroc peut ouvrir un compte ou prendre un crédit à votre nom.",
            "Avec une pièce d'identité, un escroc peut ouvrir un compte ou prendre un crédit au nom de la victime.",
            True,
        ),
        ("La TVA est due à partir de 41 250 € de recettes.", "La TVA est due à partir de 37 500 € de recettes.", False),
        ("Un compte étranger vide se déclare aussi.", "Un revenu de sondages est imposable.", False),
    ],
)
def test_the_same_thing_is_recognised_but_never_another_number(text: str, said: str, repeated: bool) -> None:
    assert (_repeated(text, said) >= 0.65) is repeated
