from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from ingest.calibrate import DEFAULTS, _embed, _Row
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
