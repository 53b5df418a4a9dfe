"""Sends or changes one message of an answer; what Telegram cannot read goes out again as plain text."""

from __future__ import annotations

import asyncio
import logging
from asyncio import Future
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.telegram.render import plain_messages

log = logging.getLogger(__name__)

T = TypeVar("T")
Say = Callable[[Message, str, InlineKeyboardMarkup | None], Awaitable[None]]
"""Plain text, to the chat of a message."""
SendParts = Callable[[Message, Sequence[str], InlineKeyboardMarkup | None], Awaitable[None]]
"""HTML messages, the buttons under the last one."""

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
TYPING_LASTS_S = 4.5
"""Telegram shows it for five seconds."""


async def send_html(
    message: Message, html: str, markup: InlineKeyboardMarkup | None = None, as_reply: bool = False
) -> None:
    """To the chat of ``message``. Raises ``TelegramError`` (see ``ChatRateLimiter.process_request``)."""
    try:
        await _send(message, html, ParseMode.HTML, markup, as_reply)
    except BadRequest as error:
        log.error("Telegram refuse un message (%s) ; il est renvoyé en texte simple", error)
        # Unless the text was at fault, the buttons may have been.
        kept = markup if "entities" in str(error).lower() else None
        for text in plain_messages(html):
            await _send(message, text, None, kept, as_reply)


async def edit_html(message: Message, html: str, markup: InlineKeyboardMarkup | None) -> bool:
    """Put ``html`` in place of a message of the bot's; False when it can no longer be changed. Raises as above."""
    try:
        await message.edit_text(html, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW, reply_markup=markup)
    except BadRequest as error:
        if "not modified" not in str(error).lower():  # pressed twice: it reads so already
            log.info("un message n'a pas pu être changé (%s) ; un nouveau est envoyé", error)
            return False
    return True


async def while_typing(message: Message, work: Future[T], after_s: float) -> T:
    """The result of ``work``; « typing » is shown once it takes longer than ``after_s``, until it ends."""
    done, _ = await asyncio.wait([work], timeout=after_s)
    while not done:
        try:
            await message.chat.send_action(ChatAction.TYPING)
        except TelegramError:
            log.info("typing could not be shown")
        done, _ = await asyncio.wait([work], timeout=TYPING_LASTS_S)
    return await work


async def _send(
    message: Message,
    text: str,
    parse_mode: str | None,
    markup: InlineKeyboardMarkup | None,
    as_reply: bool,
) -> None:
    await message.chat.send_message(
        text,
        parse_mode=parse_mode,
        link_preview_options=NO_PREVIEW,
        reply_markup=markup,
        reply_to_message_id=message.message_id if as_reply else None,
        allow_sending_without_reply=True if as_reply else None,  # the user may have deleted it meanwhile
        message_thread_id=message.message_thread_id if message.is_topic_message else None,
    )
