"""The inbox on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from bot.storage import store as stores
from bot.storage.inbox import DONE_KEPT, SUSPECT_AFTER, ClaimLostError, Received
from bot.storage.store import Store
from tests.bot.conftest import Clock

LEASE = timedelta(seconds=30)


async def receive(store: Store, update_id: int, chat: int = 5, **payload: Any) -> bool:
    return bool(await store.inbox.receive([Received(update_id, chat, payload)]))


async def claimed(store: Store, limit: int = 16) -> list[int]:
    return [waiting.update_id for waiting in await store.inbox.claim(limit, LEASE)]


async def test_an_update_waits_until_it_is_finished(store: Store, clock: Clock) -> None:
    assert await receive(store, 11, text="é 😀")
    assert await receive(store, 10)
    assert [waiting.update_id for waiting in await store.inbox.waiting()] == [10, 11]
    assert (await store.inbox.waiting())[1].payload["text"] == "é 😀"
    assert (await store.inbox.waiting())[0].received_at == clock.now
    assert await claimed(store) == [10]
    await store.inbox.finish(10)
    assert [waiting.update_id for waiting in await store.inbox.waiting()] == [11]
    assert await store.inbox.depth() == 1


async def test_a_second_delivery_is_recognised_even_when_answered(store: Store) -> None:
    assert await receive(store, 1)
    assert not await receive(store, 1)
    await claimed(store)
    await store.inbox.finish(1)
    assert not await receive(store, 1)
    assert await store.inbox.receive([Received(1, 5, {}), Received(2, 5, {}), Received(2, 5, {})]) == 1


async def test_half_an_emoji_and_null_characters_are_stored(store: Store) -> None:
    await receive(store, 1, text="avant \ud83d après \x00 fin 😀")
    assert (await store.inbox.claim(1, LEASE))[0].payload["text"] == "avant \ufffd après \x00 fin 😀"


async def test_one_update_a_chat_at_a_time_in_order(store: Store) -> None:
    for update_id, chat in ((1, 5), (2, 5), (3, 6), (4, 7), (5, 5)):
        await receive(store, update_id, chat)
    assert await claimed(store, 2) == [1, 3]
    assert await claimed(store) == [4]
    assert await claimed(store) == []
    await store.inbox.finish(1)
    assert await claimed(store) == [2]


async def test_a_flood_of_one_chat_does_not_keep_the_others_waiting(store: Store) -> None:
    await store.inbox.receive([Received(number, 5, {}) for number in range(100)])
    await receive(store, 200, chat=6)
    assert await claimed(store, 16) == [0, 200]


async def test_what_a_dead_process_held_is_taken_by_another(store: Store, database_url: str, clock: Clock) -> None:
    await receive(store, 1)
    await receive(store, 2)
    assert await claimed(store) == [1]
    await store.inbox.begin(1)
    other = Store(database_url, clock)
    clock.now += timedelta(seconds=20)
    await store.inbox.renew(LEASE)
    clock.now += timedelta(seconds=20)
    assert await other.inbox.claim(16, LEASE) == [], "its process gave a sign of life"
    clock.now += timedelta(seconds=20)
    taken = await other.inbox.claim(16, LEASE)
    assert [(one.update_id, one.begun, one.attempts) for one in taken] == [(1, True, 1)]
    with pytest.raises(ClaimLostError):
        await store.inbox.begin(1)
    await store.inbox.finish(1)
    assert await store.inbox.depth() == 2, "only its owner finishes an update"
    await other.inbox.finish(1)
    assert [one.begun for one in await other.inbox.claim(16, LEASE)] == [False]
    await other.close()


async def test_an_update_given_back_waits_with_its_chat(store: Store, clock: Clock) -> None:
    await receive(store, 1)
    await receive(store, 2)
    await claimed(store)
    await store.inbox.begin(1)
    await store.inbox.withdraw(1)
    await store.inbox.release(1, timedelta(seconds=10))
    assert await claimed(store) == []
    clock.now += timedelta(seconds=11)
    again = await store.inbox.claim(16, LEASE)
    assert [(one.update_id, one.begun, one.attempts) for one in again] == [(1, False, 0)]


async def test_an_update_held_by_processes_that_died_is_taken_apart_from_the_others(store: Store) -> None:
    await receive(store, 1, chat=5)
    for _ in range(SUSPECT_AFTER):
        assert await claimed(store) == [1]
        await store.inbox.give_back(everyones=True)
    await receive(store, 2, chat=6)
    assert await claimed(store) == [2]
    assert [one.update_id for one in await store.inbox.claim(16, LEASE, suspects=True)] == [1]


async def test_a_process_gives_back_what_it_could_not_end(store: Store, database_url: str, clock: Clock) -> None:
    await receive(store, 1, chat=5)
    await receive(store, 2, chat=6)
    other = Store(database_url, clock)
    assert [one.update_id for one in await other.inbox.claim(1, LEASE)] == [1]
    assert await claimed(store) == [2]
    await store.inbox.give_back()
    assert await claimed(store) == [2], "the other's stays the other's"
    await store.inbox.give_back(everyones=True)
    assert await claimed(store) == [1, 2]
    await other.close()


async def test_two_processes_never_take_the_same_update(store: Store, database_url: str, clock: Clock) -> None:
    await store.inbox.receive([Received(number, number % 40, {}) for number in range(200)])
    other = Store(database_url, clock)
    taken: list[int] = []

    async def work(one: Store) -> None:
        while found := await one.inbox.claim(3, LEASE):
            for waiting in found:
                taken.append(waiting.update_id)
                await one.inbox.begin(waiting.update_id)
                await one.inbox.finish(waiting.update_id)

    while await store.inbox.depth():
        await asyncio.gather(work(store), work(other), work(store), work(other))
    assert sorted(taken) == list(range(200))
    for chat in range(40):
        lane = [number for number in taken if number % 40 == chat]
        assert lane == sorted(lane), "order within a chat"
    await other.close()


async def test_the_text_goes_as_soon_as_it_is_answered(store: Store, tmp_path: Path) -> None:
    await receive(store, 1, text="mon secret")
    await claimed(store)
    await store.inbox.finish(1)
    async with store._engine.connect() as connection:
        rows = (await connection.execute(text("SELECT payload FROM inbox"))).all()
    assert rows == [(None,)]
    await store.close()  # closing folds the write-ahead log into the file
    assert b"mon secret" not in _files(tmp_path)


async def test_answered_ids_are_forgotten_in_the_end(store: Store, clock: Clock) -> None:
    await receive(store, 1)
    await claimed(store)
    await store.inbox.finish(1)
    await receive(store, 2)
    clock.now += DONE_KEPT + timedelta(minutes=1)
    await store.sweep(timedelta(minutes=30), timedelta(hours=24), timedelta(days=365), timedelta(days=365))
    assert await receive(store, 1)
    assert [waiting.update_id for waiting in await store.inbox.waiting()] == [1, 2]


async def test_the_first_schema_is_brought_up_to_date_with_what_it_holds(database_url: str, clock: Clock) -> None:
    store = Store(database_url, clock)
    async with store._engine.begin() as connection:
        await connection.run_sync(_upgrade_to_first)
        await connection.execute(
            text("INSERT INTO inbox (update_id, chat_id, payload, received_at) VALUES (7, 5, :payload, :now)"),
            {"payload": '{"a": 1}', "now": clock.now},
        )
    await store.open()
    await store.open()  # a second start changes nothing
    assert [(one.payload, one.begun, one.attempts) for one in await store.inbox.claim(1, LEASE)] == [
        ({"a": 1}, False, 0)
    ]
    await store.keep_check(5, b"x")
    await store.close()


def _upgrade_to_first(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(stores.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


def _files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*.sqlite"))
