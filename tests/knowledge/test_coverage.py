from __future__ import annotations

from math import log
from pathlib import Path

import pytest

from knowledge.coverage import Coverage

FICHES = [{"impot", "gain", "abattement"}, {"impot", "compte"}]
QUESTIONS = [{"impot"}, {"compte"}]
FACTS = [{"gain"}, {"abattement"}, {"compte", "impot"}]
IN_ONE, IN_BOTH, IN_NONE = log(3), log(2), log(3)


@pytest.fixture(params=["made", "read"])
def coverage(request: pytest.FixtureRequest, tmp_path: Path) -> Coverage:
    made = Coverage.of(FICHES, QUESTIONS, FACTS)
    if request.param == "made":
        return made
    made.save(tmp_path / "coverage.npz")
    return Coverage.load(tmp_path / "coverage.npz")


def test_a_rare_word_counts_more_and_an_unknown_one_is_held_by_nobody(coverage: Coverage) -> None:
    shares = coverage.shares(["gain", "impot", "impot", "dragon"])
    total = IN_ONE + IN_BOTH + IN_NONE
    assert shares["fiches"] == pytest.approx([(IN_ONE + IN_BOTH) / total, IN_BOTH / total])
    assert shares["questions"] == pytest.approx([IN_BOTH / total, 0])
    assert shares["facts"] == pytest.approx([IN_ONE / total, 0, IN_BOTH / total])


def test_no_word_at_all(coverage: Coverage) -> None:
    assert {name: share.tolist() for name, share in coverage.shares([]).items()} == {
        "fiches": [0, 0],
        "questions": [0, 0],
        "facts": [0, 0, 0],
    }
