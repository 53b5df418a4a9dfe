"""The fake Bot API must be as strict as the real one, or the end-to-end tests that rely on it prove nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import pytest_asyncio
from aiohttp import web
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InlineQueryResultArticle, InputTextMessageContent
from telegram import Update as TelegramUpdate
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from tests.botapi import FakeBotApi, Fault, FloodLimits, User
from tests.botapi.entities import parse_html, utf16_len

CHAT = 42
Json = dict[str, Any]


class Bot:
    """The bot's side over plain HTTP, one method call per attribute."""

    def __init__(self, api: FakeBotApi) -> None:
        self.api = api
        self.http = httpx.AsyncClient(timeout=5, verify=False)  # loading certificates takes longer than most tests

    async def raw(self, method: str, token: str | None = None, **params: Any) -> httpx.Response:
        return await self.http.post(f"{self.api.base_url}{token or self.api.token}/{method}", json=params)

    async def error(self, method: str, **params: Any) -> str:
        body = (await self.raw(method, **params)).json()
        assert not body["ok"], body
        return f"{body['error_code']} {body['description']}"

    async def ok(self, method: str, **params: Any) -> Any:
        body = (await self.raw(method, **params)).json()
        assert body["ok"], body
        return body["result"]

    async def say(self, text: str = "salut", **params: Any) -> Json:
        message: Json = await self.ok("sendMessage", chat_id=CHAT, text=text, **params)
        return message


@pytest_asyncio.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with FakeBotApi() as server:
        yield server


@pytest_asyncio.fixture
async def bot(api: FakeBotApi) -> AsyncIterator[Bot]:
    driver = Bot(api)
    async with driver.http:
        yield driver


@pytest.fixture
def user(api: FakeBotApi) -> User:
    return api.user(CHAT)


@pytest.fixture
def threaded() -> Iterator[FakeBotApi]:
    with FakeBotApi() as server:
        yield server


def buttons(*rows: list[Json]) -> Json:
    return {"inline_keyboard": list(rows)}


def button(text: str = "Oui", **action: Any) -> Json:
    return {"text": text, **(action or {"callback_data": "yes"})}


def article(text: str = "x", **fields: Any) -> Json:
    content = {"message_text": text, "parse_mode": "HTML"}
    return {"type": "article", "id": "1", "title": "t", "input_message_content": content} | fields


# Strictness

REFUSALS: list[tuple[str, Json, str]] = [
    ("sendMessage", {"text": "x"}, "400 Bad Request: chat_id is empty"),
    ("sendMessage", {"chat_id": CHAT}, "400 Bad Request: message text is empty"),
    ("sendMessage", {"chat_id": CHAT, "text": " \n "}, "400 Bad Request: text must be non-empty"),
    ("sendMessage", {"chat_id": CHAT, "text": "<b> </b>", "parse_mode": "HTML"}, "400 Bad Request: text must be non-"),
    ("sendMessage", {"chat_id": CHAT, "text": "x" * 4097}, "400 Bad Request: message is too long"),
    ("sendMessage", {"chat_id": CHAT, "text": "x" * 40000}, "400 Bad Request: text is too long"),
    ("sendMessage", {"chat_id": CHAT, "text": "x", "parse_mode": "XML"}, "400 Bad Request: unsupported parse_mode"),
    ("sendMessage", {"chat_id": CHAT, "text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON"),
    (
        "sendMessage",
        {"chat_id": CHAT, "text": "x", "entities": [{"type": "bold", "offset": 0, "length": 9}]},
        "ends after the end of the text",
    ),
    ("sendPhoto", {"chat_id": CHAT, "photo": "unknown"}, "400 Bad Request: wrong file identifier/HTTP URL specified"),
    ("sendDocument", {"chat_id": CHAT}, "400 Bad Request: there is no document in the request"),
    ("sendChatAction", {"chat_id": CHAT, "action": "dance"}, "400 Bad Request: wrong parameter action in request"),
    ("editMessageText", {"chat_id": CHAT, "text": "x"}, "400 Bad Request: message identifier is not specified"),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "400 Bad Request: MESSAGE_TOO_LONG"),
    ("setMyCommands", {"commands": [{"command": "Aide", "description": "x"}]}, "400 Bad Request: BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "x"}]}, "command length must not exceed 32"),
    ("setMyCommands", {"commands": [{"command": "aide", "description": ""}]}, "description must be non-empty"),
    ("setMyCommands", {"commands": [{"command": "aide", "description": "x" * 257}]}, "length must not exceed 256"),
    ("setMyCommands", {"commands": [{"command": "aide"}]}, "can't parse BotCommand"),
    ("setMyCommands", {"commands": [], "language_code": "fra"}, "400 Bad Request: invalid language code specified"),
    ("setMyCommands", {"commands": [], "scope": {"type": "moon"}}, "can't parse BotCommandScope"),
    ("setMyDescription", {"description": "x" * 513}, "description is too long"),
    ("setMyShortDescription", {"short_description": "x" * 121}, "short description is too long"),
    ("setMyName", {"name": "x" * 65}, "name is too long"),
    ("setWebhook", {"url": "nonsense"}, "400 Bad Request: invalid webhook URL specified"),
    ("setWebhook", {"url": "http://h/", "secret_token": "é"}, "secret token contains unallowed characters"),
    ("setWebhook", {}, '400 Bad Request: parameter "url" is required'),
    ("getFile", {"file_id": "unknown"}, "400 Bad Request: wrong file_id"),
    ("answerInlineQuery", {"inline_query_id": "1", "results": [{"type": "article", "id": "1"}]}, 'field "title"'),
    ("answerInlineQuery", {"inline_query_id": "1", "results": [{"id": "1"}] * 51}, "too many inline query results"),
    ("answerInlineQuery", {"inline_query_id": "1", "results": [article(id="é" * 33)]}, "RESULT_ID_INVALID"),
    ("answerInlineQuery", {"inline_query_id": "1", "results": [article(text="x" * 4097)]}, "message is too long"),
    ("answerInlineQuery", {"inline_query_id": "1", "results": [article(text="<b>")]}, "can't parse entities"),
    (
        "answerInlineQuery",
        {
            "inline_query_id": "1",
            "results": [{"type": "article", "id": "1", "title": "t", "input_message_content": {"text": "x"}}],
        },
        "Input message content is not specified",
    ),
    ("answerInlineQuery", {"inline_query_id": "1", "cache_time": "soon"}, 'can\'t parse "cache_time"'),
    ("answerInlineQuery", {"inline_query_id": "1", "next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
    ("answerInlineQuery", {"inline_query_id": "1", "button": {"text": "x"}}, "exactly one of"),
    (
        "answerInlineQuery",
        {"inline_query_id": "1", "button": {"text": "x", "start_parameter": "a b"}},
        "START_PARAM_INVALID",
    ),
    (
        "setMessageReaction",
        {"chat_id": CHAT, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "🥑"}]},
        "INVALID",
    ),
    ("sendVideo", {"chat_id": CHAT}, "404 Not Found: method not found"),
    ("nonsense", {}, "404 Not Found: method not found"),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("method", "params", "expected"), REFUSALS, ids=[f"{r[0]}: {r[2][:40]}" for r in REFUSALS])
async def test_malformed_request_is_refused_and_recorded(
    bot: Bot, user: User, method: str, params: Json, expected: str
) -> None:
    user.send("bonjour")
    assert expected in await bot.error(method, **params)
    assert len(bot.api.violations) == 1
    assert bot.api.sent() == []


KEYBOARDS: list[tuple[Any, str]] = [
    ({"inline_keyboard": [button()]}, "must be an Array of Arrays"),
    ({"inline_keyboard": [["x"]]}, "InlineKeyboardButton must be an Object"),
    (buttons([{"callback_data": "x"}]), 'field "text"'),
    (buttons([button(" ")]), "text must be non-empty"),
    (buttons([{"text": "x"}]), "Text buttons are unallowed in the inline keyboard"),
    (buttons([button(callback_data="")]), "Text buttons are unallowed"),
    (buttons([button(callback_data="é" * 33)]), "BUTTON_DATA_INVALID"),
    (buttons([button(callback_data=5)]), "must be of type String"),
    (buttons([button(url="nowhere")]), "is invalid: Wrong HTTP URL"),
    (buttons(*[[button()]] * 101), "reply markup is too long"),
    ({"buttons": []}, "object expected as reply markup"),
    ({"keyboard": [["ok", {}]]}, "keyboard button text must be non-empty"),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("markup", "expected"), KEYBOARDS, ids=[k[1] for k in KEYBOARDS])
async def test_malformed_keyboard_is_refused(bot: Bot, user: User, markup: Any, expected: str) -> None:
    assert expected in await bot.error("sendMessage", chat_id=CHAT, text="x", reply_markup=markup)
    assert bot.api.violations


@pytest.mark.asyncio
async def test_limits_are_inclusive(bot: Bot, user: User) -> None:
    # The official server counts code points for the limit and UTF-16 units for the offsets.
    message = await bot.say("😀" * 4092 + "<b>été&lt;</b>", parse_mode="HTML", reply_markup=buttons([button("é" * 32)]))
    assert len(message["text"]) == 4096
    assert message["entities"] == [{"type": "bold", "offset": 4092 * 2, "length": 4}]
    await bot.say("x", reply_markup=buttons([button(callback_data="é" * 32)]))
    await bot.ok("sendPhoto", chat_id=CHAT, photo=bot.api.user(CHAT).send_photo(b"p")["photo"][0]["file_id"])
    assert bot.api.violations == []


@pytest.mark.asyncio
async def test_accepted_but_dubious_requests_are_violations(bot: Bot, user: User) -> None:
    await bot.say("x", colour="red")
    await bot.say("a & b &nbsp; c > d", parse_mode="HTML")
    await bot.say('<a href="nowhere">x</a>', parse_mode="HTML")
    await bot.say("x", reply_markup=buttons([button(callback_data="a", url="https://example.org")]))
    await bot.say("x", reply_markup=buttons([button()] * 9))
    assert [v.partition(": ")[2][:18] for v in bot.api.violations] == [
        "unknown parameter ",
        "unescaped or unsup",
        "unescaped or unsup",
        "unescaped '>' near",
        "link 'nowhere' is ",
        "button 'Oui' has u",
        "more than 8 button",
    ]


def entity(kind: str, offset: int, length: int, **more: Any) -> Json:
    return {"type": kind, "offset": offset, "length": length, **more}


RENDERED: list[tuple[str, str, list[Json]]] = [
    ("<b>a</b><strong>b</strong>", "ab", [entity("bold", 0, 1), entity("bold", 1, 1)]),
    ("<i>a</i><em>b</em>", "ab", [entity("italic", 0, 1), entity("italic", 1, 1)]),
    ("<u>a</u><ins>b</ins>", "ab", [entity("underline", 0, 1), entity("underline", 1, 1)]),
    ("<s>a</s><del>b</del>", "ab", [entity("strikethrough", 0, 1), entity("strikethrough", 1, 1)]),
    ("<tg-spoiler>a</tg-spoiler>", "a", [entity("spoiler", 0, 1)]),
    ('<span class="tg-spoiler">a</span>', "a", [entity("spoiler", 0, 1)]),
    ("<b>a <i>b</i></b>", "a b", [entity("bold", 0, 3), entity("italic", 2, 1)]),
    ("😀<b>é</b>", "😀é", [entity("bold", 2, 1)]),
    ("<b>&lt;&amp;&gt;&quot;&#39;&#x1F600;</b>", "<&>\"'😀", [entity("bold", 0, 7)]),
    ('<a href="https://Example.org?a=1&amp;b">x</a>', "x", [entity("text_link", 0, 1, url="https://example.org/?a=1&b")]),
    ("<a href='tg://user?id=7'>x</a>", "x", [entity("text_mention", 0, 1)]),
    ("<code>a</code>", "a", [entity("code", 0, 1)]),
    ("<pre>a</pre>", "a", [entity("pre", 0, 1)]),
    ('<pre><code class="language-py">a</code></pre>', "a", [entity("pre", 0, 1, language="py")]),
    ("<blockquote>a</blockquote>", "a", [entity("blockquote", 0, 1)]),
    ("<blockquote expandable>a</blockquote>", "a", [entity("expandable_blockquote", 0, 1)]),
    ("<B>a</b>", "a", [entity("bold", 0, 1)]),
    ("<b></b>a", "a", []),
    ("  <b>a </b>\n", "a", [entity("bold", 0, 1)]),
    ("<b>a<code>b</code>c</b>", "abc", [entity("bold", 0, 1), entity("code", 1, 1), entity("bold", 2, 1)]),
    ("voir https://a.fr/b, #tva @camille /aide x@y.fr", "", [
        entity("url", 5, 14), entity("hashtag", 21, 4), entity("mention", 26, 8), entity("bot_command", 35, 5),
        entity("email", 41, 6),
    ]),
]  # fmt: skip


@pytest.mark.asyncio
async def test_html_becomes_text_and_entities(bot: Bot, user: User) -> None:
    for source, text, expected in RENDERED:
        message = await bot.say(source, parse_mode="HTML")
        assert message["text"] == (text or source)
        found = [{k: v for k, v in e.items() if k != "user"} for e in message.get("entities", [])]
        assert found == expected, source
    assert bot.api.violations == []


UNPARSABLE = [
    ("é<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ("é<p>x</p>", 'Unsupported start tag "p" at byte offset 2'),
    ("a<br/>", 'Unsupported start tag "br/" at byte offset 1'),
    ("a < b", 'Unsupported start tag "" at byte offset 2'),
    ("a <b", "Unclosed start tag at byte offset 2"),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ('<a href="x>y</a>', "Unclosed start tag at byte offset 0"),
    ("<a href=a/b>y</a>", "Unexpected end of name token"),
    ('<a "x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
]


@pytest.mark.asyncio
async def test_wrong_html_gives_telegrams_message(bot: Bot, user: User) -> None:
    for source, reason in UNPARSABLE:
        answer = await bot.error("sendMessage", chat_id=CHAT, text=source, parse_mode="HTML")
        assert answer.startswith(f"400 Bad Request: can't parse entities: {reason}"), source
    assert len(bot.api.violations) >= len(UNPARSABLE)


def test_html_parser_stands_alone() -> None:
    flagged: list[str] = []
    assert parse_html("R&D", flagged.append) == ("R&D", [])
    assert len(flagged) == 1
    assert utf16_len("é😀") == 3


@pytest.mark.asyncio
async def test_token_logout_and_encodings(bot: Bot, user: User) -> None:
    response = await bot.raw("getMe", token="1:wrong")
    assert (response.status_code, response.json()["description"]) == (401, "Unauthorized")
    url = f"{bot.api.base_url}{bot.api.token}"
    form = {"chat_id": str(CHAT), "text": "a", "reply_markup": json.dumps(buttons([button()]))}
    for sending in ({"data": form}, {"params": form}, {"json": form}, {"data": form, "files": {"x": b"1"}}):
        body = (await bot.http.post(f"{url}/sendmessage", **sending)).json()
        assert body["result"]["reply_markup"] == buttons([button()])
    assert (await bot.http.post(f"{url}/getMe", json=[1])).json()["description"].endswith("parse the request body")
    assert (await bot.http.get(f"{url}/getMe")).json()["result"]["username"] == "FakeTestBot"
    assert await bot.ok("close") is True
    assert await bot.ok("logOut") is True
    assert await bot.error("getMe") == "400 Logged out"
    assert len(bot.api.violations) == 3


# Messages, files and queries


@pytest.mark.asyncio
async def test_editing_and_deleting(bot: Bot, user: User) -> None:
    first = await bot.say("un", reply_markup=buttons([button()]), link_preview_options={"is_disabled": True})
    assert first["link_preview_options"] == {"is_disabled": True}
    place = {"chat_id": CHAT, "message_id": first["message_id"]}
    same = {"reply_markup": buttons([button()]), "link_preview_options": {"is_disabled": True}}
    unchanged = await bot.error("editMessageText", **place, text="<b></b>un", parse_mode="HTML", **same)
    assert "message is not modified" in unchanged
    edited = await bot.ok("editMessageText", **place, text="deux")
    assert edited["text"] == "deux"
    assert "reply_markup" not in edited
    assert "message is not modified" in await bot.error("editMessageReplyMarkup", **place)
    await bot.ok("editMessageReplyMarkup", **place, reply_markup=buttons([button("Non")]))
    assert [m["text"] for m in bot.api.sent(CHAT)] == ["deux"]
    assert await bot.ok("deleteMessage", **place) is True
    assert await bot.error("deleteMessage", **place) == "400 Bad Request: message to delete not found"
    assert await bot.error("editMessageText", **place, text="x") == "400 Bad Request: message to edit not found"
    assert bot.api.sent(CHAT) == []
    assert bot.api.violations == []
    theirs = user.send("à moi")
    refusal = await bot.error("editMessageText", chat_id=CHAT, message_id=theirs["message_id"], text="x")
    assert refusal == "400 Bad Request: message can't be edited"


@pytest.mark.asyncio
async def test_state_of_the_world_is_no_violation(bot: Bot, user: User) -> None:
    assert await bot.error("sendMessage", chat_id=7, text="x") == "400 Bad Request: chat not found"
    reply = await bot.error("sendMessage", chat_id=CHAT, text="x", reply_parameters={"message_id": 9})
    assert reply == "400 Bad Request: message to be replied not found"
    user.block()
    assert await bot.error("sendMessage", chat_id=CHAT, text="x") == "403 Forbidden: bot was blocked by the user"
    user.block(False)
    group = bot.api.group(-5)
    group.kick_bot()
    assert "bot was kicked" in await bot.error("sendMessage", chat_id=-5, text="x")
    first, second = await bot.say("un"), await bot.say("deux", reply_parameters={"message_id": 1})
    assert (first["message_id"], second["message_id"]) == (1, 2)
    assert second["reply_to_message"]["text"] == "un"
    assert bot.api.violations == []


@pytest.mark.asyncio
async def test_files_go_both_ways(bot: Bot, user: User) -> None:
    photo = user.send_photo(b"jpeg", "légende #1a", media_group_id="g")
    assert photo["media_group_id"] == "g"
    info = await bot.ok("getFile", file_id=photo["photo"][-1]["file_id"])
    url = f"{bot.api.base_file_url}{bot.api.token}/{info['file_path']}"
    assert (await bot.http.get(url)).content == b"jpeg"
    assert (await bot.http.get(url + "x")).status_code == 404
    bot.api.violations.clear()
    bot.api.inject(Fault.server_error(502), method="downloadFile")
    assert (await bot.http.get(url)).status_code == 502
    upload = {"document": ("a.csv", b"1,2", "text/csv")}
    target = f"{bot.api.base_url}{bot.api.token}/sendDocument"
    too_long = await bot.http.post(target, data={"chat_id": CHAT, "caption": "x" * 1025}, files=upload)
    assert too_long.json()["description"] == "Bad Request: message caption is too long"
    sent = (await bot.http.post(target, data={"chat_id": CHAT, "caption": "ok"}, files=upload)).json()["result"]
    assert sent["document"]["file_name"] == "a.csv"
    assert bot.api.world.files[sent["document"]["file_id"]].data == b"1,2"
    for message in (user.send_document(b"x"), user.send_voice(), user.send_sticker(), user.send_raw(location={})):
        assert message["message_id"] in bot.api.world.chats[CHAT].messages


@pytest.mark.asyncio
async def test_bot_profile_and_chats(bot: Bot, user: User) -> None:
    await bot.ok("setMyCommands", commands=[{"command": "/aide", "description": "Aide"}], language_code="fr")
    assert await bot.ok("getMyCommands", language_code="fr") == [{"command": "aide", "description": "Aide"}]
    assert await bot.ok("getMyCommands") == []
    await bot.ok("setMyDescription", description="Bonjour")
    assert await bot.ok("getMyDescription", language_code="fr") == {"description": "Bonjour"}
    assert (await bot.ok("getChat", chat_id=CHAT))["first_name"] == "Camille"
    message = user.send("merci")
    reaction = [{"type": "emoji", "emoji": "👍"}]
    await bot.ok("setMessageReaction", chat_id=CHAT, message_id=message["message_id"], reaction=reaction)
    assert bot.api.world.reactions[CHAT, message["message_id"]] == reaction
    assert bot.api.violations == []


@pytest.mark.asyncio
async def test_queries_can_be_answered_while_they_last(bot: Bot, user: User) -> None:
    message = await bot.say(reply_markup=buttons([button("Oui", callback_data="yes")]))
    for label in ("Oui", "yes"):
        assert await bot.ok("answerCallbackQuery", callback_query_id=user.press(message, label), text="x" * 200)
    with pytest.raises(LookupError):
        user.press(message, "Non")
    late = user.press(message, "yes", expired=True)
    assert "query is too old" in await bot.error("answerCallbackQuery", callback_query_id=late)
    await bot.ok("editMessageText", chat_id=CHAT, message_id=message["message_id"], text="fini")
    with pytest.raises(LookupError):
        user.press(message, "yes")
    user.press(message, "yes", stale=True)
    result = article("<b>x</b>", id="é" * 32)
    query = user.inline_query("tva")
    assert await bot.ok("answerInlineQuery", inline_query_id=query, results=[result], cache_time=0)
    twice = await bot.error("answerInlineQuery", inline_query_id=query, results=[result, result])
    assert twice == "400 Bad Request: RESULT_ID_DUPLICATE"
    for gone in ("0", user.inline_query("tva", expired=True)):
        assert "query is too old" in await bot.error("answerInlineQuery", inline_query_id=gone, results=[result])
    shared = user.choose(query, "é" * 32)
    assert shared["text"] == "x" and shared["entities"][0]["type"] == "bold" and shared["via_bot"]["is_bot"]
    with pytest.raises(ValueError, match="256"):
        user.inline_query("x" * 257)


@pytest.mark.asyncio
async def test_users_produce_realistic_updates(bot: Bot, user: User) -> None:
    other, group = bot.api.user(43, language_code="pt", first_name="Ana", username="ana"), bot.api.group()
    command = user.send("/start abc")
    assert command["entities"] == [entity("bot_command", 0, 6)]
    assert command["from"]["language_code"] == "fr"
    assert user.send("copie", forward_from=other)["forward_origin"]["sender_user"]["first_name"] == "Ana"
    assert user.send("copie", forward_from="X")["forward_origin"]["type"] == "hidden_user"
    assert other.send("ici", chat=group)["chat"]["type"] == "supergroup"
    reply = user.send("oui", reply_to=command)
    assert reply["reply_to_message"]["text"] == "/start abc"
    assert user.edit(reply["message_id"], "non")["edit_date"]
    with pytest.raises(ValueError, match="4096"):
        user.send("x" * 4097)
    updates = await bot.ok("getUpdates")
    kinds = ["message"] * 5 + ["edited_message"]
    assert [next(k for k in u if k != "update_id") for u in updates] == kinds
    # What the fake sends must be what python-telegram-bot can read.
    assert all(TelegramUpdate.de_json(update, None) for update in updates)


# Updates


@pytest.mark.asyncio
async def test_long_polling_acknowledges_by_offset(bot: Bot, user: User) -> None:
    for number in range(5):
        user.send(str(number))
    first = await bot.ok("getUpdates", limit=2)
    assert first == await bot.ok("getUpdates", limit=2)
    rest = await bot.ok("getUpdates", offset=first[-1]["update_id"] + 1)
    assert [u["message"]["text"] for u in rest] == ["2", "3", "4"]
    assert [u["message"]["text"] for u in await bot.ok("getUpdates", offset=-1)] == ["4"]
    following = rest[-1]["update_id"] + 1
    started = time.monotonic()
    assert await bot.ok("getUpdates", offset=following, timeout=1) == []
    assert time.monotonic() - started > 0.9
    poll = asyncio.create_task(bot.ok("getUpdates", offset=following, timeout=20))
    await asyncio.sleep(0.05)
    user.send("enfin")
    assert (await poll)[0]["message"]["text"] == "enfin"


@pytest.mark.asyncio
async def test_second_poller_evicts_the_first(bot: Bot, user: User) -> None:
    first = asyncio.create_task(bot.error("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(bot.ok("getUpdates", timeout=20))
    assert (await first).startswith("409 Conflict: terminated by other getUpdates request")
    user.send("x")
    assert len(await second) == 1


@pytest.mark.asyncio
async def test_poller_that_hung_up_takes_nothing(bot: Bot, user: User) -> None:
    with pytest.raises(httpx.ReadTimeout):
        await bot.http.post(f"{bot.api.base_url}{bot.api.token}/getUpdates", json={"timeout": 20}, timeout=0.1)
    user.send("x")
    assert len(await bot.ok("getUpdates")) == 1


@pytest.mark.asyncio
async def test_allowed_updates_persist_and_filter(bot: Bot, user: User) -> None:
    message = await bot.say(reply_markup=buttons([button()]))
    bot.api.push({"message_reaction": {}})
    await bot.ok("getUpdates", allowed_updates=["message"])
    user.press(message, "yes")
    user.send("x")
    assert [list(u)[1] for u in await bot.ok("getUpdates")] == ["message"]
    await bot.ok("getUpdates", allowed_updates=[])
    user.press(message, "yes")
    assert bot.api.pending == 2


@pytest.mark.asyncio
async def test_same_update_twice_and_ten_thousand(bot: Bot, user: User) -> None:
    user.send("x")
    (update,) = await bot.ok("getUpdates")
    assert await bot.ok("getUpdates", offset=update["update_id"] + 1) == []
    bot.api.push_again(update)
    assert await bot.ok("getUpdates", offset=update["update_id"] + 1) == [update]
    started = time.monotonic()
    bot.api.push_many(user.compose(f"message {n}") for n in range(10_000))
    assert time.monotonic() - started < 2
    seen, offset = 0, 0
    while batch := await bot.ok("getUpdates", offset=offset):
        seen, offset = seen + len(batch), batch[-1]["update_id"] + 1
    assert (seen, bot.api.pending) == (10_000, 0)


class Receiver:
    """A webhook endpoint that answers as told and keeps what it accepted."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.got: list[Json] = []
        self.headers: list[str] = []
        self.busy = self.most_busy = 0
        self.pause = 0.0

    async def handle(self, request: web.Request) -> web.Response:
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        await asyncio.sleep(self.pause)
        self.busy -= 1
        self.headers.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""))
        answer = self.answers.pop(0) if self.answers else web.Response()
        if answer.status < 300:
            self.got.append(await request.json())
        return answer

    @contextlib.asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/hook", self.handle)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        await runner.cleanup()


@pytest.mark.asyncio
async def test_webhook_retries_in_order_and_answers_with_a_method(bot: Bot, user: User) -> None:
    receiver = Receiver()
    receiver.answers = [web.Response(status=500), web.Response(status=503, headers={"Retry-After": "0.1"})]
    async with receiver.serve() as url:
        user.send("avant")
        await bot.ok("setWebhook", url=url, secret_token="s3cret", max_connections=2)
        assert (await bot.error("getUpdates")).startswith("409 Conflict: can't use getUpdates method while webhook")
        user.send("après")
        await bot.api.until(lambda: len(receiver.got) == 2)
        assert [u["message"]["text"] for u in receiver.got] == ["avant", "après"]
        assert set(receiver.headers) == {"s3cret"}
        assert [(d.attempt, d.status) for d in bot.api.deliveries] == [(1, 500), (2, 503), (3, 200), (1, 200)]
        info = await bot.ok("getWebhookInfo")
        assert info["last_error_message"].startswith("Wrong response from the webhook: 503")
        receiver.answers = [web.json_response({"method": "sendMessage", "chat_id": CHAT, "text": "direct"})]
        user.send("vite")
        assert (await bot.api.wait_sent(CHAT))[0]["text"] == "direct"
        await bot.api.stop()
        user.send("panne")
        await bot.api.start()
        await bot.api.until(lambda: receiver.got[-1]["message"]["text"] == "panne")
        await bot.ok("deleteWebhook")
        user.send("retour")
        assert [u["message"]["text"] for u in await bot.ok("getUpdates")] == ["retour"]
    assert bot.api.violations == []


@pytest.mark.asyncio
async def test_webhook_respects_max_connections_and_survives_refusal(bot: Bot) -> None:
    receiver = Receiver()
    receiver.pause = 0.02
    async with receiver.serve() as url:
        await bot.ok("setWebhook", url=url, max_connections=3)
        for number in range(12):
            bot.api.user(100 + number % 6).send(str(number))
        await bot.api.until(lambda: len(receiver.got) == 12)
        assert receiver.most_busy == 3
    bot.api.user(100).send("personne")
    await bot.api.until(lambda: bot.api.deliveries[-1].status == 0)
    assert bot.api.pending == 1
    await bot.ok("setWebhook", url="")
    assert (await bot.ok("getWebhookInfo"))["pending_update_count"] == 1
    await bot.ok("deleteWebhook", drop_pending_updates=True)
    assert bot.api.pending == 0


# Faults

ANSWERS: list[tuple[Fault, str]] = [
    (Fault.flood(7), "429 Too Many Requests: retry after 7"),
    (Fault.server_error(500), "500 Internal Server Error"),
    (Fault.server_error(502), "502 Bad Gateway"),
    (Fault.server_error(504), "504 Gateway Timeout"),
    (Fault.bad_request("chat not found"), "400 Bad Request: chat not found"),
    (Fault.unauthorized(), "401 Unauthorized"),
    (Fault.blocked(), "403 Forbidden: bot was blocked by the user"),
    (Fault.conflict(), "409 Conflict: terminated by other getUpdates request"),
]


@pytest.mark.asyncio
@pytest.mark.parametrize(("fault", "expected"), ANSWERS, ids=[a[0].name for a in ANSWERS])
async def test_fault_answers(bot: Bot, user: User, fault: Fault, expected: str) -> None:
    injection = bot.api.inject(fault, method="sendMessage")
    response = await bot.raw("sendMessage", chat_id=CHAT, text="x")
    body = response.json()
    assert f"{body['error_code']} {body['description']}".startswith(expected)
    assert response.status_code == body["error_code"]
    if body["error_code"] == 429:
        assert body["parameters"] == {"retry_after": 7}
        assert response.headers["Retry-After"] == "7"
    assert (injection.hits, bot.api.sent()) == (1, [])
    await bot.say("second essai")
    assert bot.api.violations == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "delivered", "error"),
    [
        (Fault.timeout_before(), 0, httpx.ReadTimeout),
        (Fault.timeout_after(), 1, httpx.ReadTimeout),
        (Fault.dropped(), 0, httpx.NetworkError | httpx.RemoteProtocolError),
        (Fault.dropped(effect=True), 1, httpx.NetworkError | httpx.RemoteProtocolError),
        (Fault.malformed(), 1, json.JSONDecodeError),
        (Fault.malformed(effect=False), 0, json.JSONDecodeError),
    ],
)
async def test_fault_endings(bot: Bot, user: User, fault: Fault, delivered: int, error: Any) -> None:
    bot.api.inject(fault)
    errors = error.__args__ if hasattr(error, "__args__") else error
    with pytest.raises(errors):
        url = f"{bot.api.base_url}{bot.api.token}/sendMessage"
        (await bot.http.post(url, json={"chat_id": CHAT, "text": "x"}, timeout=0.2)).json()
    assert len(bot.api.sent(CHAT)) == delivered
    call = bot.api.calls[0]
    assert (call.fault, call.done, call.ok) == (fault.name, bool(delivered), False)
    await bot.say("suite")


@pytest.mark.asyncio
async def test_fault_selection_and_delay(bot: Bot, user: User) -> None:
    bot.api.user(43)
    bot.api.inject(Fault.blocked(), chat_id=43, times=None)
    bot.api.inject(Fault.server_error(), method="sendMessage", skip=1, times=2, when=lambda call: call.text != "sauf")
    await bot.say("passe")
    await bot.say("sauf")
    for _ in range(2):
        assert "500" in await bot.error("sendMessage", chat_id=CHAT, text="x")
    await bot.say("passe")
    assert "403" in await bot.error("sendMessage", chat_id=43, text="x")
    bot.api.clear_faults()
    bot.api.inject(Fault.server_error(effect=True), method="sendMessage")
    before = len(bot.api.sent(CHAT))
    assert "500" in await bot.error("sendMessage", chat_id=CHAT, text="x")
    assert len(bot.api.sent(CHAT)) == before + 1
    bot.api.inject(Fault.slow(80), method="sendMessage")
    bot.api.delay = 0.05
    started = time.monotonic()
    await bot.say("lent")
    assert time.monotonic() - started > 0.13
    # Without a method, polling is left alone: it would swallow every fault meant for something else.
    bot.api.inject(Fault.server_error())
    await bot.ok("getUpdates")


@pytest.mark.asyncio
async def test_flood_limits(bot: Bot, user: User) -> None:
    bot.api.limits = FloodLimits(overall=2, per_chat=1)
    await bot.say("un")
    assert await bot.error("sendMessage", chat_id=CHAT, text="deux") == "429 Too Many Requests: retry after 1"
    for chat_id in (43, 44):
        bot.api.user(chat_id)
    await bot.ok("sendMessage", chat_id=43, text="x")
    assert "429" in await bot.error("sendMessage", chat_id=44, text="x")
    await bot.ok("sendChatAction", chat_id=CHAT, action="typing")
    assert bot.api.violations == []


# Recording and life cycle


@pytest.mark.asyncio
async def test_calls_are_recorded_and_awaited(bot: Bot, user: User) -> None:
    mark = bot.api.mark()
    waiting = asyncio.create_task(bot.api.wait_for(lambda call: call.text == "deux", chat_id=CHAT))
    await bot.say("un")
    await bot.say("deux")
    (call,) = await waiting
    assert (call.index, call.method, call.params["text"], call.result["text"]) == (1, "sendMessage", "deux", "deux")
    assert call.finished is not None
    assert call.time <= call.finished
    assert len(await bot.api.wait_for("sendMessage", 2)) == 2
    assert len(bot.api.called("sendMessage", CHAT, since=mark + 1)) == 1
    with pytest.raises(AssertionError, match=r"did not come within.*'deux' → ok"):
        await bot.api.wait_for("sendMessage", 3, timeout=0.05)
    await bot.api.quiet(0.05)


@pytest.mark.asyncio
async def test_outage_keeps_state_and_port(bot: Bot, user: User) -> None:
    await bot.say("avant")
    port = bot.api.port
    poll = asyncio.create_task(bot.raw("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    started = time.monotonic()
    await bot.api.stop()
    assert time.monotonic() - started < 1
    with pytest.raises(httpx.TransportError):
        await poll
    with pytest.raises(httpx.ConnectError):
        await bot.say("pendant")
    user.send("pendant")
    await bot.api.start()
    assert bot.api.port == port
    assert len(await bot.ok("getUpdates")) == 1
    assert [m["text"] for m in bot.api.sent(CHAT)] == ["avant"]


def test_runs_as_a_program() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tests.botapi", "--port", str(port), "--limits"]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        lines = [process.stdout.readline().split() for _ in range(3)]
        base_url, token = lines[0][1], lines[2][1]
        process.stdin.write("bonjour\n")
        process.stdin.flush()
        answer = httpx.get(f"{base_url}{token}/getUpdates?timeout=5", timeout=10).json()
        assert answer["result"][0]["message"]["text"] == "bonjour"
        httpx.post(f"{base_url}{token}/sendMessage", data={"chat_id": "1001", "text": "salut"})
        assert "sendMessage" in process.stdout.readline()
        process.terminate()


# python-telegram-bot


def application(api: FakeBotApi) -> Application[Any, Any, Any, Any, Any, Any]:
    """A small real bot: answers, edits, buttons, inline results, a file."""

    async def start(update: Any, context: Any) -> None:
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Oui", callback_data="yes")]])
        await update.message.reply_html("<b>Bonjour</b>", reply_markup=keyboard)

    async def pressed(update: Any, context: Any) -> None:
        await update.callback_query.answer("Noté")
        await update.callback_query.edit_message_text("Merci")

    async def inline(update: Any, context: Any) -> None:
        article = InlineQueryResultArticle("1", "Titre", InputTextMessageContent("texte"))
        await update.inline_query.answer([article])

    async def photo(update: Any, context: Any) -> None:
        file = await update.message.photo[-1].get_file()
        await update.message.reply_document(bytes(await file.download_as_bytearray()), filename="copie.jpg")

    async def echo(update: Any, context: Any) -> None:
        await update.message.reply_text(update.message.text)

    builder = Application.builder().token(api.token).base_url(api.base_url).base_file_url(api.base_file_url)
    app = builder.concurrent_updates(64).connection_pool_size(64).build()
    app.add_handler(CommandHandler("start", start))
    app.add_handler(CallbackQueryHandler(pressed))
    app.add_handler(InlineQueryHandler(inline))
    app.add_handler(MessageHandler(filters.PHOTO, photo))
    app.add_handler(MessageHandler(filters.TEXT & filters.UpdateType.MESSAGE, echo))
    return app


@contextlib.asynccontextmanager
async def running(api: FakeBotApi, *, webhook: bool = False) -> AsyncIterator[Any]:
    app = application(api)
    async with app:
        assert app.updater is not None
        if webhook:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            address = {"listen": "127.0.0.1", "port": port, "url_path": "hook"}
            url = f"http://127.0.0.1:{port}/hook"
            await app.updater.start_webhook(**address, webhook_url=url, secret_token="s3cret")
        else:
            await app.updater.start_polling(timeout=10)
        await app.start()
        yield app
        await app.updater.stop()
        await app.stop()


@pytest.mark.asyncio
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_a_real_bot_converses(threaded: FakeBotApi, webhook: bool) -> None:
    api = threaded
    user = api.user(CHAT)
    async with running(api, webhook=webhook):
        user.send("/start")
        (message,) = await api.wait_sent(CHAT)
        assert (message["text"], message["entities"]) == ("Bonjour", [entity("bold", 0, 7)])
        user.press(message, "Oui")
        (answer,) = await api.wait_for("answerCallbackQuery")
        assert answer.params["text"] == "Noté"
        await api.wait_for("editMessageText")
        assert api.sent(CHAT)[0]["text"] == "Merci"
        user.inline_query("tva")
        (inline,) = await api.wait_for("answerInlineQuery")
        assert inline.params["results"][0]["title"] == "Titre"
        user.send_photo(b"jpeg")
        (copy,) = await api.wait_for("sendDocument")
        assert copy.files["document"].data == b"jpeg"
        user.send("écho")
        api.push_again()
        await api.wait_sent(CHAT, 4)
        await api.quiet(0.1)
        assert [m["text"] for m in api.sent(CHAT) if "text" in m] == ["Merci", "écho", "écho"]
    assert api.violations == []


@pytest.mark.asyncio
async def test_a_real_bot_sees_each_fault_as_its_library_reports_it(threaded: FakeBotApi) -> None:
    api = threaded
    api.user(CHAT)
    cases: list[tuple[Fault, type[TelegramError]]] = [
        (Fault.flood(3), RetryAfter),
        (Fault.server_error(502), NetworkError),
        (Fault.bad_request(), BadRequest),
        (Fault.unauthorized(), InvalidToken),
        (Fault.blocked(), Forbidden),
        (Fault.conflict(), Conflict),
        (Fault.timeout_before(), TimedOut),
        (Fault.dropped(), NetworkError),
        (Fault.malformed(), TelegramError),
    ]
    async with application(api) as app:
        for fault, expected in cases:
            api.inject(fault, method="sendMessage")
            with pytest.raises(expected) as caught:
                await app.bot.send_message(CHAT, "x", read_timeout=0.2)
            assert caught.type is expected, fault.name
        chat = await app.bot.get_chat(CHAT)
        assert chat.first_name == "Camille"
        assert await app.bot.set_my_commands([("aide", "Aide")])
        assert (await app.bot.get_my_commands())[0].command == "aide"
    assert api.violations == []


@pytest.mark.asyncio
async def test_load_of_two_thousand_messages(threaded: FakeBotApi) -> None:
    api = threaded
    users = [api.user(1000 + number) for number in range(200)]
    url = f"{api.base_url}{api.token}"

    # A bot without any library, because a real one is slower than the server and would be what is measured.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=32)) as session:

        async def call(method: str, **params: Any) -> Any:
            async with session.post(f"{url}/{method}", data=params) as response:
                return (await response.json())["result"]

        # Processor time of the server's thread, so that a busy machine does not fail the test.
        before = api.on_loop(time.thread_time)
        api.push_many(users[n % 200].compose(f"message {n}") for n in range(2000))
        replies, offset = [], 0
        while batch := await call("getUpdates", offset=offset):
            offset = batch[-1]["update_id"] + 1
            for update in batch:
                message = update["message"]
                replies.append(call("sendMessage", chat_id=message["chat"]["id"], text=message["text"]))
        await asyncio.gather(*replies)
        await api.wait_for("sendMessage", 2000)
        assert api.on_loop(time.thread_time) - before < 2
    for number, user in enumerate(users):
        mine = {f"message {n}" for n in range(number, 2000, 200)}
        assert {message["text"] for message in api.sent(user.id)} == mine
    assert api.violations == []


@pytest.mark.asyncio
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_a_real_bot_under_load(threaded: FakeBotApi, webhook: bool) -> None:
    api = threaded
    users = [api.user(1000 + number) for number in range(16)]
    async with running(api, webhook=webhook):
        api.push_many(users[n % 16].compose(f"message {n}") for n in range(96))
        await api.wait_for("sendMessage", 96, timeout=10)
        assert all(len({message["text"] for message in api.sent(user.id)}) == 6 for user in users)
    assert api.pending == 0
    assert api.violations == []
