"""The store: SQLite (WAL) by default, any async SQLAlchemy URL otherwise."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, delete, event, insert, inspect, make_url, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.storage.inbox import Inbox, Waiting, aware
from bot.storage.model_use import ModelKept, ModelUse
from bot.storage.opinions import Opinions
from bot.storage.pseudonyms import Pseudonyms
from bot.storage.shared import SharedOffers
from bot.storage.tables import Base, OpenCheckRow, PauseRow, TurnRow

MIGRATIONS = Path(__file__).parent / "migrations"
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
MIGRATION_LOCK = 4_242_001
"""PostgreSQL advisory lock: instances that start together migrate one after the other."""


@dataclass(frozen=True)
class KeptOf:
    """What is kept of a private chat; what is sealed is opened by the caller."""

    waiting: list[Waiting]
    turns: list[tuple[datetime, bytes]]
    check: bytes | None
    opinions: list[dict[str, Any]]
    shared: list[dict[str, str]]
    model: ModelKept


class Store:
    """Inbox, turns, open checks. ``now`` is given so that retention can be tested with a moved clock."""

    def __init__(
        self, url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC), busy_timeout_s: float = 5.0
    ) -> None:
        address = with_driver(make_url(url))
        self.is_shared = address.get_backend_name() != "sqlite"
        """Several instances may use it at once."""
        # hide_parameters: an error would print them, and they are what users wrote.
        if self.is_shared:
            from sqlalchemy.dialects import postgresql

            self._engine: AsyncEngine = create_async_engine(
                address, pool_pre_ping=True, hide_parameters=True, connect_args={"timeout": 10, "command_timeout": 30}
            )
            self._insert: Callable[..., Any] = postgresql.insert
        else:
            if address.database not in (None, ":memory:"):
                Path(address.database).parent.mkdir(parents=True, exist_ok=True)
            self._engine = create_async_engine(address, hide_parameters=True, connect_args={"timeout": busy_timeout_s})
            self._insert = sqlite.insert
            event.listen(self._engine.sync_engine, "connect", _tune_sqlite)
        self._now = now
        owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.inbox = Inbox(self._engine, self._insert, now, owner)
        self._pseudonyms = Pseudonyms(self._insert, now)
        self.opinions = Opinions(self._engine, self._insert, now, self._pseudonyms)
        self.shared = SharedOffers(self._engine, self._insert, now, self._pseudonyms)
        self.model_use = ModelUse(self._engine, self._insert, now)

    async def open(self) -> None:
        """Bring the schema up to date."""
        async with self._engine.begin() as connection:
            if self.is_shared:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            await connection.run_sync(_migrate)

    async def ping(self) -> None:
        """Raises ``SQLAlchemyError`` or ``OSError`` when the database does not answer."""
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self._engine.dispose()

    # Turns

    async def turns(self, chat_id: int, since: timedelta, limit: int) -> list[bytes]:
        """The last questions of a chat, sealed, oldest first."""
        query = (
            select(TurnRow.sealed)
            .where(TurnRow.chat_id == chat_id, TurnRow.asked_at >= self._now() - since)
            .order_by(TurnRow.id.desc())
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return list(reversed((await connection.execute(query)).scalars().all()))

    async def add_turn(self, chat_id: int, sealed: bytes) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(insert(TurnRow).values(chat_id=chat_id, sealed=sealed, asked_at=self._now()))

    async def forget_turns(self, chat_id: int) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(delete(TurnRow).where(TurnRow.chat_id == chat_id))

    async def forget_chat(self, chat_id: int) -> None:
        """Nothing more can be said to this chat: everything kept of it goes."""
        await self.forget_turns(chat_id)
        await self.drop_check(chat_id)
        await self.inbox.drop_chat(chat_id)
        await self.model_use.forget(chat_id)

    # Offers being vetted

    async def open_check(self, chat_id: int, since: timedelta) -> bytes | None:
        """What is kept of the offer being vetted in a chat, sealed; None when there is none, or too old."""
        query = select(OpenCheckRow.sealed).where(
            OpenCheckRow.chat_id == chat_id, OpenCheckRow.changed_at >= self._now() - since
        )
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def keep_check(self, chat_id: int, sealed: bytes) -> None:
        """One offer a chat: a second one takes the place of the first."""
        row = {"chat_id": chat_id, "sealed": sealed, "changed_at": self._now()}
        query = self._insert(OpenCheckRow).values(row)
        query = query.on_conflict_do_update(index_elements=["chat_id"], set_=row)
        async with self._engine.begin() as connection:
            await connection.execute(query)

    async def drop_check(self, chat_id: int) -> bool:
        """True when there was one."""
        async with self._engine.begin() as connection:
            done = await connection.execute(delete(OpenCheckRow).where(OpenCheckRow.chat_id == chat_id))
        return bool(done.rowcount)

    # What administrators set

    async def pause(self, message: str) -> None:
        """Only distress is answered from now on, everything else with ``message``."""
        row = {"id": 1, "message": message, "since": self._now()}
        query = self._insert(PauseRow).values(row).on_conflict_do_update(index_elements=["id"], set_=row)
        async with self._engine.begin() as connection:
            await connection.execute(query)

    async def resume(self) -> bool:
        """End the pause; False when there was none."""
        async with self._engine.begin() as connection:
            return bool((await connection.execute(delete(PauseRow))).rowcount)

    async def paused(self) -> str | None:
        """The message of the pause; None when there is none."""
        async with self._engine.connect() as connection:
            return (await connection.execute(select(PauseRow.message))).scalar_one_or_none()

    # What a person may see and have erased

    async def kept_of(self, chat_id: int, user_id: int) -> KeptOf:
        """Everything kept of a private chat."""
        async with self._engine.connect() as connection:
            asked = select(TurnRow.asked_at, TurnRow.sealed).where(TurnRow.chat_id == chat_id).order_by(TurnRow.id)
            turns = (await connection.execute(asked)).all()
            check = await connection.execute(select(OpenCheckRow.sealed).where(OpenCheckRow.chat_id == chat_id))
            sealed_check = check.scalar_one_or_none()
        return KeptOf(
            waiting=await self.inbox.waiting(chat_id),
            turns=[(aware(asked_at), sealed) for asked_at, sealed in turns],
            check=sealed_check,
            opinions=await self.opinions.of_today(user_id),
            shared=await self.shared.of_today(user_id),
            model=await self.model_use.kept_of(chat_id),
        )

    async def erase(self, chat_id: int, user_id: int) -> None:
        """Forget a private chat, at once."""
        async with self._engine.begin() as connection:
            for table in (TurnRow, OpenCheckRow):
                await connection.execute(delete(table).where(table.chat_id == chat_id))
        await self.opinions.forget(user_id)
        await self.shared.forget(user_id)
        await self.model_use.forget(chat_id)
        await self._empty_log()

    async def sweep(
        self, turns_kept: timedelta, checks_kept: timedelta, opinions_kept: timedelta, shared_kept: timedelta
    ) -> None:
        """Remove what is past its time, and the keys of the days before."""
        await self.opinions.sweep((self._now() - opinions_kept).date())
        await self.shared.sweep((self._now() - shared_kept).date())
        await self.model_use.sweep()
        async with self._engine.begin() as connection:
            await self._pseudonyms.destroy_old_keys(connection)
            await connection.execute(delete(OpenCheckRow).where(OpenCheckRow.changed_at < self._now() - checks_kept))
            await connection.execute(delete(TurnRow).where(TurnRow.asked_at < self._now() - turns_kept))
        await self.inbox.sweep()
        await self._empty_log()

    async def _empty_log(self) -> None:
        """What was erased is still in the write-ahead log of SQLite: fold it into the file and empty it."""
        if not self.is_shared:
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def with_driver(address: URL) -> URL:
    """An address as it is usually written, for the asynchronous driver; what asyncpg calls « ssl » is « sslmode »
    everywhere else."""
    query = {"ssl" if name == "sslmode" else name: value for name, value in address.query.items()}
    return address.set(drivername=DRIVERS.get(address.drivername, address.drivername), query=query)


def _migrate(connection: Connection) -> None:
    latest = max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    if not inspect(connection).has_table("alembic_version"):
        _create(connection, latest)
    elif connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() != latest:
        _upgrade(connection)


def _create(connection: Connection, revision: str) -> None:
    """An empty database has no row to bring along: its tables are made as the code has them."""
    Base.metadata.create_all(connection)
    connection.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY)"
        )
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})


def _upgrade(connection: Connection) -> None:
    from alembic import command  # 10 MB that a bot whose schema is up to date does without
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _tune_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    # secure_delete: an answered message is overwritten, not only unlinked.
    # synchronous=FULL: what Telegram was told is received survives a power cut, at about two milliseconds a change.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
