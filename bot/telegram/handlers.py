"""What each update leads to. A handler reads the update, asks the answerer, sends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from bot import metrics
from bot.answering.answer import Answer, Status
from bot.answering.minors import says_under_15
from bot.answering.pipeline import Answerer
from bot.commands import legal_notice, sources_summary
from bot.settings import Settings
from bot.storage.seal import Seal
from bot.storage.store import Store
from bot.telegram import keyboards
from bot.telegram.admin import HELD, AdminDesk, Tally
from bot.telegram.completion import complete
from bot.telegram.delivery import excuse_is_due, repeat_if_unsure
from bot.telegram.inline import InlineDesk
from bot.telegram.model import ModelDesk
from bot.telegram.offers import OfferDesk, after_command, is_offer_by_nature
from bot.telegram.opinions import OpinionDesk
from bot.telegram.privacy import PrivacyDesk
from bot.telegram.quotas import Kind, Quotas
from bot.telegram.render import answer_messages, text_messages
from bot.telegram.sending import edit_html, send_html, while_typing
from bot.vetting.pipeline import Vetter
from bot.vetting.register import CompanyRegister

if TYPE_CHECKING:
    from bot.answering.reword import Reworder

log = logging.getLogger(__name__)

T = TypeVar("T")
Context = ContextTypes.DEFAULT_TYPE

TOPICS_TITLE = "Choisissez un thème :"
FICHES_TITLE = "Choisissez une question :"


@dataclass
class Handlers:
    """The handlers of one generation, with what they need."""

    settings: Settings
    store: Store
    answerer: Answerer
    seal: Seal
    quotas: Quotas
    tally: Tally
    vetter: Vetter | None = None
    fixed_today: date | None = None
    reworder: Reworder | None = None
    register: CompanyRegister | None = None
    # One thread: the embedding engine's own threads use the cores.
    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "answer"))

    def __post_init__(self) -> None:
        self.admin = AdminDesk(self.settings, self.store, self._messages, self.tally)
        self.privacy = PrivacyDesk(self.settings, self.store, self.seal, self._messages, self._say)
        self.opinions = OpinionDesk(self.settings, self.store, self.answerer, self._send_parts)
        self.inline = InlineDesk(self.settings, self.store, self.answerer, self.quotas, self._today)
        self.model = ModelDesk(
            self.settings, self.store.model_use, self._messages, self._say, self._work, self.reworder
        )
        self.offers: OfferDesk | None = None
        if self.vetter:
            self.offers = OfferDesk(
                self.settings,
                self.store,
                self.seal,
                self.vetter,
                self._today,
                self.answerer.generation.manifest.id,
                self._say,
                partial(self._send_parts, as_reply=True),
                self._change,
                self._work,
                self.register,
            )

    @property
    def _messages(self) -> dict[str, Any]:
        return self.answerer.messages

    def _today(self) -> date:
        return self.fixed_today or date.today()

    # Commands

    async def start(self, update: Update, context: Context) -> None:
        """The welcome, or where a deep link leads."""
        message, target = _message(update), " ".join(context.args or ())
        theme = target.removeprefix(keyboards.START_THEME)
        if target == keyboards.START_VERIFY:
            await self.verify(update, context)
        elif target == keyboards.START_CRISIS:
            repeat_if_unsure()
            await self._say(message, self._messages["crisis"]["default"])
        elif target.startswith(keyboards.START_THEME) and theme in self.answerer.generation.themes:
            await self._say(message, *self._theme_menu(theme))
        else:
            text = f"{self._messages['welcome']}\n\n{self._messages['privacy_line']}"
            await self._say(message, text, keyboards.examples(self._messages))

    async def help(self, update: Update, context: Context) -> None:
        await self._say(_message(update), self._messages["help"])

    async def topics(self, update: Update, context: Context) -> None:
        await self._say(_message(update), TOPICS_TITLE, keyboards.themes(self.answerer.generation))

    async def sources(self, update: Update, context: Context) -> None:
        await self._say(_message(update), "\n".join(sources_summary(self.answerer)))

    async def mentions(self, update: Update, context: Context) -> None:
        await self._say(_message(update), legal_notice(self.settings, self._messages))

    async def confidentiality(self, update: Update, context: Context) -> None:
        await self.privacy.notice(_message(update))

    async def my_data(self, update: Update, context: Context) -> None:
        await self.privacy.export(_message(update), _user_id(update))

    async def erase(self, update: Update, context: Context) -> None:
        await self.privacy.ask_to_erase(_message(update))

    async def state(self, update: Update, context: Context) -> None:
        if self.admin.is_admin(_user_id(update)):
            await self._say(_message(update), await self.admin.state(self.answerer.generation))
        else:
            await self._not_for_you(update, context)

    async def pause(self, update: Update, context: Context) -> None:
        """/pause with a word of explanation; /pause again resumes."""
        if self.admin.is_admin(_user_id(update)):
            await self._say(_message(update), await self.admin.switch_pause(" ".join(context.args or ())))
        else:
            await self._not_for_you(update, context)

    async def _not_for_you(self, update: Update, context: Context) -> None:
        """A command of administrators does not exist for anybody else."""
        if _message(update).chat.type == ChatType.PRIVATE:
            await self.unknown_command(update, context)

    async def verify(self, update: Update, context: Context) -> None:
        """/verifier with the offer, or in reply to it, or alone before it."""
        message = _message(update)
        if self.offers is None:
            await self._say(message, self._messages["vetting"]["unavailable"])
            return
        said = message.text or ""
        given = after_command(said) if said.startswith("/verifier") else ""
        offer = message if given else message.reply_to_message
        text = given or ((offer.text or offer.caption) if offer else None)
        if offer is None or not text:
            await self.offers.ask_for_offer(message)
        else:
            # In a group the verdict answers who asked for it, whoever wrote the offer.
            await self._read(message, text, offer if message.chat.type == ChatType.PRIVATE else message)

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
        await self._read(message, text, message if is_offer_by_nature(message) else None)

    async def _read(self, message: Message, text: str, offer: Message | None) -> None:
        """``offer``: the message that the verdict answers, when ``text`` is one; None: only where one is awaited."""
        # Distress first, even where an offer is awaited, past every limit and during a pause.
        if self.answerer.is_crisis(text):
            await self._answer(message, text)
        elif not await self._held(message, Kind.QUESTION, text):
            if offer is None and self.offers and await self.offers.expects_offer(message):
                offer = message
            if not (self.offers and offer and await self.offers.vet_text(offer, text)):
                await self._answer(message, text)

    async def not_text(self, update: Update, context: Context) -> None:
        """Pictures and files are offers to vet; a caption that asks is answered first; the rest is declined."""
        message = _message(update)
        caption = message.caption or ""
        distress = self.answerer.is_crisis(caption)
        is_image = bool(message.photo) or (message.document and (message.document.mime_type or "").startswith("image/"))
        kind = Kind.IMAGE if is_image else Kind.DOCUMENT if message.document else Kind.QUESTION
        if not distress and await self._held(message, kind, caption):
            return
        asks = distress or (caption and not is_offer_by_nature(message))
        if asks:
            await self._answer(message, caption)
        if self.offers and (message.photo or message.document):
            await (self.offers.vet_image(message) if message.photo else self.offers.vet_document(message))
            return
        if asks:
            return
        name = "photo" if message.photo else "voice" if message.voice or message.audio or message.video_note else None
        name = name or ("document" if message.document else "sticker")
        await self._say(message, self._messages[name])

    async def _held(self, message: Message, kind: Kind, text: str) -> bool:
        """True when the message gets no answer of its own: the bot is paused, or its author sends too much.
        Distress that only the classifier sees is answered even then."""
        refusal = self._too_much(message, kind)
        paused = await self.store.paused()
        if refusal is None and paused is None:
            return False
        self.tally.add(HELD)
        answer = await self._work(lambda: self.answerer.answer(text, self._today()), message) if text else None
        if answer and answer.status is Status.CRISIS:
            await self._send(message, answer)
        elif paused is not None:
            await self._say(message, self._messages["paused"].format(message=paused).strip())
        elif refusal:
            await self._say(message, refusal)
        return True

    def _too_much(self, message: Message, kind: Kind) -> str | None:
        """What to say to somebody past a limit: nothing (an empty text) once it was said."""
        user = message.from_user.id if message.from_user else message.chat_id
        refusal = self.quotas.take(kind, user, message.chat_id)
        if refusal is None:
            return None
        words = self._messages["limits"]
        hours = max(1, round(refusal.wait_s / 3600))
        return "" if refusal.told else str(words["day"].format(hours=hours) if refusal.for_the_day else words["minute"])

    async def _answer(self, message: Message, text: str, earlier: Sequence[str] | None = None) -> None:
        """``earlier``: the turns that ``text`` follows; by default the chat's last ones."""
        if earlier is None:
            earlier = await self._earlier(message.chat_id)
        answer = await self._work(lambda: self.answerer.answer(text, self._today(), earlier), message)
        metrics.count_answer(answer.status, answer.latency_ms, answer.embed_ms)
        self.tally.add(answer.status)
        young = answer.status is not Status.CRISIS and says_under_15(text)
        if young:
            answer.notes = [self._messages["minor"]["text"], *answer.notes]
        else:
            await self.model.reword(message, answer)
        await self._send(message, answer, young)
        unkept = (Status.CRISIS, Status.OFFER, Status.SMALLTALK, Status.REFUSED)
        if answer.status not in unkept and not young:
            # Distress, pasted offers and what children write are never kept, not even for a follow-up.
            kept = await self._remember(message.chat_id, text)
            if answer.ask:
                # A reply too, so that what a button leads to still finds the question.
                question = text_messages(answer.ask.question)
                await self._send_parts(message, question, keyboards.options(answer.ask, kept), as_reply=True)

    async def _earlier(self, chat_id: int) -> list[str]:
        """The chat's last questions, opened; one sealed with a lost key is as good as forgotten."""
        since = timedelta(minutes=self.settings.context_minutes)
        sealed = await self.store.turns(chat_id, since, self.settings.turns_max)
        return [text for text in map(self.seal.open, sealed) if text is not None]

    async def _remember(self, chat_id: int, text: str) -> str:
        """Keep a turn of the chat, sealed; returns what is kept of it."""
        kept = text[: self.settings.question_max_chars]
        await self.store.add_turn(chat_id, self.seal.close(kept))
        return kept

    # Buttons

    async def button(self, update: Update, context: Context) -> None:
        query = cast(CallbackQuery, update.callback_query)
        message = query.message if isinstance(query.message, Message) else None
        if message is None or not _is_own_menu(query, message):
            is_old = message is None or _is_gone(message)
            await self._notify(query, self._messages["old_button" if is_old else "not_your_menu"], alert=True)
            return
        data = query.data or ""
        action, _, rest = data.partition(":")
        try:
            if action in keyboards.OPINION_ACTIONS:
                await self._notify(query, await self.opinions.press(query, message, data))
                return
            if action == keyboards.COMPLETE:
                await self._complete(query, message, rest)
                return
            await self._notify(query, None)
            if action == keyboards.ERASE:
                await self.privacy.press(message, query.from_user.id, rest)
            elif not await self._paused(message):
                await self._press(message, data)
        except (KeyError, ValueError, IndexError):
            # A button of an older generation, or not one of ours.
            await self._notify(query, None)
            await self._say(message, self._messages["old_button"])

    async def _complete(self, query: CallbackQuery, message: Message, pressed: str) -> None:
        """A reply to what was asked back: the answer to the question that it completes."""
        words = self._messages["completion"]
        completion = complete(pressed, await self._earlier(message.chat_id), self._messages)
        is_done = completion is not None and completion.is_done
        await self._notify(query, words["done"] if is_done else None)
        if completion is None:
            await self._say(message, words["forgotten"])
        elif not is_done and not await self._paused(message):
            await self._say(message, f"« {completion.option} »")
            await self._answer(message, completion.says, completion.turns)

    async def _notify(self, query: CallbackQuery, text: str | None, alert: bool = False) -> None:
        """Acknowledge a press, with a short notice over the chat if there is a text."""
        try:
            await query.answer(text, show_alert=alert)
        except TelegramError:
            log.info("a button could not be acknowledged")

    async def _paused(self, message: Message) -> bool:
        paused = await self.store.paused()
        if paused is not None:
            await self._say(message, self._messages["paused"].format(message=paused).strip())
        return paused is not None

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
        elif action == keyboards.AGAIN:
            # The question is the message that the button's own message answers: nothing was kept meanwhile.
            original = message.reply_to_message
            if original is None or not original.text:
                raise ValueError("the question is gone")
            await self._read(message, original.text, message if is_offer_by_nature(original) else None)
        elif action == keyboards.THEMES:
            await self._turn_page(message, TOPICS_TITLE, keyboards.themes(generation))
        elif action == keyboards.THEME:
            await self._turn_page(message, *self._theme_menu(rest))
        elif action == keyboards.FICHE:
            question = generation.fiches[rest].question
            answer = await self._work(lambda: self.answerer.fiche(rest, self._today()), message)
            answer.notes = [f"« {question} »"]
            await self._send(message, answer)
            await self._remember(message.chat_id, question)
        elif action == keyboards.MORE:
            fiche, _, mask = rest.partition(":")
            shown = keyboards.shown_facts(generation, fiche, mask)
            answer = await self._work(lambda: self.answerer.fiche(fiche, self._today(), shown), message)
            answer.notes = [self._messages["details_title"].format(question=generation.fiches[fiche].question)]
            await self._send(message, answer)
        else:
            raise ValueError(data)

    def _theme_menu(self, theme: str) -> tuple[str, InlineKeyboardMarkup]:
        """Raises ``KeyError`` for a theme of another generation."""
        generation = self.answerer.generation
        return f"{generation.themes[theme].title}\n\n{FICHES_TITLE}", keyboards.fiches(generation, theme)

    async def _turn_page(self, message: Message, text: str, markup: InlineKeyboardMarkup) -> None:
        """A menu takes the place of the menu that was pressed; what says more, like the welcome, stays."""
        is_menu = (message.text or "").replace("\u00a0", " ").endswith((TOPICS_TITLE, FICHES_TITLE))
        await (self._change(message, text_messages(text), markup) if is_menu else self._say(message, text, markup))

    # Sending

    async def _send(self, message: Message, answer: Answer, young: bool = False) -> None:
        parts = answer_messages(answer, self._messages)
        if answer.status is Status.OFFER and self.offers:
            # Sent as a reply to the offer, so that the button finds it.
            await self._send_parts(message, parts, keyboards.vet_this(), as_reply=True)
            return
        if answer.status is Status.CRISIS:
            repeat_if_unsure()  # helplines that arrive twice harm nobody
        generation = self.answerer.generation
        if young:
            await self._send_parts(message, parts, keyboards.for_minors(generation, self._messages["minor"]["fiche"]))
            return
        # Sent as a reply to the question, so that « Transmettre ma question » finds it: nothing is kept meanwhile.
        unanswered = keyboards.can_be_handed_over(answer)
        await self._send_parts(message, parts, keyboards.under(answer, generation), as_reply=unanswered)

    async def _say(self, message: Message, text: str, markup: InlineKeyboardMarkup | None = None) -> None:
        await self._send_parts(message, text_messages(text), markup)

    async def _send_parts(
        self, message: Message, parts: Sequence[str], markup: InlineKeyboardMarkup | None, as_reply: bool = False
    ) -> None:
        """Buttons under the last message only. In a group every message replies to the person it is for, which
        also says whose buttons they are."""
        if excuse_is_due():
            [excuse] = text_messages(self._messages["late_excuse"])
            parts = [f"{excuse}\n\n{parts[0]}", *parts[1:]]
        as_reply = as_reply or message.chat.type != ChatType.PRIVATE
        replied = _asked(message)
        for index, html in enumerate(parts):
            await send_html(replied, html, markup if index == len(parts) - 1 else None, as_reply)

    async def _change(self, message: Message, parts: Sequence[str], markup: InlineKeyboardMarkup | None) -> None:
        """In place of the bot's message that was pressed; more than one message, or none to change: as new ones."""
        if len(parts) > 1 or not await edit_html(message, parts[0], markup):
            await self._send_parts(message, parts, markup, as_reply=message.reply_to_message is not None)

    async def _work(self, job: Callable[[], T], message: Message) -> T:
        """Run in the worker thread; « typing » only when it takes long."""
        task = asyncio.get_running_loop().run_in_executor(self._worker, job)
        return await while_typing(message, task, self.settings.typing_after_s)


def _asked(message: Message) -> Message:
    """The person's message: itself, or the one that a menu of the bot replies to."""
    by_us = message.from_user is not None and message.from_user.id == message.get_bot().id
    return message.reply_to_message or message if by_us else message


def _is_own_menu(query: CallbackQuery, message: Message) -> bool:
    """In a group, a menu answers only the person whose message it replies to."""
    if message.chat.type == ChatType.PRIVATE:
        return True
    asked = message.reply_to_message
    return asked is not None and asked.from_user is not None and asked.from_user.id == query.from_user.id


def _is_gone(message: Message) -> bool:
    """Of a message that is too old, Telegram hands over no more than the ids: whose menu it was is not known."""
    return message.date.timestamp() == 0


def _user_id(update: Update) -> int:
    user = update.effective_user
    return user.id if user else 0


def _message(update: Update) -> Message:
    return cast(Message, update.effective_message)
