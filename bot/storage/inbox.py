"""The inbox: every update from the moment Telegram is told that it was received until it is answered.

The life of a row::

    received ── claim ──▶ claimed ── begin ──▶ sending ── finish ──▶ done
       ▲                     │                    │
       └──── release ────────┴──── withdraw ◀─────┘   (nothing went out after all)

Only the oldest waiting update of a chat can be claimed: that alone keeps the order within a chat, whatever
the number of instances. A claim ends by itself when its process dies and stops renewing it. A row found in
``sending`` by another process is one whose answer may have been delivered: it is never simply handled again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased

from bot.storage.tables import InboxRow

Clock = Callable[[], datetime]

DONE_KEPT = timedelta(days=2)
"""How long the id of an answered update is remembered, to recognise a second delivery
(Telegram redelivers for at most 24 hours)."""


SUSPECT_AFTER = 2
"""Attempts after which an update is suspected of having ended the process."""


@dataclass(frozen=True)
class Received:
    """An update as it came."""

    update_id: int
    chat_id: int | None
    payload: dict[str, Any]


@dataclass(frozen=True)
class Waiting:
    """An update that was received and not yet answered."""

    update_id: int
    payload: dict[str, Any]
    received_at: datetime
    begun: bool = False
    """An answer began to go out: it may have been delivered."""
    attempts: int = 0
    """Times it was taken before, by a process that did not come to its end."""


class ClaimLostError(Exception):
    """Another process has taken the update: this one must not answer it."""


class Inbox:
    """``owner`` names this process in its claims."""

    def __init__(
        self, engine: AsyncEngine, insert: Callable[..., Any], now: Callable[[], datetime], owner: str
    ) -> None:
        self._engine = engine
        self._insert = insert
        self._now = now
        self._owner = owner

    async def receive(self, updates: Iterable[Received]) -> int:
        """Keep updates before Telegram is told that they were received; the number that were new."""
        rows = [
            {
                "update_id": one.update_id,
                "chat_id": one.chat_id,
                "payload": _encode(one.payload),
                "received_at": self._now(),
            }
            for one in updates
        ]
        if not rows:
            return 0
        query = self._insert(InboxRow).values(rows).on_conflict_do_nothing().returning(InboxRow.update_id)
        async with self._engine.begin() as connection:
            return len((await connection.execute(query)).all())

    async def claim(self, limit: int, lease: timedelta, suspects: bool = False) -> list[Waiting]:
        """Take up to ``limit`` updates, the oldest waiting one of each chat, oldest first.

        ``suspects``: those that were being handled when a process died, several times, and only those; else the others.
        """
        earlier = aliased(InboxRow)
        is_behind = select(earlier.update_id).where(
            earlier.chat_id == InboxRow.chat_id, earlier.done_at.is_(None), earlier.update_id < InboxRow.update_id
        )
        free = (
            select(InboxRow.update_id)
            .where(
                InboxRow.done_at.is_(None),
                or_(InboxRow.claimed_until.is_(None), InboxRow.claimed_until < self._now()),
                InboxRow.attempts >= SUSPECT_AFTER if suspects else InboxRow.attempts < SUSPECT_AFTER,
                ~is_behind.exists(),
            )
            .order_by(InboxRow.update_id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer at a time
            .cte("free")
        )
        query = (
            update(InboxRow)
            .where(InboxRow.update_id.in_(select(free.c.update_id)))
            .values(claimed_by=self._owner, claimed_until=self._now() + lease, attempts=InboxRow.attempts + 1)
            .returning(
                InboxRow.update_id,
                InboxRow.payload,
                InboxRow.received_at,
                InboxRow.sending_at,
                InboxRow.attempts,
            )
            .execution_options(synchronize_session=False)
        )
        async with self._engine.begin() as connection:
            rows = (await connection.execute(query)).all()
        found = [
            Waiting(
                row.update_id,
                json.loads(row.payload),
                aware(row.received_at),
                row.sending_at is not None,
                row.attempts - 1,
            )
            for row in rows
        ]
        return sorted(found, key=lambda one: one.update_id)

    async def renew(self, lease: timedelta) -> None:
        """This process is alive: what it handles stays its own."""
        await self._change(
            update(InboxRow)
            .where(InboxRow.claimed_by == self._owner, InboxRow.done_at.is_(None))
            .values(claimed_until=self._now() + lease)
        )

    async def begin(self, update_id: int) -> None:
        """An answer is about to go out. Raises ``ClaimLostError`` when the update is no longer this process's."""
        if not await self._change(self._mine(update_id).values(sending_at=self._now())):
            raise ClaimLostError(update_id)

    async def withdraw(self, update_id: int) -> None:
        """After all nothing went out: the update may be handled again."""
        await self._change(self._mine(update_id).values(sending_at=None))

    async def release(self, update_id: int, after: timedelta) -> None:
        """Give the update back, to be taken again ``after`` a while; its chat waits with it."""
        query = self._mine(update_id).values(
            claimed_by=None, claimed_until=self._now() + after, attempts=InboxRow.attempts - 1
        )
        await self._change(query)

    async def finish(self, update_id: int) -> None:
        """Answered: the content goes, and whose it was; the bare id stays for a while."""
        done = {"done_at": self._now(), "payload": None, "chat_id": None, "claimed_by": None}
        await self._change(self._mine(update_id).values(done))

    async def drop_chat(self, chat_id: int) -> None:
        """Nothing more can be said to this chat: what waits there is done, except what is being handled."""
        query = update(InboxRow).where(
            InboxRow.chat_id == chat_id, InboxRow.done_at.is_(None), InboxRow.claimed_by.is_(None)
        )
        await self._change(query.values(done_at=self._now(), payload=None, chat_id=None))

    async def give_back(self, everyones: bool = False) -> None:
        """Release what was claimed and is not done: at a stop this process's own; ``everyones`` at the start of
        the only process there is, whose predecessor is dead."""
        query = update(InboxRow).where(InboxRow.done_at.is_(None), InboxRow.claimed_by.is_not(None))
        query = query.values(claimed_by=None, claimed_until=None)
        if not everyones:
            query = query.where(InboxRow.claimed_by == self._owner).values(attempts=InboxRow.attempts - 1)
        await self._change(query)

    async def waiting(self, chat_id: int | None = None) -> list[Waiting]:
        """Updates not yet answered, of one chat or of all, oldest first."""
        query = select(InboxRow.update_id, InboxRow.payload, InboxRow.received_at)
        query = query.where(InboxRow.done_at.is_(None)).order_by(InboxRow.update_id)
        if chat_id is not None:
            query = query.where(InboxRow.chat_id == chat_id)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [Waiting(row.update_id, json.loads(row.payload), aware(row.received_at)) for row in rows]

    async def depth(self) -> int:
        """How many updates are not yet answered."""
        query = select(func.count()).select_from(InboxRow).where(InboxRow.done_at.is_(None))
        async with self._engine.connect() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def sweep(self) -> None:
        """Forget the ids of updates answered long ago."""
        await self._change(delete(InboxRow).where(InboxRow.done_at < self._now() - DONE_KEPT))

    def _mine(self, update_id: int) -> Any:
        return update(InboxRow).where(InboxRow.update_id == update_id, InboxRow.claimed_by == self._owner)

    async def _change(self, query: Any) -> int:
        async with self._engine.begin() as connection:
            return int((await connection.execute(query)).rowcount)


def _encode(payload: dict[str, Any]) -> str:
    """JSON that every database takes: half of a broken emoji becomes U+FFFD instead of an error."""
    text = json.dumps(payload, ensure_ascii=False)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def aware(moment: datetime) -> datetime:
    """SQLite forgets the time zone; everything is stored in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
