from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.storage.store import DONE_KEPT, Store


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
    for word in ("un", "deux", "trois"):
        await store.add_turn(5, word)
        clock.now += timedelta(minutes=10)
    await store.add_turn(6, "un autre")
    half_hour = timedelta(minutes=30)
    assert await store.turns(5, half_hour, 6) == ["un", "deux", "trois"]
    assert await store.turns(5, half_hour, 2) == ["deux", "trois"]
    clock.now += timedelta(minutes=15)
    assert await store.turns(5, half_hour, 6) == ["trois"]
    await store.sweep(half_hour, timedelta(hours=24))
    async with store._engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM turns"))).scalar() == 2
    await store.forget_turns(5)
    assert await store.turns(5, half_hour, 6) == []
    assert await store.turns(6, half_hour, 6) == ["un autre"]


async def test_answered_ids_are_forgotten_in_the_end(store: Store, clock: Clock) -> None:
    await store.receive(1, 5, {})
    await store.finish(1)
    await store.receive(2, 5, {})
    clock.now += DONE_KEPT + timedelta(minutes=1)
    await store.sweep(timedelta(minutes=30), timedelta(hours=24))
    assert await store.receive(1, 5, {})
    assert [waiting.update_id for waiting in await store.waiting()] == [1, 2]


async def test_many_at_once(store: Store) -> None:
    results = await asyncio.gather(*(store.receive(number // 2, 5, {}) for number in range(200)))
    assert sum(results) == 100


async def test_consent_to_a_model_is_for_its_terms_and_can_be_taken_back(store: Store) -> None:
    use = store.model_use
    assert await use.agreed_to(5) is None
    await use.agree(5, "modèle A, France")
    await use.agree(5, "modèle B, Irlande")
    assert await use.agreed_to(5) == "modèle B, Irlande" and await use.agreed_to(6) is None
    assert await use.take_back(5) and not await use.take_back(5)
    assert await use.agreed_to(5) is None


async def test_what_a_model_costs_is_counted_by_day_and_by_chat(store: Store) -> None:
    use, today = store.model_use, date(2026, 11, 21)
    await asyncio.gather(*(use.spend(today, chat, 100, 0.5) for chat in (1, 1, 2)))
    await use.spend(today, 1, -50, -0.25)
    spent = await use.spent(today, 1)
    assert (spent.tokens, spent.tokens_of_user, spent.cost) == (250, 150, 1.25)
    assert (await use.spent(today, 3)).tokens_of_user == 0
    tomorrow = today + timedelta(days=1)
    await use.spend(tomorrow, 1, 10, 0)
    assert (await use.spent(tomorrow, 1)).tokens == 10 and (await use.spent(today, 1)).tokens == 0
