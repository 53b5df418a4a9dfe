from __future__ import annotations

from retrieval.routes import BESIDE, QUESTION, UNCOVERED, covered, on_subject


def test_a_question_that_no_fiche_answers_is_a_question_all_the_same() -> None:
    assert on_subject({QUESTION: 0.3, UNCOVERED: 0.5, "off_subject": 0.2}) == 0.8


def test_whatever_lies_beside_the_base_counts_against_being_covered() -> None:
    even = {QUESTION: 0.5, "thanks": 0.5}
    for name in BESIDE:
        assert covered({QUESTION: 0.5, name: 0.5}) < covered(even)
    assert covered({QUESTION: 0.2, UNCOVERED: 0.8}) < 0 < covered({QUESTION: 0.8, UNCOVERED: 0.2})
