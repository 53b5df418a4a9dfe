"""The gate itself, on the vetting of offers: no figure of the dev half is three points under the committed baseline."""

from __future__ import annotations

import pytest

from benchmarks.gate import offer_checking
from bot.settings import Settings
from tests.benchmarks.test_gate import assert_no_fall
from tests.conftest import TODAY


@pytest.mark.full
def test_no_figure_of_vetting_fell(real_settings: Settings) -> None:
    assert_no_fall("vetting", offer_checking(real_settings, TODAY))
