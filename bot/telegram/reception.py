"""Where updates arrive, by polling or by webhook: kept in the inbox first, then the dispatcher is told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from telegram import Bot, Update

from bot import metrics
from bot.storage.inbox import Inbox, Received

log = logging.getLogger(__name__)


class Reception:
    def __init__(self, inbox: Inbox, bot: Bot, notice: Callable[[], None]) -> None:
        self._inbox = inbox
        self._bot = bot
        self._notice = notice

    async def keep(self, payloads: list[dict[str, Any]]) -> None:
        """Once this returns the updates are stored, and Telegram may be told so.

        Raises ``ValueError`` for what is no update, ``SQLAlchemyError`` or ``OSError`` when nothing could be stored.
        """
        updates = [self._received(payload) for payload in payloads]
        new = await self._inbox.receive(updates)
        metrics.UPDATES.labels("received").inc(new)
        if new < len(updates):
            log.info("%d messages livrés deux fois, ignorés", len(updates) - new)
            metrics.UPDATES.labels("repeated").inc(len(updates) - new)
        if new:
            self._notice()

    def _received(self, payload: dict[str, Any]) -> Received:
        try:
            chat = Update.de_json(payload, self._bot).effective_chat
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("not an update") from error
        return Received(int(payload["update_id"]), chat.id if chat else None, payload)
