"""Retrieval → Part: the facts that answer, ordered to be read, within the limits of a small screen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.answering.answer import (
    AnswerSentence,
    Block,
    Citation,
    OfficialQuote,
    Part,
    SourceRef,
    Status,
    Tier,
)
from bot.answering.compute import Computed
from bot.answering.contacts import Directory
from bot.answering.deadlines import Deadlines
from bot.answering.fit import Fit
from bot.answering.lead import Leads
from bot.answering.unsaid import Unsaid
from knowledge.generation import Generation
from knowledge.model import SOURCE_STRENGTH, Audience, Confidence, Fact, Fiche, Role, SourceKind, format_date
from knowledge.official import OfficialText
from knowledge.text import stems
from retrieval.retriever import TRAP_THEMES, VICTIMS_THEME, FactFit, Retrieval
from retrieval.rewrite import NUMBER_CUES, Query

_BLOCKS = {
    Role.ANSWER: Block.MAIN,
    Role.RULE: Block.MAIN,
    Role.STEP: Block.STEP,
    Role.TRAP: Block.LIMIT,
    Role.NOT_COVERED: Block.LIMIT,
}
_BLOCK_ORDER = list(Block)
_NEAR = 0.2
"""Share of the best fact's probability from which another may be what the answer depends on."""
_LEAST_FACTS = 2
"""A fact and what it depends on."""
_NUMBER = re.compile(r"\d[\d ]*(?:,\d+)?")
_STEP_NUMBER = re.compile(r"^Étape (\d+) : (\w)")


@dataclass(frozen=True)
class Limits:
    """How much is said at once."""

    max_chars: int
    max_facts: int
    max_contacts: int
    least_gain: float
    """Probability that a fact was asked for and that those before it were not, below which it is left out…"""
    surely_asked: float
    """… unless it was asked for with this probability."""
    nearest_from: float
    """Probability of an answer below which no subject is near: an abstention then names none."""
    max_facts_each: int
    """Facts for each question, where a message asks several…"""
    max_facts_for_all: int
    """… and for all of them: each of many gets fewer, two at least."""
    beside_results: int
    """Facts shown under what was worked out."""
    deadline_from: float
    """Probability from which a fact with a shorter time limit than those shown may be what is asked for."""
    repeats_from: float
    """Share of its words that another fiche's fact has already said, from which a fact is not said again."""

    def facts(self, questions: int) -> int:
        """The most facts for each of so many questions."""
        share = max(self.max_facts_for_all // questions, _LEAST_FACTS)
        return self.max_facts if questions == 1 else min(self.max_facts_each, share)


@dataclass
class Citations:
    """Numbers cited facts over a whole answer: one number a fact."""

    generation: Generation
    found: list[Citation] = field(default_factory=list)

    def number(self, fact: Fact, day: date) -> int:
        """``day``: the one whose rules and amounts the sentence gives."""
        for citation in self.found:
            if citation.fact_id == fact.id:
                return citation.n
        sources = sorted(
            (self.generation.sources[source] for source in fact.sources),
            key=lambda source: SOURCE_STRENGTH.index(source.kind),
        )
        refs = [
            SourceRef(
                title=source.title,
                publisher=source.publisher,
                url=str(source.url),
                kind=source.kind,
                read_on=source.read_on,
                page_date=source.page_date,
            )
            for source in sources
        ]
        strongest = refs[0]
        self.found.append(
            Citation(
                n=len(self.found) + 1,
                fact_id=fact.id,
                fiche=fact.fiche,
                sources=refs,
                verified_on=fact.verified_for(self.generation.figures, day),
                **strongest.model_dump(exclude={"kind"}),
            )
        )
        return self.found[-1].n

    def official(self, text: OfficialText) -> OfficialQuote:
        """Cites a text of the second tier, and quotes it."""
        source = SourceRef(
            title=text.title,
            publisher=text.publisher,
            url=text.url,
            kind=SourceKind.OFFICIAL,
            read_on=text.read_on,
            page_date=text.version_date,
        )
        number = len(self.found) + 1
        described = source.model_dump(exclude={"kind"})
        self.found.append(
            Citation(n=number, fact_id=text.id, fiche="", tier=Tier.OFFICIAL_TEXT, sources=[source], **described)
        )
        return OfficialQuote(
            text=text.quote, title=text.title, concerns=text.concerns, version_date=text.version_date, n=number
        )


class Composer:
    """Chooses and orders the facts of one generation for a question."""

    def __init__(self, generation: Generation, limits: Limits) -> None:
        self._generation = generation
        self._limits = limits
        self._messages = generation.messages
        self._directory = Directory(generation, limits.max_contacts)
        self._leads = Leads(generation)
        self._fit = Fit(generation)
        self._unsaid = Unsaid(generation.lexicon)
        self._deadlines = Deadlines(generation.facts, generation.fiches)
        self._place = {fact_id: index for index, fact_id in enumerate(generation.facts)}
        self._thresholds = generation.calibration["thresholds"]

    def answer(
        self,
        retrieval: Retrieval,
        citations: Citations,
        today: date,
        computed: Sequence[Computed] = (),
        turns: Sequence[str] = (),
        emergency: Sequence[Fact] = (),
        questions: int = 1,
    ) -> Part:
        """The results first, then the facts that answer; an abstention when none holds on the date asked about.
        ``turns``: the chat's; ``emergency``: what cannot wait; ``questions``: how many the message asks."""
        query = retrieval.query
        rules = [self._generation.facts[fact_id] for fact_id in dict.fromkeys(c.fact_id for c in computed)]
        fits = self._fit.weighed(retrieval, turns)
        chosen = self._chosen(retrieval, fits, rules, emergency)
        if not rules and not emergency and self._unsaid.leaves(query, chosen):
            return self.abstain(retrieval, turns)
        texts = {fact.id: text for fact in [*rules, *chosen] if (text := self._text(fact, query.day, today))}
        if not texts:
            return self.abstain(retrieval, turns, day=query.day)
        rules = [fact for fact in rules if fact.id in texts]
        cited = {citation.fact_id for citation in citations.found}
        news = [fact for place, fact in enumerate(chosen) if not place or fact.id not in cited]
        shown = self._within_limits([fact for fact in news if fact.id in texts], texts)
        # A result cites the facts it rests on: what they say need not be read again.
        shown = shown[: self._limits.beside_results if rules else self._limits.facts(questions)]
        shown = self._with_the_first_deadline(shown, fits, texts, query.day, today)
        kept = [*rules, *shown]
        texts |= _without_lone_steps(shown, texts)
        fiche = self._generation.fiches[kept[0].fiche]
        urgent = self._needs_help_now(query, kept)
        leads = emergency or ([] if urgent else kept[:1])
        results = self._results(computed, rules, citations, query.day)
        return Part(
            question=query.question,
            status=Status.ANSWERED,
            message=self._period(kept, texts, query, today),
            sentences=[*results, *self._sentences(shown, texts, citations, query.day, urgent, leads)],
            audience=self.audience(kept),
            contacts=self._directory.for_answer(query, kept, turns, urgent),
            fiche=fiche.id,
            nearest_question=fiche.question,
            has_more=any(fact not in kept for fact in fiche.facts if self._text(fact, query.day, today)),
        )

    def emergency(self, told: str, found: Sequence[Retrieval], before: str = "") -> list[Fact]:
        """What cannot wait in a message (folded), best first; usually nothing. ``found``: for each of its questions;
        ``before``: the turns before it, which tell who asks."""
        return self._leads.emergency(told, found, before)

    def _with_the_first_deadline(
        self, shown: list[Fact], fits: Sequence[FactFit], texts: dict[str, str], day: date, today: date
    ) -> list[Fact]:
        """``shown``, and the fact with the time limit that runs out first, where only a longer one is shown; its
        sentence is added to ``texts``."""
        likely = (fit.fact_id for fit in fits if fit.probability >= self._limits.deadline_from)
        for fact in (facts := self._deadlines.with_the_first(shown, likely)):
            text = texts.get(fact.id) or self._text(fact, day, today)
            if text is None:
                return shown
            texts[fact.id] = text
        return facts

    def _results(
        self, computed: Sequence[Computed], rules: Sequence[Fact], citations: Citations, day: date
    ) -> list[AnswerSentence]:
        """What was worked out, where the rule it rests on holds that day."""
        facts = self._generation.facts
        return [
            AnswerSentence(text=result.text, n=citations.number(facts[result.fact_id], day), is_computed=True)
            for result in computed
            if facts[result.fact_id] in rules
        ]

    def _chosen(
        self, retrieval: Retrieval, fits: Sequence[FactFit], rules: Sequence[Fact], emergency: Sequence[Fact]
    ) -> list[Fact]:
        """The facts to say, in order: what cannot wait, then those that answer. ``fits``: the facts found, weighed;
        ``rules``: those of the results."""
        found = [fact for fact in self._choose(retrieval, fits, has_results=bool(rules)) if fact not in rules]
        if emergency:
            return [
                *emergency,
                *(fact for fact in found if fact not in emergency and self._leads.keeps(fact, emergency)),
            ]
        return self._leads.ordered(retrieval, found) if found and not rules else found

    def _period(self, facts: list[Fact], texts: dict[str, str], query: Query, today: date) -> str | None:
        """Which day's rules the answer gives, when another day was asked about and today's are not the same."""
        if not query.day_was_asked or all(texts[fact.id] == self._text(fact, today, today) for fact in facts):
            return None
        return str(self._messages["period_line"]).format(day=format_date(query.day))

    def answers(self, retrieval: Retrieval) -> bool:
        """Whether the base answers, surely enough."""
        return bool(retrieval.facts) and retrieval.answerable >= self._thresholds["answer"]

    def near(self, retrieval: Retrieval) -> list[Fact]:
        """The best facts found, whoever they are for, none far behind the best."""
        best = retrieval.facts[: self._thresholds["least_facts"]]
        return [self._generation.facts[fit.fact_id] for fit in best if fit.probability >= _NEAR * best[0].probability]

    def abstain(self, retrieval: Retrieval, turns: Sequence[str] = (), day: date | None = None) -> Part:
        """No fact: say so, name the nearest subject if one is near, and somebody to ask; or only that, where nothing
        else was asked for."""
        asked_for = self._directory.asked_for(retrieval.query, turns) if day is None else []
        if asked_for:
            message = self._messages["contact_asked"]
            return Part(question=retrieval.query.question, status=Status.ABSTAINED, message=message, contacts=asked_for)
        fiche = self._nearest(retrieval, turns)
        message = self._messages["abstained"]
        if day is not None:
            message = self._messages["nothing_for_this_date"].format(day=format_date(day))
        return Part(
            question=retrieval.query.question,
            status=Status.ABSTAINED,
            message=message,
            contacts=self._directory.for_abstention(retrieval.query, fiche, turns),
            fiche=fiche.id if fiche else None,
            nearest_question=fiche.question if fiche else None,
        )

    def _nearest(self, retrieval: Retrieval, turns: Sequence[str]) -> Fiche | None:
        if not retrieval.fiches or retrieval.answerable < self._limits.nearest_from:
            return None
        fiche = self._generation.fiches[retrieval.fiches[0].fiche_id]
        return fiche if self._directory.is_near(retrieval.query, fiche, turns) else None

    def whole_fiche(self, fiche_id: str, citations: Citations, today: date, skip: frozenset[str] = frozenset()) -> Part:
        """Every fact of a fiche that holds today, in its own order; ``skip``: facts already shown."""
        fiche = self._generation.fiches[fiche_id]
        texts = {f.id: text for f in fiche.facts if f.id not in skip and (text := self._text(f, today, today))}
        facts = [fact for fact in fiche.facts if fact.id in texts]
        return Part(
            question=fiche.question,
            status=Status.ANSWERED,
            sentences=self._sentences(facts, texts, citations, today),
            audience=self.audience(facts),
            contacts=self._directory.of_fiche(fiche),
            fiche=fiche.id,
            nearest_question=fiche.question,
        )

    def _choose(self, retrieval: Retrieval, fits: Sequence[FactFit], has_results: bool = False) -> list[Fact]:
        """Facts above the learned threshold, best first; once the question is judged to have an answer, at least the
        best ones, unless a computed result answers. None when it has no answer."""
        if not self.answers(retrieval):
            return []
        least = 0 if has_results else self._thresholds["least_facts"]
        likely = [
            fit
            for rank, fit in enumerate(fits[: self._limits.max_facts])
            if rank < least or fit.probability >= self._thresholds["fact"]
        ]
        return [self._generation.facts[fit.fact_id] for fit in self._worth_saying(likely)]

    def _worth_saying(self, fits: Sequence[FactFit]) -> Iterator[FactFit]:
        """Those that were surely asked for, or that may well answer where the ones before them do not: after a fact
        that answers for sure, a doubtful one only makes the answer longer."""
        all_miss = 1.0
        for rank, fit in enumerate(fits):
            gain = fit.probability * all_miss
            if not rank or fit.probability >= self._limits.surely_asked or gain >= self._limits.least_gain:
                yield fit
            all_miss *= 1 - fit.probability

    def _within_limits(self, facts: list[Fact], texts: dict[str, str]) -> list[Fact]:
        """The facts that fit, nothing said twice; always the first one."""
        kept: list[Fact] = []
        length = 0
        for fact in facts[: self._limits.max_facts]:
            if self._is_said(fact, kept, texts):
                continue
            length += len(texts[fact.id])
            if kept and length > self._limits.max_chars:
                break
            kept.append(fact)
        return kept

    def _is_said(self, fact: Fact, kept: list[Fact], texts: dict[str, str]) -> bool:
        """Another fiche's fact says nearly the same, with every number of this one."""
        others = [texts[other.id] for other in kept if other.fiche != fact.fiche]
        return any(_repeated(texts[fact.id], text) >= self._limits.repeats_from for text in others)

    def _sentences(
        self,
        facts: list[Fact],
        texts: dict[str, str],
        citations: Citations,
        day: date,
        urgent: bool = False,
        leads: Sequence[Fact] = (),
    ) -> list[AnswerSentence]:
        """Main facts first (best fit first), then limits, then steps in the order of the fiche. ``leads`` open the
        answer whatever they are: a step that was asked for is not kept for the end."""
        rank = {fact.id: index for index, fact in enumerate(facts)}
        block = {fact.id: Block.MAIN if fact in leads else self._block(fact, urgent) for fact in facts}
        ordered = sorted(
            facts,
            key=lambda fact: (
                _BLOCK_ORDER.index(block[fact.id]),
                self._place[fact.id] if block[fact.id] is Block.STEP else rank[fact.id],
            ),
        )
        return [
            AnswerSentence(text=texts[fact.id], n=citations.number(fact, day), block=block[fact.id]) for fact in ordered
        ]

    def _block(self, fact: Fact, urgent: bool) -> Block:
        """For somebody to whom it has just happened, what to do comes first, and what to know of it afterwards."""
        if not urgent:
            return _BLOCKS[fact.role]
        return Block.MAIN if self._is_gesture(fact) else Block.LIMIT

    def _is_gesture(self, fact: Fact) -> bool:
        """Something to do; the answers of the fiches for victims are."""
        is_for_victims = self._generation.fiches[fact.fiche].theme == VICTIMS_THEME
        return fact.role is Role.STEP or (fact.role is Role.ANSWER and is_for_victims)

    def _needs_help_now(self, query: Query, facts: list[Fact]) -> bool:
        """A trap, it has happened, something can be done, and no figure is asked for (« combien de temps pour… »)."""
        is_trap = self._generation.fiches[facts[0].fiche].theme in TRAP_THEMES
        is_told = query.has_happened and not query.asks(NUMBER_CUES)
        return is_trap and is_told and any(self._is_gesture(fact) for fact in facts)

    def _text(self, fact: Fact, day: date, today: date) -> str | None:
        """The sentence with the amounts of ``day`` and its marks; None when it does not hold then."""
        if not fact.holds_on(day):
            return None
        text = fact.render(self._generation.figures, day)
        if text and fact.confidence is Confidence.TO_VERIFY:
            text += f" {self._messages['to_verify_mark']}"
        if text and fact.expires_on < today:
            text += f" {self._messages['overdue_mark']}"
        return text

    def audience(self, facts: list[Fact]) -> str | None:
        """« Concerne : … » when the main facts concern some people only: those whom they all concern, if any."""
        main = [fact for fact in facts if _BLOCKS[fact.role] is Block.MAIN] or facts
        groups = list(dict.fromkeys(group for fact in main for group in fact.audience))
        if not groups or Audience.ALL in groups:
            return None
        shared = set.intersection(*(set(fact.audience) for fact in main))
        groups = [group for group in groups if group in shared] or groups
        labels = self._messages["audiences"]
        return str(self._messages["audience_line"]).format(audiences=", ".join(labels[group] for group in groups))


def _without_lone_steps(facts: Sequence[Fact], texts: dict[str, str]) -> dict[str, str]:
    """The sentences that say « Étape 5 » where the steps before it are not shown, without saying it."""
    found = [(fact, match) for fact in facts if (match := _STEP_NUMBER.match(texts[fact.id]))]
    numbers: dict[str, set[int]] = defaultdict(set)
    for fact, match in found:
        numbers[fact.fiche].add(int(match[1]))
    return {
        fact.id: f"{match[2].upper()}{texts[fact.id][match.end() :]}"
        for fact, match in found
        if not numbers[fact.fiche] >= set(range(1, int(match[1])))
    }


def _repeated(text: str, said: str) -> float:
    """Share of the words of the shorter sentence that both have; zero when ``text`` has a number of its own."""
    if not set(_NUMBER.findall(text)) <= set(_NUMBER.findall(said)):
        return 0.0
    words, known = set(stems(text)), set(stems(said))
    return len(words & known) / max(min(len(words), len(known)), 1)
