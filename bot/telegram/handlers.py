"""What each update leads to. A handler reads the update, asks the answerer, sends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from telegram import CallbackQuery, InlineKeyboardMarkup, LinkPreviewOptions, Message, Update
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ContextTypes

from bot.answering.answer import Answer, Status
from bot.answering.pipeline import Answerer
from bot.chat import sources_summary
from bot.settings import Settings
from bot.storage.seal import Seal
from bot.storage.store import Store
from bot.telegram import keyboards
from bot.telegram.model import ModelDesk
from bot.telegram.offers import OfferDesk, is_offer_by_nature
from bot.telegram.render import answer_messages, text_messages
from bot.vetting.pipeline import Vetter

if TYPE_CHECKING:
    from bot.answering.reword import Reworder

log = logging.getLogger(__name__)

T = TypeVar("T")
Context = ContextTypes.DEFAULT_TYPE

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
TOPICS_TITLE = "Choisissez un thème :"
FICHES_TITLE = "Choisissez une question :"


@dataclass
class Handlers:
    """The handlers, with what they need."""

    settings: Settings
    store: Store
    answerer: Answerer
    seal: Seal
    vetter: Vetter | None = None
    fixed_today: date | None = None
    reworder: Reworder | None = None
    # One thread: the embedding engine is one native object, and its own threads use the cores.
    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "answer"))

    def __post_init__(self) -> None:
        self.model = ModelDesk(self.settings, self.store.model_use, self._messages, self._say, self.reworder)
        self.offers: OfferDesk | None = None
        if self.vetter:
            self.offers = OfferDesk(
                self.settings, self.store, self.seal, self.vetter, self._today, self._say, self._send_parts, self._work
            )

    @property
    def _messages(self) -> dict[str, Any]:
        return self.answerer.messages

    def _today(self) -> date:
        return self.fixed_today or date.today()

    # Commands

    async def start(self, update: Update, context: Context) -> None:
        text = f"{self._messages['welcome']}\n\n{self._messages['privacy_line']}"
        await self._say(_message(update), text, keyboards.examples(self._messages))

    async def help(self, update: Update, context: Context) -> None:
        await self._say(_message(update), self._messages["help"])

    async def topics(self, update: Update, context: Context) -> None:
        await self._say(_message(update), TOPICS_TITLE, keyboards.themes(self.answerer.generation))

    async def sources(self, update: Update, context: Context) -> None:
        await self._say(_message(update), "\n".join(sources_summary(self.answerer)))

    async def mentions(self, update: Update, context: Context) -> None:
        await self._say(_message(update), legal_notice(self.settings, self._messages))

    async def verify(self, update: Update, context: Context) -> None:
        """/verifier with the offer, or in reply to it, or alone before it."""
        message = _message(update)
        if self.offers is None:
            await self._say(message, self._messages["vetting"]["unavailable"])
            return
        _, *rest = (message.text or "").split(maxsplit=1)
        replied = message.reply_to_message
        text = rest[0] if rest else (replied.text or replied.caption) if replied else None
        if text is None:
            await self.offers.ask_for_offer(message)
        elif self.answerer.is_crisis(text):
            await self._answer(message, text)
        else:
            await self.offers.vet_text(message, text)

    async def cancel(self, update: Update, context: Context) -> None:
        message = _message(update)
        cancelled = self.offers is not None and await self.offers.cancel(message)
        await self._say(message, self._messages["vetting"]["cancelled" if cancelled else "nothing_open"])

    async def reset(self, update: Update, context: Context) -> None:
        message = _message(update)
        await self.store.forget_turns(message.chat_id)
        await self._say(message, self._messages["fresh_start"])

    async def language_model(self, update: Update, context: Context) -> None:
        await self.model.command(_message(update))

    async def unknown_command(self, update: Update, context: Context) -> None:
        await self._say(_message(update), self._messages["unknown_command"])

    # Messages

    async def question(self, update: Update, context: Context) -> None:
        message = _message(update)
        text = message.text or ""
        if message.chat.type != ChatType.PRIVATE:
            text = text.replace(f"@{context.bot.username}", " ")
        awaited = self.offers and (is_offer_by_nature(message) or await self.offers.expects_offer(message))
        # Distress first, even where an offer is awaited.
        if self.offers and awaited and not self.answerer.is_crisis(text):
            await self.offers.vet_text(message, text)
            return
        await self._answer(message, text)

    async def not_text(self, update: Update, context: Context) -> None:
        """Pictures and files are offers to vet; a caption that asks is answered first; the rest is declined."""
        message = _message(update)
        asks = message.caption and not is_offer_by_nature(message)
        if asks:
            await self._answer(message, message.caption or "")
        if self.offers and (message.photo or message.document):
            await (self.offers.vet_image(message) if message.photo else self.offers.vet_document(message))
            return
        if asks:
            return
        kind = "photo" if message.photo else "voice" if message.voice or message.audio or message.video_note else None
        kind = kind or ("document" if message.document else "sticker")
        await self._say(message, self._messages[kind])

    async def _answer(self, message: Message, text: str) -> None:
        since = timedelta(minutes=self.settings.context_minutes)
        earlier = await self.store.turns(message.chat_id, since, self.settings.turns_max)
        answer = await self._work(lambda: self.answerer.answer(text, self._today(), earlier), message)
        await self.model.reword(message, answer)
        await self._send(message, answer)
        if answer.status not in (Status.CRISIS, Status.OFFER, Status.SMALLTALK, Status.REFUSED):
            # Distress and pasted offers are never kept, not even for a follow-up.
            await self.store.add_turn(message.chat_id, text[: self.settings.question_max_chars])

    # Buttons

    async def button(self, update: Update, context: Context) -> None:
        query = cast(CallbackQuery, update.callback_query)
        message = query.message if isinstance(query.message, Message) else None
        try:
            await query.answer()
        except BadRequest:
            log.info("callback query too old to be acknowledged")
        if message is None:
            return
        try:
            await self._press(message, query.data or "")
        except (KeyError, ValueError, IndexError):
            # A button of an older generation, or not one of ours.
            await self._say(message, self._messages["old_button"])

    async def _press(self, message: Message, data: str) -> None:
        action, _, rest = data.partition(":")
        generation = self.answerer.generation
        if action in keyboards.OFFER_ACTIONS and self.offers:
            await self.offers.press(message, data)
            return
        if action == keyboards.MODEL:
            await self.model.press(message, rest)
        elif action == keyboards.EXAMPLE:
            text = self._messages["welcome_examples"][int(rest)]
            await self._say(message, f"« {text} »")
            await self._answer(message, text)
        elif action == keyboards.THEMES:
            await self._say(message, TOPICS_TITLE, keyboards.themes(generation))
        elif action == keyboards.THEME:
            title = generation.themes[rest].title
            await self._say(message, f"{title}\n\n{FICHES_TITLE}", keyboards.fiches(generation, rest))
        elif action == keyboards.FICHE:
            question = generation.fiches[rest].question
            answer = await self._work(lambda: self.answerer.fiche(rest, self._today()), message)
            answer.notes = [f"« {question} »"]
            await self._send(message, answer)
            await self.store.add_turn(message.chat_id, question)
        elif action == keyboards.MORE:
            fiche, _, mask = rest.partition(":")
            shown = keyboards.shown_facts(generation, fiche, mask)
            answer = await self._work(lambda: self.answerer.fiche(fiche, self._today(), shown), message)
            answer.notes = [self._messages["details_title"].format(question=generation.fiches[fiche].question)]
            await self._send(message, answer)
        else:
            raise ValueError(data)

    # Sending

    async def _send(self, message: Message, answer: Answer) -> None:
        parts = answer_messages(answer, self._messages)
        if self._is_late(message):
            parts = [*text_messages(self._messages["late_excuse"]), *parts]
        if answer.status is Status.OFFER and self.offers:
            # Sent as a reply to the offer, so that the button finds it.
            await self._send_parts(message, parts, keyboards.vet_this(), as_reply=True)
            return
        await self._send_parts(message, parts, keyboards.under(answer, self.answerer.generation))

    async def _say(self, message: Message, text: str, markup: InlineKeyboardMarkup | None = None) -> None:
        await self._send_parts(message, text_messages(text), markup)

    async def _send_parts(
        self, message: Message, parts: Sequence[str], markup: InlineKeyboardMarkup | None, as_reply: bool = False
    ) -> None:
        """Buttons under the last message only."""
        as_reply = as_reply or message.chat.type != ChatType.PRIVATE
        for index, html in enumerate(parts):
            await message.chat.send_message(
                html,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=markup if index == len(parts) - 1 else None,
                reply_to_message_id=message.message_id if as_reply else None,
                message_thread_id=message.message_thread_id if message.is_topic_message else None,
            )

    async def _work(self, job: Callable[[], T], message: Message) -> T:
        """Run in the worker thread; « typing » only when it takes long."""
        task = asyncio.get_running_loop().run_in_executor(self._worker, job)
        done, _ = await asyncio.wait([task], timeout=self.settings.typing_after_s)
        if not done:
            try:
                await message.chat.send_action(ChatAction.TYPING)
            except TelegramError:
                log.info("typing could not be shown")
        return await task

    def _is_late(self, message: Message) -> bool:
        return datetime.now(UTC) - message.date > timedelta(minutes=self.settings.late_after_minutes)


def legal_notice(settings: Settings, messages: dict[str, Any]) -> str:
    """/mentions: who publishes, who hosts, whom to write to."""
    unknown = messages["mentions_unknown"]
    return str(messages["mentions"]).format(
        publisher=settings.publisher or unknown, host=settings.host or unknown, contact=settings.contact or unknown
    )


def _message(update: Update) -> Message:
    return cast(Message, update.effective_message)
