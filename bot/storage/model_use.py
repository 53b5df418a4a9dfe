"""Who agreed to a language model, and what was spent on it today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.answering.spending import Spent
from bot.storage.tables import ModelConsentRow, ModelUseRow


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

    async def spent(self, day: date, user: int) -> Spent:
        of_user = func.sum(case((ModelUseRow.chat_id == user, ModelUseRow.tokens), else_=0))
        query = select(func.sum(ModelUseRow.tokens), of_user, func.sum(ModelUseRow.cost))
        async with self._engine.connect() as connection:
            tokens, of_user_tokens, cost = (await connection.execute(query.where(ModelUseRow.day == day))).one()
        return Spent(tokens or 0, of_user_tokens or 0, cost or 0.0)

    async def spend(self, day: date, user: int, tokens: int, cost: float) -> None:
        """Adds to what was spent, in one statement; what earlier days spent is forgotten."""
        query = self._upsert(ModelUseRow).values(day=day, chat_id=user, tokens=tokens, cost=cost)
        query = query.on_conflict_do_update(
            index_elements=["day", "chat_id"],
            set_={"tokens": ModelUseRow.tokens + tokens, "cost": ModelUseRow.cost + cost},
        )
        async with self._engine.begin() as connection:
            await connection.execute(delete(ModelUseRow).where(ModelUseRow.day < day))
            await connection.execute(query)
