"""The gate itself, on the answers: no figure of the dev half is three points under the committed baseline."""

from __future__ import annotations

import pytest

from benchmarks.gate import answering
from bot.settings import Settings
from tests.benchmarks.test_gate import assert_no_fall
from tests.conftest import TODAY


@pytest.mark.full
def test_no_figure_of_the_answers_fell(real_settings: Settings) -> None:
    assert_no_fall("answers", answering(real_settings, TODAY))
