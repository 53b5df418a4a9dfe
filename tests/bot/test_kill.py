"""Three kills on each database; ``python -m benchmarks kill`` does thirty."""

from __future__ import annotations

import pytest

from benchmarks import kill
from bot.settings import Settings


@pytest.mark.full
async def test_nothing_is_lost_or_repeated_when_the_bot_is_killed(built_settings: Settings, database_url: str) -> None:
    environment = {"DATA_DIR": str(built_settings.data_dir), "DATABASE_URL": database_url}
    tally = await kill.run(environment, kills=3, messages=160)
    assert (tally.messages, tally.lost, tally.twice, tally.out_of_order) == (160, 0, 0, 0), str(tally)
    assert tally.violations == []
