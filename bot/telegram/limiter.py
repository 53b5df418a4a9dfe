"""Telegram's limits: about 30 messages a second in all, and one chat's pause is that chat's alone.

python-telegram-bot's own ``AIORateLimiter`` stops every chat on one 429 and counts typing
actions; this one does neither (docs/decisions/0003). Every message passes here: so this is also where
it is known whether one went out, was refused, or may have gone out (``delivery``).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot import metrics
from bot.telegram import delivery
from bot.telegram.delivery import Delivery, DeliveryUnknownError, PostponedError

log = logging.getLogger(__name__)

# Methods that put something in a chat; the others (typing, callback answers, getUpdates…) pass freely.
LIMITED = frozenset({"sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageReplyMarkup"})
SHORT_PAUSE = timedelta(seconds=2)
"""A longer pause is waited for in the inbox, so that the others have the place."""

Result = bool | dict[str, Any] | list[dict[str, Any]]
Request = Callable[..., Coroutine[Any, Any, Result]]


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
    """One bucket for the whole bot, one pause per chat; what certainly did not go out is tried again."""

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
        callback: Request,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: dict[str, Any] | None,
    ) -> Result:
        """Raises ``PostponedError``, ``DeliveryUnknownError``, or what Telegram refused with."""
        if endpoint not in LIMITED:
            return await callback(*args, **kwargs)
        chat = data.get("chat_id")
        for attempt in range(self._retries + 1):
            await self._turn(chat)
            try:
                result = await self._send(callback, args, kwargs)
            except TelegramError as error:
                metrics.TELEGRAM_ERRORS.labels(type(error).__name__).inc()
                pause = await _pause_after(error, attempt, is_last=attempt == self._retries)
                log.warning("Telegram: %s (%s), nouvel essai dans %s s", error, endpoint, pause.total_seconds())
                self._paused_until[chat] = asyncio.get_running_loop().time() + pause.total_seconds()
            else:
                self._paused_until.pop(chat, None)
                return result
        raise AssertionError("unreachable")

    async def _turn(self, chat: Any) -> None:
        """Wait for the end of the chat's pause, then for the ceiling of the whole bot."""
        pause = self._paused_until.get(chat, 0.0) - asyncio.get_running_loop().time()
        if pause > 0:
            _postpone_if_long(delivery.current.get(), timedelta(seconds=pause))
            await asyncio.sleep(pause)
        await self._all.take()

    async def _send(self, callback: Request, args: Any, kwargs: dict[str, Any]) -> Result:
        answer = delivery.current.get()
        if answer:
            await answer.begin()
        with metrics.LATENCY.labels("send").time():
            result = await callback(*args, **kwargs)
        if answer:
            answer.is_out = True
        return result


async def _pause_after(error: TelegramError, attempt: int, is_last: bool) -> timedelta:
    """How long to wait before the same message is tried again; raises when it must not be."""
    answer = delivery.current.get()
    may_be_there = not (delivery.was_refused(error) or delivery.never_left(error))
    if answer and may_be_there:
        answer.is_out = True
    elif answer:
        await answer.nothing_went_out()
    if may_be_there and not (answer and answer.repeatable):
        raise DeliveryUnknownError(str(error)) from error
    if delivery.was_refused(error) and not isinstance(error, RetryAfter):
        raise error
    pause = _span(error.retry_after) if isinstance(error, RetryAfter) else timedelta(seconds=2**attempt)
    if is_last and answer and not answer.begun:
        raise PostponedError(pause) from error
    if is_last:
        raise error
    _postpone_if_long(answer, pause)
    return pause


def _postpone_if_long(answer: Delivery | None, pause: timedelta) -> None:
    if answer and not answer.begun and pause > SHORT_PAUSE:
        raise PostponedError(pause)


def _span(value: Any) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=value)
