"""Puts the language model of the settings together with what checks and limits it. Imported only where one is set."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.answering.breaker import Breaker
from bot.answering.generate import Generator, chat_model
from bot.answering.pipeline import Answerer
from bot.answering.prompts import Prompt
from bot.answering.reword import Reworder, grounder_of
from bot.answering.spending import Ceilings, Ledger, Spent
from bot.settings import Settings


class LanguageModelError(Exception):
    """The model that the settings name cannot be used; the message says what to do."""


class NoLedger:
    """For one's own terminal: nothing is counted."""

    async def spent(self, day: date, user: int) -> Spent:
        return Spent()

    async def spend(self, day: date, user: int, tokens: int, cost: float) -> None:
        return None


def reworder_of(settings: Settings, answerer: Answerer, ledger: Ledger) -> Reworder:
    """Raises ``LanguageModelError``."""
    try:
        model = chat_model(settings)
    except (ImportError, ValueError) as error:
        key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else ""
        reason = str(error).replace(key, "***") if key else str(error)
        raise LanguageModelError(
            f"LLM_MODEL={settings.llm_model} ne peut pas servir ({reason}). Installez le paquet LangChain de ce "
            "fournisseur (pour un serveur compatible OpenAI : make install-llm) et réglez LLM_API_KEY."
        ) from None
    ceilings = Ceilings(
        tokens=settings.llm_tokens_per_day,
        tokens_of_user=settings.llm_tokens_per_user_day,
        cost=settings.llm_cost_per_day,
        price_in=settings.llm_price_in,
        price_out=settings.llm_price_out,
    )
    return Reworder(
        Generator(model, Prompt.load("reword"), settings.llm_max_output_tokens),
        grounder_of(answerer),
        answerer.messages,
        ledger,
        ceilings,
        Breaker(settings.llm_failures_max, settings.llm_pause_s),
        deadline_s=settings.llm_deadline_s,
        attempts=settings.llm_attempts,
        today=lambda: datetime.now(UTC).date(),
    )
