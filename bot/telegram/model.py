"""/modele: a worker agrees, once, that a language model helps to say the answers, and can take it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telegram import Message
from telegram.constants import ChatAction, ChatType
from telegram.error import BadRequest, TelegramError

from bot import metrics
from bot.answering.answer import Answer
from bot.settings import Settings
from bot.storage.model_use import ModelUse
from bot.telegram import keyboards
from bot.telegram.sending import Say

if TYPE_CHECKING:
    from bot.answering.reword import Reworder


@dataclass
class ModelDesk:
    """``reworder`` is None where no model is configured: /modele says so. ``work`` runs a job in the thread of the
    embedding model."""

    settings: Settings
    use: ModelUse
    messages: Mapping[str, Any]
    say: Say
    work: Callable[[Callable[[], Any], Message], Awaitable[Any]]
    reworder: Reworder | None

    async def command(self, message: Message) -> None:
        words = self.messages["model"]
        terms = model_terms(self.settings, self.messages)
        if self.reworder is None:
            await self.say(message, words["none"], None)
        elif message.chat.type != ChatType.PRIVATE:
            await self.say(message, words["private_only"], None)
        elif await self._agreed(message):
            await self.say(message, words["agreed"].format(terms=terms), keyboards.model_take_back())
        else:
            await self.say(message, words["ask"].format(terms=terms), keyboards.model_agree())

    async def press(self, message: Message, decision: str) -> None:
        """Raises ``ValueError`` for a button that is not ours."""
        known = decision in (keyboards.AGREE, keyboards.DECLINE)
        if not known or self.reworder is None or message.chat.type != ChatType.PRIVATE:
            raise ValueError(decision)
        if decision == keyboards.AGREE:
            await self.use.agree(message.chat_id, model_terms(self.settings, self.messages))
        else:
            await self.use.take_back(message.chat_id)
        with suppress(BadRequest):  # pressed twice
            await message.edit_reply_markup(None)
        await self.say(message, self.messages["model"]["accepted" if decision == keyboards.AGREE else "declined"], None)

    async def reword(self, message: Message, answer: Answer) -> None:
        """Where a model is configured and the worker agreed; never raises for a failure of the model. Not in a group:
        nobody can agree for the others."""
        if self.reworder is None or not answer.citations or message.chat.type != ChatType.PRIVATE:
            return
        if not await self._agreed(message):
            return
        with suppress(TelegramError):
            await message.chat.send_action(ChatAction.TYPING)
        with metrics.LATENCY.labels("reword").time():
            outcome = await self.reworder.reword(answer, message.chat_id, lambda job: self.work(job, message))
        metrics.MODEL_ANSWERS.labels(outcome.reason or "reworded").inc()

    async def _agreed(self, message: Message) -> bool:
        """To this very model, provider and country."""
        return await self.use.agreed_to(message.chat_id) == model_terms(self.settings, self.messages)


def model_terms(settings: Settings, messages: Mapping[str, Any]) -> str:
    """The model, who runs it and where, as a worker reads it before he agrees."""
    unknown = messages["mentions_unknown"]
    return str(messages["model"]["terms"]).format(
        model=settings.llm_model,
        provider=settings.llm_provider or unknown,
        country=settings.llm_country or unknown,
    )
