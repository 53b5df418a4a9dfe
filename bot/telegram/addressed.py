"""What is meant for the bot: in a group, commands, messages that name it, replies to it. The rest is not even kept."""

from __future__ import annotations

import re

from telegram import Message, Update
from telegram.constants import ChatType


def is_for_us(update: Update) -> bool:
    """False for what people of a group say to each other: Telegram hands it over where the bot is an administrator."""
    message = update.message
    if message is None or message.chat.type == ChatType.PRIVATE:
        return True
    return (message.text or "").startswith("/") or is_addressed(message)


def is_addressed(message: Message) -> bool:
    """Names the bot, or replies to it."""
    bot, reply = message.get_bot(), message.reply_to_message
    if reply and reply.from_user and reply.from_user.id == bot.id:
        return True
    return re.search(rf"@{bot.username}\b", message.text or "", re.IGNORECASE) is not None
