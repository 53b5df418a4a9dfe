"""What the report shows, counted from the serving generation and from what was measured. No HTML here."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from textwrap import shorten

from ingest.gaps import ComplaintGroup, GapGroup
from ingest.generations import RIGHT, WATCHED, sentence
from knowledge.generation import Contents, Manifest
from knowledge.model import Confidence
from knowledge.scores import Count, GenerationScores

HORIZON_DAYS = 120
"""How far the list of deadlines looks ahead; the months after are counted only."""
HOSTS_SHOWN = 20
NAMES_SHOWN, NAME_WIDTH = 2, 70
"""Amounts or contacts named in a line, and the characters of each."""

CONFIDENCES = {Confidence.HIGH: "élevée", Confidence.MEDIUM: "moyenne", Confidence.TO_VERIFY: "à vérifier"}

REREAD, AMOUNT = "faits à relire", "montants qui finissent"
CONTACT, RULE = "contacts à relire", "règles qui finissent"
ONE = {REREAD: "fait à relire", AMOUNT: "montant qui finit", CONTACT: "contact à relire", RULE: "règle qui finit"}
"""The kinds of deadline, in the order of the chart, and how one of them is said."""
SETTLED, UNREAD = "à jour", "pas encore relue"
"""Pages that wait for nobody: accepted as they are, never read again here."""
MONTHS_AHEAD = 24
SHORT_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


@dataclass(frozen=True)
class Deadline:
    """What to look at by ``day`` in one file: facts to read again, rules or amounts that end, contacts."""

    day: date
    what: str
    where: str
    """The fiche's question, or what the file holds."""
    file: str
    """What to open, under ``knowledge/``."""
    texts: list[str]
    """The facts' sentences, the amounts' labels or the contacts' names; never empty."""

    def label(self, today: date) -> str:
        """How many, and of what."""
        ended = self.what == AMOUNT and self.day < today
        many, one = (
            ("montants sans valeur à jour", "montant sans valeur à jour") if ended else (self.what, ONE[self.what])
        )
        return f"{len(self.texts)} {many}" if len(self.texts) > 1 else one

    @property
    def subject(self) -> str:
        """What it is about: the fiche's question, or the first amounts or contacts."""
        if self.what not in (AMOUNT, CONTACT):
            return self.where
        names = [shorten(text, NAME_WIDTH, placeholder="…") for text in self.texts[:NAMES_SHOWN]]
        left = len(self.texts) - len(names)
        return " ; ".join([*names, *([f"et {left} autre{'s' if left > 1 else ''}"] if left else [])])


@dataclass(frozen=True)
class Month:
    """A month of the calendar; before the first one, all that is late."""

    first: date | None
    counts: dict[str, int]
    """By kind of deadline: facts, rules, amounts or contacts."""

    @property
    def label(self) -> str:
        return f"{SHORT_MONTHS[self.first.month - 1]} {self.first:%Y}" if self.first else "en retard"

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class ThemeRow:
    title: str
    fiches: int
    confidence: dict[Confidence, int]
    """Facts by confidence."""
    served: Count | None
    """Golden questions of the theme: (all facts given, all); None when not measured."""

    @property
    def facts(self) -> int:
        return sum(self.confidence.values())

    @property
    def short(self) -> str:
        """For a chart."""
        return shorten(re.split("[:,]", self.title)[0], 24, placeholder="…")


@dataclass(frozen=True)
class SourceRow:
    """A kind of source, or a host."""

    name: str
    sources: int
    facts: int
    oldest_read: date


@dataclass(frozen=True)
class Silent:
    """A fact that is not given today."""

    fact_id: str
    text: str
    why: str


@dataclass(frozen=True)
class Point:
    """One measure of the golden scores."""

    label: str
    rates: dict[str, Count]


@dataclass(frozen=True)
class State:
    today: date
    manifest: Manifest
    deadlines: list[Deadline]
    """Past ones first, up to ``HORIZON_DAYS``."""
    months: list[Month]
    themes: list[ThemeRow]
    kinds: list[SourceRow]
    hosts: list[SourceRow]
    host_count: int
    silent: list[Silent]
    backed: Count
    """Facts with a law, an official site or a court among their sources."""
    right: Count | None
    """Golden questions that get all their facts from the serving generation; None when not measured."""
    by_generation: list[Point]
    """On the dev half, oldest first."""
    unseen: list[Point]
    """Runs on the half kept apart, oldest first."""
    gaps: list[GapGroup] | None
    """None: no file was given, nothing is known of what people asked."""
    complaints: list[ComplaintGroup]
    fiches: dict[str, str]
    """Fiche id → its question."""
    links: dict[str, int]
    """Sources by what became of their pages, empty when none was read again on this machine."""

    @property
    def overdue(self) -> list[Deadline]:
        return [deadline for deadline in self.deadlines if deadline.day < self.today]

    @property
    def busiest(self) -> Month | None:
        """The month of the coming year with the most to look at."""
        return max((month for month in self.months[:13] if month.first), key=lambda month: month.total, default=None)

    @property
    def confidence(self) -> dict[Confidence, int]:
        return {level: sum(theme.confidence.get(level, 0) for theme in self.themes) for level in CONFIDENCES}


def collect(
    contents: Contents,
    scores: GenerationScores | None,
    by_generation: list[Point],
    unseen: list[Point],
    gaps: list[GapGroup] | None,
    complaints: list[ComplaintGroup],
    links: dict[str, int],
    today: date,
) -> State:
    """Count everything once."""
    deadlines = sorted(_deadlines(contents, today), key=lambda deadline: (deadline.day, deadline.where))
    near = [deadline for deadline in deadlines if (deadline.day - today).days <= HORIZON_DAYS]
    hosts = _source_rows(contents, {name: source.url.host or "?" for name, source in contents.sources.items()})
    labels: dict[str, str] = contents.messages["source_kinds"]
    kinds = _source_rows(contents, {name: labels[source.kind] for name, source in contents.sources.items()})
    return State(
        today=today,
        manifest=contents.manifest,
        deadlines=near,
        months=_months(deadlines, today),
        themes=_themes(contents, scores),
        kinds=kinds,
        hosts=hosts[:HOSTS_SHOWN],
        host_count=len(hosts),
        silent=list(_silent(contents, today)),
        backed=(sum(fact.is_backed(contents.sources) for fact in contents.facts.values()), len(contents.facts)),
        right=scores.halves["dev"].rates.get(RIGHT) if scores and "dev" in scores.halves else None,
        by_generation=by_generation,
        unseen=unseen,
        gaps=gaps,
        complaints=complaints,
        fiches={fiche.id: fiche.question for fiche in contents.fiches.values()},
        links=links,
    )


def _deadlines(contents: Contents, today: date) -> Iterable[Deadline]:
    texts: dict[tuple[date, str, str, str], list[str]] = defaultdict(list)
    for fiche in contents.fiches.values():
        file = f"fiches/{fiche.theme}/{fiche.id}.md"
        for fact in fiche.facts:
            said = sentence(contents, fact, today)
            texts[fact.expires_on, REREAD, fiche.question, file].append(said)
            if fact.valid_to:
                texts[fact.valid_to, RULE, fiche.question, file].append(said)
    used = {name for fact in contents.facts.values() for name in fact.figure_ids}
    for figure in contents.figures.values():
        end = figure.series[-1].valid_to
        if end and figure.id in used:
            texts[end, AMOUNT, "Montants et taux", "figures.yaml"].append(figure.label)
    for contact in contents.contacts.values():
        texts[contact.expires_on, CONTACT, "Contacts", "contacts.yaml"].append(contact.name)
    return (Deadline(*key, listed) for key, listed in texts.items())


def _months(deadlines: list[Deadline], today: date) -> list[Month]:
    """What is late, then each of the coming months, empty ones too."""
    firsts = [
        date(today.year + (today.month - 1 + n) // 12, (today.month - 1 + n) % 12 + 1, 1) for n in range(MONTHS_AHEAD)
    ]
    counts: dict[date | None, Counter[str]] = defaultdict(Counter)
    for deadline in deadlines:
        first = None if deadline.day < today else deadline.day.replace(day=1)
        counts[first][deadline.what] += len(deadline.texts)
    return [Month(first, dict(counts[first])) for first in [None, *firsts]]


def _themes(contents: Contents, scores: GenerationScores | None) -> list[ThemeRow]:
    measure = scores.halves.get("dev") if scores else None
    rows = []
    for theme in contents.themes.values():
        fiches = [fiche for fiche in contents.fiches.values() if fiche.theme == theme.id]
        confidence = Counter(fact.confidence for fiche in fiches for fact in fiche.facts)
        served = measure.themes.get(theme.id) if measure else None
        rows.append(ThemeRow(theme.title, len(fiches), dict(confidence), served))
    return rows


def _source_rows(contents: Contents, group_of: dict[str, str]) -> list[SourceRow]:
    """``group_of``: source id → the group it is counted in. Largest group first."""
    sources: dict[str, list[str]] = defaultdict(list)
    for name, group in group_of.items():
        sources[group].append(name)
    facts = Counter(group for fact in contents.facts.values() for group in {group_of[name] for name in fact.sources})
    rows = [
        SourceRow(group, len(names), facts[group], min(contents.sources[name].read_on for name in names))
        for group, names in sources.items()
    ]
    return sorted(rows, key=lambda row: (-row.sources, row.name))


def _silent(contents: Contents, today: date) -> Iterable[Silent]:
    for fact in contents.facts.values():
        if fact.valid_to and fact.valid_to < today:
            yield Silent(fact.id, sentence(contents, fact, today), "la période de la règle est finie")
        elif fact.valid_from and fact.valid_from > today:
            yield Silent(fact.id, sentence(contents, fact, today), "la règle ne vaut pas encore")
        elif fact.render(contents.figures, today) is None:
            yield Silent(fact.id, fact.text, "un montant n'a pas de valeur aujourd'hui")


def points_of(scores: Iterable[GenerationScores]) -> list[Point]:
    """Measures on the dev half, in the order of ``scores``."""
    found = []
    for one in scores:
        if "dev" in one.halves:
            made = datetime.strptime(one.generation[:15], "%Y%m%d-%H%M%S")
            found.append(Point(made.strftime("%d/%m %H:%M"), _watched(one.halves["dev"].rates)))
    return found


def read_runs(path: Path) -> list[Point]:
    """Runs on the unseen half, from ``benchmarks/runs.jsonl``; empty when there is no such file."""
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    points = [
        Point(f"{date.fromisoformat(row['date']):%d/%m} {row['commit'][:4]}", _watched(row["totals"])) for row in rows
    ]
    return [point for point in points if point.rates]


def _watched(rates: dict[str, Count]) -> dict[str, Count]:
    return {WATCHED[name]: (rates[name][0], rates[name][1]) for name in WATCHED if name in rates and rates[name][1]}
