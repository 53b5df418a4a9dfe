from __future__ import annotations

import pytest

from bot.answering.minors import says_under_15


@pytest.mark.parametrize(
    "text",
    [
        "j'ai 13 ans je peux faire des sondages ?",
        "jai 14ans et demi comment gagner de largent",
        "g 12 ans",
        "13 ans et je veux faire toluna",
        "je suis une fille de 11 ans",
        "J'ai treize ans",
        "je suis en 5e et je veux gagner de l'argent",
        "je suis au collège, c'est légal le microtravail ?",
        "j'ai que 10 ans",
        "mon âge : 12 ans",
    ],
)
def test_somebody_under_15(text: str) -> None:
    assert says_under_15(text)


@pytest.mark.parametrize(
    "text",
    [
        "j'ai 15 ans",
        "j'ai 10 ans d'ancienneté chez Appen",
        "10 ans que je fais des sondages",
        "mon fils a 13 ans, il peut s'inscrire ?",
        "j'ai 14 ans de cotisations",
        "ça fait 12 ans que je travaille",
        "j'ai 34 ans et un enfant de 12 ans",
        "je suis prof au collège",
        "il y a 8 ans j'ai ouvert une micro-entreprise",
        "j'avais 14 ans",
        "j'ai 3 ans de retard dans mes déclarations",
    ],
)
def test_not_a_child(text: str) -> None:
    assert not says_under_15(text)
