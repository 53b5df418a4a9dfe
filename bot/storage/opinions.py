"""What users say of the answers: opinions and handed-over questions, under a pseudonym that lasts a day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.handed_over import HandedOver
from bot.storage.tables import GapRow, OpinionRow


class Rating(StrEnum):
    USEFUL = "utile"
    USELESS = "pas_utile"
    INCOMPLETE = "incomplet"
    WRONG = "faux"
    UNCLEAR = "pas_clair"
    BESIDE = "pas_ma_question"


REASONS = (Rating.INCOMPLETE, Rating.WRONG, Rating.UNCLEAR, Rating.BESIDE)


@dataclass(frozen=True)
class AnswerRef:
    """An answer by what it showed; never by what was asked."""

    status: str
    fiche: str | None
    fact_ids: tuple[str, ...]
    generation: str


@dataclass(frozen=True)
class Gap:
    """Something that the knowledge base lacks, counted over the people who said so."""

    kind: str
    """``question`` or a ``Rating`` that complains."""
    question: str | None
    fact_ids: tuple[str, ...]
    fiche: str | None
    status: str
    count: int
    first_day: date
    last_day: date
    generation: str

    def row(self) -> dict[str, Any]:
        """For a line of JSON."""
        data = asdict(self) | {"first_day": self.first_day.isoformat(), "last_day": self.last_day.isoformat()}
        return {name: value for name, value in data.items() if value is not None}

    def line(self) -> str:
        """To read at a terminal."""
        what = self.question or " ".join(self.fact_ids) or self.fiche or self.status
        return f"{self.count} × {self.kind} ({self.first_day} – {self.last_day}) : {what}"


class Opinions(HandedOver):
    """Reads and writes opinions and gaps."""

    TABLES = (OpinionRow, GapRow)
    PSEUDONYMS = frozenset({"answer", "author"})

    async def rate(self, user_id: int, message_id: int, answer: AnswerRef, rating: Rating) -> None:
        """Keep an opinion; a later one on the same answer replaces it."""
        async with self._engine.begin() as connection:
            values = await self._names(connection, user_id, message_id) | {
                "day": self._today(),
                "rating": rating,
                "status": answer.status,
                "fiche": answer.fiche,
                "fact_ids": " ".join(answer.fact_ids),
                "generation": answer.generation,
            }
            query = self._insert(OpinionRow).values(values)
            await connection.execute(query.on_conflict_do_update(index_elements=["answer"], set_=values))

    async def hand_over(self, user_id: int, message_id: int, question: str, status: str, generation: str) -> None:
        """Keep a masked question, once."""
        async with self._engine.begin() as connection:
            values = await self._names(connection, user_id, message_id) | {
                "day": self._today(),
                "question": question,
                "status": status,
                "generation": generation,
            }
            await connection.execute(self._insert(GapRow).values(values).on_conflict_do_nothing())

    async def gaps(self) -> list[Gap]:
        """What was complained of or handed over, most frequent first."""
        days = (func.count(), func.min(OpinionRow.day), func.max(OpinionRow.day))
        same = (OpinionRow.rating, OpinionRow.fact_ids, OpinionRow.fiche, OpinionRow.status, OpinionRow.generation)
        complaints = select(*same, *days).where(OpinionRow.rating != Rating.USEFUL).group_by(*same)
        asked = (GapRow.question, GapRow.status, GapRow.generation)
        questions = select(*asked, func.count(), func.min(GapRow.day), func.max(GapRow.day)).group_by(*asked)
        async with self._engine.connect() as connection:
            found = [
                Gap(rating, None, tuple(facts.split()), fiche, status, count, first, last, generation)
                for rating, facts, fiche, status, generation, count, first, last in await connection.execute(complaints)
            ] + [
                Gap("question", question, (), None, status, count, first, last, generation)
                for question, status, generation, count, first, last in await connection.execute(questions)
            ]
        return sorted(found, key=lambda gap: (-gap.count, gap.last_day, gap.kind, gap.question or ""))

    async def counts(self) -> dict[str, int]:
        """Opinions by rating, and handed-over questions."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(OpinionRow.rating, func.count()).group_by(OpinionRow.rating))).all()
            gaps = (await connection.execute(select(func.count()).select_from(GapRow))).scalar_one()
        return {str(rating): count for rating, count in rows} | {"question": gaps}

    async def _names(self, connection: AsyncConnection, user_id: int, message_id: int) -> dict[str, str]:
        return {
            "author": await self._pseudonyms.of_person(connection, user_id),
            "answer": await self._pseudonyms.of_message(connection, user_id, message_id),
        }
