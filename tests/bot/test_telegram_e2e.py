"""The real bot process over HTTP against the fake Bot API."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import pytest

from bot.settings import Settings
from tests.bot.conftest import Running, StartBot, eventually
from tests.botapi import FakeBotApi, Fault, User

DISCLAIMER = "Service automatique d'information générale, pas un conseil juridique."
QUESTION = "combien je paie à l'urssaf ?"
INTERRUPTED = "J'ai été interrompu en vous répondant."


def texts(api: FakeBotApi, chat: int) -> list[str]:
    return [message["text"].replace("\u00a0", " ") for message in api.sent(chat)]


def buttons(message: dict[str, object]) -> list[str]:
    markup = message.get("reply_markup") or {}
    return [button["text"] for row in markup.get("inline_keyboard", []) for button in row]  # type: ignore[attr-defined]


async def test_start_says_what_it_is_and_offers_examples(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send("/start")
    message = (await api.wait_sent(chat))[0]
    text = message["text"]
    assert "service automatique" in text and "N'envoyez ni nom" in text
    assert len(text.split("\n\n")[0].splitlines()) <= 5
    assert len(buttons(message)) == 4
    commands = {command["command"] for command in api.called("setMyCommands")[-1].params["commands"]}
    assert {"start", "aide", "sujets", "verifier", "sources", "mentions"} <= commands


async def test_a_question_is_answered_with_its_sources(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    api.user(chat).send(QUESTION)
    message = (await api.wait_sent(chat))[0]
    text = message["text"].replace("\u00a0", " ")
    assert "25,6 %" in text and DISCLAIMER in text and "D'après la page" in text
    links = [entity["url"] for entity in message["entities"] if entity["type"] == "text_link"]
    assert "https://www.legifrance.gouv.fr/essai" in links
    assert "https://exemple.example/page?a=1&b=2" not in text  # addresses stay behind their titles
    assert api.called("sendMessage", chat)[0].params["link_preview_options"] == {"is_disabled": True}
    assert not api.called("sendChatAction", chat), "typing is for answers that take long"


async def test_typing_shows_that_an_answer_that_takes_long_is_on_its_way(api: FakeBotApi, start_bot: StartBot) -> None:
    start_bot(TYPING_AFTER_S="0")
    api.user(42).send(QUESTION)
    await api.wait_sent(42)
    first, *_, last = [call.method for call in api.called(chat_id=42)]
    assert (first, last) == ("sendChatAction", "sendMessage")


async def test_without_a_model_the_command_says_so(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    api.user(chat).send("/modele")
    assert "Aucun modèle de langue" in (await api.wait_sent(chat))[0]["text"]


async def test_more_details_opens_the_rest(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send("quel est le taux de cotisations auto entrepreneur")
    message = (await api.wait_sent(chat))[0]
    assert buttons(message) == ["Plus de détails", "👍 Utile", "👎 Pas utile"]
    user.press(message, "Plus de détails")
    details = (await api.wait_sent(chat, 2))[1]["text"].replace("\u00a0", " ")
    assert "25,6 %" not in details and DISCLAIMER in details
    assert len(api.called("answerCallbackQuery")) == 1


async def test_menus_lead_from_themes_to_an_answer(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send("/sujets")
    themes = (await api.wait_sent(chat))[0]
    assert buttons(themes) == ["Argent", "Danger"]
    for pressed, shown in (("Danger", "Choisissez une question"), ("Tous les thèmes", "un thème"), ("Danger", "une q")):
        mark = api.mark()
        user.press(themes, pressed)
        await api.wait_for("editMessageText", chat_id=chat, since=mark)
        [questions] = api.sent(chat)  # one menu, turned like a page
        assert shown in questions["text"]
    user.press(questions, buttons(questions)[0])
    assert "est une arnaque" in (await api.wait_sent(chat, 2))[1]["text"]


async def test_a_menu_that_is_gone_comes_back_and_the_welcome_stays(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send("/start")
    user.press((await api.wait_sent(chat))[0], "Tous les thèmes")
    welcome, themes = await api.wait_sent(chat, 2)
    assert "service automatique" in welcome["text"]
    api.inject(Fault.bad_request("message to edit not found"), method="editMessageText", chat_id=chat)
    user.press(themes, "Danger")
    assert "Choisissez une question" in (await api.wait_sent(chat, 3))[2]["text"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/aide", "Écrivez votre question comme vous parlez"),
        ("/sources", "Légifrance"),
        ("/mentions", "Éditeur : Association d'essai"),
        ("/annuler", "Il n'y a pas de vérification en cours"),
        ("/nouveau", "oublié la conversation"),
        ("/inconnue", "Je ne connais pas cette commande"),
    ],
)
async def test_commands(running: Running, command: str, words: str) -> None:
    api, chat = running.api, running.new_chat()
    api.user(chat).send(command)
    assert words in (await api.wait_sent(chat))[0]["text"].replace("\u00a0", " ")


async def test_without_a_publisher_it_warns(api: FakeBotApi, start_bot: StartBot) -> None:
    bot = start_bot()
    assert "mentions légales incomplètes" in bot.log
    api.user(42).send("/mentions")
    assert "non renseigné" in (await api.wait_sent(42))[0]["text"]


BadInput = Callable[[User], object]


@pytest.mark.parametrize(
    ("send", "words"),
    [
        (lambda user: user.send("😀🎉"), "Je n'ai pas vu de question"),
        (lambda user: user.send("\u200b\u200e ."), "Je n'ai pas vu de question"),
        (lambda user: user.send("dois-je payer " * 290), "trop long"),
        (lambda user: user.send("我需要缴税吗"), "I only answer in French"),
        (lambda user: user.send_sticker("😀"), "Je ne comprends que le texte"),
        (lambda user: user.send_voice(b"ogg", 3), "messages vocaux"),
        (lambda user: user.send_photo(b"jpeg"), "ce type de fichier"),
        (lambda user: user.send_document(b"%PDF", "offre.pdf", "application/pdf"), "abîmé"),
        (lambda user: user.send_photo(b"jpeg", QUESTION), "25,6 %"),
        (lambda user: user.send_raw(location={"latitude": 48.8, "longitude": 2.3}), "que le texte"),
    ],
)  # fmt: skip
async def test_what_is_not_a_question_gets_a_short_reply(running: Running, send: BadInput, words: str) -> None:
    api, chat = running.api, running.new_chat()
    send(api.user(chat))
    message = (await api.wait_sent(chat))[0]
    assert words in message["text"].replace("\u00a0", " ")


async def test_ten_thousand_characters_in_pieces_are_all_refused_kindly(running: Running) -> None:
    """Telegram cuts a long paste into messages of 4,096."""
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    for _ in range(3):
        user.send("a b " * 1000)
    assert all("trop long" in text for text in [m["text"] for m in await api.wait_sent(chat, 3)])


async def test_an_edited_message_is_ignored(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    sent = user.send(QUESTION)
    await api.wait_sent(chat)
    user.edit(sent["message_id"], "je dois payer pour retirer mes gains")
    await api.quiet(0.5)
    assert len(api.sent(chat)) == 1


async def test_in_a_group_only_what_is_meant_for_the_bot_is_read(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user, group = api.user(chat), api.group(-1001, title="Entraide")
    bot_name = api.world.bot["username"]
    user.send(f"entre nous, et pas pour @{bot_name}_2 : {QUESTION}", chat=group)
    await api.until(lambda: api.pending == 0)
    await api.quiet(0.5)
    assert api.sent(-1001) == [] and b"entre nous" not in _stored_bytes(running.settings)
    user.send(f"@{bot_name} {QUESTION}", chat=group)
    answer = (await api.wait_sent(-1001))[0]
    assert "25,6" in answer["text"]
    user.send("et en 2025 ?", chat=group, reply_to=answer)
    assert "24,6" in (await api.wait_sent(-1001, 2))[1]["text"]
    user.send(f"/aide@{bot_name}", chat=group)
    await api.wait_sent(-1001, 3)
    user.send_photo(b"jpeg", chat=group)
    await api.quiet(0.5)
    assert len(api.sent(-1001)) == 3


async def test_a_follow_up_is_understood_until_nouveau(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send(QUESTION)
    user.send("et en 2025 ?")
    assert "24,6" in (await api.wait_sent(chat, 2))[1]["text"]
    user.send("/nouveau")
    user.send("et en 2025 ?")
    assert "24,6" not in (await api.wait_sent(chat, 4))[3]["text"]


async def test_distress_is_answered_first_and_kept_nowhere(
    api: FakeBotApi, start_bot: StartBot, small_settings: Settings
) -> None:
    bot = start_bot()
    api.user(42).send("je veux mourir")
    message = (await api.wait_sent(42))[0]
    assert "3114" in message["text"] and not buttons(message)
    await api.quiet(0.3)
    bot.stop()
    assert b"mourir" not in _stored_bytes(small_settings) and "mourir" not in bot.log


async def test_order_is_kept_in_each_chat(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    names = ["/aide", "/mentions", "/annuler", "/sources", QUESTION, "/nouveau"]
    marks = ["comme vous parlez", "Éditeur", "pas de vérification", "Légifrance", "25,6", "oublié"]
    chats = [running.new_chat() for _ in range(16)]
    for name in names:
        for chat in chats:
            api.user(chat).send(name)
    for chat in chats:
        replies = await api.wait_sent(chat, len(names), timeout=30)
        assert all(mark in reply["text"] for mark, reply in zip(marks, replies, strict=True)), chat


async def test_the_same_update_twice_is_answered_once(api: FakeBotApi, start_bot: StartBot) -> None:
    start_bot()
    api.user(42).send(QUESTION)
    await api.wait_sent(42)
    api.push_again()
    await api.quiet(0.5)
    assert len(api.sent(42)) == 1


async def test_what_was_received_before_a_kill_is_answered_after(
    api: FakeBotApi, start_bot: StartBot, small_settings: Settings
) -> None:
    bot = start_bot()
    api.user(1).send("/aide")
    await api.wait_sent(1)
    hold = api.inject(Fault.slow(3000), method="sendMessage", times=None)
    for chat in range(2, 22):
        api.user(chat).send("/aide")
    await eventually(lambda: hold.hits and _waiting(small_settings) == 20)
    bot.kill()
    api.clear_faults()
    answered = {chat for chat in range(2, 22) if api.sent(chat)}
    assert answered and len(answered) < 20
    start_bot()
    for chat in range(2, 22):
        # Delivered without the bot having heard so: not sent again, and the user is told.
        await api.wait_sent(chat, 2 if chat in answered else 1, timeout=20)
    await eventually(lambda: _waiting(small_settings) == 0)
    for chat in range(2, 22):
        first, *rest = texts(api, chat)
        if chat in answered:
            assert "comme vous parlez" in first and [INTERRUPTED in text for text in rest] == [True]
        else:  # answered now; or only told, when the sending had begun and never reached Telegram
            assert ("comme vous parlez" in first or INTERRUPTED in first) and rest == []


def _stored_bytes(settings: Settings) -> bytes:
    return b"".join(path.read_bytes() for path in settings.data_dir.glob("clicdroit.sqlite*"))


def _waiting(settings: Settings) -> int:
    with sqlite3.connect(settings.data_dir / "clicdroit.sqlite") as connection:
        return int(connection.execute("SELECT count(*) FROM inbox WHERE done_at IS NULL").fetchone()[0])


async def test_an_old_button_answers_politely(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send("/sujets")
    message = (await api.wait_sent(chat))[0]
    for count, data in enumerate(
        ["f:fiche-disparue", "t:nulle-part", "m:cotisations:zz", "e:99", "n'importe quoi", "m:::"], 2
    ):
        api.push(_callback(message, data))
        assert "Ce bouton est ancien" in (await api.wait_sent(chat, count))[-1]["text"]


async def test_a_button_of_a_message_too_old_for_telegram_answers_too(running: Running) -> None:
    """Of such a message Telegram gives no more than the ids."""
    api, chat = running.api, running.new_chat()
    api.user(chat)
    gone = {"message_id": 5, "date": 0}
    api.push(_callback(gone | {"chat": {"id": chat, "type": "private"}}, "ts", chat))
    assert "Choisissez un thème" in (await api.wait_sent(chat))[0]["text"]
    group = api.group(-chat)
    mark = api.mark()
    api.push(_callback(gone | {"chat": group.info}, "ts", chat))
    [notice] = await api.wait_for("answerCallbackQuery", since=mark)
    assert "Ce bouton est ancien" in notice.params["text"] and notice.params["show_alert"]
    assert api.sent(group.id) == []


def _callback(message: dict[str, Any], data: str, sender_id: int | None = None) -> dict[str, Any]:
    sender = {"id": sender_id or message["chat"]["id"], "is_bot": False, "first_name": "Camille"}
    query = {"id": f"{time.time_ns()}", "from": sender, "message": message, "chat_instance": "1", "data": data}
    return {"callback_query": query}


async def test_a_429_makes_only_its_chat_wait(running: Running) -> None:
    api, chat, other = running.api, running.new_chat(), running.new_chat()
    api.inject(Fault.flood(2), method="sendMessage", chat_id=chat)
    api.user(chat).send("/aide")
    api.user(other).send("/aide")
    await api.wait_sent(other, timeout=1.5)
    assert not api.sent(chat)
    await api.wait_sent(chat, timeout=10)
    assert len(api.sent(chat)) == 1


async def test_the_user_gets_one_line_when_something_breaks(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    api.inject(Fault.bad_request("something odd"), method="sendMessage", chat_id=chat, times=2)
    api.user(chat).send("/aide")
    assert "une erreur m'empêche" in (await api.wait_sent(chat))[0]["text"]
    assert "Something odd" in running.bot.log


async def test_network_trouble_and_a_second_poller_are_survived(api: FakeBotApi, start_bot: StartBot) -> None:
    bot = start_bot()
    for fault in (Fault.server_error(502), Fault.conflict(), Fault.dropped()):
        api.inject(fault, method="getUpdates")
    api.user(42).send("/aide")
    await api.wait_sent(42, timeout=30)
    await eventually(lambda: "un autre programme lit déjà" in bot.log)


async def test_a_refused_token_ends_with_one_clear_line(api: FakeBotApi, start_bot: StartBot) -> None:
    api.inject(Fault.unauthorized(), method="getMe", times=None)
    bot = start_bot(wait=False)
    assert bot.process.wait(timeout=30) == 1
    assert "Telegram refuse TELEGRAM_TOKEN" in bot.log and "Traceback" not in bot.log


async def test_a_webhook_delivers_too(api: FakeBotApi, start_bot: StartBot, unused_tcp_port: int) -> None:
    start_bot(
        WEBHOOK_URL=f"http://127.0.0.1:{unused_tcp_port}",
        WEBHOOK_PORT=str(unused_tcp_port),
        WEBHOOK_SECRET="un-secret-pour-les-essais",
    )
    api.user(42).send(QUESTION)
    assert "25,6" in (await api.wait_sent(42, timeout=15))[0]["text"]
    assert api.called("setWebhook")[-1].params["secret_token"] == "un-secret-pour-les-essais"
