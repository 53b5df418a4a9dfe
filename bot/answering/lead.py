"""What an answer must open with, whatever fits the words best: the urgent gesture, and today's amount."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge.generation import Generation
from knowledge.model import Fact
from knowledge.text import fold
from retrieval.retriever import TRAP_THEMES, VICTIMS_THEME, Retrieval
from retrieval.rewrite import Query

_TELLING_DIGITS = 4
"""Digits from which a number that is also an old amount is not there by chance: « 77700 », « 12,02 »."""
_TYPED_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:[ .]\d{3})+(?!\d)|(?<![\d.,])\d+(?:[.,]\d{1,2})?(?!\d)")
_STATED_NOW = re.compile(r"\{([a-z0-9_]+)\}")
"""A figure in the text of a fact, at the value of the day asked about."""
_YEAR = re.compile(r"\b20\d\d\b")
_IF_DONE = re.compile(r"^Si vous avez (?:déjà |seulement )?\w+(?:é|és|ée|i|is|u|us|it)\b")
_DONE = re.compile(
    r"\b(?:re|de)?(?:pay|vers|vire|envoy|depos|donn|achet|mis\b|perd|arnaqu|vol|debit|regl|transm|tap|cliqu|scan|communiq|"
    r"rempl|fourni|partag|pret|recu|pieg|escro|install|depens|telecharg|valid|sent|paid|gave|pirat|hack)"
)
"""Words without which nobody says that something was done, however they spell it."""
_MAY_DO = re.compile(
    r"\b(?:je|j|on) ?(?:(?:leur|lui|l[ae]|les|l|y|en|m) ?['’]?)*(?:donn|envoi|pay|pai|vers|cliqu|sign|accept|repond|"
    r"continu|valid|install|depos|met|refus)\w{0,3}(?:(?: ca| tout)?(?: quand meme| vraiment)?|"
    r"(?: [\w'’]+){0,7} ou (?:pas|non)) ?[?]*$"
)
"""« je leur donne ? », « je paye ou pas »: nothing is done yet, and yes or no is asked."""
_SAYS_NO = re.compile(
    r"\bne (?:\w+ )?\w+ (?:pas|jamais|rien|personne|ni|plus|à personne)\b|\b(?:n['’]\w+|ne \w+) (?:pas|jamais)\b|"
    r"\bjamais\b|\binterdi\w+|\brefuse[rz]\b|\bune arnaque\b"
)


@dataclass(frozen=True)
class _Emergency:
    """An entry of ``first_things``, in ``messages.yaml``."""

    told: tuple[re.Pattern[str], ...]
    """All of them are in what the user says."""
    unless: re.Pattern[str] | None
    fact_ids: tuple[str, ...]
    any_platform: bool
    """Also when a known platform is named: it does ask for papers, never for a card."""
    near: frozenset[str]
    """Only when the best fiche is one of these, if there are any: fees are also paid to a court or to a bank."""
    of_the_chat: bool
    """The words after the first ones may be those of an earlier turn: « je suis au RSA », then « j'ai rien dit »."""

    def fits(self, told: str, before: str, found: Sequence[Retrieval]) -> bool:
        is_possible = self.any_platform or not any(retrieval.query.platforms for retrieval in found)
        best = {fit.fiche_id for retrieval in found for fit in retrieval.fiches[:1]}
        return is_possible and (not self.near or bool(best & self.near)) and self._is_told(told, before)

    def _is_told(self, told: str, before: str) -> bool:
        now, *others = self.told
        where = f"{before}\n{told}" if self.of_the_chat else told
        is_excepted = self.unless is not None and self.unless.search(told)
        return bool(now.search(told)) and all(cue.search(where) for cue in others) and not is_excepted


class Leads:
    """What must come first, by the messages and figures of one generation."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._emergencies = [
            _Emergency(
                told=tuple(re.compile(cue) for cue in entry["told"]),
                unless=re.compile(entry["unless"]) if "unless" in entry else None,
                fact_ids=tuple(entry["facts"]),
                any_platform=entry.get("any_platform", False),
                near=frozenset(entry.get("near", ())),
                of_the_chat=entry.get("of_the_chat", False),
            )
            for entry in generation.messages.get("first_things", [])
        ]
        self._stated_by = {fact.id: set(_STATED_NOW.findall(fact.text)) for fact in generation.facts.values()}
        self._outdated = self._past_values()

    def _past_values(self) -> dict[Decimal, set[str]]:
        """Each amount that a figure had, and those figures."""
        figures: dict[Decimal, set[str]] = defaultdict(set)
        for figure in self._generation.figures.values():
            for value in figure.series:
                figures[value.value].add(figure.id)
        return figures

    def emergency(self, told: str, found: Sequence[Retrieval], before: str = "") -> list[Fact]:
        """The gestures that cannot wait, best first; usually none. ``told``: the message, folded; ``before``: the turns
        before it, which only tell who asks, for a gesture is said once. ``found``: for each question of the message."""
        facts = self._generation.facts
        named = [
            fact_id for entry in self._emergencies if entry.fits(told, before, found) for fact_id in entry.fact_ids
        ]
        return [facts[fact_id] for fact_id in dict.fromkeys(named) if fact_id in facts]

    def keeps(self, fact: Fact, emergency: Sequence[Fact]) -> bool:
        """Whether a fact belongs beside an emergency: beside those of a trap, what is about traps and their victims."""
        return self._is_of_a_trap(fact) or not any(map(self._is_of_a_trap, emergency))

    def _is_of_a_trap(self, fact: Fact) -> bool:
        return self._generation.fiches[fact.fiche].theme in TRAP_THEMES

    def ordered(self, retrieval: Retrieval, chosen: Sequence[Fact]) -> list[Fact]:
        """``chosen``, best first, but for what would mislead at the head of an answer."""
        query = retrieval.query
        has_done = query.has_happened or _DONE.search(query.folded)
        if _MAY_DO.search(fold(query.question)) and not query.has_happened:
            facts = sorted(chosen, key=lambda fact: (self._is_for_victims(fact), not _SAYS_NO.search(fact.text)))
        else:
            facts = list(chosen) if has_done else sorted(chosen, key=self._is_for_who_did)
        today = next(self._stating_the_amount_of_the_day(query, retrieval), None)
        return [today, *(fact for fact in facts if fact is not today)] if today else facts

    def _is_for_victims(self, fact: Fact) -> bool:
        return self._is_for_who_did(fact) or self._generation.fiches[fact.fiche].theme == VICTIMS_THEME

    @staticmethod
    def _is_for_who_did(fact: Fact) -> bool:
        """« Si vous avez déjà payé… » is not for somebody who has done nothing yet."""
        return _IF_DONE.search(fact.text) is not None

    def _stating_the_amount_of_the_day(self, query: Query, retrieval: Retrieval) -> Iterator[Fact]:
        """Facts found, best first, that state the amount of the day asked about of a figure that somebody quotes at
        another day's: « si je dépasse 77 700 » in 2026."""
        quoted = {value for value in map(_decimal, _TYPED_NUMBER.findall(query.asked)) if _is_telling(value)}
        old = {
            name
            for value in quoted
            for name in self._outdated.get(value, ())
            if not self._is_quoted(name, query, quoted)
        }
        for fit in retrieval.facts if old else ():
            if self._stated_by[fit.fact_id] & old:
                yield self._generation.facts[fit.fact_id]

    def _is_quoted(self, figure_id: str, query: Query, quoted: set[Decimal]) -> bool:
        """The amount of the day is quoted too, or that of a year which is named with it (« 77 700 en 2025 »)."""
        figure = self._generation.figures[figure_id]
        named = [date(int(year), 12, 31) for year in _YEAR.findall(query.folded)]
        values = [figure.on(day) for day in (query.day, *named)]
        return values[0] is None or any(value and value.value in quoted for value in values)


def _decimal(typed: str) -> Decimal:
    whole = re.fullmatch(r"\d{1,3}(?:[ .]\d{3})+", typed)
    return Decimal(re.sub(r"[ .]", "", typed) if whole else typed.replace(",", "."))


def _is_telling(value: Decimal) -> bool:
    return (
        len(value.normalize().as_tuple().digits) + max(int(value.normalize().as_tuple().exponent), 0) >= _TELLING_DIGITS
    )
