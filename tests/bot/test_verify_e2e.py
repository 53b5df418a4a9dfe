"""/verifier with the real bot process against the fake Bot API."""

from __future__ import annotations

import sqlite3

import pytest

from bot.settings import Settings
from tests.bot.conftest import Running, StartBot
from tests.bot.test_telegram_e2e import buttons, texts
from tests.botapi import FakeBotApi
from tests.screenshots import Bubble, Conversation, Look, draw_chat, encode

OFFER = "Il reste 49 € de frais de dossier à payer avant de signer le contrat, par virement. Envoyez la preuve ici."


def screenshot(text: str) -> bytes:
    return encode(draw_chat(Conversation("Sophie RH", (Bubble(text),)), Look(height=1200)))


async def test_the_command_with_the_offer(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    api.user(chat).send(f"/verifier {OFFER}")
    message = (await api.wait_sent(chat))[0]
    assert message["text"].startswith("ALERTE") and "frais de dossier" in message["text"]
    assert "Que faire maintenant ?" in buttons(message)


async def test_an_offer_on_the_next_line_is_read_from_its_first_word(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    api.user(chat).send("/verifier\n49€ de frais de dossier à payer avant de signer le contrat")
    assert "« 49€ de frais de dossier" in (await api.wait_sent(chat))[0]["text"].replace("\u00a0", " ")


async def test_distress_given_to_the_command_comes_first(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    api.user(chat).send("/verifier je veux mourir")
    assert "3114" in (await api.wait_sent(chat))[0]["text"]


async def test_the_command_alone_waits_for_the_offer(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send("/verifier")
    user.send(OFFER)
    sent = await api.wait_sent(chat, 2)
    assert "Envoyez-moi l'offre" in sent[0]["text"] and sent[1]["text"].startswith("ALERTE")
    user.send("combien je paie à l'urssaf ?")
    assert "25,6" in (await api.wait_sent(chat, 3))[2]["text"], "the next message is a question again"


async def test_distress_comes_before_an_awaited_offer(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send("/verifier")
    user.send("je veux mourir")
    assert "3114" in (await api.wait_sent(chat, 2))[1]["text"]


async def test_a_plain_question_given_to_the_command_is_answered(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    api.user(chat).send("/verifier combien je paie à l'urssaf ?")
    sent = await api.wait_sent(chat, 2)
    assert "C'est une question" in sent[0]["text"] and "25,6" in sent[1]["text"]


async def test_a_forwarded_message_is_vetted_at_once(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    api.user(chat).send(OFFER, forward_from="Sophie RH")
    assert (await api.wait_sent(chat))[0]["text"].startswith("ALERTE")


async def test_the_checklist_updates_the_verdict_and_survives_a_restart(api: FakeBotApi, start_bot: StartBot) -> None:
    bot = start_bot()
    user = api.user(42)
    user.send("/verifier Bonjour, j'ai un petit travail pour vous, écrivez-moi sur WhatsApp.")
    verdict = (await api.wait_sent(42))[0]
    user.press(verdict, "Répondre à quelques questions")
    question = (await api.wait_sent(42, 2))[1]
    assert "Question 1 sur 6" in question["text"]
    await api.quiet(0.5)  # the press is marked as answered once its answer went out
    bot.kill()
    start_bot()
    user.press(question, "Oui")
    _, updated, second = await api.wait_sent(42, 3)
    assert updated["message_id"] == question["message_id"], "the verdict takes the place of the question"
    assert "mis à jour" in updated["text"] and "vous l'avez dit" in updated["text"]
    user.press(question, "Oui", stale=True)  # twice: nothing more is said
    user.press(second, "Je ne sais pas")
    await api.wait_for("editMessageText", 2)
    third = api.sent(42)[2]
    assert third["message_id"] == second["message_id"] and "Question 3 sur 6" in third["text"]
    user.press(third, "Passer les questions")
    await api.wait_for("editMessageText", 3)
    assert "Où en êtes-vous" in api.sent(42)[2]["text"]
    user.send("/annuler")
    sent = await api.wait_sent(42, 4)
    assert "j'oublie cette offre" in sent[3]["text"], [message["text"][:60] for message in sent]
    user.press(question, "Non", stale=True)
    assert "trop ancienne" in (await api.wait_sent(42, 5))[4]["text"]


async def test_stages_give_steps_and_a_summary_is_masked(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send(f"/verifier {OFFER} Appelez Madame Petit au 06 39 98 12 34.")
    verdict = (await api.wait_sent(chat))[0]
    user.press(verdict, "Que faire maintenant ?")
    stages = (await api.wait_sent(chat, 2))[1]
    assert len(buttons(stages)) >= 6
    user.press(stages, buttons(stages)[-1])
    steps = (await api.wait_sent(chat, 3))[2]
    assert "1. " in steps["text"] and "pas un conseil juridique" in steps["text"]
    user.press(verdict, "Résumé à transmettre")
    summary = (await api.wait_sent(chat, 4))[3]
    assert "06 39 98" not in summary["text"] and "Petit" not in summary["text"]


@pytest.mark.full
async def test_a_pasted_offer_is_proposed_and_one_tap_vets_it(
    api: FakeBotApi, start_bot: StartBot, real_settings: Settings
) -> None:
    start_bot(real_settings)
    user = api.user(42)
    user.send(
        "Bonjour, nous recrutons des agents à domicile, 150 € par jour sans expérience, "
        "contactez notre responsable sur WhatsApp au +44 7700 900123 pour commencer aujourd'hui"
    )
    message = (await api.wait_sent(42))[0]
    assert buttons(message) == ["Vérifier cette offre"]
    user.press(message, "Vérifier cette offre")
    assert "ressemble" in (await api.wait_sent(42, 2))[1]["text"]


async def test_files_that_cannot_be_read(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    user.send_document(b"PK\x03\x04 not a pdf", "offre.docx", "application/msword")
    user.send_document(b"%PDF-1.4 broken", "offre.pdf", "application/pdf")
    user.send_voice()
    sent = texts(api, chat) if await api.wait_sent(chat, 3) else []
    assert "ne sais pas lire ce type de fichier" in sent[0] and "abîmé" in sent[1] and "vocaux" in sent[2]


async def test_a_text_file_is_vetted(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    api.user(chat).send_document(OFFER.encode("cp1252"), "offre.txt", "text/plain")
    assert (await api.wait_sent(chat))[0]["text"].startswith("ALERTE")


@pytest.mark.full
async def test_a_screenshot_and_an_album(running: Running) -> None:
    api, chat = running.api, running.new_chat()
    user = api.user(chat)
    image = screenshot(OFFER)
    user.send_photo(image)
    assert (await api.wait_sent(chat, timeout=40))[0]["text"].startswith("ALERTE")
    user.send_photo(screenshot("Bonjour, votre dossier est accepté, félicitations."), media_group_id="g1")
    user.send_photo(image, media_group_id="g1")
    user.send("/annuler")
    sent = await api.wait_sent(chat, 3, timeout=60)
    assert sent[1]["text"].startswith("ALERTE") and "j'oublie" in sent[2]["text"], "an album is one conversation"


async def test_what_is_kept_is_sealed_and_goes(api: FakeBotApi, start_bot: StartBot) -> None:
    bot = start_bot()
    api.user(42).send(f"/verifier {OFFER}")
    await api.wait_sent(42)
    folder = bot.log_path.parent / "data"
    bot.stop()
    path = folder / "clicdroit.sqlite"
    assert (folder / "seal.key").stat().st_mode & 0o077 == 0
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT sealed FROM open_checks").fetchall()
    assert len(rows) == 1 and b"frais" not in rows[0][0]
    assert b"frais de dossier" not in path.read_bytes()
