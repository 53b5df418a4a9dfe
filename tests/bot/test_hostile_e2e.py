"""Whatever is sent, by whichever way: an answer that Telegram accepts, and never an excuse for an error.

The fake Bot API refuses what Telegram refuses (HTML, lengths, button data) and its fixture fails on any refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram.constants import MessageEntityType

from bot.telegram import keyboards
from tests.bot.conftest import ADMIN, Running
from tests.botapi import User

pytestmark = pytest.mark.full

TROUBLE = "une erreur m'empêche"
HOSTILE = [
    "<b>gras</i> & <script>alert(1)</script>",
    '<a href="tg://user?id=1">x</a> &lt;&amp;amp; </blockquote>',
    "\u202eel\u202c \u200f\u200eurssaf\u2067 \u2066taux",
    "😀" * 2000,
    "👩\u200d👩\u200d👧\u200d👦" * 300 + " combien je paie à l'urssaf ?",
    "e\u0301\u0300\u0302" * 300,
    "combien je paie \ud800 à l'urssaf \udfff ?",
    "{question} {0} %s %(x)s {messages[trouble]}",
    "\x00\x01\x1f combien \x7f je paie",
    "combien je paie à l'urssaf ?" * 140,
    "'; DROP TABLE turns; --",
    "𝗰𝗼𝗺𝗯𝗶𝗲𝗻 𝗷𝗲 𝗽𝗮𝗶𝗲 ﷽ ꧅ ｕｒｓｓａｆ",
    "a" * 4096,
    "\n" * 4000 + "x",
]
ALPHABET = st.characters() | st.sampled_from("<>&\"'{}\u202e\u200d\ud800😀\n /@")
TEXTS = st.sampled_from(HOSTILE) | st.text(ALPHABET, min_size=1, max_size=400)
Send = Callable[[User, str], object]
WAYS: dict[str, Send] = {
    "question": lambda user, text: user.send(text),
    "verifier": lambda user, text: user.send(f"/verifier {text}"[:4096]),
    "start": lambda user, text: user.send(f"/start {text}"[:4096]),
    "forward": lambda user, text: user.send(text, forward_from=text[:60]),
    "caption": lambda user, text: user.send_photo(b"jpeg", text[:1024]),
    "file": lambda user, text: user.send_document(text.encode("utf-8", "replace"), "offre.txt", "text/plain"),
    "file name": lambda user, text: user.send_document(b"%PDF", f"{text[:200]}.pdf", "application/pdf"),
    "unknown": lambda user, text: user.send(f"/{text[:60]}"),
}


@pytest.mark.parametrize("way", list(WAYS))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(text=TEXTS)
async def test_any_text_by_any_way_gets_an_answer(running: Running, way: str, text: str) -> None:
    api, user = running.api, running.api.user(running.new_chat())
    WAYS[way](user, text)
    sent = await api.wait_sent(user.id, timeout=60)
    assert not any(TROUBLE in message["text"] for message in sent), f"{way}: {text!r}"


async def test_a_file_of_a_hundred_thousand_emoji(running: Running) -> None:
    user = running.api.user(running.new_chat())
    user.send_document(("😀" * 100_000).encode(), "offre.txt", "text/plain")
    user.send_document(("offre 😀 " * 900).encode(), "offre.txt", "text/plain")
    sent = await running.api.wait_sent(user.id, 2, timeout=60)
    assert not any(TROUBLE in message["text"] for message in sent)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(text=TEXTS)
async def test_any_inline_request_is_answered(running: Running, text: str) -> None:
    query = running.api.user(running.new_chat()).inline_query(text[:256])
    [call] = await running.api.wait_for(lambda call: call.raw.get("inline_query_id") == query, timeout=60)
    assert call.ok, repr(text)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(text=TEXTS)
async def test_any_text_gets_an_answer_in_a_group(running: Running, text: str) -> None:
    api, user = running.api, running.api.user(running.new_chat())
    user.send(f"@FakeTestBot {text}"[:4096], chat=api.group(-user.id))
    sent = await api.wait_sent(-user.id, timeout=60)
    assert not any(TROUBLE in message["text"] for message in sent), repr(text)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(
    kind=st.sampled_from([*MessageEntityType, "of_tomorrow"]), offset=st.integers(0, 5000), length=st.integers(0, 5000)
)
async def test_any_entity_gets_an_answer(running: Running, kind: str, offset: int, length: int) -> None:
    api, user = running.api, running.api.user(running.new_chat())
    entity = {"type": kind, "offset": offset, "length": length, "url": "x", "custom_emoji_id": "x"}
    user.send("/start 😀 @FakeTestBot", entities=[entity])
    assert TROUBLE not in (await api.wait_sent(user.id, timeout=60))[0]["text"]


async def test_any_word_of_explanation_of_a_pause(running: Running) -> None:
    api, admin = running.api, running.api.user(ADMIN)
    for place, text in enumerate(HOSTILE, 1):
        user = api.user(running.new_chat())
        admin.send(f"/pause {text}"[:4096])
        begun = (await api.wait_sent(ADMIN, 2 * place - 1, timeout=60))[-1]["text"]
        user.send("bonjour")
        told = (await api.wait_sent(user.id, timeout=60))[0]["text"]
        admin.send("/pause")
        ended = (await api.wait_sent(ADMIN, 2 * place, timeout=60))[-1]["text"]
        assert "Pause commencée" in begun and "Je suis en pause" in told and "de nouveau" in ended, repr(text)


ACTIONS = sorted(
    {value for value in vars(keyboards).values() if isinstance(value, str) and re.fullmatch("[a-z]{1,2}", value)}
)
"""What every kind of button says first."""


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(action=st.sampled_from([*ACTIONS, "zz"]), rest=st.text(ALPHABET, max_size=40))
async def test_any_button_data_gets_an_answer(running: Running, action: str, rest: str) -> None:
    api, user = running.api, running.api.user(running.new_chat())
    user.send("/sujets")
    menu = (await api.wait_sent(user.id))[0]
    sender: dict[str, Any] = {"id": user.id, "is_bot": False, "first_name": rest or "x"}
    query = {"id": f"{user.id}", "from": sender, "message": menu, "chat_instance": "1", "data": f"{action}:{rest}"}
    api.push({"callback_query": query})
    await api.until(lambda: len(api.sent(user.id)) > 1 or api.called("editMessageText", user.id), timeout=60)
    assert TROUBLE not in api.sent(user.id)[-1]["text"], f"{action}:{rest!r}"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(text=TEXTS)
async def test_any_question_can_be_handed_over(running: Running, text: str) -> None:
    """The preview quotes what somebody else wrote: it is escaped, cut, and handed back by Telegram word for word."""
    api, user = running.api, running.api.user(running.new_chat())
    user.send("Quel logiciel installer pour aller plus vite sur une plateforme de tâches ?")
    answer = (await api.wait_sent(user.id))[0]
    asked = answer["reply_to_message"] | {"text": text}
    api.push({"callback_query": _press(user, answer | {"reply_to_message": asked}, "g:")})
    preview = (await api.wait_sent(user.id, 2, timeout=60))[1]
    assert TROUBLE not in preview["text"], repr(text)


def _press(user: User, message: dict[str, Any], data: str) -> dict[str, Any]:
    sender = {"id": user.id, "is_bot": False, "first_name": "Camille"}
    return {"id": f"{user.id}", "from": sender, "message": message, "chat_instance": "1", "data": data}


def test_the_log_tells_no_error(running: Running) -> None:
    _, found, what = running.bot.log.partition("Traceback")
    assert not found, what[:4000]
