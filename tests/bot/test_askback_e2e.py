"""The buttons of what is asked back, with the real bot process against the fake Bot API."""

from __future__ import annotations

import pytest

from tests.bot.conftest import Running, StartBot
from tests.bot.test_telegram_e2e import buttons
from tests.botapi import Call, FakeBotApi

pytestmark = pytest.mark.full

QUESTION = "quel est le taux de cotisations"
FORGOTTEN = "J'ai oublié la question"


async def test_each_option_leads_to_its_answer_once(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send(QUESTION)
    answer, asked = await api.wait_sent(chat, 2)
    assert "25,6" in answer["text"] and "👍 Utile" in buttons(answer)
    assert "quelle est votre situation" in asked["text"]
    assert buttons(asked) == ["Salarié", "Micro-entreprise"]
    user.press(asked, "Salarié")
    said, completed = (await api.wait_sent(chat, 4))[2:]
    assert said["text"].replace("\u00a0", " ") == "« Salarié »"
    assert "Un salarié d'essai ne paie pas" in completed["text"]
    user.press(asked, "Salarié")
    await api.until(lambda: any("déjà répondu" in str(call.params) for call in _acknowledged(api)))
    user.press(asked, "Micro-entreprise")
    assert (await api.wait_sent(chat, 6))[4]["text"].replace("\u00a0", " ") == "« Micro-entreprise »"


async def test_once_the_question_is_forgotten_the_button_asks_for_it_again(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send(QUESTION)
    asked = (await api.wait_sent(chat, 2))[1]
    user.send("/nouveau")
    await api.wait_sent(chat, 3)
    user.press(asked, "Salarié")
    assert FORGOTTEN in (await api.wait_sent(chat, 4))[3]["text"]
    user.send("j'ai 13 ans, quel est le taux de cotisations ?")
    assert "Vous dites avoir moins de 15 ans" in (await api.wait_sent(chat, 5))[4]["text"]
    await api.quiet(0.3)
    assert len(api.sent(chat)) == 5, "a child is asked nothing back"


async def test_in_a_group_the_options_are_for_the_person_who_asked(running: Running) -> None:
    api = running.api
    one, other, group = api.user(running.new_chat()), api.user(running.new_chat()), api.group(-1031, title="Entraide")
    one.send(f"@{api.world.bot['username']} {QUESTION}", chat=group)
    asked = (await api.wait_sent(-1031, 2))[1]
    other.press(asked, "Salarié")
    await api.until(lambda: any("autre personne" in str(call.params) for call in _acknowledged(api)))
    assert len(api.sent(-1031)) == 2
    one.press(asked, "Salarié")
    assert "Un salarié d'essai" in (await api.wait_sent(-1031, 4))[3]["text"]


@pytest.mark.full
async def test_a_button_outlives_a_restart(api: FakeBotApi, start_bot: StartBot) -> None:
    bot = start_bot()
    user = api.user(42)
    user.send(QUESTION)
    asked = (await api.wait_sent(42, 2))[1]
    bot.stop()
    start_bot()
    user.press(asked, "Salarié")
    assert "Un salarié d'essai" in (await api.wait_sent(42, 4))[3]["text"]


def _acknowledged(api: FakeBotApi) -> list[Call]:
    return api.called("answerCallbackQuery")
