"""Checks of the structured parameters: texts, keyboards, commands, inline results."""

from __future__ import annotations

import re
from typing import Any

from . import entities
from .calls import Call
from .errors import refused
from .world import Json

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

# Exactly one of these makes a button do something.
_ACTIONS = (
    "url",
    "callback_data",
    "callback_game",
    "pay",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "login_url",
    "web_app",
    "copy_text",
)
_INLINE_RESULTS = "article audio contact document game gif location mpeg4_gif photo sticker venue video voice"


def text_of(call: Call, params: Json, *, caption: bool = False) -> tuple[str, list[Json]]:
    """The final text (or caption) and its entities; limits apply after parsing, as Telegram counts them.

    The limit counts code points, as the official server does; offsets and lengths are in UTF-16.
    """
    source = params.get("caption" if caption else "text") or ""
    given = params.get("caption_entities" if caption else "entities") or []
    if not source:
        if caption:
            return "", []
        raise refused("message text is empty")
    if len(source.encode("utf-8", "surrogatepass")) > 1 << 15:
        raise refused("text is too long")
    try:
        source.encode()
    except UnicodeEncodeError:
        raise refused("strings must be encoded in UTF-8") from None
    mode = (params.get("parse_mode") or "").lower()
    if mode == "html":
        text, found = entities.parse_html(entities.clean(source), call.flag)
    elif mode in ("", "none"):
        text, found = entities.clean(source), [_entity(item, source) for item in given]
    elif mode in ("markdown", "markdownv2"):
        raise refused("Markdown is real but not modelled by this fake server")
    else:
        raise refused("unsupported parse_mode")
    text, found = entities.trim(text, entities.settle(found, call.flag))
    if not text:
        if caption:
            return "", []
        raise refused("text must be non-empty")
    if len(text) > (CAPTION_LIMIT if caption else TEXT_LIMIT):
        raise refused("message caption is too long" if caption else "message is too long")
    found = entities.detect(text, found)
    if len(found) > 100:
        call.flag(f"{len(found)} entities: Telegram drops those after the 100th")
    return text, found[:100]


def _entity(item: Any, text: str) -> Json:
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        raise refused("can't parse MessageEntity: expected an Object")
    offset, length = item.get("offset"), item.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length < 0:
        raise refused(f"receive an entity with incorrect offset {offset} or length {length}")
    if offset + length > entities.utf16_len(text):
        raise refused(f"entity beginning at UTF-16 offset {offset} ends after the end of the text")
    return item


def link_preview(params: Json) -> Json | None:
    """The link preview options, including the older switch."""
    if params.get("disable_web_page_preview"):
        return {"is_disabled": True}
    options: Json | None = params.get("link_preview_options")
    return options


def keyboard(call: Call, markup: Json | None) -> Json | None:
    """Check a reply markup; return it if it is an inline keyboard, the only kind that stays on the message."""
    if not markup:
        return None
    kinds = [kind for kind in ("inline_keyboard", "keyboard", "remove_keyboard", "force_reply") if kind in markup]
    if len(kinds) != 1:
        raise refused("object expected as reply markup")
    if kinds[0] == "keyboard":
        for button in _buttons(markup["keyboard"], 'field "keyboard" must be an Array of Arrays'):
            if not (button if isinstance(button, str) else isinstance(button, dict) and button.get("text")):
                raise refused("can't parse keyboard button: keyboard button text must be non-empty")
        return None
    if kinds[0] != "inline_keyboard":
        return None
    wrong_shape = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
    buttons = _buttons(markup["inline_keyboard"], wrong_shape)
    for button in buttons:
        _inline_button(call, button)
    if len(buttons) > 100:
        raise refused("reply markup is too long")
    if any(len(row) > 8 for row in markup["inline_keyboard"]):
        call.flag("more than 8 buttons in a row")
    return markup if buttons else None


def _buttons(rows: Any, wrong_shape: str) -> list[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise refused(wrong_shape)
    return [button for row in rows for button in row]


def _inline_button(call: Call, button: Any) -> None:
    prefix = "can't parse inline keyboard button"
    if not isinstance(button, dict):
        raise refused(f"{prefix}: InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise refused(f'{prefix}: Can\'t find field "text"')
    if not button["text"].strip():
        raise refused("inline keyboard button text must be non-empty")
    actions = [action for action in _ACTIONS if button.get(action) not in (None, "") or action.startswith("switch")]
    actions = [action for action in actions if action in button]
    if not actions:
        raise refused(f"{prefix}: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        call.flag(f"button {button['text']!r} has {' and '.join(actions)}; exactly one is allowed")
    if "callback_data" in actions:
        data = button["callback_data"]
        if not isinstance(data, str):
            raise refused(f'{prefix}: Field "callback_data" must be of type String')
        if len(data.encode()) > 64:
            raise refused("BUTTON_DATA_INVALID")
    if "url" in actions and not entities.check_link(str(button["url"])):
        raise refused(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def commands(items: list[Any]) -> list[Json]:
    """Check the list given to setMyCommands and return it as Telegram stores it."""
    checked = []
    for item in items:
        if not isinstance(item, dict):
            raise refused("can't parse BotCommand: expected an Object")
        for name in ("command", "description"):
            if not isinstance(item.get(name), str):
                raise refused(f"can't parse BotCommand: Can't find field \"{name}\"")
        command, description = item["command"].strip().removeprefix("/"), item["description"].strip()
        if not command:
            raise refused("command must be non-empty")
        if len(command) > 32:
            raise refused("command length must not exceed 32")
        if not description:
            raise refused("command description must be non-empty")
        if len(description) > 256:
            raise refused("command description length must not exceed 256")
        if not re.fullmatch(r"[a-z0-9_]+", command):
            raise refused("BOT_COMMAND_INVALID")
        checked.append({"command": command, "description": description})
    if len(checked) > 100:
        raise refused("BOT_COMMANDS_TOO_MUCH")
    return checked


def language(code: str | None) -> str:
    """An empty or two-letter language code."""
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise refused("invalid language code specified")
    return code or ""


_ARTICLE = frozenset(
    "type id title input_message_content reply_markup url description thumbnail_url thumbnail_width "
    "thumbnail_height".split()
)
_TEXT_CONTENT = frozenset("message_text parse_mode entities link_preview_options disable_web_page_preview".split())
_CONTENTS = ("message_text", "latitude", "phone_number", "title")
_CACHE_MAX = 24 * 60 * 60


def inline_results(call: Call, results: list[Any]) -> None:
    """Check what answerInlineQuery would show."""
    if len(results) > 50:
        raise refused("too many inline query results specified")
    seen = set()
    for result in results:
        if not isinstance(result, dict):
            raise refused("can't parse inline query result: Inline query result must be an object")
        for name in ("type", "id"):
            if not isinstance(result.get(name), str):
                raise refused(f"can't parse inline query result: Can't find field \"{name}\"")
        if result["type"] not in _INLINE_RESULTS.split():
            raise refused(f'type "{result["type"]}" is unsupported for the inline query result')
        if not 1 <= len(result["id"].encode()) <= 64:
            raise refused("RESULT_ID_INVALID")
        if result["id"] in seen:
            raise refused("RESULT_ID_DUPLICATE")
        seen.add(result["id"])
        content = result.get("input_message_content")
        if result["type"] == "article":
            if not result.get("title"):
                raise refused("can't parse inline query result: Can't find field \"title\"")
            if not content:
                raise refused("can't parse inline query result: Input message content is not specified")
            if unknown := sorted(set(result) - _ARTICLE):
                call.flag(f"an article has no {', '.join(unknown)}: Telegram ignores it")
        if content is not None:
            _input_content(call, content)
        if "caption" in result:
            text_of(call, result, caption=True)
        keyboard(call, result.get("reply_markup"))


def _input_content(call: Call, content: Any) -> None:
    if not isinstance(content, dict):
        raise refused("can't parse inline query result: Input message content must be an object")
    if not any(name in content for name in _CONTENTS):
        raise refused("can't parse inline query result: Input message content is not specified")
    if "message_text" in content:
        text_of(call, {**content, "text": content["message_text"]})
        if unknown := sorted(set(content) - _TEXT_CONTENT):
            call.flag(f"a text content has no {', '.join(unknown)}: Telegram ignores it")


def inline_options(call: Call) -> None:
    """Check what comes with the results: how long they are kept, the next page, the button above them."""
    cache_time = call.params.get("cache_time", 300)
    if not 0 <= cache_time <= _CACHE_MAX:
        call.flag(f"cache_time {cache_time} is outside 0–{_CACHE_MAX}: Telegram takes the nearest bound")
    if len(call.params.get("next_offset", "").encode()) > 64:
        raise refused("NEXT_OFFSET_INVALID")
    button = call.params.get("button")
    if not button:
        return
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise refused("can't parse inline query results button: Can't find field \"text\"")
    if ("start_parameter" in button) == ("web_app" in button):
        raise refused("can't parse inline query results button: exactly one of start_parameter and web_app")
    if "start_parameter" in button:
        start = button["start_parameter"]
        if not isinstance(start, str) or not start:
            raise refused("START_PARAM_EMPTY")
        if len(start) > 64:
            raise refused("START_PARAM_TOO_LONG")
        if not re.fullmatch(r"[A-Za-z0-9_-]+", start):
            raise refused("START_PARAM_INVALID")
