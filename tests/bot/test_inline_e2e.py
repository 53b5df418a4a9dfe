"""« @bot arnaque à la tâche »: the real bot process over HTTP against the fake Bot API."""

from __future__ import annotations

import json

from bot.settings import Settings
from bot.telegram.app import allowed_updates
from tests.bot.conftest import ADMIN, Running, StartBot
from tests.botapi import FakeBotApi
from tests.botapi.calls import Call


async def asked(api: FakeBotApi, chat: int, text: str) -> tuple[str, Call]:
    """The id of the query, and the bot's answer to it."""
    query = api.user(chat).inline_query(text)
    [call] = await api.wait_for(lambda call: call.raw.get("inline_query_id") == query)
    assert call.ok
    return query, call


def line(call: Call) -> str:
    """What is said instead of cards."""
    assert call.params["results"] == []
    return str(call.params["button"]["text"])


async def test_cards_are_shared_and_the_bot_does_not_answer_them(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user, group = api.user(chat), api.group()
    query, call = await asked(api, chat, "arnaque à la tâche")
    cards = call.params["results"]
    assert 1 < len(cards) <= running.settings.inline_results
    assert "tâche" in cards[0]["title"] and "Source : " in cards[0]["description"]
    assert call.params["cache_time"] == running.settings.inline_cache_s and "is_personal" not in call.params
    for where in (None, group):
        shared = user.choose(query, cards[0]["id"], where)
        text = shared["text"].replace("\u00a0", " ")
        assert text.startswith(f"Attention : {cards[0]['title']}") and "D'après la page" in text and "[1]" in text
        assert any(entity["type"] == "text_link" for entity in shared["entities"])
        [[button]] = shared["reply_markup"]["inline_keyboard"]
        assert button["url"] == "https://t.me/FakeTestBot?start=verifier"
    user.send("/annuler")
    await api.wait_sent(chat)
    await api.quiet()
    assert len(api.sent(chat)) == 1 and api.sent(group.id) == []


async def test_what_was_typed_is_nowhere(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    _, call = await asked(api, chat, "faux recruteur chantage tâche colis Zorglub Dupont")
    shown = json.dumps(call.params["results"], ensure_ascii=False)
    assert call.params["results"] and "Zorglub" not in shown and "Dupont" not in shown
    assert "Zorglub" not in running.bot.log
    for file in running.settings.data_dir.glob("clicdroit.sqlite*"):
        assert b"Zorglub" not in file.read_bytes()


async def test_no_card_and_distress_lead_to_the_bot(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    _, nothing = await asked(api, chat, "mon chat est malade")
    assert "Posez votre question" in line(nothing)
    _, distress = await asked(api, chat, "je veux mourir")
    assert "3114" in line(distress) and distress.params["cache_time"] == 0 and distress.params["is_personal"]
    api.user(chat).send(f"/start {distress.params['button']['start_parameter']}")
    assert "3114" in (await api.wait_sent(chat))[0]["text"]


async def test_limits_pause_and_an_answer_too_late(api: FakeBotApi, start_bot: StartBot) -> None:
    bot = start_bot(INLINE_PER_MINUTE="1")
    await asked(api, 42, "tâche")
    assert "Attendez" in line((await asked(api, 42, "tâche"))[1])
    assert (await asked(api, 43, "tâche"))[1].params["results"], "one person's limit is not another's"
    api.user(ADMIN).send("/pause Travaux")
    await api.wait_sent(ADMIN)
    assert "En pause" in line((await asked(api, 44, "tâche"))[1])
    late = api.user(45).inline_query("tâche", expired=True)
    await api.wait_for(lambda call: call.raw.get("inline_query_id") == late)
    api.violations.clear()  # Telegram refuses what comes too late: nothing to mend
    api.user(46).send("/aide")
    await api.wait_sent(46)
    assert "n'ont pas pu être proposées" in bot.log and "Traceback" not in bot.log


def test_switched_off_telegram_is_not_asked_for_them(running: Running) -> None:
    assert "inline_query" in (running.api.queue.allowed or ())
    assert "inline_query" not in allowed_updates(Settings(_env_file=None, inline_cards=False))
