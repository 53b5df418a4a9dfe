"""Warning cards to share: one kind of trap each, in two lines with their sources. Public content only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, process

from bot.vetting.pipeline import Knowledge
from knowledge.catalogue import Catalogue, TrapPattern
from knowledge.model import Confidence, Fact, Fiche, Source
from knowledge.text import stems

LABEL_WEIGHT = 3
"""How many times the words of a title count."""
BEGINNING_CHARS = 3
"""Letters from which a word still being typed is completed."""
CLOSE = 80.0
"""Likeness (0–100) from which a word is taken for a misspelling of another."""
LEAST_SHARE = 0.5
"""Share of the words of a request that the cards must know: below, the request is about something else."""


@dataclass(frozen=True)
class CardLine:
    text: str
    source: Source


@dataclass(frozen=True)
class Card:
    """``lines``: what the trap is, then what to know or do first."""

    id: str
    title: str
    lines: tuple[CardLine, ...]


class WarningCards:
    """The cards of one generation, found by a few words typed on a phone."""

    def __init__(self, catalogue: Catalogue, fiches: Mapping[str, Fiche], knowledge: Knowledge) -> None:
        self._patterns = catalogue.patterns
        self._knowledge = knowledge
        documents = [_words_of(pattern, catalogue, fiches) for pattern in self._patterns]
        self._vocabulary = sorted({word for document in documents for word in document})
        import bm25s  # 15 MB that a bot whose cards nobody asks for does without

        self._index = bm25s.BM25()
        if self._vocabulary:
            self._index.index(documents, show_progress=False)

    def find(self, request: str, today: date, limit: int) -> list[Card]:
        """The cards that fit, best first; without a word, one a fiche, in the order of the catalogue."""
        asked = stems(request)
        patterns = self._fitting(asked) if asked else self._one_a_fiche()
        return [self._card(pattern, today) for pattern in patterns[:limit]]

    def _fitting(self, asked: list[str]) -> list[TrapPattern]:
        known = [self._meant_by(word) for word in asked]
        if not self._patterns or sum(map(bool, known)) < LEAST_SHARE * len(asked):
            return []
        scores = self._index.get_scores([word for words in known for word in words])
        best = sorted(zip(scores, self._patterns, strict=True), key=lambda scored: -scored[0])
        return [pattern for score, pattern in best if score > 0]

    def _one_a_fiche(self) -> list[TrapPattern]:
        first: dict[str, TrapPattern] = {}
        for pattern in self._patterns:
            first.setdefault(pattern.fiche, pattern)
        return list(first.values())

    def _meant_by(self, word: str) -> tuple[str, ...]:
        """The words of the cards meant by one that was typed: itself, those it begins, or its nearest."""
        if word in self._vocabulary:
            return (word,)
        if len(word) < BEGINNING_CHARS:
            return ()
        begun = tuple(known for known in self._vocabulary if known.startswith(word))
        nearest = process.extractOne(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=CLOSE)
        return begun or ((nearest[0],) if nearest else ())

    def _card(self, pattern: TrapPattern, today: date) -> Card:
        lines = [CardLine(pattern.summary, self._knowledge.sources[pattern.source])]
        of_its_fiche_first = sorted(pattern.steps, key=lambda step: not step.startswith(f"{pattern.fiche}/"))
        facts = (self._knowledge.facts[step] for step in of_its_fiche_first if step in self._knowledge.facts)
        sure = next((fact for fact in facts if self._is_sure(fact, today)), None)
        if sure:
            advice = self._knowledge.advice(sure.id, today)
            lines.append(CardLine(advice.text, self._knowledge.by_url[advice.source_url]))
        return Card(pattern.id, pattern.label, tuple(lines))

    def _is_sure(self, fact: Fact, today: date) -> bool:
        """A card leaves the conversation: nothing on it is in doubt or late to be read again."""
        in_doubt = fact.confidence is Confidence.TO_VERIFY or fact.expires_on < today or not fact.holds_on(today)
        return not in_doubt and fact.render(dict(self._knowledge.figures), today) is not None


def _words_of(pattern: TrapPattern, catalogue: Catalogue, fiches: Mapping[str, Fiche]) -> list[str]:
    fiche = fiches.get(pattern.fiche)
    texts = [pattern.label] * LABEL_WEIGHT + [pattern.summary]
    texts += [signal.label for signal in catalogue.signals if pattern.id in signal.patterns]
    texts += [fiche.question, *fiche.rewordings] if fiche else []
    return stems(" ".join(texts))
