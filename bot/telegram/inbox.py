"""Updates go through the store before anything else, and are handled in order within a chat."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from telegram import Update
from telegram.error import NetworkError
from telegram.ext import BaseUpdateProcessor

from bot.storage.store import Store
from bot.telegram.fair import FairQueue

log = logging.getLogger(__name__)

WAITING_MAX = 256
"""Updates taken out of the queue at once; most of them wait for their chat's turn."""


class InboxQueue(FairQueue):
    """The application's update queue. ``put`` returns once the update is stored.

    python-telegram-bot acknowledges a batch to Telegram (next ``getUpdates``, or HTTP 200 of a
    webhook) only after ``put`` returned for each update: what was acknowledged is in the store.
    """

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    async def put(self, item: Any) -> None:
        if isinstance(item, Update):
            try:
                chat = item.effective_chat
                is_new = await self._store.receive(item.update_id, chat.id if chat else None, item.to_dict())
            except SQLAlchemyError as error:
                # A TelegramError makes the polling loop try again without acknowledging; any other
                # exception would end it. A webhook answers 500, and Telegram delivers again.
                raise NetworkError("la base de données n'a pas pu garder le message") from error
            if not is_new:
                log.info("update %s delivered twice, ignored", item.update_id)
                return
        await super().put(item)

    async def put_again(self, item: Update) -> None:
        """Queue an update that the store already holds (at start)."""
        await super().put(item)


class ChatOrderProcessor(BaseUpdateProcessor):
    """Up to ``concurrent`` updates at once, one at a time per chat and in the order received."""

    def __init__(self, store: Store, concurrent: int) -> None:
        super().__init__(max_concurrent_updates=max(WAITING_MAX, concurrent))
        self._store = store
        self._slots = asyncio.Semaphore(concurrent)
        self._chats: dict[int, asyncio.Lock] = {}
        self._queued: dict[int, int] = defaultdict(int)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        chat = update.effective_chat if isinstance(update, Update) else None
        key = chat.id if chat else 0
        lock = self._chats.setdefault(key, asyncio.Lock())  # asyncio locks are first come, first served
        self._queued[key] += 1
        try:
            # The chat's turn first, a slot second: a chat that floods holds one slot, not all.
            async with lock, self._slots:
                await coroutine
            if isinstance(update, Update):
                await self._store.finish(update.update_id)
        finally:
            self._queued[key] -= 1
            if not self._queued[key]:
                del self._queued[key], self._chats[key]

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""
