"""What the knowledge says on the strength of each source: facts first, then contacts, amounts, platforms, signals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.catalogue import Reassuring, TrapPattern
from knowledge.library import Library
from knowledge.model import Contact, Fact, Figure, format_date


@dataclass(frozen=True)
class Claim:
    """Something said on the strength of a source, and where it is written."""

    id: str
    text: str
    path: str
    line: int
    expires_on: date | None = None
    is_fact: bool = False


class Claims:
    """Claims by source. The day chooses the amounts."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._facts: dict[str, list[Fact]] = defaultdict(list)
        for fact in library.facts.values():
            for source in fact.sources:
                self._facts[source].append(fact)
        self._others: dict[str, list[Claim]] = defaultdict(list)
        for source, claim in self._besides_facts():
            self._others[source].append(claim)

    def of(self, source: str, day: date) -> list[Claim]:
        """What cites ``source``: facts in the order of the knowledge folder, then the rest."""
        return [self._of_fact(fact, day) for fact in self._facts.get(source, [])] + self._others.get(source, [])

    def _of_fact(self, fact: Fact, day: date) -> Claim:
        text = fact.render(self._library.figures, day) or fact.text
        return Claim(fact.id, text, *self._library.lines[fact.id], fact.expires_on, is_fact=True)

    def _besides_facts(self) -> Iterator[tuple[str, Claim]]:
        for contact in self._library.contacts.values():
            place = self._library.lines[contact.id]
            for source in contact.sources:
                yield source, Claim(f"contact {contact.id}", _of_contact(contact), *place, contact.expires_on)
        for figure in self._library.figures.values():
            yield from self._of_figure(figure)
        for platform in self._library.platforms.values():
            place = self._library.lines[platform.id]
            for name, known in platform.known.items():
                value = known.value if isinstance(known.value, str) else ", ".join(known.value)
                yield known.source, Claim(f"plateforme {platform.id}.{name}", f"{platform.name} : {value}", *place)
        catalogue = self._library.catalogue
        for kind, signs in (
            ("signal", catalogue.signals),
            ("signe rassurant", catalogue.reassuring),
            ("piège", catalogue.patterns),
        ):
            for sign in signs:
                yield sign.source, Claim(f"{kind} {sign.id}", _of_sign(sign), "knowledge/signals.yaml", 1)

    def _of_figure(self, figure: Figure) -> Iterator[tuple[str, Claim]]:
        for value in figure.series:
            text = f"{figure.label} : {figure.format(value.value)} depuis le {format_date(value.valid_from)}"
            claim = Claim(f"montant {figure.id}@{value.valid_from}", text, *self._library.lines[figure.id])
            for source in value.sources:
                yield source, claim


def _of_contact(contact: Contact) -> str:
    parts = (contact.name, contact.phone, contact.hours, contact.price, contact.help)
    return " ; ".join(part for part in parts if part)


def _of_sign(sign: Reassuring | TrapPattern) -> str:
    return f"{sign.label} : {sign.summary if isinstance(sign, TrapPattern) else sign.why}"
