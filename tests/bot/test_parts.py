"""The parts of an answer to several questions."""

from __future__ import annotations

import pytest

from bot.answering.answer import AnswerSentence, ContactRef, Part, Status
from bot.answering.compose import Limits
from bot.answering.pipeline import _each_said_once

CAF = ContactRef(name="Caf", help="Aides")
TAXES = ContactRef(name="Impôts", help="Impôt")


def part(question: str, *said: str, fiche: str = "apl-bourse", contacts: tuple[ContactRef, ...] = ()) -> Part:
    sentences = [AnswerSentence(text=text, n=1) for text in said]
    return Part(
        question=question,
        status=Status.ANSWERED,
        sentences=sentences,
        fiche=fiche,
        contacts=list(contacts),
        audience="Concerne : les étudiants.",
    )


def said(parts: list[Part]) -> list[tuple[str, list[str]]]:
    return [(each.question, [sentence.text for sentence in each.sentences]) for each in parts]


def test_two_questions_of_one_fiche_each_have_their_part() -> None:
    parts = _each_said_once([part("bourse ?", "B.", "C."), part("APL ?", "A.", "C.")])
    assert said(parts) == [("bourse ?", ["B.", "C."]), ("APL ?", ["A."])]


def test_what_opens_a_part_may_be_said_before_unless_it_opened_another() -> None:
    parts = _each_said_once([part("un ?", "A.", "B."), part("deux ?", "B.", "C."), part("trois ?", "A.", "D.")])
    assert said(parts) == [("un ?", ["A.", "B."]), ("deux ?", ["B.", "C."]), ("trois ?", ["D."])]


def test_a_question_whose_answer_was_said_joins_the_one_that_it_was_said_under() -> None:
    assert said(_each_said_once([part("un ?", "A.", "B."), part("deux ?", "B.")])) == [("un ? deux ?", ["A.", "B."])]
    other = part("deux ?", "A.", fiche="cfe")
    assert said(_each_said_once([part("un ?", "A."), other])) == [("un ?", ["A."]), ("deux ?", ["A."])]


def test_contacts_and_audience_are_said_once() -> None:
    first, second = _each_said_once(
        [part("un ?", "A.", contacts=(CAF,)), part("deux ?", "B.", contacts=(CAF, TAXES))],
    )
    assert (first.contacts, second.contacts) == ([CAF], [TAXES])
    assert first.audience and second.audience is None


@pytest.mark.parametrize(("questions", "most"), [(1, 6), (2, 4), (3, 2), (4, 2)])
def test_more_questions_get_fewer_facts_each(questions: int, most: int) -> None:
    limits = Limits(
        max_chars=900,
        max_facts=6,
        max_contacts=2,
        least_gain=0.1,
        surely_asked=0.5,
        nearest_from=0.1,
        max_facts_each=4,
        max_facts_for_all=8,
        beside_results=2,
        deadline_from=0.04,
        repeats_from=0.8,
    )
    assert limits.facts(questions) == most
