"""Of whom somebody tells, and whom a sentence leaves out."""

from __future__ import annotations

import pytest

from bot.answering.persons import crosses_over, leaves_out, only_tells_who
from knowledge.text import fold, stems


@pytest.mark.parametrize(
    "text",
    [
        "mes sondages font baisser le chômage de ma mère ?",
        "l'argent de mes tâches arrive sur le compte de mon père il touche la caf",
        "si mon fils gagne de l'argent ça baisse mon chômage ?",
        "jai 16 ans\net l'aah de ma mère ça la baisse ?",
    ],
)
def test_one_earns_and_a_relative_gets_the_benefit(text: str) -> None:
    assert crosses_over(fold(text))


@pytest.mark.parametrize(
    "text",
    [
        "je fais des tâches, est-ce que mon chômage baisse ?",
        "ma mère touche l'aspa elle fait des sondages, elle risque quoi ?",
        "mon fils gagne 40 euros avec des sondages",
        "je vis chez ma mère, je touche le rsa et je fais des tâches",
    ],
)
def test_who_earns_is_who_gets_the_benefit(text: str) -> None:
    assert not crosses_over(fold(text))


def test_a_sentence_leaves_out_those_it_names_after_but() -> None:
    sentence = "Un étudiant étranger (sauf Algériens) peut travailler 964 heures, sauf accord de l'employeur."
    assert leaves_out(sentence, set(stems("je suis algérienne")))
    assert not leaves_out(sentence, set(stems("je suis tunisienne et mon employeur est d'accord")))


@pytest.mark.parametrize(
    "text", ["jsuis auto entrepreneur depuis fevrier", "bonjour j'habite en Belgique", "je touche l'AAH"]
)
def test_a_message_may_only_tell_who_writes(text: str) -> None:
    assert only_tells_who(text)


@pytest.mark.parametrize(
    "text",
    ["je suis au rsa je peux faire des sondages ?", "mon compte est bloqué", "je touche le rsa combien je garde"],
)
def test_who_asks_or_tells_something_else_is_not_only_telling(text: str) -> None:
    assert not only_tells_who(text)
