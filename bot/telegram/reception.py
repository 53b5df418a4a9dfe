"""Where updates arrive, by polling or by webhook: kept in the inbox first, then the dispatcher is told.

Requests for cards (inline queries) are worthless seconds later: they are handed over in memory, never kept. What
people of a group say to each other is not kept either.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from telegram import Bot, InlineQuery, Update

from bot import metrics
from bot.storage.inbox import Inbox, Received
from bot.telegram.addressed import is_for_us

log = logging.getLogger(__name__)

ID_MAX = 2**63 - 1


class Reception:
    def __init__(
        self, inbox: Inbox, bot: Bot, notice: Callable[[], None], inline: Callable[[InlineQuery], None]
    ) -> None:
        self._inbox = inbox
        self._bot = bot
        self._notice = notice
        self._inline = inline

    async def keep(self, payloads: list[dict[str, Any]]) -> None:
        """Once this returns the updates are stored, and Telegram may be told so.

        Raises ``ValueError`` for what is no update, ``SQLAlchemyError`` or ``OSError`` when nothing could be stored.
        """
        read = [(self._read(payload), payload) for payload in payloads]
        for update, _ in read:
            if update.inline_query:
                self._inline(update.inline_query)
        mail = [(update, payload) for update, payload in read if not update.inline_query and is_for_us(update)]
        updates = [_received(update, payload) for update, payload in mail]
        new = await self._inbox.receive(updates)
        metrics.UPDATES.labels("received").inc(new)
        if new < len(updates):
            log.info("%d messages livrés deux fois, ignorés", len(updates) - new)
            metrics.UPDATES.labels("repeated").inc(len(updates) - new)
        if new:
            self._notice()

    def _read(self, payload: dict[str, Any]) -> Update:
        try:
            return Update.de_json(payload, self._bot)
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError("not an update") from error


def _received(update: Update, payload: dict[str, Any]) -> Received:
    """Raises ``ValueError`` for ids that are none: the database would refuse them, now and each time again."""
    chat = update.effective_chat
    ids = (update.update_id, chat.id if chat else None)
    if not all(one is None or (isinstance(one, int) and abs(one) <= ID_MAX) for one in ids):
        raise ValueError("not an id")
    return Received(*ids, payload)
