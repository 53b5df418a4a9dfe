"""Question → Answer, step by step.

crisis → readable → rewrite → embed → retrieve → route → compute → compose → render (and, where a language model is
configured and agreed to, ``reword``: generate → ground → replace, after all this). The subject is judged
after rewriting, because « et si je suis étudiant ? » is on the subject only with what came before
(see docs/decisions). The generation, the model and ``today`` are arguments: nothing here opens a
socket or reads a calendar.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

import numpy as np

from bot.answering.answer import Answer, AnswerSentence, Part, Status, Tier
from bot.answering.ask import Asker
from bot.answering.compose import Citations, Composer, Limits
from bot.answering.compute import Calculator
from bot.answering.minors import says_under_15
from bot.answering.persons import only_tells_who
from bot.answering.rendering import plain_text, quoted
from bot.answering.route import CRISIS, JOB, OFF_SUBJECT, REPLIES, Route, Router
from bot.settings import Settings
from knowledge.embeddings import SentenceEmbeddings
from knowledge.generation import Generation
from knowledge.model import Fact
from knowledge.text import fold, words
from retrieval.questions import after_courtesy
from retrieval.retriever import Retrieval, Retriever
from retrieval.rewrite import Query, Rewriter, clean, within_reach
from retrieval.routes import QUESTION, on_subject


class Answerer:
    """Answers questions from one generation. Stateless: earlier turns come with the question."""

    def __init__(self, generation: Generation, embeddings: SentenceEmbeddings, settings: Settings) -> None:
        self.generation = generation
        self.messages = generation.messages
        self.embeddings = embeddings
        self._thresholds = generation.calibration["thresholds"]
        self._settings = settings
        self._router = Router(generation.routing, generation.routes, self._thresholds, settings.question_max_chars)
        lives_in_france = generation.routing.get("lives_in_france", ())
        self._rewriter = Rewriter(generation.lexicon, settings.questions_max, lives_in_france)
        self._retriever = Retriever(generation, generation.lexicon.get("synonyms", []))
        limits = Limits(
            max_chars=settings.answer_max_chars,
            max_facts=settings.answer_max_facts,
            max_contacts=settings.contacts_max,
            least_gain=settings.answer_least_gain,
            surely_asked=settings.answer_surely_asked,
            max_facts_each=settings.answer_max_facts_each,
            max_facts_for_all=settings.answer_max_facts_for_all,
            beside_results=settings.answer_facts_beside_results,
            nearest_from=settings.abstention_nearest_from,
            deadline_from=settings.answer_deadline_from,
            repeats_from=settings.answer_repeats_from,
        )
        self._composer = Composer(generation, limits)
        self._calculator = Calculator(generation)
        self._said: dict[str, np.ndarray[Any, Any]] = {}
        """What the options of a question asked back say → its embedding."""
        self._asker = Asker(self.messages, {fiche.id: fiche.theme for fiche in generation.fiches.values()})

    def answer(self, question: str, today: date, earlier: Sequence[str] = ()) -> Answer:
        """Answer ``question``; ``earlier``: the chat's turns before it, oldest first."""
        started = time.perf_counter()
        clock = _EmbeddingClock()
        answer = self._answer(clean(question), today, list(earlier), clock)
        answer.generation = self.generation.manifest.id
        answer.text = plain_text(answer, self.messages)
        answer.embed_ms = round(clock.total_ms, 2)
        answer.latency_ms = round((time.perf_counter() - started) * 1000, 2)
        return answer

    def is_crisis(self, text: str) -> bool:
        """Distress by its own words: looked for before anything else, an awaited offer included."""
        text = clean(text)
        return self._is_crisis(text, self._rewriter.spell_out(text))

    def _is_crisis(self, text: str, spelt: str) -> bool:
        return self._router.is_crisis(text) or (words(spelt) != words(text) and self._router.is_crisis(spelt))

    def fiche(self, fiche_id: str, today: date, skip: frozenset[str] = frozenset()) -> Answer:
        """A whole fiche as an answer (menus, « Plus de détails »). Raises ``KeyError``."""
        citations = Citations(self.generation)
        part = self._composer.whole_fiche(fiche_id, citations, today, skip)
        answer = Answer(status=Status.ANSWERED, parts=[part], citations=citations.found)
        answer.generation = self.generation.manifest.id
        answer.text = plain_text(answer, self.messages)
        return answer

    def _answer(self, question: str, today: date, earlier: list[str], clock: _EmbeddingClock) -> Answer:
        spelt = self._rewriter.spell_out(question)
        if self._is_crisis(question, spelt):
            return self._crisis(question)
        unreadable = self._router.readable(question)
        if unreadable:
            return self._reply(question, unreadable)
        queries = self._rewriter.queries([*earlier, question], today)
        if not earlier and all(self._router.is_vague(query.text) for query in queries):
            return self._reply(question, Route("vague"))
        if not earlier and self._router.is_about_which_offer(question):
            return self._reply(question, Route("which_offer"))
        found = [
            self._look_up_in_context(alone, clock, has_earlier=bool(earlier)) for alone in self._look_up(queries, clock)
        ]
        if self._is_crisis_as_a_whole(question, queries, found, clock) or self._is_crisis_in_a_clause(question, clock):
            return self._crisis(question)
        routes = [
            self._router.route(
                look.retrieval.query.asked, look.routes, look.retrieval.answerable, look.retrieval.query.is_follow_up
            )
            for look in found
        ]
        if all(route.name != QUESTION for route in routes):
            return self._reply(question, routes[0], found[0])
        turns = [*earlier, question]
        citations = Citations(self.generation)
        message = _Message(
            today=today,
            turns=list(dict.fromkeys([*turns, *map(self._rewriter.spell_out, turns)])),
            queries=queries,
            before=[query for turn in earlier for query in self._rewriter.queries([turn], today)],
            # What it tells may be told by either: as it was typed, or as it is spelt out.
            emergency=self._composer.emergency(
                fold(f"{question}\n{spelt}"), [look.retrieval for look in found], fold("\n".join(earlier))
            ),
            only_told=self._only_told(found),
            first=next(index for index, route in enumerate(routes) if route.name == QUESTION),
        )
        urgent = self._what_cannot_wait(found, citations, message)
        answered = [
            self._part(look, route, citations, message, index)
            for index, (look, route) in enumerate(zip(found, routes, strict=True))
        ]
        kept = _without_what_was_told(queries, answered)
        left_out = [] if kept is answered else _asked_in_vain(queries, answered, kept)
        parts = _each_said_once([*urgent, *kept])
        scores = {"answerable": found[0].retrieval.answerable, "question": on_subject(found[0].routes)}
        facts = [self.generation.facts[cited.fact_id] for cited in citations.found if cited.tier is Tier.FACT]
        # A fact that is not said, for it is for others, may be what the answer depends on.
        facts += [fact for fact in self._composer.near(found[0].retrieval) if facts and fact not in facts]
        ask = None
        if len(parts) == 1 and not says_under_15(question):
            ask = self._asker.ask(
                found[0].retrieval.query, facts, lambda says: self._facts_if(says, found[0], turns, today, clock)
            )
        is_noted = len(parts) == 1 and only_tells_who(question)
        answers_who = is_noted and parts[0].status is Status.ANSWERED
        if is_noted and parts[0].status is Status.ABSTAINED:
            noted: dict[str, Any] = {"nearest_question": None, "contacts": [], "official": None}
            noted["message"] = str(self.messages["noted"])
            parts = [parts[0].model_copy(update=noted)]
        language = self._rewriter.language(question)
        note = "foreign_language" if citations.found else "foreign_language_abstained"
        notes = [self.messages[note][language]] if language else []
        return Answer(
            status=_overall(parts),
            parts=parts,
            citations=citations.found,
            notes=notes,
            left_out=left_out,
            closing=self._left_out_line(left_out) or (str(self.messages["noted_more"]) if answers_who else None),
            ask=ask,
            scores=scores,
        )

    def _left_out_line(self, left_out: Sequence[str]) -> str | None:
        """A person whose question is passed over in silence takes the answer to another one for it."""
        if not left_out:
            return None
        named = ", ".join(f"« {question} »" for question in left_out)
        return str(self.messages["left_out"][min(len(left_out), 2) - 1]).format(questions=named)

    def _facts_if(
        self, says: str, look: _Look, turns: list[str], today: date, clock: _EmbeddingClock
    ) -> tuple[str, ...]:
        """The facts that would answer if the user added ``says``, best first; none when it would be an abstention.

        The vector of the two together is near the mean of theirs: embedding each option with the question would
        take longer than answering it.
        """
        if says not in self._said:
            with clock:
                self._said[says] = np.asarray(self.embeddings.embed_query(says))
        after_thread, *after_last = self._rewriter.queries([*turns, says], today)[0].in_context
        query = after_thread if look.retrieval.query.is_follow_up or not after_last else after_last[0]
        mean = np.asarray(look.vector) + self._said[says]
        vector = (mean / np.linalg.norm(mean)).tolist()
        retrieval = self._retriever.retrieve(query, [vector], look.routes)
        return tuple(fit.fact_id for fit in retrieval.facts) if self._composer.answers(retrieval) else ()

    def _look_up_in_context(self, alone: _Look, clock: _EmbeddingClock, has_earlier: bool) -> _Look:
        """The question looked up ``alone`` and, after earlier turns or what the message tells first, as a follow-up
        too, unless it is a question by itself that has an answer. What kind of message it is, the message says, not
        earlier ones."""
        query = alone.retrieval.query
        is_new = query.may_stand_alone and alone.retrieval.answerable >= self._thresholds["stands_alone"]
        if is_new or not query.in_context:
            return self._look_up_in_general(alone, clock)
        in_context = self._look_up([reading.general for reading in query.in_context], clock)
        retrieval = self._retriever.together(alone.retrieval, [look.retrieval for look in in_context])
        retrieval = replace(retrieval, query=query.in_context[0])
        own = alone.retrieval.answerable
        return replace(alone if has_earlier else in_context[0], retrieval=retrieval, vector=alone.vector, alone=own)

    def _look_up_in_general(self, look: _Look, clock: _EmbeddingClock) -> _Look:
        """With what is found without the platform or the place that the question tells by the way: their names bring
        what is their own (« mon premier paiement Appen, à qui le dire ? »)."""
        query = look.retrieval.query
        if query.general is query:
            return look
        [in_general] = self._look_up([query.general], clock)
        retrieval = self._retriever.together(look.retrieval, [in_general.retrieval])
        return replace(look, retrieval=replace(retrieval, query=query))

    def _look_up(self, queries: Sequence[Query], clock: _EmbeddingClock) -> list[_Look]:
        """Embedded together: that takes less time than one by one."""
        with clock:
            embedded = iter(self.embeddings.embed_queries([view for query in queries for view in query.views]))
        found = []
        for query in queries:
            vectors = list(islice(embedded, len(query.views)))
            routes = self._router.probabilities(vectors, query.text)
            found.append(_Look(self._retriever.retrieve(query, vectors, routes), routes, vectors[0]))
        return found

    def _part(self, look: _Look, route: Route, citations: Citations, message: _Message, index: int) -> Part:
        """The answer to one question of a message, the ``index``-th. A piece that may only go on telling is answered
        where its own words are near a subject: its story alone would always find something to say."""
        retrieval, today, turns = look.retrieval, message.today, message.turns
        if route.name != QUESTION:
            return self._part_of(route, retrieval.query.asked, look, citations)
        is_of_the_story = message.emergency and retrieval.query.only_tells  # what cannot wait answers it
        if is_of_the_story or index in message.only_told:
            return Part(question=retrieval.query.question, status=Status.ABSTAINED, message=self.messages["abstained"])
        emergency = message.emergency if len(message.queries) == 1 else []
        computed = self._calculator.compute(retrieval.query, today, [*message.before, *message.queries[:index]])
        if not computed and not emergency and not self._composer.answers(retrieval):
            return self._with_official_text(self._composer.abstain(retrieval, turns), look, citations)
        return self._composer.answer(
            retrieval, citations, today, computed, turns, emergency, questions=len(message.queries)
        )

    def _only_told(self, found: Sequence[_Look]) -> frozenset[int]:
        """None where nothing else asks: then what the story brings is all there is to say."""
        near = self._settings.abstention_nearest_from
        places = frozenset(
            place
            for place, look in enumerate(found)
            if not look.retrieval.query.surely_asks and not look.retrieval.query.only_tells and look.alone < near
        )
        return places if len(places) < len(found) else frozenset()

    def _what_cannot_wait(self, found: Sequence[_Look], citations: Citations, message: _Message) -> list[Part]:
        """What must be said first to a message that asks several things: a part of its own, for none may have asked
        it; one question has it at the head of its answer."""
        if not message.emergency or len(message.queries) == 1:
            return []
        retrieval = replace(found[message.first].retrieval, facts=[])
        part = self._composer.answer(
            retrieval, citations, message.today, (), message.turns, message.emergency, len(message.queries)
        )
        return [part.model_copy(update={"question": ""})]

    def _with_official_text(self, part: Part, look: _Look, citations: Citations) -> Part:
        """An abstention, and the official text that may help when one is near enough."""
        if self.generation.official is None:
            return part
        vector = self.embeddings.plain.embed_query(look.retrieval.query.text)
        found = self.generation.official.best(look.retrieval.query.text, vector)
        if found.score < self._settings.official_text_score:
            return part
        return part.model_copy(update={"official": citations.official(found.text)})

    def _is_crisis_as_a_whole(
        self, question: str, queries: list[Query], found: list[_Look], clock: _EmbeddingClock
    ) -> bool:
        """Distress that the classifier hears in one of the questions or, cut in several or read without its thanks, in
        the whole message: « merci pour tout » may be a farewell. A few words that may not even ask (« ma MVA je la
        garde ») are too little to be heard alone."""
        sure = [look for query, look in zip(queries, found, strict=True) if query.surely_asks]
        if any(self._router.is_crisis_as_a_whole(look.retrieval.query.asked, look.routes) for look in sure):
            return True
        if len(queries) == 1 and after_courtesy(question) == question:
            return False
        spelt = self._rewriter.spell_out(question)
        with clock:
            vectors = self.embeddings.embed_queries([within_reach(spelt)])
        return self._router.is_crisis_as_a_whole(question, self._router.probabilities(vectors, spelt))

    def _is_crisis_in_a_clause(self, question: str, clock: _EmbeddingClock) -> bool:
        """Distress that one clause of a longer message says."""
        clauses = [self._rewriter.spell_out(clause) for clause in self._router.crisis_clauses(question)]
        if not clauses:
            return False
        with clock:
            vectors = self.embeddings.embed_queries(clauses)
        return any(map(self._router.is_crisis_clause, vectors, clauses))

    def _crisis(self, question: str) -> Answer:
        """The line that fits and, as it may be an image or a mistake, a way on to an answer."""
        line = self.messages[CRISIS][self._router.kind(CRISIS, question)]
        message = f"{line}\n\n{self.messages['crisis_unsure']}"
        part = Part(question=question, status=Status.CRISIS, message=message)
        return Answer(status=Status.CRISIS, parts=[part])

    def _reply(self, question: str, route: Route, look: _Look | None = None) -> Answer:
        citations = Citations(self.generation)
        part = self._part_of(route, question, look, citations)
        part = part.model_copy(update={"question": question[:200]})
        return Answer(status=part.status, parts=[part], citations=citations.found)

    def _part_of(self, route: Route, text: str, look: _Look | None, citations: Citations) -> Part:
        """What is said to a message that is no question on the subject. An ordinary job is none, but the labour
        ministry's text on it may be at hand."""
        status, key = REPLIES[route.name]
        message = self._message(key, route, text).format(length=len(text), limit=self._settings.question_max_chars)
        part = Part(question=text, status=status, message=message)
        is_job = route.name == OFF_SUBJECT and self._router.kind(route.name, text) == JOB
        return self._with_official_text(part, look, citations) if look and is_job else part

    def _message(self, key: str, route: Route, question: str) -> str:
        value: Any = self.messages
        for name in key.split("."):
            value = value[name]
        return str(value[self._router.kind(route.name, question)] if isinstance(value, dict) else value)


@dataclass(frozen=True)
class _Message:
    """What the questions of one message share."""

    today: date
    turns: list[str]
    """The chat as it was typed, this message included."""
    queries: list[Query]
    """The questions of this message."""
    before: list[Query]
    """Those of the earlier turns."""
    emergency: list[Fact]
    """What must be said first."""
    only_told: frozenset[int]
    """The places of the pieces that may ask and whose own words are near no subject."""
    first: int
    """The place of the first question that is on the subject."""


@dataclass(frozen=True)
class _Look:
    """What was found for a query, and the routes it may take."""

    retrieval: Retrieval
    routes: dict[str, float]
    vector: list[float]
    """The embedding of the question."""
    alone: float = 1.0
    """Probability that its own words are answered, where it was looked up after what came before too."""


class _EmbeddingClock:
    """Adds up the time spent in the embedding model."""

    def __init__(self) -> None:
        self.total_ms = 0.0

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.total_ms += (time.perf_counter() - self._started) * 1000


def _without_what_was_told(queries: Sequence[Query], parts: list[Part]) -> list[Part]:
    """Of the pieces that may only go on telling, those that the base answers; the others are no question."""
    return [
        part for query, part in zip(queries, parts, strict=True) if query.surely_asks or part.status is Status.ANSWERED
    ] or parts


def _asked_in_vain(queries: Sequence[Query], parts: Sequence[Part], kept: Sequence[Part]) -> list[str]:
    """The pieces that may ask and that the base does not answer, as they are quoted."""
    return [
        quoted(query.question)
        for query, part in zip(queries, parts, strict=True)
        if not query.only_tells and not any(part is other for other in kept)
    ]


def _each_said_once(parts: list[Part]) -> list[Part]:
    """A part for each question, nothing said twice but the sentence that opens one: where all of a part was said under
    another question about the same fiche, that one answers both."""
    kept: list[Part] = []
    for part in parts:
        twin = next((p for p in kept if p.fiche and p.fiche == part.fiche and p.status is part.status), None)
        if twin is not None and not part.official and _adds_nothing(part, kept):
            twin.question = f"{twin.question} {part.question}"
        else:
            kept.append(part)
    for index, part in enumerate(kept):
        before = kept[:index]
        part.sentences = _not_said_before(part, before)
        part.contacts = [contact for contact in part.contacts if not any(contact in p.contacts for p in before)]
        if any(part.audience == other.audience for other in before):
            part.audience = None
    return kept


def _adds_nothing(part: Part, before: list[Part]) -> bool:
    said = {sentence.text for other in before for sentence in other.sentences}
    return all(sentence.text in said for sentence in part.sentences)


def _not_said_before(part: Part, before: list[Part]) -> list[AnswerSentence]:
    """The sentence that opens a part answers its question, said before or not; the others are said once. One that
    opened an earlier part answers the whole story: what is new to this question opens this part."""
    said = {sentence.text for other in before for sentence in other.sentences}
    openings = {other.sentences[0].text for other in before if other.sentences}
    if part.sentences and part.sentences[0].text in openings:
        return [sentence for sentence in part.sentences if sentence.text not in said] or part.sentences[:1]
    return [sentence for place, sentence in enumerate(part.sentences) if not place or sentence.text not in said]


def _overall(parts: list[Part]) -> Status:
    statuses = {part.status for part in parts}
    if len(statuses) == 1:
        return statuses.pop()
    return Status.PARTIAL if Status.ANSWERED in statuses else Status.ABSTAINED
