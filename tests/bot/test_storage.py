from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, make_url, text

from bot import storage
from bot.storage.inbox import Received
from bot.storage.model_use import ModelKept
from bot.storage.opinions import AnswerRef, Rating
from bot.storage.shared import SharedOffer
from bot.storage.store import Store, _upgrade, with_driver
from bot.storage.tables import Base
from tests.bot.conftest import Clock

LONGER = (timedelta(hours=24), timedelta(days=365), timedelta(days=400))
"""How long open checklists, opinions and shared offers are kept."""


OFFER = SharedOffer("Payez 49 € à [nom]", "arnaque", None, ("pay_to_work", "urgency"), "g1")


async def test_a_sweep_leaves_nothing_of_it_in_any_file(store: Store, tmp_path: Path) -> None:
    await store.inbox.receive([Received(1, 5, {"text": "mon secret"})])
    await store.inbox.claim(1, timedelta(minutes=1))
    await store.inbox.finish(1)
    await store.sweep(timedelta(minutes=30), *LONGER)
    if store.is_shared:
        return
    files = b"".join(path.read_bytes() for path in (tmp_path / "deep").iterdir())
    assert b"mon secret" not in files and b"SQLite" in files


async def test_the_file_survives_a_power_cut_and_overwrites_what_goes(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    await store.open()
    async with store._engine.connect() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
    await store.close()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgres://bot@db.example/bot?sslmode=require", "postgresql+asyncpg://bot@db.example/bot?ssl=require"),
        ("postgresql://bot@db.example:5433/bot", "postgresql+asyncpg://bot@db.example:5433/bot"),
        ("postgresql+asyncpg://bot@/bot?host=/run", "postgresql+asyncpg://bot@/bot?host=/run"),
        ("sqlite:////srv/bot.sqlite", "sqlite+aiosqlite:////srv/bot.sqlite"),
    ],
)
def test_an_address_may_be_written_as_it_usually_is(written: str, read: str) -> None:
    assert with_driver(make_url(written)) == make_url(read)


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


async def test_nothing_is_kept_of_a_chat_that_blocked_the_bot(store: Store) -> None:
    for chat in (5, 6):
        await store.add_turn(chat, b"un")
        await store.keep_check(chat, "scellé".encode())
        await store.inbox.receive([Received(chat, chat, {})])
    await store.forget_chat(5)
    assert await store.turns(5, timedelta(hours=1), 6) == [] and await store.open_check(5, timedelta(hours=1)) is None
    assert await store.turns(6, timedelta(hours=1), 6) == [b"un"]
    assert await store.open_check(6, timedelta(hours=1)) == "scellé".encode()
    assert [waiting.update_id for waiting in await store.inbox.waiting()] == [6]


ANSWER = AnswerRef("answered", "cotisations", ("cotisations/taux", "cotisations/seuil"), "g1")


async def test_an_opinion_is_counted_once_and_can_change(store: Store) -> None:
    await store.opinions.rate(5, 100, ANSWER, Rating.USELESS)
    await store.opinions.rate(5, 100, ANSWER, Rating.INCOMPLETE)
    await store.opinions.rate(6, 100, ANSWER, Rating.INCOMPLETE)
    await store.opinions.rate(7, 100, ANSWER, Rating.USEFUL)
    assert await store.opinions.counts() == {"incomplet": 2, "utile": 1, "question": 0}
    (gap,) = await store.opinions.gaps()
    assert (gap.kind, gap.count, gap.fact_ids, gap.fiche) == ("incomplet", 2, ANSWER.fact_ids, "cotisations")


async def test_a_question_handed_over_by_several_people_is_one_gap(store: Store, clock: Clock) -> None:
    for user, message in ((5, 1), (5, 1), (6, 1)):
        await store.opinions.hand_over(user, message, "et le CESU ?", "abstained", "g1")
        clock.now += timedelta(days=1) if user == 5 and message == 1 and clock.now.day == 21 else timedelta()
    (gap,) = await store.opinions.gaps()
    assert gap.question == "et le CESU ?" and gap.first_day.day == 21 and gap.last_day.day == 22


async def test_pseudonyms_change_with_the_day_and_their_key_is_destroyed(store: Store, clock: Clock) -> None:
    await store.opinions.rate(5, 100, ANSWER, Rating.USEFUL)
    assert len(await store.opinions.of_today(5)) == 1 and await store.opinions.of_today(6) == []
    assert "author" not in (await store.opinions.of_today(5))[0]
    clock.now += timedelta(days=1)
    assert await store.opinions.of_today(5) == [], "yesterday's opinion is nobody's any more"
    await store.opinions.rate(5, 100, ANSWER, Rating.USEFUL)
    async with store._engine.connect() as connection:
        authors = (await connection.execute(text("SELECT author FROM opinions"))).scalars().all()
    assert len(set(authors)) == 2 and not any(author == "5" for author in authors)
    await store.sweep(timedelta(minutes=30), *LONGER)
    async with store._engine.connect() as connection:
        days = (await connection.execute(text("SELECT day FROM daily_keys"))).scalars().all()
        assert [str(day) for day in days] == ["2026-11-22"]
        assert (await connection.execute(text("SELECT count(*) FROM opinions"))).scalar() == 2


async def test_everything_goes_when_its_time_is_over(store: Store, clock: Clock) -> None:
    await store.add_turn(5, b"sealed")
    await store.keep_check(5, b"sealed")
    await store.opinions.rate(5, 100, ANSWER, Rating.WRONG)
    await store.opinions.hand_over(5, 101, "et le CESU ?", "abstained", "g1")
    await store.shared.keep(5, 102, OFFER)
    tables = ("turns", "open_checks", "opinions", "shared_offers")
    for moment, left in (
        (timedelta(minutes=31), (0, 1, 1, 1)),
        (timedelta(hours=25), (0, 0, 1, 1)),
        (timedelta(days=366), (0, 0, 0, 1)),
        (timedelta(days=401), (0, 0, 0, 0)),
    ):
        clock.now = datetime(2026, 11, 21, 12, tzinfo=UTC) + moment
        await store.sweep(timedelta(minutes=30), *LONGER)
        async with store._engine.connect() as connection:
            counts = [(await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar() for table in tables]
        assert tuple(counts) == left, moment
    assert await store.opinions.gaps() == []


async def test_what_is_kept_of_a_chat_is_shown_and_erased(store: Store) -> None:
    for chat in (5, 6):
        await store.inbox.receive([Received(chat, chat, {"text": "question"})])
        await store.add_turn(chat, b"sealed")
        await store.keep_check(chat, b"offer")
        await store.opinions.rate(chat, 100, ANSWER, Rating.WRONG)
        await store.shared.keep(chat, 101, OFFER)
    kept = await store.kept_of(5, 5)
    assert [waiting.update_id for waiting in kept.waiting] == [5]
    assert [sealed for _, sealed in kept.turns] == [b"sealed"] and kept.check == b"offer" and len(kept.opinions) == 1
    assert [offer["text"] for offer in kept.shared] == [OFFER.text]
    await store.erase(5, 5)
    kept = await store.kept_of(5, 5)
    assert kept.turns == [] and kept.check is None and kept.opinions == [] and kept.shared == []
    other = await store.kept_of(6, 6)
    assert other.turns and other.check and other.opinions and other.shared


async def test_a_shared_offer_is_kept_once_and_is_nobodys_the_next_day(store: Store, clock: Clock) -> None:
    assert await store.shared.keep(5, 100, OFFER)
    assert not await store.shared.keep(5, 100, OFFER), "pressed twice"
    assert await store.shared.count() == 1
    clock.now += timedelta(days=1)
    assert await store.shared.of_today(5) == [] and await store.shared.forget(5) == 0
    await store.sweep(timedelta(minutes=30), *LONGER)
    [kept] = await store.shared.all()
    assert kept.row() == {
        "day": "2026-11-21",
        "text": OFFER.text,
        "level": "arnaque",
        "pattern": None,
        "signals": ["pay_to_work", "urgency"],
        "generation": "g1",
    }


async def test_a_pause_lasts_until_it_is_ended(store: Store) -> None:
    assert await store.paused() is None and not await store.resume()
    await store.pause("travaux")
    await store.pause("travaux, encore")
    assert await store.paused() == "travaux, encore"
    assert await store.resume() and await store.paused() is None


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
    assert (await use.spent(tomorrow, 1)).tokens == 10


async def test_what_a_model_cost_yesterday_is_forgotten(store: Store, clock: Clock) -> None:
    use, today = store.model_use, date(2026, 11, 21)
    await use.spend(today, 1, 100, 0.5)
    await use.agree(1, "modèle A, France")
    clock.now += timedelta(days=1)
    await use.spend(today + timedelta(days=1), 1, 10, 0)
    await store.sweep(timedelta(minutes=30), *LONGER)
    assert (await use.spent(today, 1)).tokens == 0 and (await use.spent_today()).tokens == 10
    assert await use.agreed_to(1) is not None


@pytest.mark.parametrize("forget", [lambda store: store.erase(5, 5), lambda store: store.forget_chat(5)])
async def test_consent_and_use_of_a_model_are_shown_and_erased_and_the_total_stays(
    store: Store, clock: Clock, forget: Callable[[Store], Awaitable[None]]
) -> None:
    use, today = store.model_use, date(2026, 11, 21)
    for chat in (5, 6):
        await use.agree(chat, "modèle A, France")
        await use.spend(today, chat, 100, 0.5)
    await store.forget_turns(5)
    assert (await store.kept_of(5, 5)).model == ModelKept("modèle A, France", clock.now, 100)
    await forget(store)
    assert (await store.kept_of(5, 5)).model == ModelKept(None, None, 0)
    assert (await store.kept_of(6, 6)).model.tokens_today == 100
    spent = await use.spent_today()
    assert (spent.tokens, spent.cost) == (200, 1.0), "a ceiling of the day cannot be got round by erasing"


async def test_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    """Turns in clear of an older version are gone; a message waiting is kept."""
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(FIRST_SCHEMA)
    store = Store(f"sqlite+aiosqlite:///{path}")
    await store.open()
    assert [waiting.update_id for waiting in await store.inbox.waiting()] == [3]
    await store.add_turn(5, b"sealed")
    assert await store.turns(5, timedelta(minutes=30), 6) == [b"sealed"]
    await store.close()
    assert b"en clair" not in path.read_bytes()


async def test_the_first_schema_is_brought_up_to_date_on_each_kind_of_database(store: Store) -> None:
    """Down to the first schema, then up again: a message waiting is kept, and the tables are those of the code."""

    def go(version: str) -> Callable[[Connection], None]:
        def migrate(connection: Connection) -> None:
            config = Config()
            config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
            config.attributes["connection"] = connection
            command.downgrade(config, version)

        return migrate

    async with store._engine.begin() as connection:
        await connection.run_sync(go("0001"))
        await connection.execute(text("INSERT INTO inbox (update_id, chat_id, payload, received_at) "
                                      "VALUES (3, 5, '{}', '2026-11-21 12:00:00')"))  # fmt: skip
        await connection.execute(text("INSERT INTO turns (chat_id, text, asked_at) "
                                      "VALUES (5, 'en clair', '2026-11-21 12:00:00')"))  # fmt: skip
    await store.open()
    assert [waiting.update_id for waiting in await store.inbox.waiting()] == [3]
    assert await store.turns(5, timedelta(days=1), 6) == []
    await store.model_use.agree(5, "modèle A, France")
    async with store._engine.connect() as connection:
        differences = await connection.run_sync(
            lambda plain: compare_metadata(MigrationContext.configure(plain), Base.metadata)
        )
    assert differences == []


async def test_a_new_database_is_as_the_migrations_make_it(tmp_path: Path) -> None:
    new, migrated = tmp_path / "new.sqlite", tmp_path / "migrated.sqlite"
    store = Store(f"sqlite+aiosqlite:///{new}")
    await store.open()
    await store.close()
    with create_engine(f"sqlite:///{migrated}").begin() as connection:
        _upgrade(connection)
    schemas = []
    for path in (new, migrated):
        with closing(sqlite3.connect(path)) as plain:
            rows = plain.execute("SELECT name, sql FROM sqlite_master WHERE name <> 'alembic_version'").fetchall()
            schemas.append({name: "".join((sql or "").split()) for name, sql in rows})
            assert plain.execute("SELECT version_num FROM alembic_version").fetchall() == [("0006",)]
    assert schemas[0] == schemas[1] and len(schemas[0]) > 10


async def test_a_schema_that_is_up_to_date_is_left_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(command, "upgrade")
    await store.open()


FIRST_SCHEMA = """
CREATE TABLE inbox (update_id BIGINT PRIMARY KEY, chat_id BIGINT, payload TEXT, received_at DATETIME NOT NULL,
                    done_at DATETIME);
CREATE INDEX inbox_waiting ON inbox (done_at, update_id);
CREATE TABLE turns (id INTEGER PRIMARY KEY AUTOINCREMENT, chat_id BIGINT NOT NULL, text TEXT NOT NULL,
                    asked_at DATETIME NOT NULL);
CREATE INDEX ix_turns_chat_id ON turns (chat_id);
CREATE INDEX ix_turns_asked_at ON turns (asked_at);
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0001');
INSERT INTO inbox VALUES (3, 5, '{"a": 1}', '2026-11-21 12:00:00.000000', NULL);
INSERT INTO turns VALUES (1, 5, 'une question en clair', '2026-11-21 12:00:00.000000');
"""
