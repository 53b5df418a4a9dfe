"""The one thing that is asked back, and when it is not."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bot.answering.ask import Asker
from bot.answering.pipeline import Answerer
from bot.telegram.completion import complete, mark
from knowledge.library import KNOWLEDGE_DIR, parse_yaml
from knowledge.model import Audience, Fact, Role
from knowledge.text import fold
from retrieval.rewrite import Query, Rewriter
from tests.conftest import TODAY

MESSAGES = parse_yaml((KNOWLEDGE_DIR / "messages.yaml").read_text("utf-8"))
THEMES = {"faux-depot": "arnaques", "cotisations": "argent"}
REWRITER = Rewriter({}, 3)
SITUATION = "quelle est votre situation"


def query(text: str) -> Query:
    return REWRITER.queries([text], TODAY)[0]


def fact(slug: str, *audience: Audience, fiche: str = "cotisations") -> Fact:
    return Fact(
        fiche=fiche,
        slug=slug,
        role=Role.RULE,
        text="Une phrase pour un essai, rien de plus.",
        sources=["essai"],
        audience=list(audience) or [Audience.ALL],
        expires_on=date(2027, 1, 1),
    )


EMPLOYEE, INDEPENDENT = fact("salarie", Audience.EMPLOYEE), fact("micro", Audience.SELF_EMPLOYED)
ANYBODY, NO_STATUS = fact("tous"), fact("sans", Audience.NO_STATUS)


def asked(text: str, *facts: Fact, same_answer: bool = False) -> list[str] | None:
    """The options offered, None when nothing is asked."""
    ask = Asker(MESSAGES, THEMES).ask(query(text), facts, lambda says: ("one",) if same_answer else (says,))
    return ask.options if ask else None


def test_only_the_situations_that_the_facts_set_apart_are_offered() -> None:
    assert asked("je paie combien", ANYBODY, EMPLOYEE, INDEPENDENT) == ["Salarié", "Micro-entreprise"]
    assert asked("je paie combien", INDEPENDENT, NO_STATUS) == ["Micro-entreprise", "Sans micro-entreprise"]


def test_nothing_is_asked_when_the_facts_are_for_the_same_people() -> None:
    assert asked("je paie combien", INDEPENDENT, INDEPENDENT) is None
    both = fact("ensemble", Audience.EMPLOYEE, Audience.SELF_EMPLOYED)
    assert asked("je paie combien", both, both, ANYBODY) is None
    assert asked("je paie combien", ANYBODY) is None
    assert asked("je paie combien") is None


def test_nothing_is_asked_when_every_option_has_the_same_answer() -> None:
    assert asked("je paie combien", EMPLOYEE, INDEPENDENT, same_answer=True) is None


@pytest.mark.parametrize(
    "text", ["je suis salarié, je paie combien", "en auto entrepreneur c'est combien", "j'ai un CDI", "au rsa combien"]
)
def test_nothing_is_asked_that_was_said(text: str) -> None:
    assert asked(text, EMPLOYEE, INDEPENDENT) is None


def test_a_scam_asks_what_is_already_done() -> None:
    scam, other = fact("depot", fiche="faux-depot"), ANYBODY
    assert asked("on m'offre un travail", scam, scam, other) == [
        "Oui, j'ai payé",
        "Oui, mes papiers",
        "Oui, un code",
        "Non, rien",
    ]
    assert asked("on m'offre un travail", scam, other) is None, "scams are not what it is about"
    assert asked("j'ai déjà versé 50 euros", scam, scam) is None


def test_what_an_option_says_answers_its_question() -> None:
    for entry in MESSAGES["ask"]:
        for option in entry["options"]:
            assert re.search(entry["told"], fold(option["says"])), option


def test_it_is_in_the_text_and_in_the_answer(small_answerer: Answerer) -> None:
    answer = small_answerer.answer("quel est le taux de cotisations", TODAY)
    assert answer.ask and SITUATION in answer.ask.question
    assert f"{answer.ask.question} (Salarié / Micro-entreprise)" in answer.text
    assert answer.text.index("25,6 %") < answer.text.index(SITUATION) < answer.text.index("Sources")
    assert answer.model_dump(mode="json")["ask"] == {
        "question": answer.ask.question,
        "options": ["Salarié", "Micro-entreprise"],
    }
    assert small_answerer.answer("j'ai 13 ans, quel est le taux de cotisations ?", TODAY).ask is None
    assert small_answerer.answer("je veux mourir, quel est le taux de cotisations ?", TODAY).ask is None
    completed = small_answerer.answer(answer.ask.says["Salarié"], TODAY, ["quel est le taux de cotisations"])
    assert completed.ask is None and "cotisations/salaries" in {cited.fact_id for cited in completed.citations}


def test_a_button_finds_the_question_that_it_completes() -> None:
    says = MESSAGES["ask"][0]["options"][0]["says"]
    pressed = mark("ma question", says)
    found = complete(pressed, ["avant", "ma question", "après"], MESSAGES)
    assert found and found.turns == ["avant", "ma question"] and found.says == says and not found.is_done
    again = complete(pressed, ["ma question", says], MESSAGES)
    assert again and again.is_done
    assert complete(pressed, ["une autre"], MESSAGES) is None
    assert len(f"k:{pressed}".encode()) <= 64


def test_whether_it_is_done_is_asked_only_of_somebody_who_tells_of_an_offer_or_a_demand() -> None:
    scam, lent = fact("depot", fiche="faux-depot"), fact("compte", fiche="location-de-compte")
    assert asked("toluna est gratuit ?", scam, scam) is None
    themes = {**THEMES, "location-de-compte": "arnaques"}
    ask = Asker(MESSAGES, themes).ask(query("ma femme ouvre un compte, elle risque quoi"), [lent, lent], lambda s: (s,))
    assert ask is None, "nobody is a victim of lending an account in one's own family"
