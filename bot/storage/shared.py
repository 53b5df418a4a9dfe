"""Offers that workers chose to share, masked, with what ``/verifier`` said of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.pseudonyms import Pseudonyms
from bot.storage.tables import SharedOfferRow


@dataclass(frozen=True)
class SharedOffer:
    """``text``: masked, its links unclickable, as the worker saw it before saying yes."""

    text: str
    level: str
    pattern: str | None
    signals: tuple[str, ...]
    """Ids, those that the worker declared among them."""
    generation: str


@dataclass(frozen=True)
class DatedOffer:
    """A shared offer and the day it came."""

    day: date
    offer: SharedOffer

    def row(self) -> dict[str, Any]:
        """For a line of JSON."""
        return {"day": self.day.isoformat(), **asdict(self.offer), "signals": list(self.offer.signals)}

    def line(self) -> str:
        """To read at a terminal."""
        offer = self.offer
        return f"{self.day} {offer.level} {offer.pattern or '–'} ({', '.join(offer.signals) or '–'}) :\n{offer.text}\n"


class SharedOffers:
    """Reads and writes shared offers. ``insert`` is the dialect's own, for « insert or leave »."""

    def __init__(
        self,
        engine: AsyncEngine,
        insert: Callable[..., Any],
        now: Callable[[], datetime],
        pseudonyms: Pseudonyms,
    ) -> None:
        self._engine = engine
        self._insert = insert
        self._now = now
        self._pseudonyms = pseudonyms

    async def keep(self, user_id: int, message_id: int, offer: SharedOffer) -> bool:
        """Keep what ``message_id`` showed, once. False when it was kept already."""
        async with self._engine.begin() as connection:
            values = asdict(offer) | {
                "shown": await self._pseudonyms.of_message(connection, user_id, message_id),
                "author": await self._pseudonyms.of_person(connection, user_id),
                "day": self._now().date(),
                "signals": " ".join(offer.signals),
            }
            done = await connection.execute(self._insert(SharedOfferRow).values(values).on_conflict_do_nothing())
        return bool(done.rowcount)

    async def all(self) -> list[DatedOffer]:
        """Oldest first; those of one day in no order that tells who came first."""
        query = select(SharedOfferRow.__table__).order_by(SharedOfferRow.day, SharedOfferRow.shown)
        async with self._engine.connect() as connection:
            return [
                DatedOffer(
                    row.day, SharedOffer(row.text, row.level, row.pattern, tuple(row.signals.split()), row.generation)
                )
                for row in await connection.execute(query)
            ]

    async def count(self) -> int:
        async with self._engine.connect() as connection:
            return int((await connection.execute(select(func.count()).select_from(SharedOfferRow))).scalar_one())

    async def of_today(self, user_id: int) -> list[dict[str, str]]:
        """What the person shared today. Older rows can no longer be tied to anybody."""
        async with self._engine.begin() as connection:
            author = await self._pseudonyms.of_person(connection, user_id)
            mine = select(SharedOfferRow.__table__).where(SharedOfferRow.author == author)
            rows = [dict(row) for row in (await connection.execute(mine)).mappings()]
        return [
            {name: str(value) for name, value in row.items() if name not in ("shown", "author") and value}
            for row in rows
        ]

    async def forget(self, user_id: int) -> int:
        """Remove what the person shared today; returns how many rows."""
        async with self._engine.begin() as connection:
            author = await self._pseudonyms.of_person(connection, user_id)
            done = await connection.execute(delete(SharedOfferRow).where(SharedOfferRow.author == author))
        return int(done.rowcount)

    async def sweep(self, oldest: date) -> None:
        """Remove what is older than ``oldest``."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(SharedOfferRow).where(SharedOfferRow.day < oldest))
