"""What the user is told when an answer fails, and what becomes of the update."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy.exc import SQLAlchemyError
from telegram import InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ContextTypes

from bot import metrics
from bot.storage.inbox import ClaimLostError
from bot.storage.store import Store
from bot.telegram import delivery, keyboards
from bot.telegram.delivery import Delivery, DeliveryUnknownError, PostponedError
from bot.telegram.render import text_messages
from knowledge.vectors import VectorsDownError

log = logging.getLogger(__name__)

RETRY_PAUSE = timedelta(seconds=3)
STORE_PATIENCE = timedelta(minutes=2)
"""A message that the store, or a download, has failed for so long gets an apology instead of another try."""
VECTORS_PATIENCE = timedelta(seconds=15)
"""The same for a Chroma server that does not answer: the apology itself can go out."""
FAILURES_REMEMBERED = timedelta(minutes=20)
"""When an update first failed is forgotten after this long: in the end it was answered."""


class Apologies:
    """The application's error handler. ``messages`` gives the words of the generation that answers now;
    ``token_refused`` is called when Telegram no longer takes the token."""

    def __init__(
        self,
        store: Store,
        messages: Callable[[], dict[str, Any]],
        token_refused: Callable[[], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._messages = messages
        self._token_refused = token_refused
        self._now = now
        self._failing: dict[int, datetime] = {}
        """Update → when it first failed. Not since it was received: it may have waited long for its turn."""

    async def __call__(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        answer = delivery.current.get()
        if isinstance(update, Update) and answer and context.error:
            await self._settle(update, answer, context.error)

    async def trouble(self, update: Update) -> None:
        """One line: no answer will come."""
        await self._attempt(update, self._say(update, self._messages()["trouble"]))

    async def interrupted(self, update: Update) -> None:
        """The answer may or may not have arrived: say so, and offer to answer again."""
        can_ask_again = (
            update.message is not None
            and update.message.text
            and not update.message.text.startswith("/")
            and update.message.chat.type == ChatType.PRIVATE
        )
        words, markup = self._messages(), keyboards.ask_again() if can_ask_again else None
        text = words["interrupted_again" if can_ask_again else "interrupted"]
        await self._attempt(update, self._say(update, text, markup))

    async def _settle(self, update: Update, answer: Delivery, error: Exception) -> None:
        match error:
            case PostponedError():
                log.info("réponse remise à plus tard (%s s)", error.after.total_seconds())
                answer.postpone(error.after)
            case ClaimLostError():
                log.warning("un message a été repris par une autre instance")
                answer.outcome = "lost_claim"
            case DeliveryUnknownError():
                log.warning("Telegram n'a pas confirmé une réponse (%s) : elle n'est pas renvoyée", error)
                answer.outcome = "unknown"
                await self.interrupted(update)
            case Forbidden():
                await self._forget(update, answer)
            case InvalidToken():
                answer.postpone(RETRY_PAUSE)
                self._token_refused()
            case BadRequest():
                await self._fail(update, answer, error)
            case SQLAlchemyError() | OSError() | VectorsDownError() | NetworkError() if self._may_pass(answer, error):
                log.error("%s ; nouvel essai automatique", _named(error))
                answer.postpone(RETRY_PAUSE)
            case SQLAlchemyError() | OSError() | NetworkError() | RetryAfter() if answer.is_out:
                log.error("%s : une réponse n'est peut-être partie qu'en partie", _named(error))
                answer.outcome = "unknown"
                await self.interrupted(update)
            case VectorsDownError():
                log.error("%s : la question reste sans réponse", error)
                answer.outcome = "failed"
                await self.trouble(update)
            case _:
                await self._fail(update, answer, error)

    def _may_pass(self, answer: Delivery, error: Exception) -> bool:
        """Nothing was said yet, and it has not failed for too long: it is worth another try."""
        now = self._now()
        patience = VECTORS_PATIENCE if isinstance(error, VectorsDownError) else STORE_PATIENCE
        self._failing = {one: since for one, since in self._failing.items() if now - since < FAILURES_REMEMBERED}
        return not answer.is_out and now - self._failing.setdefault(answer.update_id, now) < patience

    async def _fail(self, update: Update, answer: Delivery, error: Exception) -> None:
        log.error("erreur en traitant un message", exc_info=error)
        answer.outcome = "failed"
        await self.trouble(update)

    async def _forget(self, update: Update, answer: Delivery) -> None:
        """The user has blocked the bot: nothing of the chat is kept, and nothing waits for it."""
        log.info("l'utilisateur a bloqué le bot : ce qui était gardé de lui est effacé")
        answer.outcome = "blocked"
        if update.effective_chat:
            try:
                await self._store.forget_chat(update.effective_chat.id)
            except (SQLAlchemyError, OSError) as error:
                log.error("la base de données ne répond pas (%s)", type(error).__name__)

    async def _attempt(self, update: Update, sending: Awaitable[None]) -> None:
        """Send an apology; what prevents it decides what becomes of the update."""
        answer = delivery.current.get()
        try:
            await sending
        except PostponedError as error:
            if answer:
                answer.postpone(error.after)
        except Forbidden:
            if answer:
                await self._forget(update, answer)
        except TelegramError as error:
            log.warning("l'excuse n'a pas pu être envoyée : %s", type(error).__name__)
            if answer and (isinstance(error, RetryAfter) or not delivery.was_refused(error)):
                answer.postpone(RETRY_PAUSE)  # no network: the user is told when it is back
        except (SQLAlchemyError, OSError, ClaimLostError) as error:
            log.error("l'excuse n'a pas pu être envoyée : %s", type(error).__name__)
            if answer:
                answer.postpone(RETRY_PAUSE)

    async def _say(self, update: Update, text: str, markup: InlineKeyboardMarkup | None = None) -> None:
        if update.effective_chat is None:
            return
        delivery.repeat_if_unsure()
        for html in text_messages(text):
            await update.effective_chat.send_message(
                html,
                parse_mode="HTML",
                reply_markup=markup,
                reply_to_message_id=cast(Message, update.message).message_id if markup else None,
                allow_sending_without_reply=True if markup else None,
            )


def _named(error: Exception) -> str:
    if isinstance(error, VectorsDownError):
        return str(error)
    if isinstance(error, TelegramError):
        return f"Telegram ne répond pas ({type(error).__name__})"
    metrics.STORE_ERRORS.inc()
    return f"la base de données ne répond pas ({type(error).__name__})"
