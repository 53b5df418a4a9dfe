"""What is kept, shown and erased: /confidentialite, /mesdonnees, /effacer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telegram import InputFile, Message
from telegram.constants import ChatType
from telegram.error import BadRequest

from bot.settings import Settings
from bot.storage.inbox import DONE_KEPT
from bot.storage.seal import Seal
from bot.storage.store import Store
from bot.telegram import keyboards
from bot.telegram.model import model_terms
from bot.telegram.sending import Say

FILE_NAME = "mes-donnees-clicdroit.json"


@dataclass
class PrivacyDesk:
    """Answers about the data of a private chat."""

    settings: Settings
    store: Store
    seal: Seal
    messages: Mapping[str, Any]
    say: Say

    async def notice(self, message: Message) -> None:
        await self.say(message, privacy_notice(self.settings, self.messages), None)

    async def export(self, message: Message, user_id: int) -> None:
        """/mesdonnees: everything kept of this chat, as a JSON document."""
        if not await self._is_private(message):
            return
        data = json.dumps(await self._kept(message.chat_id, user_id), ensure_ascii=False, indent=2)
        document = InputFile(data.encode("utf-8", "replace"), FILE_NAME)
        await message.reply_document(document, caption=self._words["caption"])

    async def ask_to_erase(self, message: Message) -> None:
        if await self._is_private(message):
            await self.say(message, self._words["ask"], keyboards.erase_or_not())

    async def press(self, message: Message, user_id: int, decision: str) -> None:
        """Raises ``ValueError`` for a button that is not ours."""
        if decision not in (keyboards.YES, keyboards.NO) or message.chat.type != ChatType.PRIVATE:
            raise ValueError(decision)
        if decision == keyboards.YES:
            await self.store.erase(message.chat_id, user_id)
        with suppress(BadRequest):  # pressed twice
            await message.edit_reply_markup(None)
        await self.say(message, self._words["erased" if decision == keyboards.YES else "kept"], None)

    async def _kept(self, chat_id: int, user_id: int) -> dict[str, Any]:
        kept = await self.store.kept_of(chat_id, user_id)
        check = self.seal.open(kept.check) if kept.check else None
        return {
            "exporte_le": datetime.now(UTC).isoformat(timespec="seconds"),
            "conversation": chat_id,
            "messages_en_attente_de_reponse": [
                {"recu_le": waiting.received_at.isoformat(), "contenu": waiting.payload} for waiting in kept.waiting
            ],
            "questions_recentes": [
                {"posee_le": asked_at.isoformat(), "texte": self.seal.open(sealed)} for asked_at, sealed in kept.turns
            ],
            "offre_en_cours_de_verification": json.loads(check) if check else None,
            "avis_et_questions_transmises_aujourd_hui": kept.opinions,
            "offres_partagees_aujourd_hui": kept.shared,
            "modele_de_langue": {
                "accepte": kept.model.terms,
                "accepte_le": kept.model.agreed_at.isoformat() if kept.model.agreed_at else None,
                "jetons_aujourd_hui": kept.model.tokens_today,
            },
            "note": self._words["note"],
        }

    async def _is_private(self, message: Message) -> bool:
        """Else say so: in a group, what is kept belongs to several people."""
        if message.chat.type == ChatType.PRIVATE:
            return True
        await self.say(message, self._words["private_only"], None)
        return False

    @property
    def _words(self) -> dict[str, str]:
        words: dict[str, str] = self.messages["your_data"]
        return words


def privacy_notice(settings: Settings, messages: Mapping[str, Any]) -> str:
    """/confidentialite, with the durations that are really in force."""
    unknown = messages["mentions_unknown"]
    model = ""
    if settings.llm_model:
        model = "\n" + str(messages["model"]["privacy"]).format(terms=model_terms(settings, messages))
    register = f"\n{messages['privacy_register']}" if settings.company_register else ""
    return str(messages["privacy"]).format(
        model=model,
        register=register,
        inbox_days=DONE_KEPT.days,
        context_minutes=settings.context_minutes,
        checklist_hours=settings.checklist_hours,
        opinions_days=settings.opinions_days,
        shared_offers_days=settings.shared_offers_days,
        publisher=settings.publisher or unknown,
        host=settings.host or unknown,
        contact=settings.contact or unknown,
    )
