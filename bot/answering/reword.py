"""A composed answer, said by a language model where one is configured and what it says holds.

mask → budget → generate → ground → replace. Whatever goes wrong, or takes too long, the composed answer goes out as
it was: nothing here raises. Distress, refusals and offers never come here, and only sentences of facts are reworded:
results of a computation, official texts and questions asked back stay as they are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.answering.answer import Answer, AnswerSentence, Status
from bot.answering.breaker import Breaker
from bot.answering.generate import Draft, Generator
from bot.answering.grounding.grounder import Grounder
from bot.answering.pipeline import Answerer
from bot.answering.rendering import plain_text
from bot.answering.spending import Ceilings, Ledger
from bot.masking import mask

log = logging.getLogger(__name__)

REWORDED = frozenset({Status.ANSWERED, Status.PARTIAL})
NEVER = frozenset({Status.CRISIS, Status.REFUSED, Status.OFFER})
NOTHING_TO_REWORD, BREAKER_OPEN, CEILING_REACHED = "not an answer from facts", "breaker open", "ceiling reached"
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


Run = Callable[[Callable[[], "Checked"]], Awaitable["Checked"]]
"""Runs a job in a thread: checking embeds, and a front end has one thread for that."""


@dataclass(frozen=True)
class Checked:
    """What became of a draft, fact by fact."""

    texts: Mapping[int, str]
    """Number → what is said in place of the fact; a fact that is not there is said itself."""
    failures: list[tuple[str, str, list[str]]]


@dataclass(frozen=True)
class Reworder:
    """Rewords the sentences of answers of one generation; budget and breaker are those of the whole process."""

    generator: Generator
    grounder: Grounder
    messages: Mapping[str, Any]
    ledger: Ledger
    ceilings: Ceilings
    breaker: Breaker
    deadline_s: float
    attempts: int
    today: Callable[[], date]

    def over(self, answerer: Answerer) -> Reworder:
        """The same model, budget and breaker, for answers of another generation."""
        return replace(self, grounder=grounder_of(answerer), messages=answerer.messages)

    async def reword(self, answer: Answer, user: int, run: Run = asyncio.to_thread) -> Outcome:
        """Change the sentences of ``answer`` in place, or leave it as it is; always within the deadline."""
        said = self._facts(answer)
        if answer.status not in REWORDED or any(part.status in NEVER for part in answer.parts) or not said:
            return Outcome(NOTHING_TO_REWORD)
        if self.breaker.is_open:
            return Outcome(BREAKER_OPEN)
        question = mask(" ".join(part.question for part in answer.parts if part.sentences))
        try:
            async with asyncio.timeout(self.deadline_s):
                return await self._reword(answer, question, said, user, run)
        except Exception as error:
            # Any failure of a model or of its client has the same answer: the composed one. Its text may hold
            # what was sent, so only its kind is logged.
            self.breaker.failed()
            log.warning("le modèle de langue n'a pas servi (%s) : la réponse composée part", type(error).__name__)
            return Outcome(type(error).__name__)

    async def _reword(self, answer: Answer, question: str, said: Mapping[int, _Said], user: int, run: Run) -> Outcome:
        facts = {n: one.fact for n, one in said.items()}
        day, (tokens_in, tokens_out) = self.today(), self.generator.tokens_at_most(question, facts)
        most, reserved = tokens_in + tokens_out, self.ceilings.cost_of(tokens_in, tokens_out)
        if not await self._affordable(day, user, most, reserved):
            return Outcome(CEILING_REACHED)
        # Reserved before the call and corrected after it: a call that dies is counted whole.
        await self.ledger.spend(day, user, most, reserved)
        draft = await self._draft(question, facts)
        self.breaker.succeeded()
        used = draft.tokens_in + draft.tokens_out
        cost = self.ceilings.cost_of(draft.tokens_in, draft.tokens_out)
        await self.ledger.spend(day, user, used - most, cost - reserved)
        if not {n for sentence in draft.sentences for n in sentence.cited} >= facts.keys():
            return Outcome("covers fewer of the facts")
        # Checked in a thread, written here: a check that outlives the deadline changes nothing of what is sent.
        return self._write(answer, said, await run(lambda: self._check(draft, facts)))

    async def _affordable(self, day: date, user: int, tokens: int, cost: float) -> bool:
        spent = await self.ledger.spent(day, user)
        ceilings = self.ceilings
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
            stop=stop_after_attempt(self.attempts),
            wait=wait_random_exponential(multiplier=0.2, max=2),
            retry=retry_if_exception(_passes),
            reraise=True,
        )
        return await retries(self.generator.draft, question, facts)

    def _check(self, draft: Draft, facts: Mapping[int, str]) -> Checked:
        """Fact by fact: its drafted sentences when all of them hold, else nothing."""
        texts: dict[int, list[str]] = {n: [] for n in facts}
        failed: set[int] = set()
        failures = []
        for sentence in draft.sentences:
            held = self.grounder.cited(sentence.text, sentence.cited, facts)
            if held is not None:
                texts[held].append(sentence.text)
                continue
            failed.update(sentence.cited)
            for n in sentence.cited:
                fact = facts.get(n, "")
                failures.append((sentence.text, fact, self.grounder.failures(sentence.text, fact)))
        kept = {n: " ".join(sentences) for n, sentences in texts.items() if sentences and n not in failed}
        return Checked(kept, failures)

    def _write(self, answer: Answer, said: Mapping[int, _Said], checked: Checked) -> Outcome:
        outcome = Outcome(kept=len(checked.texts), replaced=len(said) - len(checked.texts), failures=checked.failures)
        if not outcome.kept:
            outcome.reason = "nothing holds"
            return outcome
        for n, text in checked.texts.items():
            said[n].sentence.text = text + said[n].marks
            outcome.said.append((text, said[n].fact))
        answer.notes = [*answer.notes, str(self.messages["model"]["note"])]
        answer.text = plain_text(answer, self.messages)
        return outcome

    def _facts(self, answer: Answer) -> dict[int, _Said]:
        """Number → the sentence that says the fact, without the marks (« à vérifier ») that are put back afterwards."""
        marks = (self.messages["to_verify_mark"], self.messages["overdue_mark"])
        found = {}
        for sentence in (sentence for part in answer.parts for sentence in part.sentences):
            if sentence.is_computed:
                continue
            fact = sentence.text
            for mark in reversed(marks):
                fact = fact.removesuffix(f" {mark}")
            found[sentence.n] = _Said(sentence, fact, sentence.text[len(fact) :])
        return found


@dataclass(frozen=True)
class _Said:
    """A fact as an answer says it."""

    sentence: AnswerSentence
    fact: str
    marks: str


def grounder_of(answerer: Answerer) -> Grounder:
    return Grounder((fact.text for fact in answerer.generation.facts.values()), answerer.embeddings.plain)


def _passes(error: BaseException) -> bool:
    """A failure that another try may mend: the network, a busy or failing server; never a refused key."""
    status = getattr(error, "status_code", None)
    if status is not None:
        return status in _RETRIED_STATUS
    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, OSError) or bool(names & {"APIConnectionError", "TransportError"})
