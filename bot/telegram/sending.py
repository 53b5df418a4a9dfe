"""Sends one message of an answer; what Telegram cannot read goes out again as plain text."""

from __future__ import annotations

import logging

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.telegram.render import plain_messages

log = logging.getLogger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


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
