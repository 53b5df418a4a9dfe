"""The record of one Bot API call and the decoding of its parameters."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from .errors import ApiError, refused


@dataclass(frozen=True)
class Upload:
    """A file that came with a multipart request."""

    name: str
    mime_type: str
    data: bytes


@dataclass
class Call:
    """One call: what was asked, when, and what came of it.

    `time` and `finished` are `time.monotonic()` values. `done` says whether the method did its work, `ok` whether the
    bot was also told so: an injected `fault` can come between the two.
    """

    index: int
    method: str
    raw: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    time: float = field(default_factory=time.monotonic)
    finished: float | None = None
    done: bool = False
    ok: bool = False
    result: Any = None
    error: ApiError | None = None
    fault: str | None = None
    violations: list[str] = field(default_factory=list)

    @property
    def chat_id(self) -> int | None:
        """The chat concerned, if any."""
        try:
            return int(str(self.raw.get("chat_id")))
        except ValueError:
            return None

    @property
    def text(self) -> str:
        """The text or caption that was sent, as the bot wrote it."""
        return str(self.raw.get("text") or self.raw.get("caption") or "")

    def flag(self, reason: str) -> None:
        """Record that a correct bot would not have done this."""
        self.violations.append(f"call {self.index} {self.method}: {reason}")

    def __str__(self) -> str:
        verdict = "pending" if self.finished is None else "ok" if self.ok else str(self.error or "no answer")
        fault = f" [{self.fault}]" if self.fault else ""
        return f"{self.index} {self.method} chat={self.chat_id} {self.text[:40]!r} → {verdict}{fault}"


_SEND = (
    "chat_id! business_connection_id message_thread_id direct_messages_topic_id disable_notification protect_content "
    "allow_paid_broadcast message_effect_id suggested_post_parameters reply_parameters reply_markup "
)
_CAPTION = "caption parse_mode caption_entities "

# Every method that is served, with its parameters; "!" marks a required one.
METHODS: dict[str, str] = {
    "getMe": "",
    "logOut": "",
    "close": "",
    "getUpdates": "offset limit timeout allowed_updates",
    "setWebhook": "url! certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
    "deleteWebhook": "drop_pending_updates",
    "getWebhookInfo": "",
    "sendMessage": _SEND + "text parse_mode entities link_preview_options disable_web_page_preview",
    "sendDocument": _SEND + _CAPTION + "document! thumbnail disable_content_type_detection",
    "sendPhoto": _SEND + _CAPTION + "photo! show_caption_above_media has_spoiler",
    "sendChatAction": "chat_id! business_connection_id message_thread_id action!",
    "editMessageText": "business_connection_id chat_id! message_id! text parse_mode entities link_preview_options "
    "disable_web_page_preview reply_markup",
    "editMessageReplyMarkup": "business_connection_id chat_id! message_id! reply_markup",
    "deleteMessage": "chat_id! message_id!",
    "setMessageReaction": "chat_id! message_id! reaction is_big",
    "answerCallbackQuery": "callback_query_id! text show_alert url cache_time",
    "answerInlineQuery": "inline_query_id! results cache_time is_personal next_offset button",
    "setMyCommands": "commands scope language_code",
    "getMyCommands": "scope language_code",
    "setMyName": "name language_code",
    "getMyName": "language_code",
    "setMyDescription": "description language_code",
    "getMyDescription": "language_code",
    "setMyShortDescription": "short_description language_code",
    "getMyShortDescription": "language_code",
    "getFile": "file_id!",
    "getChat": "chat_id!",
    # Not a method of the Bot API: the download under /file, recorded like one so that faults can strike it.
    "downloadFile": "file_path!",
}
BY_LOWER = {name.lower(): name for name in METHODS if name != "downloadFile"}

_INTEGERS = "message_id offset limit timeout max_connections cache_time message_thread_id direct_messages_topic_id"
_BOOLEANS = (
    "drop_pending_updates disable_notification protect_content allow_paid_broadcast disable_web_page_preview "
    "disable_content_type_detection show_caption_above_media has_spoiler is_big show_alert is_personal"
)
_OBJECTS = {
    "allowed_updates": list,
    "entities": list,
    "caption_entities": list,
    "reaction": list,
    "results": list,
    "commands": list,
    "scope": dict,
    "button": dict,
    "reply_markup": dict,
    "reply_parameters": dict,
    "link_preview_options": dict,
    "suggested_post_parameters": dict,
}
_SPOKEN = {"reply_markup": "reply keyboard markup"}
_MISSING = {
    "message_id": "message identifier is not specified",
    "file_id": "file_id not specified",
    "action": "wrong parameter action in request",
    "document": "there is no document in the request",
    "photo": "there is no photo in the request",
    "chat_id": "chat_id is empty",
}


def decode(call: Call) -> None:
    """Fill `call.params` with typed values, as strictly as the method's parameter list allows."""
    names = METHODS[call.method].split()
    allowed = {name.rstrip("!") for name in names}
    given = {**call.raw, **{name: file for name, file in call.files.items() if name in allowed}}
    for name, value in given.items():
        if name in allowed:
            call.params[name] = value if isinstance(value, Upload) else _typed(name, value)
        else:
            call.flag(f"unknown parameter {name!r}, which Telegram ignores")
    for name in (name[:-1] for name in names if name.endswith("!")):
        # setWebhook with an empty address is the documented way to remove it, so presence is what counts there.
        if call.params.get(name) in (None, "") and not (name == "url" and name in call.params):
            raise refused(_MISSING.get(name, f'parameter "{name}" is required'))


def _typed(name: str, value: Any) -> Any:
    if name in _INTEGERS.split():
        try:
            return int(value)
        except (TypeError, ValueError):
            raise refused(f'can\'t parse "{name}" as an integer') from None
    if name in _BOOLEANS.split():
        return str(value).lower() in ("true", "1", "yes")
    if name in _OBJECTS:
        spoken = _SPOKEN.get(name, name.replace("_", " "))
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise refused(f"can't parse {spoken} JSON object") from None
        if value is not None and not isinstance(value, _OBJECTS[name]):
            raise refused(f"{'Object' if _OBJECTS[name] is dict else 'Array'} expected as {spoken}".lower())
        return value
    return value if isinstance(value, str) else str(value)
