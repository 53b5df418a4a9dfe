"""What people hand over of their own accord, under the pseudonym of the day: theirs that day, nobody's after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.pseudonyms import Pseudonyms


class HandedOver:
    """Tables whose rows have an ``author`` (pseudonym) and a ``day``. ``insert`` is the dialect's own, for « insert or
    replace » and « insert or leave »."""

    TABLES: ClassVar[tuple[Any, ...]]
    PSEUDONYMS: ClassVar[frozenset[str]]
    """Columns that are shown to nobody."""

    def __init__(
        self, engine: AsyncEngine, insert: Callable[..., Any], now: Callable[[], datetime], pseudonyms: Pseudonyms
    ) -> None:
        self._engine = engine
        self._insert = insert
        self._now = now
        self._pseudonyms = pseudonyms

    async def of_today(self, user_id: int) -> list[dict[str, str]]:
        """What the person handed over today. Older rows can no longer be tied to anybody."""
        rows: list[dict[str, Any]] = []
        async with self._engine.begin() as connection:
            author = await self._pseudonyms.of_person(connection, user_id)
            for table in self.TABLES:
                mine = await connection.execute(select(table.__table__).where(table.author == author))
                rows += map(dict, mine.mappings())
        return [
            {name: str(value) for name, value in row.items() if name not in self.PSEUDONYMS and value} for row in rows
        ]

    async def forget(self, user_id: int) -> int:
        """Remove what the person handed over today; returns how many rows."""
        async with self._engine.begin() as connection:
            author = await self._pseudonyms.of_person(connection, user_id)
            removed = 0
            for table in self.TABLES:
                removed += (await connection.execute(delete(table).where(table.author == author))).rowcount
        return removed

    async def sweep(self, oldest: date) -> None:
        """Remove what is older than ``oldest``."""
        async with self._engine.begin() as connection:
            for table in self.TABLES:
                await connection.execute(delete(table).where(table.day < oldest))

    def _today(self) -> date:
        return self._now().date()
