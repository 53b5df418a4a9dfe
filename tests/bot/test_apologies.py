"""How long an update that fails is tried again, with a clock that moves."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.exc import OperationalError
from telegram import Update

from bot.storage.store import Store
from bot.telegram import delivery
from bot.telegram.apologies import FAILURES_REMEMBERED, STORE_PATIENCE, VECTORS_PATIENCE, Apologies
from bot.telegram.delivery import Delivery
from knowledge.vectors import VectorsDownError
from tests.bot.conftest import Clock

LOCKED = OperationalError("BEGIN", None, Exception("database is locked"))


class Desk:
    """Handles updates that fail."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._apologies = Apologies(store, lambda: {"trouble": "une erreur"}, lambda: None, clock)

    async def fail(self, update_id: int, error: Exception) -> str:
        """What becomes of an update that failed."""
        answer = Delivery(update_id, self._store.inbox)
        delivery.current.set(answer)
        await self._apologies(Update(update_id), cast(Any, SimpleNamespace(error=error)))
        return answer.outcome


@pytest.mark.parametrize(("error", "patience"), [(LOCKED, STORE_PATIENCE), (VectorsDownError(), VECTORS_PATIENCE)])
async def test_what_failed_is_tried_again_for_a_while(
    store: Store, clock: Clock, error: Exception, patience: timedelta
) -> None:
    desk = Desk(store, clock)
    assert await desk.fail(1, error) == "postponed"
    clock.now += patience - timedelta(seconds=1)
    assert await desk.fail(1, error) == "postponed"
    assert await desk.fail(2, error) == "postponed"
    clock.now += timedelta(seconds=2)
    assert await desk.fail(1, error) == "failed"
    assert await desk.fail(2, error) == "postponed", "each update has a patience of its own"


async def test_a_failure_of_long_ago_does_not_count(store: Store, clock: Clock) -> None:
    desk = Desk(store, clock)
    assert await desk.fail(1, LOCKED) == "postponed"
    clock.now += FAILURES_REMEMBERED
    assert await desk.fail(1, LOCKED) == "postponed"
