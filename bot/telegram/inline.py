"""« @bot arnaque à la tâche » in any chat: warning cards to share.

A request like this is sent at each pause of somebody who types, and is worthless seconds later. So it never enters
the store: it waits in memory, the newest of each person only, and is dropped rather than answered late. Nothing of
what is typed goes into a result, a log or a file.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date
from functools import cached_property

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot import metrics
from bot.answering.pipeline import Answerer
from bot.settings import Settings
from bot.storage.store import Store
from bot.telegram import keyboards
from bot.telegram.quotas import Kind, Quotas
from bot.telegram.render import card_message
from bot.telegram.sending import NO_PREVIEW
from bot.telegram.stopping import Stop, StoppedError
from bot.vetting.cards import Card, WarningCards
from bot.vetting.pipeline import knowledge_of

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Requests answered at once; each has a connection to Telegram."""
DROPPED, FAILED = "dropped", "failed"


class InlineDesk:
    """Answers requests from the cards of one generation."""

    def __init__(
        self, settings: Settings, store: Store, answerer: Answerer, quotas: Quotas, today: Callable[[], date]
    ) -> None:
        self._settings = settings
        self._store = store
        self._answerer = answerer
        self._quotas = quotas
        self._today = today

    async def answer(self, query: InlineQuery) -> str:
        """What became of it, one of ``metrics.INLINE``. Raises ``TelegramError``, ``SQLAlchemyError``."""
        if self._answerer.is_crisis(query.query):
            return await self._say(query, "crisis", keyboards.START_CRISIS)
        if await self._store.paused() is not None:
            return await self._say(query, "paused")
        user = query.from_user.id
        if self._quotas.take(Kind.INLINE, user, user):
            return await self._say(query, "limit")
        cards = self._cards.find(query.query, self._today(), self._settings.inline_results)
        if not cards:
            return await self._say(query, "nothing", cache_s=self._settings.inline_cache_s)
        username = query.get_bot().username
        results = [self._result(card, username) for card in cards]
        await query.answer(results, cache_time=self._settings.inline_cache_s)
        return "cards"

    @cached_property
    def _cards(self) -> WarningCards:
        generation = self._answerer.generation
        return WarningCards(generation.catalogue, generation.fiches, knowledge_of(generation))

    async def _say(
        self, query: InlineQuery, words: str, start: str = keyboards.START_ASK, cache_s: int | None = None
    ) -> str:
        """No card, and one line on a button that opens the bot. It is this person's alone unless it may be cached."""
        button = InlineQueryResultsButton(self._answerer.messages["inline"][words], start_parameter=start)
        await query.answer([], cache_time=cache_s or 0, is_personal=cache_s is None, button=button)
        return words

    def _result(self, card: Card, username: str) -> InlineQueryResultArticle:
        messages = self._answerer.messages
        publisher = messages["inline"]["source"].format(publisher=card.lines[0].source.publisher)
        return InlineQueryResultArticle(
            id=card.id,
            title=card.title,
            description=f"{card.lines[0].text}\n{publisher}",
            input_message_content=InputTextMessageContent(
                card_message(card, messages), ParseMode.HTML, link_preview_options=NO_PREVIEW
            ),
            reply_markup=keyboards.under_card(username),
        )


class InlineQueue:
    """The newest request of each person, in memory. ``answer`` says what became of one."""

    def __init__(self, settings: Settings, answer: Callable[[InlineQuery], Awaitable[str]], stop: Stop) -> None:
        self._settings = settings
        self._answer = answer
        self._stop = stop
        self._waiting: dict[int, tuple[float, InlineQuery]] = {}
        self._news = asyncio.Event()

    def put(self, query: InlineQuery) -> None:
        """Takes the place of what the same person typed before; too many people waiting: the oldest is dropped."""
        replaced = self._waiting.pop(query.from_user.id, None)
        if replaced is None and len(self._waiting) >= self._settings.inline_waiting_max:
            replaced = self._waiting.pop(next(iter(self._waiting)))
        if replaced:
            metrics.INLINE.labels(DROPPED).inc()
        self._waiting[query.from_user.id] = (_now(), query)
        self._news.set()

    async def run(self) -> None:
        """Until the stop: what waits then is dropped."""
        await asyncio.gather(*(self._work() for _ in range(AT_ONCE)))

    async def _work(self) -> None:
        while not self._stop.is_asked:
            if self._waiting:
                await self._see_to(*self._waiting.pop(next(iter(self._waiting))))
                continue
            self._news.clear()
            try:
                await self._stop.or_(self._news.wait())
            except StoppedError:
                return

    async def _see_to(self, received_at: float, query: InlineQuery) -> None:
        outcome = DROPPED
        if _now() - received_at <= self._settings.inline_max_age_s:
            outcome = await self._attempt(query)
        metrics.INLINE.labels(outcome).inc()

    async def _attempt(self, query: InlineQuery) -> str:
        try:
            return await self._answer(query)
        except TelegramError as error:
            log.info("des cartes n'ont pas pu être proposées (%s)", type(error).__name__)
        except Exception as error:
            # One request must not end the work on the others.
            log.error("erreur en cherchant des cartes", exc_info=error)
        return FAILED


def _now() -> float:
    return asyncio.get_running_loop().time()
