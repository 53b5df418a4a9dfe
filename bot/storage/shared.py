"""Offers that workers chose to share, masked, with what ``/verifier`` said of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from bot.storage.handed_over import HandedOver
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


class SharedOffers(HandedOver):
    """Reads and writes shared offers."""

    TABLES = (SharedOfferRow,)
    PSEUDONYMS = frozenset({"shown", "author"})

    async def keep(self, user_id: int, message_id: int, offer: SharedOffer) -> bool:
        """Keep what ``message_id`` showed, once. False when it was kept already."""
        async with self._engine.begin() as connection:
            values = asdict(offer) | {
                "shown": await self._pseudonyms.of_message(connection, user_id, message_id),
                "author": await self._pseudonyms.of_person(connection, user_id),
                "day": self._today(),
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
