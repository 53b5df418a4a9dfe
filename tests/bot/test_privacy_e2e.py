"""Opinions, handed-over questions, one's own data, limits and administrators, with the real bot process."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from typing import Any

from bot.storage.opinions import Rating
from tests.bot.conftest import ADMIN, ROOT, Running, StartBot
from tests.bot.test_telegram_e2e import QUESTION, buttons
from tests.bot.test_verify_e2e import OFFER
from tests.botapi import FakeBotApi, Fault

UNKNOWN = (
    "Quel logiciel installer pour aller plus vite sur une plateforme de tâches ? "
    "Je m'appelle Sophie Martin, 06 39 98 12 34"
)
HAND_OVER = "Transmettre ma question (anonymisée)"
UNDER_AN_ANSWER = ["👍 Utile", "👎 Pas utile"]


def rows(settings: Any, query: str) -> list[Any]:
    with sqlite3.connect(settings.data_dir / "clicdroit.sqlite") as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def shown_now(api: FakeBotApi, message: dict[str, Any]) -> list[str]:
    return buttons(api.world.chats[message["chat"]["id"]].messages[message["message_id"]])


async def answered(running: Running, question: str = QUESTION) -> tuple[Any, dict[str, Any]]:
    user = running.api.user(running.new_chat())
    user.send(question)
    return user, (await running.api.wait_sent(user.id))[0]


async def test_an_opinion_keeps_the_facts_and_no_text(running: Running) -> None:
    user, message = await answered(running)
    user.press(message, "👎 Pas utile")
    reasons = ["Incomplet", "Faux", "Pas clair", "Pas ma question"]
    await running.api.until(lambda: shown_now(running.api, message)[-4:] == reasons)
    kept = rows(running.settings, "SELECT * FROM opinions")
    assert [row["rating"] for row in kept] == [Rating.USELESS]
    user.press(message, "Faux")
    await running.api.until(lambda: not set(shown_now(running.api, message)) & set(reasons))
    kept = rows(running.settings, "SELECT * FROM opinions")
    assert len(kept) == 1 and kept[0]["rating"] == Rating.WRONG
    assert kept[0]["fiche"] == "cotisations" and "cotisations/" in kept[0]["fact_ids"]
    assert kept[0]["status"] == "answered" and kept[0]["generation"]
    assert str(user.id) not in json.dumps(kept)
    await running.api.until(lambda: len(running.api.called("answerCallbackQuery")) == 2)
    notices = [call.params["text"] for call in running.api.called("answerCallbackQuery")]
    assert "pourquoi" in notices[0] and notices[1] == "Merci, c'est noté."


async def test_two_presses_are_one_opinion(running: Running) -> None:
    before = len(rows(running.settings, "SELECT * FROM opinions"))
    user, message = await answered(running)
    user.press(message, "👍 Utile")
    user.press(message, "👎 Pas utile", stale=True)
    await running.api.until(lambda: "Faux" in shown_now(running.api, message))
    kept = rows(running.settings, "SELECT * FROM opinions")
    assert len(kept) == before + 1 and kept[-1]["rating"] == Rating.USELESS


async def test_no_opinion_is_asked_of_somebody_in_distress(running: Running) -> None:
    _, message = await answered(running, "je veux mourir")
    assert buttons(message) == []


async def test_a_question_is_handed_over_as_shown_and_only_on_yes(running: Running) -> None:
    user, message = await answered(running, UNKNOWN)
    assert HAND_OVER in buttons(message)
    user.press(message, HAND_OVER)
    preview = (await running.api.wait_sent(user.id, 2))[1]
    shown = (
        "Quel logiciel installer pour aller plus vite sur une plateforme de tâches ? Je m'appelle [nom], [téléphone]"
    )
    assert shown in preview["text"].replace("\u00a0", " ")
    user.press(preview, "Non, ne rien envoyer")
    await running.api.until(lambda: not shown_now(running.api, preview))
    assert rows(running.settings, "SELECT * FROM gaps") == []
    user.press(message, HAND_OVER)
    preview = (await running.api.wait_sent(user.id, 3))[2]
    user.press(preview, "Oui, transmettre ce texte")
    await running.api.until(lambda: not shown_now(running.api, preview))
    user.press(preview, "Oui, transmettre ce texte", stale=True)
    await running.api.quiet(0.3)
    kept = rows(running.settings, "SELECT * FROM gaps")
    assert [row["question"] for row in kept] == [shown]


def test_the_command_lists_what_is_missing(running: Running) -> None:
    command = [sys.executable, "-m", "bot", "gaps", "--jsonl"]
    environment = {"DATA_DIR": str(running.settings.data_dir), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=running.settings.data_dir)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = {gap["kind"] for gap in found}
    assert kinds == {"question", Rating.WRONG, Rating.USELESS}
    for gap in found:
        assert {"kind", "fact_ids", "status", "count", "first_day", "last_day", "generation"} <= set(gap)
        assert ("question" in gap) == (gap["kind"] == "question") and gap["count"] == 1


async def test_what_is_kept_is_told_exported_and_erased(api: FakeBotApi, start_bot: StartBot) -> None:
    bot = start_bot(PUBLISHER="Association d'essai", CONTEXT_MINUTES="25")
    user = api.user(42)
    user.send("/confidentialite")
    notice = (await api.wait_sent(42))[0]["text"].replace("\u00a0", " ")
    assert "25 minutes" in notice and "Association d'essai" in notice and "www.cnil.fr" in notice
    user.send(QUESTION)
    user.send(f"/verifier {OFFER}")
    answer = (await api.wait_sent(42, 3))[1]
    user.press(answer, "👍 Utile")
    await api.until(lambda: "👍 Utile" not in shown_now(api, answer))
    user.send("/mesdonnees")
    await api.until(lambda: api.called("sendDocument", 42))
    data = json.loads(next(iter(api.called("sendDocument", 42)[0].files.values())).data)
    assert [turn["texte"] for turn in data["questions_recentes"]] == [QUESTION]
    assert "frais de dossier" in json.dumps(data["offre_en_cours_de_verification"], ensure_ascii=False)
    assert [opinion["rating"] for opinion in data["avis_et_questions_transmises_aujourd_hui"]] == [Rating.USEFUL]
    folder = bot.log_path.parent / "data"
    path = folder / "clicdroit.sqlite"
    with sqlite3.connect(path) as connection:
        [[sealed]] = connection.execute("SELECT sealed FROM turns")
    user.send("/effacer")
    ask = (await api.wait_sent(42, 5))[4]
    user.press(ask, "Non, ne rien effacer")
    assert "Rien n'est effacé" in (await api.wait_sent(42, 6))[5]["text"]
    user.press(ask, "Oui, tout effacer", stale=True)
    assert "tout est effacé" in (await api.wait_sent(42, 7))[6]["text"]
    for file in folder.glob("clicdroit.sqlite*"):
        content = file.read_bytes()
        assert QUESTION.encode() not in content and b"frais de dossier" not in content and sealed not in content, file
    await api.quiet(0.5)
    bot.stop()
    with sqlite3.connect(path) as connection:
        for table in ("turns", "open_checks", "opinions", "gaps"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
        assert connection.execute("SELECT count(*) FROM inbox WHERE chat_id IS NOT NULL").fetchone() == (0,)
    assert QUESTION.encode() not in path.read_bytes() and QUESTION not in bot.log


async def test_turns_are_sealed(running: Running) -> None:
    user, _ = await answered(running)
    await running.api.quiet(0.3)
    (turn,) = rows(running.settings, f"SELECT * FROM turns WHERE chat_id = {user.id}")
    assert QUESTION.encode() not in turn["sealed"] and set(turn) == {"id", "chat_id", "sealed", "asked_at"}


async def test_in_a_group_ones_own_data_is_not_shown(running: Running) -> None:
    user, group = running.api.user(running.new_chat()), running.api.group(-2001)
    user.send("/mesdonnees", chat=group)
    assert "en privé" in (await running.api.wait_sent(-2001))[0]["text"]


async def test_somebody_under_15_reads_what_protects_them_and_nothing_is_kept(running: Running) -> None:
    user, message = await answered(running, f"j'ai 13 ans, {QUESTION}")
    assert message["text"].startswith("Vous dites avoir moins de 15 ans") and "119" in message["text"]
    assert "25,6" in message["text"] and not set(UNDER_AN_ANSWER) & set(buttons(message))
    await running.api.quiet(0.3)
    assert rows(running.settings, f"SELECT * FROM turns WHERE chat_id = {user.id}") == []


async def test_a_menu_in_a_group_is_its_owners(running: Running) -> None:
    api, group = running.api, running.api.group(-2002)
    owner, other = api.user(running.new_chat()), api.user(running.new_chat())
    owner.send("/sujets", chat=group)
    menu = (await api.wait_sent(-2002))[0]
    other.press(menu, "Danger")
    await api.until(lambda: "autre personne" in str(api.called("answerCallbackQuery")[-1].params.get("text")))
    assert api.called("answerCallbackQuery")[-1].params["show_alert"]
    assert len(api.sent(-2002)) == 1
    owner.press(menu, "Danger")
    await api.wait_for("editMessageText", chat_id=-2002)
    [submenu] = api.sent(-2002)
    other.press(submenu, buttons(submenu)[0])
    await api.quiet(0.3)
    assert len(api.sent(-2002)) == 1
    owner.press(submenu, buttons(submenu)[0])
    assert "est une arnaque" in (await api.wait_sent(-2002, 2))[1]["text"]


async def test_forged_buttons_are_answered_politely(running: Running) -> None:
    user, message = await answered(running)
    forged = ["o:u:00000000:a000", "o:z:", "o:u:", "gd:peut-être", "gd:oui", "g:", "x:", "o:u:" + "é" * 20]
    for count, data in enumerate(forged, 2):
        sender = {"id": user.id, "is_bot": False, "first_name": "Camille"}
        query = {"id": str(count), "from": sender, "message": message, "chat_instance": "1", "data": data}
        running.api.push({"callback_query": query})
        assert "Ce bouton est ancien" in (await running.api.wait_sent(user.id, count))[-1]["text"], data


async def test_deep_links(running: Running) -> None:
    user = running.api.user(running.new_chat())
    user.send("/start theme-danger")
    user.send("/start theme-inconnu")
    user.send("/start verifier")
    user.send(OFFER)
    sent = await running.api.wait_sent(user.id, 4)
    assert sent[0]["text"].startswith("Danger") and "service automatique" in sent[1]["text"]
    assert "Envoyez-moi l'offre" in sent[2]["text"] and sent[3]["text"].startswith("ALERTE")


async def test_it_introduces_itself_in_french(running: Running) -> None:
    assert "petits boulots en ligne" in running.api.called("setMyDescription")[-1].params["description"]
    assert running.api.called("setMyShortDescription")
    names = {command["command"] for command in running.api.called("setMyCommands")[-1].params["commands"]}
    assert {"confidentialite", "mesdonnees", "effacer"} <= names and not {"etat", "pause"} & names


async def test_administrators_pause_and_distress_passes(running: Running) -> None:
    api, admin = running.api, running.api.user(ADMIN)
    user = api.user(running.new_chat())
    for command in ("/etat", "/pause"):
        user.send(command)
    assert all("Je ne connais pas" in message["text"] for message in await api.wait_sent(user.id, 2))
    admin.send("/pause Travaux jusqu'à 18 h.")
    assert "Pause commencée" in (await api.wait_sent(ADMIN))[0]["text"]
    user.send(QUESTION)
    assert "Travaux jusqu'à 18 h" in (await api.wait_sent(user.id, 3))[2]["text"].replace("\u00a0", " ")
    user.send("je veux mourir")
    assert "3114" in (await api.wait_sent(user.id, 4))[3]["text"]
    user.send("/confidentialite")
    assert "www.cnil.fr" in (await api.wait_sent(user.id, 5))[4]["text"], "rights stay during a pause"
    admin.send("/etat")
    state = (await api.wait_sent(ADMIN, 2))[1]["text"]
    assert state.startswith("En pause") and "– crisis :" in state.replace("\u00a0", " ")
    admin.send("/pause")
    assert "je réponds de nouveau" in (await api.wait_sent(ADMIN, 3))[2]["text"]
    user.send(QUESTION)
    assert "25,6" in (await api.wait_sent(user.id, 6))[5]["text"]


async def test_past_the_limit_it_is_said_once_and_distress_passes(api: FakeBotApi, start_bot: StartBot) -> None:
    start_bot(QUESTIONS_PER_MINUTE="2", IMAGES_PER_MINUTE="1", DOCUMENTS_PER_MINUTE="1")
    user = api.user(42)
    for _ in range(5):
        user.send("merci")
    user.send("je veux mourir")
    sent = await api.wait_sent(42, 4)
    assert "trop vite" in sent[2]["text"] and "3114" in sent[3]["text"]
    user.send("/aide")
    await api.wait_sent(42, 5)
    for _ in range(2):
        user.send_photo(b"jpeg")
    assert "trop vite" in (await api.wait_sent(42, 7))[6]["text"]
    for _ in range(2):
        user.send_document(b"%PDF")
    assert "trop vite" in (await api.wait_sent(42, 9))[8]["text"]
    other = api.user(43)
    other.send("merci")
    await api.wait_sent(43)


async def test_one_flooding_chat_does_not_hold_up_the_others(running: Running) -> None:
    """300 messages wait for their turn in one chat, more than the bot takes up at once."""
    api, flooding = running.api, running.api.user(running.new_chat())
    api.inject(Fault.slow(100), method="sendMessage", chat_id=flooding.id, times=None)
    for _ in range(300):
        flooding.send("/aide")
    quiet = [api.user(running.new_chat()) for _ in range(3)]
    for user in quiet:
        user.send("/aide")
    for user in quiet:
        await api.wait_sent(user.id, timeout=20)
    assert len(api.sent(flooding.id)) < 150, "the quiet chats were served among the flood, not after it"
    api.clear_faults()
    await api.wait_sent(flooding.id, 300, timeout=60)
