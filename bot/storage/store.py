"""The store: SQLite (WAL) by default, any async SQLAlchemy URL otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, delete, event, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.storage.opinions import Opinions
from bot.storage.tables import InboxRow, OpenCheckRow, PauseRow, TurnRow

DONE_KEPT = timedelta(days=2)
"""How long the id of an answered update is remembered, to recognise a second delivery
(Telegram redelivers for at most 24 hours)."""


@dataclass(frozen=True)
class Waiting:
    """An update that was received and not yet answered."""

    update_id: int
    payload: dict[str, Any]
    received_at: datetime


@dataclass(frozen=True)
class KeptOf:
    """What is kept of a private chat; what is sealed is opened by the caller."""

    waiting: list[Waiting]
    turns: list[tuple[datetime, bytes]]
    check: bytes | None
    opinions: list[dict[str, Any]]


class Store:
    """Inbox and turns. ``now`` is given so that retention can be tested with a moved clock."""

    def __init__(self, url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        if url.startswith("sqlite") and ":memory:" not in url:
            Path(url.split("///", 1)[1]).parent.mkdir(parents=True, exist_ok=True)
        self._engine: AsyncEngine = create_async_engine(url)
        self._now = now
        self._insert = sqlite.insert if url.startswith("sqlite") else postgresql.insert
        self.opinions = Opinions(self._engine, self._insert, now)
        if url.startswith("sqlite"):
            event.listen(self._engine.sync_engine, "connect", _tune_sqlite)

    async def open(self) -> None:
        """Bring the schema up to date."""
        async with self._engine.begin() as connection:
            await connection.run_sync(_migrate)

    async def close(self) -> None:
        await self._engine.dispose()

    # Inbox

    async def receive(self, update_id: int, chat_id: int | None, payload: dict[str, Any]) -> bool:
        """Keep an update before Telegram is told that it was received; False when it was already known."""
        row = {
            "update_id": update_id,
            "chat_id": chat_id,
            "payload": json.dumps(payload),
            "received_at": self._now(),
        }
        async with self._engine.begin() as connection:
            done = await connection.execute(self._insert(InboxRow).values(row).on_conflict_do_nothing())
        return bool(done.rowcount)

    async def waiting(self, chat_id: int | None = None) -> list[Waiting]:
        """Updates not yet answered, of one chat or of all, oldest first."""
        query = select(InboxRow.update_id, InboxRow.payload, InboxRow.received_at)
        query = query.where(InboxRow.done_at.is_(None)).order_by(InboxRow.update_id)
        if chat_id is not None:
            query = query.where(InboxRow.chat_id == chat_id)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [Waiting(row.update_id, json.loads(row.payload), _aware(row.received_at)) for row in rows if row.payload]

    async def finish(self, update_id: int) -> None:
        """Answered: the content goes, and whose it was; the bare id stays for a while."""
        done = {"done_at": self._now(), "payload": None, "chat_id": None}
        query = update(InboxRow).where(InboxRow.update_id == update_id).values(done)
        async with self._engine.begin() as connection:
            await connection.execute(query)

    async def waiting_count(self) -> int:
        """Updates not yet answered."""
        query = select(func.count()).select_from(InboxRow).where(InboxRow.done_at.is_(None))
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).scalar_one()

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
            waiting=await self.waiting(chat_id),
            turns=[(_aware(asked_at), sealed) for asked_at, sealed in turns],
            check=sealed_check,
            opinions=await self.opinions.of_today(user_id),
        )

    async def erase(self, chat_id: int, user_id: int) -> None:
        """Forget a private chat, at once."""
        async with self._engine.begin() as connection:
            for table in (TurnRow, OpenCheckRow):
                await connection.execute(delete(table).where(table.chat_id == chat_id))
        await self.opinions.forget(user_id)

    async def sweep(self, turns_kept: timedelta, checks_kept: timedelta, opinions_kept: timedelta) -> None:
        """Remove what is past its time."""
        await self.opinions.sweep((self._now() - opinions_kept).date())
        async with self._engine.begin() as connection:
            await connection.execute(delete(OpenCheckRow).where(OpenCheckRow.changed_at < self._now() - checks_kept))
            await connection.execute(delete(TurnRow).where(TurnRow.asked_at < self._now() - turns_kept))
            await connection.execute(delete(InboxRow).where(InboxRow.done_at < self._now() - DONE_KEPT))
        if self._engine.dialect.name == "sqlite":
            async with self._engine.connect() as connection:
                # What was erased is still in the write-ahead log: fold it into the file and empty it.
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _tune_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    # secure_delete: an answered message is overwritten, not only unlinked.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
