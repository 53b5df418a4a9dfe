"""Takes updates from the inbox and sees each one to its end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, Update

from bot import metrics
from bot.settings import Settings
from bot.storage.inbox import Inbox, Waiting
from bot.telegram import delivery
from bot.telegram.delivery import Delivery
from bot.telegram.stopping import Stop

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 1.0
"""How often the inbox is looked at without a reason to: retries that are due, another instance's work."""
STORE_PAUSE_S = 2.0


class Desk(Protocol):
    """Whoever answers. None of these raises."""

    async def handle(self, update: Update) -> None:
        """Answer the update."""

    async def take_up_again(self, update: Update) -> None:
        """An update whose answer may have gone out before a stop."""

    async def give_up(self, update: Update, begun: bool) -> None:
        """An update that ended the process every time it was handled; ``begun``: an answer may have gone out."""


class Dispatcher:
    """Up to ``concurrent_chats`` updates at once; the inbox gives one at a time per chat, in order."""

    def __init__(self, inbox: Inbox, bot: Bot, settings: Settings, desk: Desk, stop: Stop) -> None:
        self._inbox = inbox
        self._bot = bot
        self._settings = settings
        self._desk = desk
        self._stop = stop
        self._lease = timedelta(seconds=settings.claim_lease_s)
        self._running: set[asyncio.Task[None]] = set()
        self._has_suspect = False
        self._news = asyncio.Event()

    def notice(self) -> None:
        """There is something new in the inbox."""
        self._news.set()

    async def run(self) -> None:
        """Until the stop; then what is being handled has ``stop_wait_s`` to end, and the rest is given back."""
        while not self._stop.is_asked:
            self._news.clear()
            await self._take()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK_AGAIN_S)
        if self._running:
            await asyncio.wait(self._running, timeout=self._settings.stop_wait_s)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        try:
            await self._inbox.give_back()
        except (SQLAlchemyError, OSError) as error:
            _report(error)

    async def keep_claims(self) -> None:
        """Until the stop: renew the claims of this process."""
        while not self._stop.is_asked:
            await self._stop.pause(self._lease.total_seconds() / 3)
            try:
                await self._inbox.renew(self._lease)
            except (SQLAlchemyError, OSError) as error:
                _report(error)

    async def _take(self) -> None:
        free = self._settings.concurrent_chats - len(self._running)
        if free <= 0 or self._has_suspect:
            return
        try:
            # An update that may end the process is handled alone: the others beside it would be suspected too.
            suspects = [] if self._running else await self._inbox.claim(1, self._lease, suspects=True)
            claimed = suspects or await self._inbox.claim(free, self._lease)
        except (SQLAlchemyError, OSError) as error:
            _report(error)
            await self._stop.pause(STORE_PAUSE_S)
            return
        self._has_suspect = bool(suspects)
        for waiting in claimed:
            task = asyncio.create_task(self._see_to(waiting))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._has_suspect = False
        self._news.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("erreur en traitant un message", exc_info=error)

    async def _see_to(self, waiting: Waiting) -> None:
        answer = Delivery(waiting.update_id, self._inbox, begun=waiting.begun, is_out=waiting.begun)
        delivery.current.set(answer)  # this task's own
        metrics.LATENCY.labels("queue").observe(_age(waiting).total_seconds())
        try:
            await self._handle(waiting, answer)
        except Exception:
            log.exception("un message n'a pas pu être traité")
            answer.outcome = "failed"
        await self._settle(answer)
        metrics.LATENCY.labels("total").observe(_age(waiting).total_seconds())
        metrics.UPDATES.labels(answer.outcome).inc()

    async def _handle(self, waiting: Waiting, answer: Delivery) -> None:
        update = Update.de_json(waiting.payload, self._bot)
        if _waited(update, waiting) > timedelta(hours=self._settings.inbox_max_age_hours):
            log.warning("message %s trop ancien, laissé sans réponse", waiting.update_id)
            answer.outcome = "expired"
        elif waiting.attempts >= self._settings.attempts_max:
            log.error("message %s abandonné : le bot s'est arrêté chaque fois qu'il l'a traité", waiting.update_id)
            answer.outcome = "failed"
            await self._desk.give_up(update, waiting.begun)
        elif waiting.begun:
            log.warning("message %s : la réponse partait quand le bot s'est arrêté", waiting.update_id)
            answer.outcome = "unknown"
            await self._desk.take_up_again(update)
        else:
            answer.is_late = _waited(update, waiting) > timedelta(minutes=self._settings.late_after_minutes)
            await self._desk.handle(update)

    async def _settle(self, answer: Delivery) -> None:
        """Write down how it ended; as long as that fails, the claim is kept and it is tried again."""
        while True:
            try:
                if answer.retry_after is not None:
                    await self._inbox.release(answer.update_id, answer.retry_after)
                else:
                    await self._inbox.finish(answer.update_id)
                return
            except (SQLAlchemyError, OSError) as error:
                _report(error)
                await asyncio.sleep(STORE_PAUSE_S)


def _waited(update: Update, waiting: Waiting) -> timedelta:
    """Since the user wrote; a button says nothing of when it was pressed."""
    sent_at = update.message.date if update.message else waiting.received_at
    return datetime.now(UTC) - min(sent_at, waiting.received_at)


def _age(waiting: Waiting) -> timedelta:
    return datetime.now(UTC) - waiting.received_at


def _report(error: Exception) -> None:
    metrics.STORE_ERRORS.inc()
    log.error("la base de données ne répond pas (%s) ; nouvel essai automatique", type(error).__name__)
