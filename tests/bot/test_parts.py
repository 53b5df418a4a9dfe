"""The parts of an answer to several questions."""

from __future__ import annotations

import pytest

from bot.answering.answer import Answer, AnswerSentence, ContactRef, Part, Status
from bot.answering.compose import Limits
from bot.answering.pipeline import Answerer, _asked_in_vain, _each_said_once, _without_what_was_told
from bot.answering.rendering import QUOTED_WORDS, quoted
from bot.telegram.render import answer_messages
from retrieval.rewrite import Query
from tests.conftest import TODAY

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


def query(question: str, surely_asks: bool = False, only_tells: bool = False) -> Query:
    return Query(
        asked=question,
        question=question,
        text=question,
        views=(question,),
        in_general=question,
        platforms=frozenset(),
        day=TODAY,
        surely_asks=surely_asks,
        only_tells=only_tells,
    )


def test_what_may_be_asked_and_is_not_answered_is_named() -> None:
    queries = [
        query("je perds mes apl ?", surely_asks=True),
        query("le juge aussi"),
        query("le récit", only_tells=True),
    ]
    silent = [Part(question=each.question, status=Status.ABSTAINED) for each in queries[1:]]
    parts = [part("je perds mes apl ?", "A."), *silent]
    kept = _without_what_was_told(queries, parts)
    assert [each.question for each in kept] == ["je perds mes apl ?"]
    assert _asked_in_vain(queries, parts, kept) == ["le juge aussi"]


def test_a_question_is_quoted_short() -> None:
    assert quoted("le juge aussi") == "le juge aussi"
    assert quoted(" ".join(["mot"] * 30)).count("mot") == QUOTED_WORDS


@pytest.mark.full
def test_each_thing_asked_in_a_story_has_its_part_or_is_named(answerer: Answerer) -> None:
    answer = answerer.answer(
        "coucou je touche la prepare a taux plein depuis mai et je classe des photos le soir pour un site c est a "
        "declarer a la caf ou pas et mes apl ca bouge et ma voisine elle peut me preter sa trottinette",
        TODAY,
    )
    said = " ".join([*(part.question for part in answer.parts), *answer.left_out])
    assert len(answer.parts) >= 2 and "ca bouge" in said and "trottinette" in said
    for question in answer.left_out:
        assert question in answer.text
        assert question in "".join(answer_messages(answer, answerer.messages)).replace("\N{NO-BREAK SPACE}", " ")
    assert len(answer.citations) <= 8


def test_the_line_that_names_it_is_read_everywhere(small_answerer: Answerer) -> None:
    answer = Answer(status=Status.ANSWERED, parts=[part("un ?", "A.")], closing="Je n'ai pas su répondre à : « deux »")
    assert "deux" in "".join(answer_messages(answer, small_answerer.messages))
