"""The time limits that facts state: where several may run, the one that runs out first must be said.

« 5 ans pour faire reconnaître un contrat de travail » alone misleads whoever wants to contest the end of it: 12 months.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from knowledge.model import Fact, Fiche
from knowledge.text import fold, stems

_NUMBERS = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "six": 6}
_DAYS = {"jour": 1, "semaine": 7, "mois": 30, "an": 365, "annee": 365}
_SPAN = rf"(?<!sous )(?<!\d a )\b(?P<number>\d+|{'|'.join(_NUMBERS)}) (?P<unit>{'|'.join(_DAYS)})s?(?: ouvr\w+)?\b"
_WITHIN = r"(?:dans les|dans un delai d[e']|au plus tard|delai (?:est )?de|delais :|:)"
_LIMITS = (
    re.compile(rf"\b{_WITHIN} {_SPAN}"),
    re.compile(
        rf"{_SPAN}(?= (?:pour (?!repondre|payer|rembours)|apres|a partir|a compter|qui suivent|de la lettre|suivant))"
    ),
)
_ACT = re.compile(
    r"\b(?:contest|reclam|saisi|agir|recours|opposition|retract|reconnaitre un contrat|reconnaissance d'un contrat)"
)
"""What a limit is for: acting, not waiting for an answer."""
_SAME_SUBJECT = 2
"""Words, the numbers and those of time left aside, that two limits of one subject have in common."""
_OF_TIME = frozenset(stems("jour jours semaine mois an ans année délai date fin demander demande droit français agir"))


class Deadlines:
    """The limits stated by the facts of one generation."""

    def __init__(self, facts: Mapping[str, Fact], fiches: Mapping[str, Fiche]) -> None:
        self._facts = facts
        self._fiches = fiches

    def with_the_first(self, chosen: Sequence[Fact], found: Iterable[str]) -> list[Fact]:
        """``chosen``, and after the first of them that states a limit to act the best of ``found`` (ids, best first)
        that states a shorter one on the same subject, where none of ``chosen`` does."""
        limits = {fact.id: days for fact in chosen if (days := shortest_limit(fact.text)) is not None}
        stated = next((fact for fact in chosen if fact.id in limits), None)
        if stated is None:
            return list(chosen)
        first = min(limits.values())
        shorter = next((fact for fact, days in self._of_same_subject(stated, found) if days < first), None)
        if shorter is None:
            return list(chosen)
        place = chosen.index(stated) + 1
        return [*chosen[:place], shorter, *(fact for fact in chosen[place:] if fact is not shorter)]

    def _of_same_subject(self, stated: Fact, found: Iterable[str]) -> Iterator[tuple[Fact, int]]:
        """The other facts of ``found`` that state a limit on the subject of ``stated``, and their limits in days."""
        near = {stated.fiche, *self._fiches[stated.fiche].related}
        for fact_id in found:
            fact = self._facts[fact_id]
            is_near = fact.fiche in near or stated.fiche in self._fiches[fact.fiche].related
            days = shortest_limit(fact.text)
            if days is None or not is_near or fact is stated:
                continue
            if len(_subject(fact.text) & _subject(stated.text)) >= _SAME_SUBJECT:
                yield fact, days


@cache  # read when a fact is first found, not for all of them at each start
def shortest_limit(text: str) -> int | None:
    """The shortest time that a sentence gives to act, in days (a month is 30); None when it gives none."""
    plain = fold(text)
    if not _ACT.search(plain):
        return None
    spans = [match for pattern in _LIMITS for match in pattern.finditer(plain)]
    return min((_days(match["number"], match["unit"]) for match in spans), default=None)


@cache
def _subject(text: str) -> frozenset[str]:
    return frozenset(stem for stem in stems(text) if not stem.isdigit()) - _OF_TIME


def _days(number: str, unit: str) -> int:
    return (int(number) if number.isdigit() else _NUMBERS[number]) * _DAYS[unit]
