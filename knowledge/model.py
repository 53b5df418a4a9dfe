"""The one definition of the content: fiches, facts, sources, figures, contacts.

Everything a maintainer writes in ``knowledge/`` becomes one of these objects, and everything
that answering needs is made of them. No file is read here (see ``library``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints, field_validator, model_validator

from knowledge.text import fold

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
FigureId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=60)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=300)]

# {smic_horaire_brut}  {smic_horaire_brut.from}  {smic_horaire_brut@2025-01-01}
FIGURE_REFERENCE = re.compile(r"\{(?P<id>[a-z0-9_]+)(?:@(?P<on>\d{4}-\d{2}-\d{2}))?(?:\.(?P<part>from|to))?\}")


class Content(BaseModel):
    """Base of all content objects: immutable, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceKind(StrEnum):
    LAW = "law"
    OFFICIAL = "official"
    COURT = "court"
    RESEARCH = "research"
    ASSOCIATION = "association"
    PRESS = "press"
    PLATFORM = "platform"


# Strongest first: the first citation shown for a fact is its strongest source.
SOURCE_STRENGTH = (
    SourceKind.LAW,
    SourceKind.OFFICIAL,
    SourceKind.COURT,
    SourceKind.RESEARCH,
    SourceKind.PLATFORM,
    SourceKind.ASSOCIATION,
    SourceKind.PRESS,
)
AUTHORITIES = frozenset({SourceKind.LAW, SourceKind.OFFICIAL, SourceKind.COURT})
"""Kinds of sources that decide, or speak for who does."""


class Confidence(StrEnum):
    HIGH = "elevee"
    MEDIUM = "moyenne"
    TO_VERIFY = "a_verifier"


class Role(StrEnum):
    """Where a fact stands in its fiche; the headings of the Markdown file (see ``library``)."""

    ANSWER = "answer"
    RULE = "rule"
    STEP = "step"
    TRAP = "trap"
    NOT_COVERED = "not_covered"


class Audience(StrEnum):
    """Whom a fact concerns."""

    ALL = "tous"
    EMPLOYEE = "salarie"
    SELF_EMPLOYED = "independant"
    NO_STATUS = "sans_statut"
    JOBSEEKER = "demandeur_emploi"
    RSA = "rsa"
    PRIME = "prime_activite"
    AAH = "aah"
    STUDENT = "etudiant"
    FOREIGN_STUDENT = "etudiant_etranger"
    FOREIGNER = "etranger"
    MINOR = "mineur"
    CIVIL_SERVANT = "fonctionnaire"
    PENSIONER = "retraite"
    PARENT = "parent"
    SICK = "arret_maladie"
    VICTIM = "victime"


class Source(Content):
    """A page a fact was read on. ``page_date``: the page's or its stored copy's own date."""

    id: Slug
    publisher: str = Field(min_length=2, max_length=90)
    title: str = Field(min_length=3, max_length=250)
    url: HttpUrl
    kind: SourceKind
    licence: str = Field(min_length=2, max_length=120)
    read_on: date
    page_date: date | None = None
    same_text_as: Slug | None = None
    """Set when this page republishes another: the two are then not independent."""

    @property
    def host(self) -> str:
        """Lower case, without the final dot that some addresses carry."""
        return (self.url.host or "").rstrip(".")


class Reading(StrEnum):
    """How the pages of a publisher can be read by a program."""

    PAGE = "page"
    BLOCKED = "blocked"
    JAVASCRIPT = "javascript"


Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=100)]


class Publisher(Content):
    """Who speaks on some sites, what may be done with the texts, and whose texts are copied there."""

    id: Slug
    name: str = Field(min_length=2, max_length=90)
    kind: SourceKind
    licence: str = Field(min_length=2, max_length=120)
    hosts: list[Host] = Field(min_length=1)
    """A host stands for its subdomains too."""
    republishes: list[Slug] = []
    relay: bool = False
    """The site only hosts texts of others: each source says whose."""
    reading: Reading = Reading.PAGE
    note: str | None = None


class FigureValue(Content):
    """One value of a figure and the period it holds for (``to`` is inclusive, None = still open)."""

    value: Decimal
    valid_from: date
    valid_to: date | None = None
    sources: list[Slug] = Field(min_length=1)

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Unit(StrEnum):
    EURO = "eur"
    DOLLAR = "usd"
    POUND = "gbp"
    PERCENT = "percent"
    HOURS = "heures"
    DAYS = "jours"
    MONTHS = "mois"
    NUMBER = "nombre"


_UNIT_SUFFIX = {
    Unit.EURO: " €",
    Unit.DOLLAR: " $",
    Unit.POUND: " £",
    Unit.PERCENT: " %",
    Unit.HOURS: " heures",
    Unit.DAYS: " jours",
    Unit.MONTHS: " mois",
    Unit.NUMBER: "",
}


class Figure(Content):
    """A dated series: the value of an amount or a rate at each moment."""

    id: FigureId
    label: str = Field(min_length=5, max_length=160)
    unit: Unit
    series: list[FigureValue] = Field(min_length=1)

    @field_validator("series")
    @classmethod
    def _ordered_without_overlap(cls, series: list[FigureValue]) -> list[FigureValue]:
        ordered = sorted(series, key=lambda value: value.valid_from)
        for earlier, later in pairwise(ordered):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                raise ValueError(
                    f"deux périodes se chevauchent : celle qui commence le {earlier.valid_from} "
                    f"doit finir avant le {later.valid_from} (champ valid_to)"
                )
        return ordered

    def on(self, day: date) -> FigureValue | None:
        """The value that holds on ``day``, or None."""
        return next((value for value in self.series if value.holds_on(day)), None)

    def format(self, value: Decimal) -> str:
        is_money = self.unit in (Unit.EURO, Unit.DOLLAR, Unit.POUND)
        return format_number(value, cents=is_money) + _UNIT_SUFFIX[self.unit]


class Fact(Content):
    """One sentence, true on its own, with its sources.

    ``valid_from``/``valid_to`` say when the rule holds; ``expires_on`` is the day by which
    somebody must have read its sources again. They are different things.
    """

    fiche: Slug
    slug: Slug
    text: Sentence
    role: Role
    sources: list[Slug] = Field(min_length=1)
    audience: list[Audience] = [Audience.ALL]
    confidence: Confidence = Confidence.HIGH
    valid_from: date | None = None
    valid_to: date | None = None
    expires_on: date
    articles: list[str] = []
    """Articles of law the fact rests on, as ``code_travail L7341-1`` or ``code_securite_sociale L311-2``."""
    verified_on: date | None = None
    """The day somebody compared this sentence with its live page; never written by hand (see ``snapshots``)."""

    @property
    def id(self) -> str:
        return f"{self.fiche}/{self.slug}"

    @property
    def figure_ids(self) -> list[str]:
        return [match["id"] for match in FIGURE_REFERENCE.finditer(self.text)]

    @model_validator(mode="after")
    def _period_is_ordered(self) -> Fact:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to est avant valid_from")
        return self

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def is_backed(self, sources: Mapping[str, Source]) -> bool:
        """Whether a law, a decision or an official page says it."""
        return any(sources[name].kind in AUTHORITIES for name in self.sources)

    def render(self, figures: dict[str, Figure], day: date) -> str | None:
        """The sentence with the values of ``day``; None when a figure has no value on that day."""
        missing = False

        def value_of(match: re.Match[str]) -> str:
            nonlocal missing
            figure = figures[match["id"]]
            value = figure.on(date.fromisoformat(match["on"]) if match["on"] else day)
            if value is None:
                missing = True
                return "?"
            if match["part"] is None:
                return figure.format(value.value)
            moment = value.valid_from if match["part"] == "from" else value.valid_to
            missing = missing or moment is None
            return format_date(moment) if moment else "?"

        text = FIGURE_REFERENCE.sub(value_of, self.text)
        return None if missing else text

    def verified_for(self, figures: dict[str, Figure], day: date) -> date | None:
        """The day the sentence said for ``day`` was verified; None when an amount was another one then."""
        if self.verified_on is None or self.confidence is Confidence.TO_VERIFY:
            return None
        same = self.render(figures, self.verified_on) == self.render(figures, day)
        return self.verified_on if same else None


FicheId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=50)]
"""Short enough to stand in a Telegram button with the facts already shown (64 bytes)."""


class Fiche(Content):
    """One question a worker asks, and the facts that answer it."""

    id: FicheId
    theme: Slug
    question: str = Field(min_length=10, max_length=140)
    rewordings: list[str] = Field(min_length=5, max_length=25)
    facts: list[Fact] = Field(min_length=3, max_length=30)
    related: list[Slug] = []
    contacts: list[Slug] = []

    @model_validator(mode="after")
    def _has_an_answer(self) -> Fiche:
        if not any(fact.role is Role.ANSWER for fact in self.facts):
            raise ValueError("la section « ## Réponse » manque : un à trois faits qui répondent tout de suite")
        slugs = [fact.slug for fact in self.facts]
        for slug in slugs:
            if slugs.count(slug) > 1:
                raise ValueError(f"deux faits portent le même nom « {slug} »")
        return self


class Theme(Content):
    """A folder of fiches."""

    id: Slug
    title: str = Field(min_length=3, max_length=60)
    order: int


class Situation(StrEnum):
    """Where somebody stands, as far as it decides who can help: an office may be useless to him, or frighten him."""

    ANY = "tous"
    ABROAD = "hors_de_france"
    UNDOCUMENTED = "sans_papiers"
    PUBLIC_AGENT = "agent_public"


class Contact(Content):
    """Somebody to call or write to. Only what a source confirms is published."""

    id: Slug
    name: str
    help: str = Field(min_length=10, max_length=200)
    """What this contact can do, in one short sentence."""
    phone: str | None = None
    url: HttpUrl | None = None
    place: str | None = None
    """Where to find it, when it has neither number nor address of its own (« dans votre administration »)."""
    hours: str | None = None
    price: str | None = None
    names: list[str] = []
    """How a question names it, as ``fold`` writes it: « pole emploi ». A final ``*`` stands for any ending."""
    topics: list[str] = []
    """Words of what it deals with, written likewise: enough to send somebody there when nothing else is known."""
    general_for: list[Situation] = []
    """Those to whom it is given when nobody better is known."""
    not_for: list[Situation] = []
    """Those whom it cannot help, or may frighten."""
    sources: list[Slug] = Field(min_length=1)
    expires_on: date

    @model_validator(mode="after")
    def _can_be_reached(self) -> Contact:
        if not (self.phone or self.url or self.place):
            raise ValueError("un contact a un téléphone (phone), une adresse (url) ou un lieu (place)")
        return self

    @field_validator("names", "topics")
    @classmethod
    def _is_folded(cls, names: list[str]) -> list[str]:
        for name in names:
            if name != fold(name):
                raise ValueError(f"« {name} » s'écrit sans accent ni majuscule : « {fold(name)} »")
        return names


class Sourced(Content):
    """Something known of a platform, with the page that says it."""

    value: str | list[str]
    source: Slug
    note: str | None = None
    """How old the page is, or what it does not say."""


class Platform(Content):
    """A platform, as far as its pages were read: a field without a source is absent, never guessed."""

    id: Slug
    name: str
    aliases: list[str] = []
    """As people type it, old names included."""
    fiche: Slug
    kind: str
    state: Sourced | None = None
    entity: Sourced | None = None
    country: Sourced | None = None
    open_in_france: Sourced | None = None
    payment: Sourced | None = None
    threshold: Sourced | None = None
    delay: Sourced | None = None
    official_domains: Sourced | None = None
    """Registrable domains that are its own: any other that carries its name is a look-alike."""
    dispute_contact: Sourced | None = None
    fairwork: Sourced | None = None

    @property
    def known(self) -> dict[str, Sourced]:
        """The fields that have a source."""
        fields = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: value for name, value in fields if isinstance(value, Sourced)}


MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def format_date(day: date) -> str:
    """``2026-06-01`` as a reader expects it: ``1er juin 2026``."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def format_number(value: Decimal, cents: bool = False) -> str:
    """French number: thousands split by a space, a comma; ``cents``: two decimals when there are some."""
    if value == value.to_integral_value():
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.2f}" if cents else f"{value.normalize():,f}"
    return text.replace(",", " ").replace(".", ",")
