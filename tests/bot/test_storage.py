from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from bot.storage.inbox import Received
from bot.storage.store import Store
from tests.bot.conftest import Clock


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


async def test_nothing_is_kept_of_a_chat_that_blocked_the_bot(store: Store) -> None:
    for chat in (5, 6):
        await store.add_turn(chat, "un")
        await store.keep_check(chat, "scellé".encode())
        await store.inbox.receive([Received(chat, chat, {})])
    await store.forget_chat(5)
    assert await store.turns(5, timedelta(hours=1), 6) == [] and await store.open_check(5, timedelta(hours=1)) is None
    assert await store.turns(6, timedelta(hours=1), 6) == ["un"]
    assert await store.open_check(6, timedelta(hours=1)) == "scellé".encode()
    assert [waiting.update_id for waiting in await store.inbox.waiting()] == [6]
