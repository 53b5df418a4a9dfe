"""Whom to turn to: for the facts that are shown, for an office that the question names, or in general."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from bot.answering.answer import ContactRef
from knowledge.generation import Generation
from knowledge.model import Contact, Fact, Fiche, Situation
from retrieval.retriever import TRAP_THEMES, VICTIMS_THEME
from retrieval.rewrite import Query

_STRAY = 0.25
"""Share of the best contact's weight under which one belongs to a fact said in passing."""

_TELLING_FIGURES = 4

_LONG = 5
"""Letters from which a word with one more before it is hardly another word."""


class Directory:
    """The contacts of one generation. Which words tell a situation, or that the question is about our trade, is in
    ``messages.yaml`` (``whom_to_ask``)."""

    def __init__(self, generation: Generation, most: int) -> None:
        """``most``: contacts given at once."""
        words = generation.messages["whom_to_ask"]
        self._generation = generation
        self._most = most
        self._trade = re.compile(words["trade"])
        self._asks = re.compile(words["asks"]) if "asks" in words else None
        self._by_phone = re.compile(words["by_phone"]) if "by_phone" in words else None
        self._first = [(re.compile(entry["told"]), entry["contacts"]) for entry in words.get("first", [])]
        self._only_when = {name: re.compile(cue) for name, cue in words.get("only_when", {}).items()}
        self._cues = {Situation(name): re.compile(cue) for name, cue in words["situations"].items()}
        contacts = generation.contacts.values()
        self._names = {contact.id: _pattern(contact.names) for contact in contacts if contact.names}
        self._topics = {contact.id: _pattern(contact.topics) for contact in contacts if contact.topics}
        self._marks = {contact.id: mark for contact in contacts if (mark := _mark(contact))}

    def for_answer(
        self, query: Query, shown: Sequence[Fact], turns: Sequence[str], urgent: bool = False
    ) -> list[ContactRef]:
        """``shown``: the facts of the answer, best first. Each speaks for the contacts of its fiche, the first fact
        and the first contact loudest; those whose subject is asked about come first. Before them comes whoever the
        fact that opens the answer says to call; an office that the question names before that, except where it may
        only be the mask of a swindler; and before all, whoever must be told at once of what is told. ``urgent``: it
        has just happened, whoever helps victims comes first. ``turns``: the chat's, which may tell where somebody
        lives."""
        fiches = [self._generation.fiches[fact.fiche] for fact in shown]
        if urgent:
            fiches.sort(key=lambda fiche: fiche.theme != VICTIMS_THEME)
        asked = query.folded
        named = self._told(self._names, asked)
        voted = self._voted(fiches)
        asked_for = [name for name in (*named, *self._told(self._topics, asked)) if name in voted]
        is_trap = fiches[0].theme in TRAP_THEMES
        first = [name for cue, names in self._first if cue.search(asked) for name in names]
        sought = named if self._is_asked_for(asked) else []
        said = _joined(shown[0].text)
        given = [n for n, mark in self._marks.items() if mark.search(said) and not (is_trap and n in named)]
        ordered = [*first, *sought, *given[: self._most - 1], *(voted[:1] if is_trap else named), *asked_for, *voted]
        return self._helpful(self._fitting(ordered, asked), self._situations_of(query, turns))

    def asked_for(self, query: Query, turns: Sequence[str]) -> list[ContactRef]:
        """Whoever the question asks how to reach, by name or by what they deal with; usually nobody."""
        asked = query.folded
        if not self._is_asked_for(asked):
            return []
        told = self._by_phone_first([*self._told(self._names, asked), *self._told(self._topics, asked)], asked)
        return self._helpful(self._fitting(told, asked), self._situations_of(query, turns), also_general=False)

    def _is_asked_for(self, asked: str) -> bool:
        """A way to reach somebody is asked for, not what to do."""
        return self._asks is not None and self._asks.search(asked) is not None

    def _by_phone_first(self, names: Sequence[str], asked: str) -> list[str]:
        """Those with a number first, where a number is asked for."""
        if self._by_phone is None or not self._by_phone.search(asked):
            return list(names)
        return sorted(names, key=lambda name: self._generation.contacts[name].phone is None)

    def for_abstention(self, query: Query, nearest: Fiche | None, turns: Sequence[str]) -> list[ContactRef]:
        """Whoever the question names, or deals with what it is about; else whom the near fiche names; then those who
        can be asked anything."""
        told = self._told(self._names, query.folded) or self._told(self._topics, query.folded)
        found = told or (nearest.contacts if nearest else [])
        situations = self._situations_of(query, turns)
        found = [name for name in self._fitting(found, query.folded) if self._helps(name, situations)]
        return self._helpful([*found[:1], *self._general(situations)], situations)

    def _fitting(self, names: Sequence[str], asked: str) -> list[str]:
        """Without those whose very name would alarm somebody who has told nothing of the kind."""
        return [name for name in names if name not in self._only_when or self._only_when[name].search(asked)]

    def of_fiche(self, fiche: Fiche) -> list[ContactRef]:
        return self._helpful(fiche.contacts, [])

    def is_near(self, query: Query, fiche: Fiche, turns: Sequence[str]) -> bool:
        """The question is about small jobs online or their traps, not about work or life in general; and the fiche is
        not for others: those to whom it leads can help."""
        is_our_trade = bool(query.platforms) or self._trade.search(query.folded) is not None
        situations = self._situations_of(query, turns)
        return is_our_trade and all(self._helps(name, situations) for name in fiche.contacts[:1])

    def _situations_of(self, query: Query, turns: Sequence[str]) -> list[Situation]:
        told = query.folded_with(turns)
        return [name for name, cue in self._cues.items() if cue.search(told)]

    @staticmethod
    def _told(patterns: dict[str, re.Pattern[str]], asked: str) -> list[str]:
        """The contacts whose words are in the question, in the order of the question."""
        places = {name: found.start() for name, pattern in patterns.items() if (found := pattern.search(asked))}
        return sorted(places, key=lambda name: places[name])

    @staticmethod
    def _voted(fiches: Sequence[Fiche]) -> list[str]:
        weights: dict[str, float] = defaultdict(float)
        for rank, fiche in enumerate(fiches, 1):
            for place, contact in enumerate(fiche.contacts, 1):
                weights[contact] += 1 / (rank * place)
        least = _STRAY * max(weights.values(), default=0.0)
        return sorted((name for name in weights if weights[name] >= least), key=lambda name: -weights[name])

    def _general(self, situations: Sequence[Situation]) -> list[str]:
        """Those who are there for people in these situations, then those who can be asked anything."""
        contacts = self._generation.contacts.values()
        kinds = (*situations, Situation.ANY)
        return [contact.id for kind in kinds for contact in contacts if kind in contact.general_for]

    def _helps(self, name: str, situations: Sequence[Situation]) -> bool:
        contact = self._generation.contacts.get(name)
        return contact is not None and not set(situations) & set(contact.not_for)

    def _helpful(
        self, names: Sequence[str], situations: Sequence[Situation], also_general: bool = True
    ) -> list[ContactRef]:
        """The first of those who can help in these situations; where they leave room, whoever is there for them."""
        asked = [*names, *(self._general(situations) if situations and also_general else ())]
        found = dict.fromkeys(name for name in asked if self._helps(name, situations))
        contacts = [self._generation.contacts[name] for name in found]
        return [contact_ref(contact) for contact in contacts[: self._most]]


def contact_ref(contact: Contact) -> ContactRef:
    return ContactRef(
        # « Point-justice (3039) : 3039 » says the number twice.
        name=contact.name.replace(f" ({contact.phone})", "") if contact.phone else contact.name,
        help=contact.help,
        phone=contact.phone,
        url=str(contact.url) if contact.url else None,
        place=contact.place,
        hours=contact.hours,
        price=contact.price,
    )


def _mark(contact: Contact) -> re.Pattern[str] | None:
    """Its number or its site, as a fact gives them; a number of two or three figures may be a day or a sum."""
    number = _joined(contact.phone or "")
    marks = [rf"\b{re.escape(number)}\b"] if len(number) >= _TELLING_FIGURES else []
    host = contact.url.host.removeprefix("www.") if contact.url and contact.url.host else None
    if host and contact.url and contact.url.path in (None, "", "/"):
        marks.append(rf"\b{re.escape(host)}\b")
    return re.compile("|".join(marks)) if marks else None


def _joined(text: str) -> str:
    """« 33 700 » as « 33700 »."""
    return re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d)", "", text)


def _pattern(names: Sequence[str]) -> re.Pattern[str]:
    """Whole words; a long name also with its article stuck to it (« lurssaf »)."""
    words = (("[ld]?" if len(name) >= _LONG else "") + re.escape(name).replace(r"\*", r"\w*") for name in names)
    return re.compile(rf"\b(?:{'|'.join(words)})\b")
