"""« Partager ce message (anonymisé) »: what would be kept is shown word for word, and kept only on a yes."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass

from telegram import Message, MessageEntity
from telegram.error import BadRequest

from bot.settings import Settings
from bot.storage.shared import SharedOffer
from bot.storage.store import Store
from bot.telegram import keyboards
from bot.telegram.render import quoting_message
from bot.telegram.sending import Say, SendParts
from bot.vetting.anonymise import anonymised
from bot.vetting.pipeline import Vetter
from bot.vetting.verdict import Verdict

TEXT_MAX = 2500
"""UTF-16 units of an offer that are shared: with the words around it they fit one message."""
SEAL_CHARS = 12


@dataclass
class SharingDesk:
    """Shows what sharing an offer would keep, and keeps it."""

    settings: Settings
    store: Store
    vetter: Vetter
    generation: str
    say: Say
    send: SendParts

    async def preview(self, message: Message, token: str, text: str, verdict: Verdict, changed: bool = False) -> None:
        """Word for word; nothing is kept yet. ``text``: masked. ``changed``: since it was last shown."""
        pattern = self.vetter.catalogue.pattern(verdict.pattern)
        none = self._words["none"]
        words = self._words["preview"].format(
            quote="{quote}",
            level=self.vetter.knowledge.messages["vetting"]["levels"][verdict.level],
            pattern=pattern.label if pattern else none,
            signals=", ".join(signal.label for signal in verdict.signals) or none,
            days=self.settings.shared_offers_days,
        )
        if changed:
            words = f"{self._words['changed']}\n{words}"
        markup = keyboards.share_or_not(token, seal_of(verdict))
        await self.send(message, [quoting_message(words, text)], markup)

    async def keep(self, message: Message, verdict: Verdict) -> None:
        """On a yes: exactly the words that were shown. Raises ``ValueError`` when nothing was."""
        shown = list(message.parse_entities([MessageEntity.BLOCKQUOTE]).values())
        if not shown:
            raise ValueError("nothing was shown")
        offer = SharedOffer(
            text=shown[0].replace("\u00a0", " ").strip(),
            level=verdict.level,
            pattern=verdict.pattern,
            signals=tuple(signal.id for signal in verdict.signals),
            generation=self.generation,
        )
        # In a private chat, the chat is the person.
        is_new = await self.store.shared.keep(message.chat_id, message.message_id, offer)
        await self._close(message, "shared" if is_new else "already_shared")

    async def decline(self, message: Message) -> None:
        await self._close(message, "not_shared")

    async def refuse(self, message: Message) -> None:
        """The offer is no longer in the chat as it was read, and nothing else of it was kept."""
        await self.say(message, self._words["gone"], None)

    async def _close(self, message: Message, words: str) -> None:
        with suppress(BadRequest):  # pressed twice
            await message.edit_reply_markup(None)
        await self.say(message, self._words[words], None)

    @property
    def _words(self) -> dict[str, str]:
        words: dict[str, str] = self.vetter.knowledge.messages["vetting"]["share"]
        return words


def seal_of(verdict: Verdict) -> str:
    """Tells what was said of an offer from what is said of it now."""
    said = [verdict.level, verdict.pattern, [signal.id for signal in verdict.signals]]
    return fingerprint(json.dumps(said))[:SEAL_CHARS]


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def shareable(text: str) -> str:
    """``text`` masked, and cut to what one message can show."""
    masked = anonymised(text).strip()
    units = masked.encode("utf-16-le", "surrogatepass")
    return masked if len(units) <= 2 * TEXT_MAX else units[: 2 * TEXT_MAX].decode("utf-16-le", "ignore") + "…"
