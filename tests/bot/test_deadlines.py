"""Several time limits: the one that runs out first is said."""

from __future__ import annotations

import pytest

from bot.answering.deadlines import Deadlines, shortest_limit
from knowledge.library import load

LIBRARY = load()
FACTS = {fact.id: fact for fiche in LIBRARY.fiches.values() for fact in fiche.facts}
DEADLINES = Deadlines(FACTS, LIBRARY.fiches)
RECOGNISED = "salarie-ou-independant/delai-5-ans"
BROKEN_OFF = "requalification/contester-la-rupture-12-mois"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Un trop-perçu se conteste par écrit, dans les 2 mois de la lettre, devant la commission.", 60),
        ("Deux délais : 5 ans après la fin pour faire reconnaître un contrat de travail, 3 ans pour réclamer.", 1095),
        ("Un paiement se conteste auprès de la banque, au plus tard 13 mois après le débit.", 390),
        ("L'opposition se fait au tribunal dans les 15 jours, par une lettre motivée.", 15),
        ("La banque rembourse sous 10 jours un paiement contesté.", None),
        ("La CPAM a 2 mois pour répondre à une réclamation.", None),
        ("Gardez le livre des recettes 10 ans à partir de la fin de l'année.", None),
    ],
)
def test_a_limit_to_act_is_read_and_not_a_time_to_wait(text: str, days: int | None) -> None:
    assert shortest_limit(text) == days


def shown(chosen: list[str], *found: str) -> list[str]:
    return [fact.id for fact in DEADLINES.with_the_first([FACTS[name] for name in chosen], found)]


def test_the_limit_that_runs_out_first_is_said_beside_a_longer_one() -> None:
    first = "salarie-ou-independant/subordination"
    assert shown([first, RECOGNISED], RECOGNISED, BROKEN_OFF) == [first, RECOGNISED, BROKEN_OFF]
    assert shown([BROKEN_OFF, RECOGNISED], RECOGNISED, BROKEN_OFF) == [BROKEN_OFF, RECOGNISED], "it is said already"


def test_a_shorter_limit_of_another_subject_is_left_alone() -> None:
    assert shown([RECOGNISED], "formation-achetee/quatorze-jours", "fonctionnaire/contester-le-refus") == [RECOGNISED]


def test_nothing_is_added_where_no_limit_is_said() -> None:
    assert shown(["premiers-pas/definition"], BROKEN_OFF) == ["premiers-pas/definition"]
