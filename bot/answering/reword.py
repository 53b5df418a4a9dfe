"""A composed answer, said by a language model where one is configured and what it says holds.

mask → budget → generate → ground → replace. Whatever goes wrong, or takes too long, the composed answer goes out as
it was: nothing here raises. Distress, refusals and offers never come here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.answering.answer import Answer, Status
from bot.answering.breaker import Breaker
from bot.answering.generate import Draft, Generator
from bot.answering.grounding.grounder import Grounder
from bot.answering.rendering import plain_text
from bot.answering.spending import Ceilings, Ledger
from bot.masking import mask

log = logging.getLogger(__name__)

REWORDED = frozenset({Status.ANSWERED, Status.PARTIAL})
NEVER = frozenset({Status.CRISIS, Status.REFUSED, Status.OFFER})
_RETRIED_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


@dataclass
class Outcome:
    """What became of a draft; for logs and benchmarks."""

    reason: str = ""
    """Why the composed answer went out as it was; empty when it was reworded."""
    kept: int = 0
    replaced: int = 0
    failures: list[tuple[str, str, list[str]]] = field(default_factory=list)
    """(sentence, fact, reasons) of what did not hold."""
    said: list[tuple[str, str]] = field(default_factory=list)
    """(sentence, fact) of what was let through."""


class Reworder:
    """Rewords the sentences of answers. One for the whole process: the breaker is shared."""

    def __init__(
        self,
        generator: Generator,
        grounder: Grounder,
        messages: Mapping[str, Any],
        ledger: Ledger,
        ceilings: Ceilings,
        breaker: Breaker,
        *,
        deadline_s: float,
        attempts: int,
        today: Callable[[], date],
        in_worker: Callable[[Callable[[], Outcome]], Awaitable[Outcome]] = lambda job: asyncio.to_thread(job),
    ) -> None:
        self._generator = generator
        self._grounder = grounder
        self._messages = messages
        self._ledger = ledger
        self._ceilings = ceilings
        self._breaker = breaker
        self._deadline_s = deadline_s
        self._attempts = attempts
        self._today = today
        self._in_worker = in_worker

    async def reword(self, answer: Answer, user: int) -> Outcome:
        """Change the sentences of ``answer`` in place, or leave it as it is; always within the deadline."""
        if answer.status not in REWORDED or any(part.status in NEVER for part in answer.parts) or not answer.citations:
            return Outcome("not an answer from facts")
        if self._breaker.is_open:
            return Outcome("breaker open")
        facts = self._facts(answer)
        question = mask(" ".join(part.question for part in answer.parts))
        try:
            async with asyncio.timeout(self._deadline_s):
                outcome = await self._reword(answer, question, facts, user)
        except Exception as error:
            # Any failure of a model or of its client has the same answer: the composed one. Its text may hold
            # what was sent, so only its kind is logged.
            self._breaker.failed()
            outcome = Outcome(type(error).__name__)
        log.info("language model: %s", outcome.reason or f"{outcome.kept} kept, {outcome.replaced} replaced")
        return outcome

    async def _reword(self, answer: Answer, question: str, facts: Mapping[int, str], user: int) -> Outcome:
        day, (tokens_in, tokens_out) = self._today(), self._generator.tokens_at_most(question, facts)
        most, reserved = tokens_in + tokens_out, self._ceilings.cost_of(tokens_in, tokens_out)
        if not await self._affordable(day, user, most, reserved):
            return Outcome("ceiling reached")
        # Reserved before the call and corrected after it: a call that dies is counted whole.
        await self._ledger.spend(day, user, most, reserved)
        draft = await self._draft(question, facts)
        self._breaker.succeeded()
        used = draft.tokens_in + draft.tokens_out
        cost = self._ceilings.cost_of(draft.tokens_in, draft.tokens_out)
        await self._ledger.spend(day, user, used - most, cost - reserved)
        return await self._in_worker(lambda: self._replace(answer, draft, facts))

    async def _affordable(self, day: date, user: int, tokens: int, cost: float) -> bool:
        spent = await self._ledger.spent(day, user)
        ceilings = self._ceilings
        return all(
            ceiling is None or before + more <= ceiling
            for before, more, ceiling in (
                (spent.tokens, tokens, ceilings.tokens),
                (spent.tokens_of_user, tokens, ceilings.tokens_of_user),
                (spent.cost, cost, ceilings.cost),
            )
        )

    async def _draft(self, question: str, facts: Mapping[int, str]) -> Draft:
        retries = AsyncRetrying(
            stop=stop_after_attempt(self._attempts),
            wait=wait_random_exponential(multiplier=0.2, max=2),
            retry=retry_if_exception(_passes),
            reraise=True,
        )
        return await retries(self._generator.draft, question, facts)

    def _replace(self, answer: Answer, draft: Draft, facts: Mapping[int, str]) -> Outcome:
        """Fact by fact: its drafted sentences when all of them hold, else the fact itself."""
        if not {n for sentence in draft.sentences for n in sentence.cited} >= facts.keys():
            return Outcome("covers fewer of the facts")
        outcome = Outcome()
        texts: dict[int, list[str]] = {n: [] for n in facts}
        failed: set[int] = set()
        for sentence in draft.sentences:
            held = self._grounder.cited(sentence.text, sentence.cited, facts)
            if held is not None:
                texts[held].append(sentence.text)
                continue
            failed.update(sentence.cited)
            for n in sentence.cited:
                fact = facts.get(n, "")
                outcome.failures.append((sentence.text, fact, self._grounder.failures(sentence.text, fact)))
        for part in answer.parts:
            for said in part.sentences:
                new = texts.get(said.n)
                if not new or said.n in failed:
                    outcome.replaced += 1
                    continue
                marks = said.text[len(facts[said.n]) :]
                said.text = " ".join(new) + marks
                outcome.kept += 1
                outcome.said += [(text, facts[said.n]) for text in new]
        if not outcome.kept:
            outcome.reason = "nothing holds"
            return outcome
        answer.notes = [*answer.notes, str(self._messages["model"]["note"])]
        answer.text = plain_text(answer, self._messages)
        return outcome

    def _facts(self, answer: Answer) -> dict[int, str]:
        """Number → fact, without the marks (« à vérifier ») that are put back afterwards."""
        marks = (self._messages["to_verify_mark"], self._messages["overdue_mark"])
        facts = {}
        for sentence in (sentence for part in answer.parts for sentence in part.sentences):
            text = sentence.text
            for mark in reversed(marks):
                text = text.removesuffix(f" {mark}")
            facts[sentence.n] = text
        return facts


def _passes(error: BaseException) -> bool:
    """A failure that another try may mend: the network, a busy or failing server; never a refused key."""
    status = getattr(error, "status_code", None)
    if status is not None:
        return status in _RETRIED_STATUS
    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, OSError) or bool(names & {"APIConnectionError", "TransportError"})
