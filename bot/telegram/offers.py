"""``/verifier`` on Telegram: what is sent is read and vetted, then the checklist, one button at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from telegram import Document, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType
from telegram.error import BadRequest

from bot import metrics
from bot.settings import Settings
from bot.storage.seal import Seal
from bot.storage.store import Store
from bot.telegram import keyboards
from bot.telegram.render import steps_messages, text_messages, verdict_messages
from bot.telegram.sending import Say, SendParts, while_typing
from bot.telegram.sharing import SharingDesk, fingerprint, seal_of, shareable
from bot.vetting.checklist import Checklist, OpenCheck
from bot.vetting.pipeline import OfferError, Vetter, reading_limits
from bot.vetting.reading import Unreadable, read_document, read_images
from bot.vetting.register import CompanyRegister
from bot.vetting.verdict import Reading, RegisterNote, Reply, Verdict

TELEGRAM_FILE_MAX = 20_000_000
"""Bytes: what a bot may download."""


@dataclass
class OfferDesk:
    """Vets the offers of every chat. ``work`` runs a job in the thread of the embedding model."""

    settings: Settings
    store: Store
    seal: Seal
    vetter: Vetter
    today: Callable[[], date]
    generation: str
    """Its id."""
    say: Say
    send: SendParts
    """As a reply to the worker's message: what is asked later finds the offer there, and nothing of it is kept."""
    change: SendParts
    work: Callable[[Callable[[], Any], Message], Awaitable[Any]]
    register: CompanyRegister | None = None
    # OCR has a thread of its own: a screenshot takes a second, a question must not wait for it.
    _reader: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "reader"))

    def __post_init__(self) -> None:
        self._sharing = SharingDesk(self.settings, self.store, self.vetter, self.generation, self.say, self.send)

    # What is received

    async def ask_for_offer(self, message: Message) -> None:
        """/verifier alone: the next message is the offer."""
        await self._keep(message, OpenCheck())
        await self.say(message, self._words["ask"], None)

    async def expects_offer(self, message: Message) -> bool:
        check = await self._check(message)
        return check is not None and check.reading is None

    async def vet_text(self, message: Message, text: str, album: str | None = None) -> bool:
        """False when it is a plain question, which is said and left to be answered."""
        try:
            with metrics.LATENCY.labels("vet").time():
                reading: Reading = await self.work(lambda: self.vetter.read(text, self.today()), message)
        except OfferError as error:
            await self.say(message, str(error), None)
            return True
        if self.register:
            reading.companies = await self._look_up(self.register, message, text)
        verdict = self.vetter.verdict(reading, self.today())
        if verdict.is_question and album is None:
            await self.cancel(message)
            await self.say(message, self._words["a_question"], None)
            return False
        check = OpenCheck(reading=reading, album=album, fingerprint=fingerprint(text))
        await self._keep(message, check)
        metrics.VERDICTS.labels(str(verdict.level)).inc()
        await self._send_verdict(message, verdict, check)
        return True

    async def _look_up(self, register: CompanyRegister, message: Message, text: str) -> list[RegisterNote]:
        looking = asyncio.ensure_future(register.notes(text, self._words["register"], self.today()))
        return await while_typing(message, looking, self.settings.typing_after_s)

    async def vet_image(self, message: Message) -> None:
        """A screenshot, or every picture of its album that has arrived, as one conversation."""
        group = message.media_group_id
        if group:
            check = await self._check(message)
            if check and check.album == group:
                return  # read with the first picture of the album
            await asyncio.sleep(self.settings.album_wait_s)
        messages = [message, *(await self._rest_of_album(message) if group else [])]
        try:
            images = [await self._download(one) for one in messages[: self.settings.images_max + 1]]
            text = await self._read(message, read_images, images, reading_limits(self.settings))
        except Unreadable as error:
            if group:
                await self._keep(message, OpenCheck(album=group))
            await self.say(message, self.vetter.unreadable(error.reason), None)
            return
        await self.vet_text(message, text, album=group)

    async def vet_document(self, message: Message) -> None:
        document = message.document
        if document is None:
            return
        if _is_image(document):
            await self.vet_image(message)
            return
        try:
            text = await self._text_in_file(message)
        except Unreadable as error:
            await self.say(message, self.vetter.unreadable(error.reason), None)
            return
        await self.vet_text(message, text)

    async def _text_in_file(self, message: Message) -> str:
        """Of one picture, or of a document. Raises ``Unreadable``."""
        data, limits = await self._download(message), reading_limits(self.settings)
        document = message.document
        if document is None or _is_image(document):
            return await self._read(message, read_images, [data], limits)
        return await self._read(message, read_document, data, document.file_name or "", limits)

    async def _read(self, message: Message, read: Callable[..., str], *given: Any) -> str:
        """In the reader's thread. Raises ``Unreadable``."""
        with metrics.LATENCY.labels("read").time():
            reading = asyncio.get_running_loop().run_in_executor(self._reader, read, *given)
            return await while_typing(message, reading, self.settings.typing_after_s)

    async def cancel(self, message: Message) -> bool:
        """/annuler: forget the offer. False when there was none."""
        return await self.store.drop_check(message.chat_id)

    # Buttons

    async def press(self, message: Message, data: str) -> None:
        """A button under a verdict. Raises ``ValueError`` or ``KeyError`` for one that is not ours or is too old."""
        action, _, rest = data.partition(":")
        token, _, argument = rest.partition(":")
        if action == keyboards.VET_REPLIED:
            # The offer is the message that the button's own message answers: nothing was kept meanwhile.
            original = message.reply_to_message
            text = (original.text or original.caption or "") if original else ""
            if not text:
                raise ValueError("the offer is gone")
            await self.vet_text(message, text)
            return
        if action == keyboards.SHARE_NO:
            await self._sharing.decline(message)
            return
        check = await self._check(message)
        if check is None or check.token != token or check.reading is None:
            await self.say(message, self._words["expired"], None)
            return
        checklist = Checklist(self.vetter, self.today())
        match action:
            case keyboards.CHECK_ASK:
                await self._ask_next(message, checklist, check, in_place=False)
            case keyboards.CHECK_REPLY:
                signal, _, reply = argument.partition(":")
                await self._reply(message, checklist, check, signal, Reply(reply))
            case keyboards.CHECK_STAGES:
                await self._ask_stage(message, checklist, check, in_place=keyboards.is_question(message.reply_markup))
            case keyboards.CHECK_STAGE:
                steps, contacts = checklist.steps(argument)
                parts = steps_messages(steps, contacts, self.vetter.knowledge)
                await self.send(message, parts, keyboards.after_steps(check.token, _can_share(message, check)))
            case keyboards.CHECK_SUMMARY:
                await self.say(message, checklist.summary(check), None)
            case keyboards.SHARE:
                await self._propose_to_share(message, check, checklist.verdict(check))
            case keyboards.SHARE_YES:
                await self._share(message, check, checklist.verdict(check), argument)
            case _:
                raise ValueError(data)

    async def _reply(self, message: Message, checklist: Checklist, check: OpenCheck, signal: str, reply: Reply) -> None:
        if check.reading and check.reading.replies.get(signal) is reply:
            return  # pressed twice
        before = checklist.verdict(check)
        check, verdict = checklist.answer(check, signal, reply)
        # The question gives its place: to the verdict when it changes, else to the next question.
        changed = verdict.level is not before.level or len(verdict.signals) != len(before.signals)
        if changed:
            await self._send_verdict(message, verdict, check, updated=True)
        await self._ask_next(message, checklist, check, in_place=not changed)
        # Last: kept before a stop and an answer never sent, the reply taken up again would look pressed twice.
        await self._keep(message, check)

    async def _ask_next(self, message: Message, checklist: Checklist, check: OpenCheck, in_place: bool) -> None:
        question = checklist.question(check)
        if question is None:
            await self._ask_stage(message, checklist, check, in_place)
            return
        text = checklist.question_text(check, question)
        await self._put(message, text, keyboards.replies(check.token, question.id), in_place)

    async def _ask_stage(self, message: Message, checklist: Checklist, check: OpenCheck, in_place: bool) -> None:
        markup = keyboards.stages(check.token, checklist.stages())
        await self._put(message, self._words["stage_question"], markup, in_place)

    async def _put(self, message: Message, text: str, markup: InlineKeyboardMarkup, in_place: bool) -> None:
        """Where the question stood that was answered, or as a new message."""
        await (self.change if in_place else self.send)(message, text_messages(text), markup)

    # Sharing

    async def _propose_to_share(
        self, message: Message, check: OpenCheck, verdict: Verdict, changed: bool = False
    ) -> None:
        text = await self._text_again(message.reply_to_message, check) if _can_share(message, check) else None
        if text is None:
            await self._sharing.refuse(message)
            return
        masked = await self.work(lambda: shareable(text), message)
        await self._sharing.preview(message, check.token, masked, verdict, changed)

    async def _share(self, message: Message, check: OpenCheck, verdict: Verdict, seal: str) -> None:
        """A yes is to what was shown: when a reply of the checklist changed it meanwhile, it is shown again."""
        if seal != seal_of(verdict):
            await self._propose_to_share(message, check, verdict, changed=True)
        else:
            await self._sharing.keep(message, verdict)

    async def _text_again(self, offer: Message | None, check: OpenCheck) -> str | None:
        """The text that was read, from the worker's own message. None when it was deleted or changed."""
        if offer is None:
            return None
        text = after_command(offer.text or offer.caption or "")
        if fingerprint(text) != check.fingerprint and (offer.photo or offer.document):
            try:
                text = await self._text_in_file(offer)
            except Unreadable:
                return None
        return text if fingerprint(text) == check.fingerprint else None

    async def _send_verdict(self, message: Message, verdict: Verdict, check: OpenCheck, updated: bool = False) -> None:
        parts = verdict_messages(verdict, self.vetter.catalogue, self.vetter.knowledge, updated)
        markup = keyboards.under_verdict(check.token, bool(verdict.questions), _can_share(message, check))
        await (self.change if updated else self.send)(message, parts, markup)

    # What is kept, and for how long

    async def _check(self, message: Message) -> OpenCheck | None:
        sealed = await self.store.open_check(message.chat_id, timedelta(hours=self.settings.checklist_hours))
        opened = self.seal.open(sealed) if sealed else None
        return OpenCheck.model_validate_json(opened) if opened else None

    async def _keep(self, message: Message, check: OpenCheck) -> None:
        await self.store.keep_check(message.chat_id, self.seal.close(check.model_dump_json()))

    async def _rest_of_album(self, message: Message) -> list[Message]:
        """The other pictures of an album wait in the inbox, received and not yet handled."""
        found = []
        for waiting in await self.store.inbox.waiting(message.chat_id):
            other = Update.de_json(waiting.payload, message.get_bot()).message
            if other and other.media_group_id == message.media_group_id and other.message_id != message.message_id:
                found.append(other)
        return sorted(found, key=lambda one: one.message_id)

    async def _download(self, message: Message) -> bytes:
        """Raises ``Unreadable``. The content stays in memory: no file is written."""
        attached = message.photo[-1] if message.photo else message.document
        if attached is None:
            raise Unreadable("not_supported")
        limit = min(TELEGRAM_FILE_MAX, self.settings.image_max_bytes)
        if (attached.file_size or 0) > limit:
            raise Unreadable("too_large")
        try:
            file = await attached.get_file()
        except BadRequest as error:
            raise Unreadable("too_large" if "too big" in str(error).lower() else "corrupt") from error
        return bytes(await file.download_as_bytearray())

    @property
    def _words(self) -> dict[str, Any]:
        words: dict[str, Any] = self.vetter.knowledge.messages["vetting"]
        return words


def after_command(text: str) -> str:
    """« /verifier Bonjour… » → « Bonjour… »; what is no command, as it is."""
    command, *rest = text.split(maxsplit=1) or [""]
    return "".join(rest) if command.startswith("/") else text


def _can_share(message: Message, check: OpenCheck) -> bool:
    """In a group, what was sent may be somebody else's; of an album, one picture alone can be found again."""
    return message.chat.type == ChatType.PRIVATE and check.album is None


def _is_image(document: Document) -> bool:
    return (document.mime_type or "").startswith("image/")


def is_offer_by_nature(message: Message) -> bool:
    """Forwarded in a private chat: somebody else's message, sent to be vetted."""
    return message.chat.type == ChatType.PRIVATE and message.forward_origin is not None
