"""Three kills on each database; ``python -m benchmarks kill`` does thirty."""

from __future__ import annotations

import pytest

from benchmarks import kill
from bot.settings import Settings
from knowledge.embeddings import EmbeddedE5
from tests.conftest import run_build


@pytest.mark.full
async def test_nothing_is_lost_or_repeated_when_the_bot_is_killed(
    small_settings: Settings, model: EmbeddedE5, database_url: str
) -> None:
    run_build(small_settings, model)
    environment = {"DATA_DIR": str(small_settings.data_dir), "DATABASE_URL": database_url}
    tally = await kill.run(environment, kills=3, messages=160)
    assert (tally.messages, tally.lost, tally.twice, tally.out_of_order) == (160, 0, 0, 0), str(tally)
    assert tally.violations == []
