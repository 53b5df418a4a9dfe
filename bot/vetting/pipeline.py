"""Offer → Verdict, step by step: read → signals → verdict → words.

The model and ``today`` are arguments: nothing here opens a socket, follows a link or reads a calendar.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from bot.settings import Settings
from bot.vetting.reading import ReadingLimits
from bot.vetting.rendering import plain_text
from bot.vetting.verdict import (
    LEAST_LOG_ODDS,
    Advice,
    Found,
    Judge,
    Judgement,
    Level,
    Likeness,
    Question,
    Reading,
    RegisterNote,
    Reply,
    ShownSignal,
    Verdict,
)
from detection.demands import asks
from detection.model import DEMAND_LOG_ODDS, DENIED_LOG_ODDS, ENTITY_LOG_ODDS, Array, OfferModel, Weighed
from detection.offer import (
    MINIMUM_WAGE,
    NOT_WORK,
    WORK,
    ReadOffer,
    Shown,
    begins_a_word,
    holds,
    likeness,
    names,
    read,
    unsaid_signals,
    whole_saying,
)
from detection.rules import Rules
from knowledge.catalogue import Catalogue, Detection, Reassuring, Stage, TrapPattern
from knowledge.embeddings import SentenceEmbeddings
from knowledge.generation import Generation
from knowledge.model import SOURCE_STRENGTH, Contact, Fact, Figure, Source
from knowledge.text import flat
from retrieval.linear import sigmoid

THREAT = "threat"
"""The signal of a message that threatens."""
OFFERS_OF_WORK = "verifier-une-offre"
"""The fiche on vetting offers: its facts speak of nothing else."""
FALSE_RECRUITERS = "faux-recruteur"
"""The fiche on recruiters who borrow the name of a firm."""
MESSAGING = frozenset({"WhatsApp", "Telegram"})
"""Every trap may come through them: a fact about them is about no platform."""
UNCUED, POINTED = 0.02, 500.0
"""Share of its probability that a kind of trap keeps in a message that speaks of nothing of its own, and of a
kind that its very names point to."""
MORE_OF_WORK = 0.5
"""Probability, all kinds of trap that offer work together, from which a message without a word of work offers some."""
CHECKS_SHOWN = 4
"""What to verify by oneself: more than this is not read on a small phone."""
WORD_MAX_BYTES = 12
"""The clauses of our examples have 13 letters a word at most, their spaces included, and 6 in general."""


class OfferError(Exception):
    """The message cannot be vetted; the text says why, in French, to the worker."""


class Vetter:
    """Vets offers with one catalogue and one trained model. Stateless: replies come with the reading."""

    def __init__(
        self,
        catalogue: Catalogue,
        model: OfferModel,
        embeddings: SentenceEmbeddings,
        knowledge: Knowledge,
        settings: Settings,
    ) -> None:
        self.catalogue = catalogue
        self.knowledge = knowledge
        self._model = model
        self._embeddings = embeddings
        self._emoji = dict(knowledge.lexicon.get("emoji", {}))
        self._judge = Judge(catalogue, model.thresholds)
        self._signs: dict[str, Reassuring] = {s.id: s for s in [*catalogue.signals, *catalogue.reassuring]}
        self._rules = Rules(catalogue, model.signals)
        self._of_work = [
            column
            for column, kind in enumerate(model.patterns)
            if (pattern := catalogue.pattern(kind)) and pattern.work_only
        ]
        self._words_read = settings.offer_words_read
        self._max_chars = settings.offer_max_chars

    def vet(self, text: str, today: date, companies: Sequence[RegisterNote] = ()) -> Verdict:
        """The verdict on a message as received. ``companies``: what the register says of those that it names. Raises
        ``OfferError``."""
        started = time.perf_counter()
        reading = self.read(text, today).model_copy(update={"companies": list(companies)})
        verdict = self.verdict(reading, today)
        verdict.latency_ms = round((time.perf_counter() - started) * 1000, 2)
        return verdict

    def read(self, text: str, today: date) -> Reading:
        """What the message holds: every signal with the words that show it. Raises ``OfferError``."""
        if len(text) > self._max_chars:
            raise OfferError(self.unreadable("too_long").format(length=len(text), limit=self._max_chars))
        offer = read(text, self._emoji)
        if not any(char.isalpha() for char in offer.text):
            raise OfferError(self.unreadable("empty"))
        texts = [clause.said for clause in offer.clauses]
        clauses = self._model.read(texts)
        vectors = self._embed(texts, clauses)
        wage = self.knowledge.amount(MINIMUM_WAGE, today)
        shown = self._rules.shown(offer, wage)
        clause_log_odds = self._model.clause_log_odds(clauses, vectors)
        log_odds = self._rules.judged(offer, clause_log_odds, shown)
        row = self._rules.row(clause_log_odds, log_odds, shown)
        # A sign that lacks its words is not shown; the score has learned from it as it was read.
        log_odds = self._said(offer, log_odds, shown)
        scam_log_odds = self._model.scam_log_odds(offer.said, row, clauses, vectors)
        kinds = self._kinds(row)
        patterns = kinds * self._cued(offer.plain)
        return Reading(
            found=[*self._found(offer, log_odds, shown), *self._likeness(offer)],
            scam_log_odds=scam_log_odds,
            names=self._named(offer.plain),
            likeness=Likeness(likeness(offer)),
            holds=sorted(self._holds(offer, scam_log_odds, kinds)),
            patterns=dict(zip(self._model.patterns, np.round(patterns, 4).tolist(), strict=True)),
            told=offer.told.stage if offer.told else None,
            cases=self._cases(offer.plain),
        )

    def verdict(self, reading: Reading, today: date) -> Verdict:
        """The verdict on what was read and answered so far."""
        judgement = self._judge.judge(reading)
        pattern = self.catalogue.pattern(judgement.pattern)
        is_of_work = reading.is_of_work and not (pattern and pattern.never_work)
        verdict = Verdict(
            level=judgement.level,
            score=round(float(sigmoid(np.array(judgement.log_odds))), 4),
            pattern=judgement.pattern,
            signals=[self._shown(signal, found, is_of_work) for signal, found in judgement.red_flags],
            reassuring=[self._shown(self._signs[found.id], found) for found in judgement.reassuring],
            questions=self._questions(judgement),
            companies=reading.companies,
            likeness=reading.likeness,
            is_of_work=is_of_work,
            told=reading.told,
            advice=self._advice(judgement, reading, today),
        )
        verdict.text = plain_text(verdict, self.catalogue, self.knowledge)
        return verdict

    def questions(self, reading: Reading) -> list[Question]:
        """What is left to ask, most informative first."""
        return self._questions(self._judge.judge(reading))

    def reply(self, reading: Reading, signal: str, reply: Reply) -> Reading:
        """The reading with one more answer of the checklist. Raises ``KeyError`` for no signal."""
        return reading.model_copy(update={"replies": {**reading.replies, self._signs[signal].id: reply}})

    def unreadable(self, reason: str) -> str:
        """What is said of a message or file that cannot be read."""
        return str(self.knowledge.messages["vetting"]["unreadable"][reason])

    def _embed(self, texts: list[str], clauses: Sequence[Weighed]) -> Array:
        """The embeddings of the clauses most telling by their words, since embedding costs about a millisecond a
        word; the mean of all for the others."""
        order = np.arange(len(texts))
        lengths = np.array([_words_worth(text) for text in texts])
        if lengths.sum() > self._words_read:
            blank = np.tile(self._model.mean, (len(texts), 1))
            telling = self._model.clause_log_odds(clauses, blank).max(axis=1)
            order = np.argsort(-telling, kind="stable")
        chosen = np.zeros(len(texts), dtype=bool)
        room = self._words_read
        for place in order.tolist():
            # The most telling one is read however long it is; of the others, those for which there is room.
            if place == order[0] or lengths[place] <= room:
                chosen[place] = True
                room -= lengths[place]
        vectors = np.tile(self._model.mean, (len(texts), 1))
        vectors[chosen] = self._embeddings.embed_queries(
            [text for text, kept in zip(texts, chosen, strict=True) if kept]
        )
        return vectors

    def _holds(self, offer: ReadOffer, scam_log_odds: float, kinds: Array) -> set[str]:
        """What there is to verify. Few words are enough to offer work without a word of work (« 5 € pour deux
        abonnements »): what may be a trap is of work if the traps that are like it are."""
        held = holds(offer)
        may_be_trap = scam_log_odds >= self._model.thresholds[f"level:{Level.CAUTION}"]
        if NOT_WORK in held and may_be_trap and kinds[self._of_work].sum() > MORE_OF_WORK:
            return held - {NOT_WORK} | {WORK}
        return held

    def _kinds(self, row: Array) -> Array:
        """Probability of each kind of trap. One that no message taught has no score of its own: it gets an even
        share, and what the catalogue says of it decides whether it is named."""
        learned = np.asarray(self._model.pattern.weights.any(axis=1))
        kinds = np.full(len(learned), 1.0 / len(learned))
        kinds[learned] = _softmax(self._model.pattern.scores(row)[learned]) * learned.mean()
        return kinds

    def _cued(self, plain: str) -> Array:
        """How much each kind of trap keeps of its probability: little when the message speaks of nothing of its
        own, more when a name points to it."""
        return np.array([_weight_of(self.catalogue.pattern(kind), plain) for kind in self._model.patterns])

    def _cases(self, plain: str) -> dict[str, int]:
        """Which case of each kind of trap the message speaks of."""
        found = {}
        for pattern in self.catalogue.patterns:
            at = next((n for n, case in enumerate(pattern.cases) if begins_a_word(plain, case.about)), None)
            if at is not None:
                found[pattern.id] = at
        return found

    def _said(self, offer: ReadOffer, log_odds: Array, shown: Mapping[str, Shown]) -> Array:
        """Without the signs that the words do not say."""
        said, column = log_odds.copy(), self._rules.column
        for clause, signal in unsaid_signals(offer):
            if signal in column and not (signal in shown and shown[signal].in_words):
                said[clause, column[signal]] = DENIED_LOG_ODDS
        return said

    def _found(self, offer: ReadOffer, log_odds: Array, parsed: Mapping[str, Shown]) -> list[Found]:
        found = []
        for signal, column in self._rules.column.items():
            here = parsed.get(signal)
            if self._signs[signal].detection is Detection.ENTITY and not here:
                continue
            best = int(log_odds[:, column].argmax())
            score = float(log_odds[best, column])
            said = here is not None and here.in_words
            if here:
                score = max(score, DEMAND_LOG_ODDS if said else ENTITY_LOG_ODDS)
            if score < LEAST_LOG_ODDS:
                continue
            start, end = (here.start, here.end) if here else whole_saying(offer, offer.clauses[best])
            thresholds = self._model.thresholds
            found.append(
                Found(
                    id=signal,
                    evidence=offer.normalised.quote(start, end).strip(),
                    log_odds=round(score, 3),
                    shown=score >= thresholds[f"signal:{signal}"],
                    # Measured as right as what the model is sure of; see ``DEMAND_LOG_ODDS``.
                    sure=score >= thresholds[f"sure:{signal}"] or said,
                    likely=score >= thresholds.get(f"likely:{signal}", math.inf),
                    said=said,
                    asks=asks(offer.text[start:end]),
                )
            )
        return found

    def _likeness(self, offer: ReadOffer) -> list[Found]:
        """The clause that makes the message most like known traps: the reason when nothing else can be shown."""
        likenesses = self._model.likenesses([clause.said for clause in offer.clauses])
        asking = np.array([asks(clause.text) for clause in offer.clauses])
        best = int(np.where(asking, likenesses, -np.inf if asking.any() else likenesses).argmax())
        quote = offer.normalised.quote(*whole_saying(offer, offer.clauses[best]))
        return [
            Found(
                id=signal.id, evidence=quote, log_odds=LEAST_LOG_ODDS, shown=False, sure=False, asks=bool(asking.any())
            )
            for signal in self.catalogue.signals
            if signal.detection is Detection.LIKENESS
        ]

    def _questions(self, judgement: Judgement) -> list[Question]:
        return [Question(id=i, text=self._signs[i].question) for i in judgement.questions]

    def _shown(self, sign: Reassuring, found: Found | None, of_work: bool = True) -> ShownSignal:
        elsewhere = None if of_work else getattr(sign, "elsewhere", None)
        worded = elsewhere or sign
        return ShownSignal(
            id=sign.id,
            label=worded.label,
            evidence=found.evidence if found else "",
            why=worded.why,
            source_url=self.knowledge.url(worded.source),
            weight=str(getattr(sign, "weight", "reassuring")),
            sufficient=getattr(sign, "sufficient", False),
        )

    def _advice(self, judgement: Judgement, reading: Reading, today: date) -> list[Advice]:
        """What to do now, for somebody who has only received the message."""
        if judgement.level is Level.NOTHING and reading.likeness is not Likeness.OFFER:
            return []
        if judgement.level in (Level.NOTHING, Level.CAUTION):
            fitting = [
                check for check in self.catalogue.checks if not check.about or set(check.about) & set(reading.holds)
            ]
            return [Advice(text=c.text, source_url=self.knowledge.url(c.source)) for c in fitting[:CHECKS_SHOWN]]
        pattern = self.catalogue.pattern(judgement.pattern)
        of_signs = [fact for signal, _ in judgement.red_flags for fact in signal.steps]
        of_trap = list(dict.fromkeys([*of_signs, *(self._steps_of(pattern, judgement, reading) if pattern else [])]))
        if reading.told:
            # What was done already cannot wait for what to verify before answering.
            steps = self.catalogue.stage(reading.told).steps
            return self._facts([*steps, *(fact for fact in of_trap if fact not in steps)], today)
        received = [fact for fact in self.catalogue.stage("received").steps if self._concerns(fact, pattern, reading)]
        return self._facts([*of_trap, *(fact for fact in received if fact not in of_trap)], today)

    def _concerns(self, fact: str, pattern: TrapPattern | None, reading: Reading) -> bool:
        """Whether a step for who has only received a message fits this one: what is said of offers of work an offer,
        what is said of the firm whose name was taken a trap that offers work in the name of one."""
        of_work = reading.is_of_work and not (pattern and pattern.never_work)
        if fact.split("/")[0] == FALSE_RECRUITERS:
            offers_work = pattern is None or pattern.work_only
            return of_work and offers_work and bool(reading.names or "company" in reading.holds)
        return of_work or not self._is_of_work(fact)

    def _is_of_work(self, fact: str) -> bool:
        fiche = fact.split("/")[0]
        return fiche == OFFERS_OF_WORK or any(p.work_only and p.fiche == fiche for p in self.catalogue.patterns)

    def _steps_of(self, pattern: TrapPattern, judgement: Judgement, reading: Reading) -> list[str]:
        """The facts of a kind of trap, without what holds for one platform when the message names another."""
        threatened = any(signal.id == THREAT for signal, _ in judgement.red_flags)
        if threatened and pattern.if_threatened:
            return pattern.if_threatened
        if pattern.id in reading.cases:
            return pattern.cases[reading.cases[pattern.id]].steps
        steps = pattern.steps
        return [fact for fact in steps if not self._is_about_another(fact, reading)] or steps

    def _is_about_another(self, fact: str, reading: Reading) -> bool:
        if fact not in self.knowledge.facts:
            return False
        # « (Banque de France, ACPR, AMF) », « décrite par la Banque de France » say who publishes, « comme
        # DataAnnotation » gives an example.
        text = re.sub(rf"\([^)]*\)|\bcomme \w+|{_CITED}", "", self.knowledge.facts[fact].text)
        about = set(self._named(flat(text))) - MESSAGING
        return bool(about) and not about & set(reading.names)

    def _named(self, plain: str) -> list[str]:
        """The known brands that a text, already ``flat``, names."""
        return [brand.name for brand in self._rules.brands if names(plain, brand.name)]

    def steps(self, stage: Stage, today: date) -> list[Advice]:
        """The facts to act on at a stage, in order."""
        return self._facts(stage.steps, today)

    def _facts(self, facts: Sequence[str], today: date) -> list[Advice]:
        return [self.knowledge.advice(fact, today) for fact in facts if fact in self.knowledge.facts]


def vetter_of(generation: Generation, embeddings: SentenceEmbeddings, settings: Settings) -> Vetter | None:
    """The vetter of a generation; None when nothing was trained for its embedding model."""
    if generation.offer_model is None:
        return None
    return Vetter(generation.catalogue, generation.offer_model, embeddings.plain, knowledge_of(generation), settings)


def knowledge_of(generation: Generation) -> Knowledge:
    g = generation
    return Knowledge(g.sources, g.facts, g.figures, g.contacts, g.messages, g.lexicon)


def reading_limits(settings: Settings) -> ReadingLimits:
    return ReadingLimits(
        image_max_bytes=settings.image_max_bytes,
        images_max=settings.images_max,
        image_timeout_s=settings.ocr_timeout_s,
        document_max_bytes=settings.document_max_bytes,
        pdf_max_pages=settings.pdf_max_pages,
        text_max_chars=settings.offer_max_chars,
    )


class Knowledge:
    """What vetting takes from the knowledge base: sources, facts, amounts and messages."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        facts: Mapping[str, Fact],
        figures: Mapping[str, Figure],
        contacts: Mapping[str, Contact],
        messages: Mapping[str, Any],
        lexicon: Mapping[str, Any],
    ) -> None:
        self.sources, self.facts, self.figures = sources, facts, figures
        self.contacts, self.messages, self.lexicon = contacts, messages, lexicon

    @cached_property
    def by_url(self) -> dict[str, Source]:
        return {str(source.url): source for source in self.sources.values()}

    def url(self, source: str) -> str:
        return str(self.sources[source].url)

    def amount(self, figure: str, day: date) -> float | None:
        """The figure's value on ``day``; the last known one when the series ends before, None without a series."""
        if figure not in self.figures:
            return None
        series = self.figures[figure].series
        return float(next((v.value for v in series if v.holds_on(day)), series[-1].value))

    def advice(self, fact_id: str, day: date) -> Advice:
        fact = self.facts[fact_id]
        text = fact.render(dict(self.figures), day)
        text = text or fact.text
        # The page of whom the sentence names (« Toluna écrit… »), else the strongest.
        cited = min(
            fact.sources, key=lambda s: (not self._is_named(s, text), SOURCE_STRENGTH.index(self.sources[s].kind))
        )
        return Advice(text=text, source_url=self.url(cited))

    def _is_named(self, source: str, text: str) -> bool:
        return names(flat(text), re.split(r"[ (,]", self.sources[source].publisher)[0])


_CITED = r"\b(?:par|selon|d'après|prévient|rappelle|conseille) (?:la |le |les |l')?[A-ZÉ]\w*(?: (?:de |d')?[A-ZÉ]\w*)*"


def _weight_of(pattern: TrapPattern | None, plain: str) -> float:
    if pattern is None:
        return 1.0
    if any(names(plain, name) for name in pattern.pointed_by):
        return POINTED
    return 1.0 if not pattern.cues or any(cue in plain for cue in pattern.cues) else UNCUED


def _words_worth(text: str) -> int:
    """What embedding costs, in words; letters without a break, or of an alphabet of two or three bytes, cost as the
    words that would fill their place."""
    return max(len(text.split()), len(text.encode("utf-8")) // WORD_MAX_BYTES)


def _softmax(scores: Array) -> Array:
    exponent = np.exp(scores - scores.max())
    return np.asarray(exponent / exponent.sum())
