"""Who agreed to a language model, and what was spent on it today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.answering.spending import Spent
from bot.storage.inbox import aware
from bot.storage.tables import ModelConsentRow, ModelUseRow

NOBODY = 0
"""The chat that carries what forgotten chats spent: the ceilings of the day still count it."""


@dataclass(frozen=True)
class ModelKept:
    """What is kept of one chat."""

    terms: str | None
    """What was agreed to; None when nothing was."""
    agreed_at: datetime | None
    tokens_today: int


class ModelUse:
    """Consents by chat and spending by day and chat, in the store's database."""

    def __init__(self, engine: AsyncEngine, upsert: Callable[..., Any], now: Callable[[], datetime]) -> None:
        """``upsert``: the ``insert`` of the database's dialect."""
        self._engine = engine
        self._upsert = upsert
        self._now = now

    async def agreed_to(self, chat_id: int) -> str | None:
        """What was agreed to (model, provider and country); None when nothing was, or it was taken back."""
        query = select(ModelConsentRow.terms).where(ModelConsentRow.chat_id == chat_id)
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def agree(self, chat_id: int, terms: str) -> None:
        row = {"chat_id": chat_id, "terms": terms, "agreed_at": self._now()}
        query = self._upsert(ModelConsentRow).values(row).on_conflict_do_update(index_elements=["chat_id"], set_=row)
        async with self._engine.begin() as connection:
            await connection.execute(query)

    async def take_back(self, chat_id: int) -> bool:
        """True when there was a consent."""
        async with self._engine.begin() as connection:
            done = await connection.execute(delete(ModelConsentRow).where(ModelConsentRow.chat_id == chat_id))
        return bool(done.rowcount)

    async def kept_of(self, chat_id: int) -> ModelKept:
        query = select(ModelConsentRow.terms, ModelConsentRow.agreed_at).where(ModelConsentRow.chat_id == chat_id)
        async with self._engine.connect() as connection:
            consent = (await connection.execute(query)).one_or_none()
        spent = await self.spent(self._today(), chat_id)
        agreed_at = aware(consent.agreed_at) if consent else None
        return ModelKept(consent.terms if consent else None, agreed_at, spent.tokens_of_user)

    async def forget(self, chat_id: int) -> None:
        """No consent, no name on what was spent."""
        mine = ModelUseRow.chat_id == chat_id
        async with self._engine.begin() as connection:
            await connection.execute(delete(ModelConsentRow).where(ModelConsentRow.chat_id == chat_id))
            removed = delete(ModelUseRow).where(mine).returning(ModelUseRow.day, ModelUseRow.tokens, ModelUseRow.cost)
            for day, tokens, cost in (await connection.execute(removed)).all():
                await connection.execute(self._add(day, NOBODY, tokens, cost))

    async def sweep(self) -> None:
        """Forget what earlier days spent."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(ModelUseRow).where(ModelUseRow.day < self._today()))

    async def spent_today(self) -> Spent:
        return await self.spent(self._today(), NOBODY)

    async def spent(self, day: date, user: int) -> Spent:
        of_user = func.sum(case((ModelUseRow.chat_id == user, ModelUseRow.tokens), else_=0))
        query = select(func.sum(ModelUseRow.tokens), of_user, func.sum(ModelUseRow.cost))
        async with self._engine.connect() as connection:
            tokens, of_user_tokens, cost = (await connection.execute(query.where(ModelUseRow.day == day))).one()
        return Spent(tokens or 0, of_user_tokens or 0, cost or 0.0)

    async def spend(self, day: date, user: int, tokens: int, cost: float) -> None:
        """Adds to what was spent, in one statement."""
        async with self._engine.begin() as connection:
            await connection.execute(self._add(day, user, tokens, cost))

    def _add(self, day: date, chat_id: int, tokens: int, cost: float) -> Any:
        query = self._upsert(ModelUseRow).values(day=day, chat_id=chat_id, tokens=tokens, cost=cost)
        return query.on_conflict_do_update(
            index_elements=["day", "chat_id"],
            set_={"tokens": ModelUseRow.tokens + tokens, "cost": ModelUseRow.cost + cost},
        )

    def _today(self) -> date:
        """UTC, as the ceilings count."""
        return self._now().date()
