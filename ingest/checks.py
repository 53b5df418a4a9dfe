"""What a valid library may still get wrong: periods, expiries, amounts with one source, stale reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations

from ingest import calibration_file
from ingest.leaks import leak_problems
from ingest.publishers import publisher_problems
from knowledge.golden import load_golden
from knowledge.library import Library, Problem
from knowledge.model import Audience, Confidence, Fact, Role, SourceKind
from knowledge.publishers import Registry

LAW_MAX = timedelta(days=731)
CONTACT_MAX = timedelta(days=366)
# An amount typed in prose: 1 234 €, 25,6 %. Small round shares of a study are caught too, and are
# allowed when the sentence names its year.
_AMOUNT = re.compile(r"\d[\d\s]*(?:,\d+)?\s?(?:€|euros?\b|%)")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_FORBIDDEN = re.compile(r"\bvous avez droit\b", re.IGNORECASE)


@dataclass
class Report:
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def check_library(library: Library, today: date) -> Report:
    """Every check of a loaded library, as of ``today``."""
    report = Report()
    registry = Registry(library.publishers)
    for fact in library.facts.values():
        path, line = library.lines[fact.id]
        report.errors += [Problem(path, line, f"{fact.slug} : {text}") for text in _errors(library, registry, fact)]
        report.warnings += [Problem(path, line, f"{fact.slug} : {text}") for text in _warnings(library, fact, today)]
    for contact in library.contacts.values():
        if contact.expires_on - today > CONTACT_MAX:
            report.errors.append(
                Problem(*library.lines[contact.id], "un contact se relit au moins une fois par an (expires_on)")
            )
        if contact.expires_on < today:
            report.warnings.append(Problem(*library.lines[contact.id], "contact à relire (expires_on est passé)"))
    for source in library.sources.values():
        if source.read_on > today:
            report.errors.append(Problem(*library.lines[source.id], "read_on est dans le futur"))
        if source.page_date and source.page_date > source.read_on:
            report.errors.append(Problem(*library.lines[source.id], "page_date est après read_on"))
    report.errors += _twice(library)
    report.errors += publisher_problems(library)
    report.errors += leak_problems(library)
    report.errors += _awaited_in_vain(library)
    used = {source for fact in library.facts.values() for source in fact.sources}
    used |= {source for contact in library.contacts.values() for source in contact.sources}
    used |= {source for figure in library.figures.values() for value in figure.series for source in value.sources}
    used |= {known.source for platform in library.platforms.values() for known in platform.known.values()}
    catalogue = library.catalogue
    for entries in (catalogue.signals, catalogue.reassuring, catalogue.patterns, catalogue.checks):
        used |= {entry.source for entry in entries}
    for source_id in library.sources.keys() - used:
        report.warnings.append(Problem(*library.lines[source_id], f"la source « {source_id} » ne sert à rien"))
    saved = list((library.folder / "models").glob("answers-*.json.gz"))
    if saved and not any(calibration_file.is_current(library.folder, path) for path in saved):
        path = str(saved[0].relative_to(library.folder.parent))
        report.warnings.append(Problem(path, 1, "réglé sur d'autres questions : python -m ingest calibrate"))
    report.errors.sort()
    report.warnings.sort()
    return report


def _errors(library: Library, registry: Registry, fact: Fact) -> Iterator[str]:
    kinds = {library.sources[source].kind for source in fact.sources}
    read = min(library.sources[source].read_on for source in fact.sources)
    if fact.expires_on - read > LAW_MAX:
        yield "expires_on : une source se relit au plus tard 24 mois après sa lecture"
    if _FORBIDDEN.search(fact.text):
        yield "« vous avez droit » : écrivez la règle et sa condition (« La règle est… »)"
    if not fact.text.rstrip('»" ').endswith((".", "!", "?")):
        yield "la phrase doit finir par un point"
    if fact.figure_ids and fact.confidence is not Confidence.TO_VERIFY and not _confirmed(library, registry, fact):
        yield "un montant a deux sources indépendantes (sur le fait ou dans figures.yaml), ou confidence: a_verifier"
    if kinds == {SourceKind.PRESS} and fact.confidence is Confidence.HIGH:
        yield "une seule source de presse ne donne pas confidence: elevee"


def _warnings(library: Library, fact: Fact, today: date) -> Iterator[str]:
    if fact.expires_on < today:
        yield f"à relire : expires_on est passé ({fact.expires_on})"
    if fact.valid_to and fact.valid_to < today:
        yield f"la période est finie ({fact.valid_to}) : ce fait n'est plus jamais donné comme actuel"
    if fact.render(library.figures, today) is None:
        yield "un montant de cette phrase n'a pas de valeur aujourd'hui : la phrase n'est pas donnée"
    if _AMOUNT.search(fact.text) and not _YEAR.search(fact.text):
        yield "un montant ou un taux est tapé dans la phrase : mettez-le dans figures.yaml, ou datez-le"
    if fact.role is Role.STEP and fact.audience == []:
        yield f"audience vide : mettez [{Audience.ALL}]"


def _confirmed(library: Library, registry: Registry, fact: Fact) -> bool:
    """Whether two independent sources, of the fact or of its figures' latest values, give its amounts."""
    ids = set(fact.sources)
    for name in fact.figure_ids:
        ids |= set(library.figures[name].series[-1].sources)
    sources = [library.sources[source] for source in ids]
    return any(registry.independent(one, other) for one, other in combinations(sources, 2))


def _awaited_in_vain(library: Library) -> Iterator[Problem]:
    """A golden row whose fact is gone would count as a miss for ever."""
    folder = library.folder / "golden"
    where = str(folder.relative_to(library.folder.parent))
    for row in load_golden(folder):
        for name in sorted({name for entry in row.facts for name in entry.split("|")} - library.facts.keys()):
            yield Problem(
                where, 1, f"{row.id} attend « {name} », qui n'existe pas : redirects.yaml dit qui le remplace"
            )


def _twice(library: Library) -> Iterator[Problem]:
    """The same sentence, the same address, or the same rewording in two places."""
    texts = Counter(fact.text for fact in library.facts.values())
    for fact in library.facts.values():
        if texts[fact.text] > 1:
            yield Problem(*library.lines[fact.id], f"{fact.slug} : cette phrase est écrite deux fois")
    urls: dict[str, str] = {}
    for source in library.sources.values():
        other = urls.setdefault(str(source.url), source.id)
        if other != source.id and str(library.sources[other].title) == source.title:
            yield Problem(*library.lines[source.id], f"même adresse et même titre que la source « {other} »")
    rewordings: dict[str, str] = {}
    for fiche in library.fiches.values():
        for text in fiche.rewordings:
            other = rewordings.setdefault(text.lower(), fiche.id)
            if other != fiche.id:
                yield Problem(*library.lines[fiche.id], f"la reformulation « {text} » est aussi dans « {other} »")
