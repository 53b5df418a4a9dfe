"""What is known of the answer to the update being handled: nothing out yet, perhaps out, out.

The rate limiter reports here what happens to each message; the dispatcher reads here how the update ended.
Between the two run the handlers, which need to know nothing of it: the delivery is in a context variable.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.storage.inbox import Inbox


class PostponedError(TelegramError):
    """Nothing went out, and nothing can for a while: the update goes back to the inbox."""

    def __init__(self, after: timedelta) -> None:
        super().__init__("postponed")
        self.after = after


class DeliveryUnknownError(TelegramError):
    """The message may have been delivered: sending it again could repeat it."""


@dataclass
class Delivery:
    """The answer to one update."""

    update_id: int
    inbox: Inbox
    is_late: bool = False
    """The user has waited so long that a word of excuse is due."""
    begun: bool = False
    """The store knows that something may have gone out."""
    is_out: bool = False
    """A message of it was delivered, or may have been."""
    repeatable: bool = False
    """Twice rather than not at all: a message that may have gone out is sent again."""
    outcome: str = "done"
    """One of ``metrics.UPDATES``."""
    retry_after: timedelta | None = None
    """Set when the update is to be handled again."""

    async def begin(self) -> None:
        """Before a message goes out. Raises ``ClaimLostError``, ``SQLAlchemyError``: then nothing may be sent."""
        if not self.begun:
            await self.inbox.begin(self.update_id)
            self.begun = True

    async def nothing_went_out(self) -> None:
        """The message was refused, or never left."""
        if self.begun and not self.is_out:
            await self.inbox.withdraw(self.update_id)
            self.begun = False

    def postpone(self, after: timedelta) -> None:
        """Handle the update again after a while."""
        self.outcome = "postponed"
        self.retry_after = after


current: ContextVar[Delivery | None] = ContextVar("delivery", default=None)
"""The delivery of the update that this task handles."""


def repeat_if_unsure() -> None:
    """From here on, what is sent for this update is sent again when it may not have arrived."""
    answer = current.get()
    if answer:
        answer.repeatable = True


def excuse_is_due() -> bool:
    """True once, for an update that waited long."""
    answer = current.get()
    is_due = answer is not None and answer.is_late
    if answer:
        answer.is_late = False
    return is_due


_REFUSED = (BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter)
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def was_refused(error: TelegramError) -> bool:
    """Telegram said no: nothing was delivered, and trying the same again would not help."""
    return isinstance(error, _REFUSED)


def never_left(error: TelegramError) -> bool:
    """The request did not reach Telegram. After any other failure of the network the message may be there."""
    return isinstance(error.__cause__, _NEVER_LEFT)
