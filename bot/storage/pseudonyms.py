"""Pseudonyms that last a day: what people hand over can be shown to them and erased that day, and is nobody's after."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import DailyKeyRow

KEY_BYTES = 32


class Pseudonyms:
    """HMAC under the key of the day, which every instance shares through the store. ``insert``: the dialect's own."""

    def __init__(self, insert: Callable[..., Any], now: Callable[[], datetime]) -> None:
        self._insert = insert
        self._now = now

    async def of_person(self, connection: AsyncConnection, user_id: int) -> str:
        return await self._of(connection, str(user_id))

    async def of_message(self, connection: AsyncConnection, user_id: int, message_id: int) -> str:
        return await self._of(connection, f"{user_id} {message_id}")

    async def destroy_old_keys(self, connection: AsyncConnection) -> None:
        """Nobody can then tell whose yesterday's rows were."""
        await connection.execute(delete(DailyKeyRow).where(DailyKeyRow.day < self._now().date()))

    async def _of(self, connection: AsyncConnection, text: str) -> str:
        day = self._now().date()
        new = self._insert(DailyKeyRow).values(day=day, key=secrets.token_bytes(KEY_BYTES)).on_conflict_do_nothing()
        stored = select(DailyKeyRow.key).where(DailyKeyRow.day == day)
        key = (await connection.execute(stored)).scalar_one_or_none()
        if key is None:
            await connection.execute(new)
            key = (await connection.execute(stored)).scalar_one()
        return hmac.new(key, text.encode(), "sha256").hexdigest()
