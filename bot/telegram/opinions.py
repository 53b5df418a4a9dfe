"""Opinions under an answer, and a question without an answer handed over, masked, on a yes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, MessageEntity
from telegram.error import BadRequest

from bot.answering.pipeline import Answerer
from bot.masking import mask
from bot.settings import Settings
from bot.storage.opinions import Rating
from bot.storage.store import Store
from bot.telegram import keyboards
from bot.telegram.receipt import unpack
from bot.telegram.render import quoting_message

QUESTION_MAX_CHARS = 1200
"""A longer question is cut before it is shown and handed over: both fit one message."""


@dataclass
class OpinionDesk:
    """Takes the presses on « Utile », its reasons, and « Transmettre ma question »."""

    settings: Settings
    store: Store
    answerer: Answerer
    send: Callable[[Message, Sequence[str], InlineKeyboardMarkup | None, bool], Awaitable[None]]

    async def press(self, query: CallbackQuery, message: Message, data: str) -> str | None:
        """Handle a press; returns the short notice that Telegram shows. Raises ``ValueError`` or ``KeyError``
        for a button that is not ours or is too old."""
        action, _, rest = data.partition(":")
        if action == keyboards.RATE:
            return await self._rate(query, message, rest)
        if action == keyboards.HAND_OVER:
            await self._preview(message)
            return None
        return await self._decide(query, message, rest)

    async def _rate(self, query: CallbackQuery, message: Message, rest: str) -> str:
        code, _, receipt = rest.partition(":")
        rating = keyboards.RATINGS[code]
        await self.store.opinions.rate(
            query.from_user.id, message.message_id, unpack(receipt, self.answerer.generation), rating
        )
        asks_why = rating is Rating.USELESS
        await _change_buttons(message, keyboards.after_rating(message.reply_markup, receipt, asks_why))
        return str(self._words["why" if asks_why else "thanks"])

    async def _preview(self, message: Message) -> None:
        """What would be handed over, word for word; nothing is kept yet."""
        asked = message.reply_to_message
        written_by_user = asked is not None and asked.from_user is not None and not asked.from_user.is_bot
        text = (asked.text or asked.caption or "") if asked and written_by_user else ""
        question = mask(text)[:QUESTION_MAX_CHARS].strip()
        if asked is None or not question:
            raise ValueError("the question is gone")
        preview = quoting_message(self._words["preview"].replace("{days}", str(self.settings.opinions_days)), question)
        await self.send(asked, [preview], keyboards.hand_over_or_not(), True)

    async def _decide(self, query: CallbackQuery, message: Message, decision: str) -> str:
        """On a yes, keep exactly the words that were shown."""
        if decision not in (keyboards.YES, keyboards.NO):
            raise ValueError(decision)
        done = "not_handed_over"
        if decision == keyboards.YES:
            shown = list(message.parse_entities([MessageEntity.BLOCKQUOTE]).values())
            if not shown:
                raise ValueError("nothing was shown")
            question = shown[0].replace("\u00a0", " ").strip()
            generation = self.answerer.generation.manifest.id
            await self.store.opinions.hand_over(
                query.from_user.id, message.message_id, question, "abstained", generation
            )
            done = "handed_over"
        await _change_buttons(message, None)
        return str(self._words[done])

    @property
    def _words(self) -> dict[str, Any]:
        words: dict[str, Any] = self.answerer.messages["opinions"]
        return words


async def _change_buttons(message: Message, markup: InlineKeyboardMarkup | None) -> None:
    with suppress(BadRequest):  # pressed twice, or deleted: the opinion is kept all the same
        await message.edit_reply_markup(markup)
