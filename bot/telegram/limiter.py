"""Telegram's limits: about 30 messages a second in all, and one chat's pause is that chat's alone.

python-telegram-bot's own ``AIORateLimiter`` stops every chat on one 429 and counts typing
actions; this one does neither (docs/decisions/0003).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

log = logging.getLogger(__name__)

# Methods that put something in a chat; the others (typing, callback answers, getUpdates…) pass freely.
LIMITED = frozenset({"sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageReplyMarkup"})


class Bucket:
    """A token bucket: ``rate`` a second, ``burst`` at once. First come, first served."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._free_at = 0.0

    async def take(self) -> None:
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now - self._burst / self._rate) + 1 / self._rate
        wait = self._free_at - now
        if wait > 0:
            await asyncio.sleep(wait)


class ChatRateLimiter(BaseRateLimiter[dict[str, Any]]):
    """One bucket for the whole bot, one pause per chat; a 429 is waited for and retried."""

    def __init__(self, per_second: float, retries: int) -> None:
        self._all = Bucket(per_second, max(1, int(per_second)))
        self._retries = retries
        self._paused_until: dict[Any, float] = {}

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | dict[str, Any] | list[dict[str, Any]]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: dict[str, Any] | None,
    ) -> bool | dict[str, Any] | list[dict[str, Any]]:
        if endpoint not in LIMITED:
            return await callback(*args, **kwargs)
        chat = data.get("chat_id")
        loop = asyncio.get_running_loop()
        for attempt in range(self._retries + 1):
            pause = self._paused_until.get(chat, 0.0) - loop.time()
            if pause > 0:
                await asyncio.sleep(pause)
            await self._all.take()
            try:
                result = await callback(*args, **kwargs)
            except RetryAfter as error:
                if attempt == self._retries:
                    raise
                seconds = _seconds(error.retry_after)
                log.warning("Telegram asks chat to wait %s s (%s)", seconds, endpoint)
                self._paused_until[chat] = loop.time() + seconds
            else:
                self._paused_until.pop(chat, None)
                return result
        raise AssertionError("unreachable")


def _seconds(value: Any) -> float:
    return float(value.total_seconds()) if hasattr(value, "total_seconds") else float(value)
