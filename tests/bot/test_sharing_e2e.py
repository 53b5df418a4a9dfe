"""« Partager ce message (anonymisé) », with the real bot process against the fake Bot API."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import Settings
from bot.storage.seal import Seal
from bot.storage.shared import SharedOffer
from bot.storage.store import Store
from bot.telegram.privacy import privacy_notice
from bot.vetting.pipeline import Vetter
from tests.bot.conftest import Running
from tests.bot.test_privacy_e2e import rows, shown_now
from tests.bot.test_telegram_e2e import buttons
from tests.bot.test_verify_e2e import screenshot
from tests.botapi import User

pytestmark = pytest.mark.full

SHARE, YES, NO = "Partager ce message (anonymisé)", "Oui, partager ce texte", "Non, ne rien partager"
OFFER = (
    "Bonjour, ici Sophie Durand. Il reste 49 € de frais de dossier à payer avant de signer le contrat.\n\n"
    "Virement sur FR76 3000 6000 0112 3456 7890 189, preuve à sophie@piege.example ou au 06 39 98 12 34. "
    "Formulaire : https://clic-emploi.example/dossier?id=77120"
)
SHOWN = (
    "Bonjour, ici [nom]. Il reste 49 € de frais de dossier à payer avant de signer le contrat.\n\n"
    "Virement sur [IBAN], preuve à [e-mail] ou au [téléphone]. "
    "Formulaire : hxxps://clic-emploi[.]example/[…]"
)


def plain(message: dict[str, Any]) -> str:
    return str(message["text"]).replace("\u00a0", " ")


async def vetted(running: Running, text: str = OFFER, **options: Any) -> tuple[User, dict[str, Any]]:
    user = running.api.user(running.new_chat())
    user.send(text, **options)
    return user, (await running.api.wait_sent(user.id))[0]


def shared(running: Running) -> list[dict[str, Any]]:
    return rows(running.settings, "SELECT * FROM shared_offers")


async def test_an_offer_is_shared_as_shown_and_only_on_yes(running: Running) -> None:
    api, before = running.api, len(shared(running))
    user, verdict = await vetted(running, forward_from="Sophie RH")
    user.press(verdict, SHARE)
    preview = (await api.wait_sent(user.id, 2))[1]
    assert SHOWN in plain(preview) and "365 jours" in plain(preview) and "ALERTE" in plain(preview)
    assert "exige" in plain(preview) or "payer" in plain(preview), "the signs are named"
    assert buttons(preview) == [YES, NO] and len(shared(running)) == before
    user.press(preview, NO)
    assert "Rien n'est partagé" in plain((await api.wait_sent(user.id, 3))[2])
    assert shown_now(api, preview) == [] and len(shared(running)) == before

    user.press(verdict, SHARE)
    preview = (await api.wait_sent(user.id, 4))[3]
    user.press(preview, YES)
    assert "partagé, sans votre nom" in plain((await api.wait_sent(user.id, 5))[4])
    user.press(preview, YES, stale=True)
    assert "déjà fait" in plain((await api.wait_sent(user.id, 6))[5])
    [row] = shared(running)[before:]
    assert row["text"] == SHOWN and row["level"] == "arnaque" and row["day"]
    assert "pay_to_work" in row["signals"].split() and row["pattern"] and row["generation"]
    assert not any(str(user.id) in str(value) for value in row.values()), "nothing says whose it was"


def test_it_is_exported_for_maintainers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)  # no .env of the developer's

    async def keep() -> None:
        store = Store(Settings().store_url)
        await store.open()
        await store.shared.keep(77, 1, SharedOffer(SHOWN, "arnaque", "advance_fee", ("pay_to_work",), "g1"))
        await store.close()

    asyncio.run(keep())
    runner = CliRunner()
    line = json.loads(runner.invoke(app, ["shared", "--jsonl"]).stdout)
    assert line.pop("day") and line == {
        "text": SHOWN,
        "level": "arnaque",
        "pattern": "advance_fee",
        "signals": ["pay_to_work"],
        "generation": "g1",
    }
    shown = runner.invoke(app, ["shared"]).stdout
    assert SHOWN in shown and "arnaque advance_fee (pay_to_work)" in shown


async def test_after_the_checklist_it_is_shared_with_the_replies(running: Running) -> None:
    """What was shown before a reply is not what a « oui » after it would keep: it is shown again."""
    api, before = running.api, len(shared(running))
    user, verdict = await vetted(
        running, "/verifier Bonjour, j'ai un petit travail pour vous, écrivez-moi sur WhatsApp."
    )
    user.press(verdict, SHARE)
    early = (await api.wait_sent(user.id, 2))[1]
    user.press(verdict, "Répondre à quelques questions")
    question = (await api.wait_sent(user.id, 3))[2]
    user.press(question, "Oui")
    updated = (await api.wait_sent(user.id, 4))[2]
    assert "mis à jour" in updated["text"] and SHARE in buttons(updated)
    user.press(early, YES)
    late = (await api.wait_sent(user.id, 5))[4]
    assert "ont changé mon avis" in plain(late) and len(shared(running)) == before
    user.press(updated, "Que faire maintenant ?")
    stages = (await api.wait_sent(user.id, 6))[5]
    user.press(stages, buttons(stages)[0])
    steps = (await api.wait_sent(user.id, 7))[6]
    assert SHARE in buttons(steps)
    user.press(late, YES)
    await api.wait_sent(user.id, 8)
    [row] = shared(running)[before:]
    assert row["text"] == "Bonjour, j'ai un petit travail pour vous, écrivez-moi sur WhatsApp." and row["signals"]


async def test_an_offer_that_is_gone_or_closed_is_refused_politely(running: Running) -> None:
    api, before = running.api, len(shared(running))
    user, verdict = await vetted(running, forward_from="Sophie RH")
    deleted = {name: value for name, value in verdict.items() if name != "reply_to_message"}
    changed = deleted | {"reply_to_message": verdict["reply_to_message"] | {"text": "un autre texte"}}
    for count, message in enumerate((deleted, changed), 2):
        user.press(message, SHARE, stale=True)
        assert "Je ne garde pas le texte des offres" in plain((await api.wait_sent(user.id, count))[-1])
    user.press(verdict, SHARE)
    preview = (await api.wait_sent(user.id, 4))[3]
    user.send("/annuler")
    await api.wait_sent(user.id, 5)
    for count, (message, button) in enumerate(((verdict, SHARE), (preview, YES)), 6):
        user.press(message, button)
        assert "terminée ou trop ancienne" in plain((await api.wait_sent(user.id, count))[-1])
    user.press(preview, NO)
    assert "Rien n'est partagé" in plain((await api.wait_sent(user.id, 8))[-1])
    assert len(shared(running)) == before


async def test_forged_buttons_keep_nothing(running: Running) -> None:
    user, verdict = await vetted(running, forward_from="Sophie RH")
    before = len(shared(running))
    token = next(b["callback_data"] for row in verdict["reply_markup"]["inline_keyboard"] for b in row).split(":")[1]
    seal = await _seal_of(running, user, verdict)
    for data in (f"cy:{token}:{seal}", f"cy:{token}:", "cy:", "ch:", "cy:000000:x"):
        sender = {"id": user.id, "is_bot": False, "first_name": "Camille"}
        query = {"id": data, "from": sender, "message": verdict, "chat_instance": "1", "data": data}
        seen = len(running.api.sent(user.id))
        running.api.push({"callback_query": query})
        await running.api.wait_sent(user.id, seen + 1)
    assert len(shared(running)) == before


async def _seal_of(running: Running, user: User, verdict: dict[str, Any]) -> str:
    user.press(verdict, SHARE)
    preview = (await running.api.wait_sent(user.id, 2))[1]
    return str(preview["reply_markup"]["inline_keyboard"][0][0]["callback_data"]).split(":")[2]


async def test_a_reply_with_the_command_shares_the_message_it_replies_to(running: Running) -> None:
    api, user = running.api, running.api.user(running.new_chat())
    offer = user.send_raw(text=OFFER, forward_origin={"type": "hidden_user", "sender_user_name": "x", "date": 1})
    await api.wait_sent(user.id)
    user.send("/verifier", reply_to=offer)
    verdict = (await api.wait_sent(user.id, 2))[1]
    assert verdict["reply_to_message"]["message_id"] == offer["message_id"]
    user.press(verdict, SHARE)
    assert SHOWN in plain((await api.wait_sent(user.id, 3))[2])


async def test_in_a_group_nothing_is_shared(running: Running) -> None:
    api, user, group = running.api, running.api.user(running.new_chat()), running.api.group(-3001)
    user.send(f"/verifier {OFFER}", chat=group)
    verdict = (await api.wait_sent(-3001))[0]
    assert verdict["text"].startswith("ALERTE") and SHARE not in buttons(verdict)


async def test_a_file_is_read_again_and_a_long_offer_is_cut_to_what_is_shown(running: Running) -> None:
    api, user = running.api, running.api.user(running.new_chat())
    user.send_document((OFFER + "\n" + "Travail simple 😀. " * 300).encode(), "offre.txt", "text/plain")
    verdict = (await api.wait_sent(user.id))[-1]
    sent = len(api.sent(user.id))
    user.press(verdict, SHARE)
    preview = (await api.wait_sent(user.id, sent + 1))[-1]
    assert SHOWN in plain(preview) and "…\nAvec ce texte" in plain(preview)
    user.press(preview, YES)
    await api.wait_sent(user.id, sent + 2)
    assert shared(running)[-1]["text"] in plain(preview)


@pytest.mark.full
async def test_a_screenshot_is_read_again(running: Running) -> None:
    api, user = running.api, running.api.user(running.new_chat())
    user.send_photo(screenshot("Il reste 49 € de frais de dossier à payer avant de signer le contrat."))
    verdict = (await api.wait_sent(user.id, timeout=40))[0]
    user.press(verdict, SHARE)
    preview = (await api.wait_sent(user.id, 2, timeout=40))[1]
    assert "frais de dossier" in plain(preview) and buttons(preview) == [YES, NO]


async def test_what_is_shared_is_told_shown_and_erased(running: Running) -> None:
    api, before = running.api, len(shared(running))
    user, verdict = await vetted(running, f"/verifier {OFFER}")
    user.press(verdict, SHARE)
    user.press((await api.wait_sent(user.id, 2))[1], YES)
    await api.wait_sent(user.id, 3)
    user.send("/confidentialite")
    assert "Une offre que vous choisissez de partager" in plain((await api.wait_sent(user.id, 4))[3])
    user.send("/mesdonnees")
    await api.until(lambda: api.called("sendDocument", user.id))
    data = json.loads(next(iter(api.called("sendDocument", user.id)[0].files.values())).data)
    assert [offer["text"] for offer in data["offres_partagees_aujourd_hui"]] == [SHOWN]
    assert len(shared(running)) == before + 1
    user.send("/effacer")
    ask = (await api.wait_sent(user.id, 6))[5]
    assert "partages du jour" in plain(ask)
    user.press(ask, "Oui, tout effacer")
    await api.wait_sent(user.id, 7)
    assert len(shared(running)) == before, "and nobody else's"


async def test_nothing_of_the_text_is_kept_while_the_check_is_open(running: Running) -> None:
    user, verdict = await vetted(running, forward_from="Sophie RH")
    user.press(verdict, SHARE)
    await running.api.wait_sent(user.id, 2)
    [check] = rows(running.settings, f"SELECT sealed FROM open_checks WHERE chat_id = {user.id}")
    opened = Seal.from_file(running.settings.seal_key).open(check["sealed"]) or ""
    assert set(json.loads(opened)) == {"token", "reading", "album", "fingerprint"}
    assert "frais de dossier" in opened, "the words that show a sign"
    assert OFFER.split("\n")[0] not in opened and OFFER not in opened


def test_the_notice_says_how_long_in_force(vetter: Vetter) -> None:
    notice = privacy_notice(Settings(_env_file=None, shared_offers_days=90), vetter.knowledge.messages)
    assert "les signes et le jour, 90 jours au plus" in notice
