from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ingest.calibrate import DEFAULTS, _choose_thresholds, _embed, _Row, _shares, _times_asked, _without
from knowledge.golden import GoldenQuestion
from retrieval.linear import Logistic
from retrieval.rewrite import Rewriter
from retrieval.routes import QUESTION, UNCOVERED


class _Vectors:
    """Every text has the same vector."""

    def queries(self, texts: list[str]) -> np.ndarray[Any, Any]:
        return np.ones((len(texts), 1))


def test_a_row_that_the_route_classifier_did_not_learn_from_gets_its_view() -> None:
    """Taken for a sure question of ours, a question without an answer would teach that such views say nothing."""
    (query,) = Rewriter({}, 3).queries(["le code promo du site ?"], date(2026, 11, 22))
    learned, new = _Row(replace(query, text="déjà vue"), set()), _Row(query, set())
    routes = {**DEFAULTS["routes"], "classes": [QUESTION, UNCOVERED], "coefficients": [[0.0], [2.0]]}
    routes["intercepts"] = [0.0, 0.0]
    _embed([learned, new], _Vectors(), routes, {"déjà vue": {QUESTION: 0.7, UNCOVERED: 0.3}})  # type: ignore[arg-type]
    assert learned.routes == {QUESTION: 0.7, UNCOVERED: 0.3}
    assert new.routes[UNCOVERED] == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-4)


def test_a_row_does_not_tell_its_own_answer() -> None:
    """Each need counts once, shared by the facts that meet it; a question without an answer asks for no fact."""
    first = GoldenQuestion(id="1", question="une ?", facts=["a|b", "c"], writer="x")
    second = GoldenQuestion(id="2", question="deux ?", facts=["a"], writer="x")
    silent = GoldenQuestion(id="3", question="trois ?", status="abstained", writer="x")
    asked = _times_asked([first, second, silent])
    assert asked == {"a": 1.5, "b": 0.5, "c": 1.0}
    assert _without(asked, _shares(first)) == {"a": 1.0, "b": 0.0, "c": 0.0}
    assert _without(asked, _shares(silent)) == asked


def test_it_is_as_silent_as_four_questions_in_a_hundred_allow() -> None:
    (query,) = Rewriter({}, 3).queries(["une question ?"], date(2026, 11, 22))
    probabilities = np.linspace(0.051, 0.95, 100)
    log_odds = np.log(probabilities / (1 - probabilities))
    found: Any = [
        (_Row(query, {"f"}, {"f/a"}, golden=True), SimpleNamespace(facts=[SimpleNamespace(fact_id="f/a")], features=f))
        for f in ({"x": float(value)} for value in log_odds)
    ]
    thresholds, curves = _choose_thresholds(found, Logistic({"x": 1.0}, 0.0))
    silent = {point["threshold"]: point["silent"] for point in curves["answer"]}
    assert silent[0.075] == 3 and silent[0.1] == 6
    assert thresholds["answer"] == 0.075
