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
from sqlalchemy import Connection, delete, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.storage.model_use import ModelUse
from bot.storage.tables import InboxRow, OpenCheckRow, TurnRow

DONE_KEPT = timedelta(days=2)
"""How long the id of an answered update is remembered, to recognise a second delivery
(Telegram redelivers for at most 24 hours)."""


@dataclass(frozen=True)
class Waiting:
    """An update that was received and not yet answered."""

    update_id: int
    payload: dict[str, Any]
    received_at: datetime


class Store:
    """Inbox and turns. ``now`` is given so that retention can be tested with a moved clock."""

    def __init__(self, url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        if url.startswith("sqlite") and ":memory:" not in url:
            Path(url.split("///", 1)[1]).parent.mkdir(parents=True, exist_ok=True)
        self._engine: AsyncEngine = create_async_engine(url)
        self._now = now
        self._insert = sqlite.insert if url.startswith("sqlite") else postgresql.insert
        if url.startswith("sqlite"):
            event.listen(self._engine.sync_engine, "connect", _tune_sqlite)
        self.model_use = ModelUse(self._engine, self._insert, now)

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
            "payload": json.dumps(payload, ensure_ascii=False),
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
        """Answered: the content goes, the id stays for a while."""
        query = update(InboxRow).where(InboxRow.update_id == update_id).values(done_at=self._now(), payload=None)
        async with self._engine.begin() as connection:
            await connection.execute(query)

    # Turns

    async def turns(self, chat_id: int, since: timedelta, limit: int) -> list[str]:
        """The last questions of a chat, oldest first."""
        query = (
            select(TurnRow.text)
            .where(TurnRow.chat_id == chat_id, TurnRow.asked_at >= self._now() - since)
            .order_by(TurnRow.id.desc())
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return list(reversed((await connection.execute(query)).scalars().all()))

    async def add_turn(self, chat_id: int, text: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(insert(TurnRow).values(chat_id=chat_id, text=text, asked_at=self._now()))

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

    async def sweep(self, turns_kept: timedelta, checks_kept: timedelta) -> None:
        """Remove what is past its time."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(OpenCheckRow).where(OpenCheckRow.changed_at < self._now() - checks_kept))
            await connection.execute(delete(TurnRow).where(TurnRow.asked_at < self._now() - turns_kept))
            await connection.execute(delete(InboxRow).where(InboxRow.done_at < self._now() - DONE_KEPT))


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
