"""How well a fact that was found suits this question: for whom it is, what is named, what is done already.

Retrieval weighs what is asked; a fact of the same subject may still be for other people (« et pour un fonctionnaire »),
say of all platforms what another says of the one that is named, or come too late (« avant de signer »).
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from bot.answering.denied import told_and_denied
from bot.answering.done import acts_done, advises
from bot.answering.persons import crosses_over, is_of_a_household, leaves_out
from knowledge.generation import Generation
from knowledge.model import Audience, Confidence, Fact
from knowledge.text import fold, stems, words
from retrieval.retriever import FactFit, Retrieval
from retrieval.rewrite import Query, with_what_it_risks

OTHER_PEOPLE = 0.05
"""What the odds of a fact for people of whom the message has no word are multiplied by…"""
OWN_PEOPLE = 1.5
"""… those of a fact that is only for people of whom it tells…"""
ELSEWHERE = 0.1
"""… those of a fact on life abroad for somebody who says that they live in France or names no other country, or of one
that holds only overseas, where no such place is named…"""
DENIED = 0.1
"""… those of a fact that is only for people whom the message tells not to be, or on a benefit that it denies…"""
OTHER_BENEFIT = 0.3
"""… those of a fact that names benefits, none of them one that the chat names…"""
OTHER_PERSON = 0.2
"""… those of a fact that says nothing of the household, where one earns and a relative gets the benefit…"""
OWN_RISK = 4.0
"""… those of a sanction for people of whom it tells, where what one risks is asked…"""
LEFT_OUT = 0.05
"""… those of a fact that says not to hold for people of whom the message tells (« sauf Algériens »)…"""
TOO_LATE = 0.3
"""… those of the advice to do, or not to do, what is done already…"""
NAMED_PLATFORM = 2.0
"""… and those of a fact of the platform that is named."""
_NEVER_BY_THE_WAY = Audience.CIVIL_SERVANT
"""The rules of this group are only its own, even where a fact is for another group too: « retraité de l'État »."""
_RECEIVERS = {Audience.JOBSEEKER, Audience.RSA, Audience.PRIME, Audience.AAH}
_RECEIVERS_WHO_WORK = {*_RECEIVERS, Audience.SELF_EMPLOYED}
"""A fact for both is on the benefit of somebody who is self-employed, not for each self-employed worker."""
_TOLD_BY_LACK = {Audience.FOREIGNER}
"""« Je n'ai pas de papiers » tells it, where « je ne suis pas étudiante » denies it."""
_SANCTION = re.compile(
    r"\b(?:sanction|penalite|fraude|rembourse|rendre|amende|avertissement|puni|radi(?:e|ation)|revers(?:er|ee)\b)"
)
_SURE = 0.999
_NEVER = r"(?!)"
_BY_THE_WAY = re.compile(r"\([^()]*\)|\b(?:sauf|hors) (?:a |en |la )?\w+")
"""What a sentence adds in brackets, or sets apart."""
_HEAD = 70
"""Characters of a sentence, without that, in which it says where it holds."""
_NEXT = 6
"""Facts among which the rule of the chat's own benefit is looked for."""
_NUMBER = re.compile(r"\b(?!20\d\d\b)\d+\b")
"""Years left aside: two facts of the same year need not say the same."""


class Fit:
    """Weighs the facts found again; what tells a group of people is in the lexicon (``audiences``)."""

    def __init__(self, generation: Generation) -> None:
        self._facts = generation.facts
        self._told_by = {
            Audience(name): re.compile(cue) for name, cue in generation.lexicon.get("audiences", {}).items()
        }
        self._denied_by = {
            Audience(name): re.compile(cue) for name, cue in generation.lexicon.get("audiences_denied", {}).items()
        }
        self._benefits = {name: re.compile(cue) for name, cue in generation.lexicon.get("benefits", {}).items()}
        self._named_by: dict[str, frozenset[str]] = {}
        self._overseas = re.compile(generation.lexicon.get("overseas", _NEVER))
        self._abroad = re.compile(generation.lexicon.get("abroad", ""))
        self._only_overseas: dict[str, bool] = {}
        self._in_france = [re.compile(pattern) for pattern in generation.routing.get("lives_in_france", [])]
        self._for_elsewhere = frozenset(generation.routing.get("fiches_for_elsewhere", ()))

    def weighed(self, retrieval: Retrieval, turns: Sequence[str] = ()) -> list[FactFit]:
        """The facts found, best first; ``turns``: the chat's, which may tell who asks."""
        texts = retrieval.query.folded_with(turns)
        told, denied = told_and_denied(self._told_by, texts)
        told |= denied & _TOLD_BY_LACK
        denied -= _TOLD_BY_LACK
        denied |= {audience for audience, cue in self._denied_by.items() if cue.search(texts)}
        if Audience.STUDENT in denied:
            denied.add(Audience.FOREIGN_STUDENT)
        benefits, lost = told_and_denied(self._benefits, texts)
        lives_here = any(pattern.search(" ".join(words(text))) for pattern in self._in_france for text in turns)
        overseas = self._overseas.search(texts) is not None
        abroad = self._abroad.search(texts) is not None
        is_of_relatives = crosses_over(texts)
        names = set(stems(texts))
        asks_what_it_risks = _asks_what_it_risks(retrieval.query)
        done = acts_done(retrieval.query.asked)
        named = retrieval.query.general.platforms
        fits = []
        for fit in retrieval.facts:
            fact = self._facts[fit.fact_id]
            times = NAMED_PLATFORM if fit.fiche_id in named else 1.0
            is_elsewhere = (lives_here or not abroad) and fit.fiche_id in self._for_elsewhere
            if is_elsewhere or (not overseas and self._is_overseas(fact)):
                times *= ELSEWHERE
            if not self._may_concern(fact, told):
                times *= OTHER_PEOPLE
            elif told.issuperset(fact.audience):
                times *= OWN_PEOPLE
            if denied.issuperset(fact.audience) or (lost and self._is_of_others(fact, self._benefits.keys() - lost)):
                times *= DENIED
            if benefits and self._is_of_others(fact, benefits):
                times *= OTHER_BENEFIT
            if asks_what_it_risks and self._is_own_sanction(fact, told):
                times *= OWN_RISK
            if is_of_relatives and not is_of_a_household(fact.text):
                times *= OTHER_PERSON
            if leaves_out(fact.text, names):
                times *= LEFT_OUT
            if advises(fact.text, done):
                times *= TOO_LATE
            fits.append(replace(fit, probability=_times(fit.probability, times)))
        fits = self._own_first(sorted(fits, key=lambda fit: -fit.probability), benefits)
        if asks_what_it_risks:
            fits = self._own_sanction_first(fits, told)
        return self._surest_first(fits, retrieval.query)

    def _is_overseas(self, fact: Fact) -> bool:
        """Its sentence begins by a place overseas, and not to say that it does not hold there."""
        if fact.id not in self._only_overseas:
            head = _BY_THE_WAY.sub("", fold(fact.text))[:_HEAD]
            self._only_overseas[fact.id] = self._overseas.search(head) is not None
        return self._only_overseas[fact.id]

    def _is_of_others(self, fact: Fact, benefits: Set[str]) -> bool:
        """It names benefits, none of them in ``benefits``."""
        named = self._benefits_of(fact)
        return bool(named) and named.isdisjoint(benefits)

    def _own_first(self, fits: list[FactFit], benefits: Set[str]) -> list[FactFit]:
        """Where the rule of another benefit comes first, and that of the chat's own is among the next ones, the latter
        takes its place and the rules of others are left out."""
        if not benefits or not fits or not self._is_of_others(self._facts[fits[0].fact_id], benefits):
            return fits
        own = next((fit for fit in fits[:_NEXT] if self._benefits_of(self._facts[fit.fact_id]) & benefits), None)
        if own is None:
            return fits
        lead = replace(own, probability=fits[0].probability)
        others = [f for f in fits if not self._is_of_others(self._facts[f.fact_id], benefits)]
        return [lead, *(fit for fit in others if fit is not own)]

    def _own_sanction_first(self, fits: list[FactFit], told: set[Audience]) -> list[FactFit]:
        """Where what one risks is asked, the sanction that is for people like who asks opens the answer: those of the
        tax office are not those of the Caf or of an employer."""
        own = next((fit for fit in fits[:_NEXT] if self._is_own_sanction(self._facts[fit.fact_id], told)), None)
        if own is None or Audience.ALL not in self._facts[fits[0].fact_id].audience:
            return fits
        return [replace(own, probability=fits[0].probability), *(fit for fit in fits if fit is not own)]

    @staticmethod
    def _is_own_sanction(fact: Fact, told: set[Audience]) -> bool:
        return not told.isdisjoint(fact.audience) and _SANCTION.search(fold(fact.text)) is not None

    def _benefits_of(self, fact: Fact) -> frozenset[str]:
        """Those that its sentence names: read when it is first found, not for every fact at each start."""
        if fact.id not in self._named_by:
            self._named_by[fact.id] = self._named(fold(fact.text))
        return self._named_by[fact.id]

    def _named(self, text: str) -> frozenset[str]:
        """The benefits that a folded text names."""
        return frozenset(name for name, cue in self._benefits.items() if cue.search(text))

    def _may_concern(self, fact: Fact, told: set[Audience]) -> bool:
        if _NEVER_BY_THE_WAY in fact.audience and _NEVER_BY_THE_WAY in self._told_by and _NEVER_BY_THE_WAY not in told:
            return False
        receivers = _RECEIVERS.intersection(fact.audience)
        if receivers and _RECEIVERS_WHO_WORK.issuperset(fact.audience):
            return not receivers.isdisjoint(told)
        return any(audience in told or audience not in self._told_by for audience in fact.audience)

    def _surest_first(self, fits: list[FactFit], query: Query) -> list[FactFit]:
        """Where a sentence to verify comes first, and a sure one of the platform that is named gives the same number,
        the latter takes its place (« 18 ans » in the platform's own terms)."""
        best = self._facts[fits[0].fact_id] if fits else None
        if best is None or best.confidence is not Confidence.TO_VERIFY or fits[0].fiche_id in query.platforms:
            return fits
        numbers = set(_NUMBER.findall(best.text))
        sure = next((fit for fit in fits if fit.fiche_id in query.platforms and self._says(fit, numbers)), None)
        if sure is None:
            return fits
        lead = replace(sure, probability=fits[0].probability)
        return [lead, *(fit for fit in fits if fit is not sure)]

    def _says(self, fit: FactFit, numbers: set[str]) -> bool:
        fact = self._facts[fit.fact_id]
        return fact.confidence is not Confidence.TO_VERIFY and bool(numbers & set(_NUMBER.findall(fact.text)))


def _asks_what_it_risks(query: Query) -> bool:
    """« je risque quoi », « et si je dis rien »."""
    asked = fold(query.question)
    return "risque" in asked or with_what_it_risks(asked) != asked


def _times(probability: float, times: float) -> float:
    """The probability whose odds are ``times`` those of ``probability``."""
    odds = times * probability / (1 - min(probability, _SURE))
    return probability if times == 1 else odds / (1 + odds)
