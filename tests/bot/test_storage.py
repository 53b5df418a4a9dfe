from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.storage.store import DONE_KEPT, Store


LONGER = (timedelta(hours=24), timedelta(days=365))
"""How long offers and opinions are kept."""


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    opened = Store(f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'bot.sqlite'}", clock)
    await opened.open()
    yield opened
    await opened.close()


async def test_an_update_waits_until_it_is_finished(store: Store, clock: Clock) -> None:
    assert await store.receive(11, 5, {"update_id": 11, "text": "é 😀"})
    assert await store.receive(10, 5, {"update_id": 10})
    assert [waiting.update_id for waiting in await store.waiting()] == [10, 11]
    assert (await store.waiting())[1].payload["text"] == "é 😀"
    assert (await store.waiting())[0].received_at == clock.now
    await store.finish(10)
    assert [waiting.update_id for waiting in await store.waiting()] == [11]


async def test_a_second_delivery_is_recognised_even_when_answered(store: Store) -> None:
    assert await store.receive(1, 5, {})
    assert not await store.receive(1, 5, {})
    await store.finish(1)
    assert not await store.receive(1, 5, {})


async def test_it_survives_a_restart(store: Store, tmp_path: Path) -> None:
    await store.receive(7, 5, {"a": 1})
    again = Store(f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'bot.sqlite'}")
    await again.open()
    assert [waiting.payload for waiting in await again.waiting()] == [{"a": 1}]
    await again.close()


async def test_the_text_goes_as_soon_as_it_is_answered(store: Store, tmp_path: Path) -> None:
    await store.receive(1, 5, {"text": "mon secret"})
    await store.finish(1)
    async with store._engine.connect() as connection:
        rows = (await connection.execute(text("SELECT payload FROM inbox"))).all()
    assert rows == [(None,)]
    await store.close()  # closing folds the write-ahead log into the file
    assert b"mon secret" not in (tmp_path / "deep" / "bot.sqlite").read_bytes()


async def test_turns_are_kept_a_short_while(store: Store, clock: Clock) -> None:
    for word in (b"un", b"deux", b"trois"):
        await store.add_turn(5, word)
        clock.now += timedelta(minutes=10)
    await store.add_turn(6, b"un autre")
    half_hour = timedelta(minutes=30)
    assert await store.turns(5, half_hour, 6) == [b"un", b"deux", b"trois"]
    assert await store.turns(5, half_hour, 2) == [b"deux", b"trois"]
    clock.now += timedelta(minutes=15)
    assert await store.turns(5, half_hour, 6) == [b"trois"]
    await store.sweep(half_hour, *LONGER)
    async with store._engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM turns"))).scalar() == 2
    await store.forget_turns(5)
    assert await store.turns(5, half_hour, 6) == []
    assert await store.turns(6, half_hour, 6) == [b"un autre"]


async def test_answered_ids_are_forgotten_in_the_end(store: Store, clock: Clock) -> None:
    await store.receive(1, 5, {})
    await store.finish(1)
    await store.receive(2, 5, {})
    clock.now += DONE_KEPT + timedelta(minutes=1)
    await store.sweep(timedelta(minutes=30), *LONGER)
    assert await store.receive(1, 5, {})
    assert [waiting.update_id for waiting in await store.waiting()] == [1, 2]


async def test_many_at_once(store: Store) -> None:
    results = await asyncio.gather(*(store.receive(number // 2, 5, {}) for number in range(200)))
    assert sum(results) == 100
