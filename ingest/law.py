"""``ingest law``: are the articles that the facts cite in force, and still worded as when they were read?

``knowledge/law.yaml`` keeps, for each cited article, the wording that a reader compared with the facts. Another
wording in a later snapshot is a warning until somebody has read it again and run ``ingest law --accept``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml

from ingest.checks import Report
from ingest.official.legi import TITLES, Article, Code, normal_number
from knowledge.library import Library, LibraryError, Problem
from knowledge.model import Fact, Source

KEPT = "law.yaml"
_NUMBER = r"[LRD]\.? ?\*?\d[\d-]*(?: [A-Z]\b)?"
_NAMES = "|".join(TITLES.values())
_IN_TITLE = re.compile(rf"^Article (?P<number>{_NUMBER}) du (?P<code>{_NAMES})")
_IN_SENTENCE = re.compile(rf"\barticle (?P<number>{_NUMBER}) du (?P<code>{_NAMES})")
_VERSION = re.compile(r"LEGIARTI\d{12}")

Reference = tuple[str, str]
"""Code (as in ``articles:``) and number of an article."""


@dataclass
class Citations:
    """Who cites what, among the codes that can be looked up."""

    facts: dict[Reference, list[str]] = field(default_factory=lambda: defaultdict(list))
    sources: dict[str, Reference] = field(default_factory=dict)
    elsewhere: Counter[str] = field(default_factory=Counter)
    """Code that is not looked up → how many of its articles are cited; a misspelt name shows here."""
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Kept:
    """The wording a reader compared with the facts."""

    version: str
    digest: str


def citations_of(library: Library) -> Citations:
    """Articles named by the fields, the sources and the sentences of facts."""
    found = Citations()
    for source in library.sources.values():
        match = _IN_TITLE.match(source.title)
        if match:
            found.sources[source.id] = (_code_named(match["code"]), normal_number(match["number"]))
    for fact in library.facts.values():
        declared = dict.fromkeys(_declared(fact))
        declared |= dict.fromkeys(found.sources[source] for source in fact.sources if source in found.sources)
        for reference in declared:
            found.facts[reference].append(fact.id)
        path, line = library.lines[fact.id]
        found.elsewhere.update(code for code, _ in map(_split, fact.articles) if code not in TITLES)
        for name, number in _undeclared(fact, declared):
            advice = f"ajoutez-le au champ articles : [{name} {number}]"
            found.problems.append(Problem(path, line, f"{fact.slug} : l'article {number} est nommé : {advice}"))
    return found


def check_law(library: Library, codes: dict[str, Code], today: date) -> Report:
    """Errors: an article that is not in the code or not in force. Warnings: another wording than the one read."""
    cited = citations_of(library)
    kept = read_kept(library.folder)
    report = Report(errors=list(cited.problems))
    for (name, number), facts in cited.facts.items():
        article = codes[name].articles.get(number)
        wrong = _not_in_force(article, number, codes[name])
        for fact in (library.facts[identifier] for identifier in facts):
            path, line = library.lines[fact.id]
            if wrong or article is None:
                report.errors.append(Problem(path, line, f"{fact.slug} : {wrong}"))
                continue
            for message in [*_reworded(article, kept.get((name, number))), *_changing(article, fact, today)]:
                report.warnings.append(Problem(path, line, f"{fact.slug} : {message}"))
    for source_id, (name, number) in cited.sources.items():
        errors, warnings = _address(library.sources[source_id], codes[name], number)
        report.errors += [Problem(*library.lines[source_id], message) for message in errors]
        report.warnings += [Problem(*library.lines[source_id], message) for message in warnings]
    report.errors.sort()
    report.warnings.sort()
    return report


def read_kept(folder: Path) -> dict[Reference, Kept]:
    """``law.yaml``; empty when nothing was accepted yet. Raises ``LibraryError`` when it cannot be read."""
    path = folder / KEPT
    if not path.exists():
        return {}
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
        return {
            (name, number): Kept(**version) for name in TITLES for number, version in (data.get(name) or {}).items()
        }
    except (yaml.YAMLError, AttributeError, TypeError) as error:
        advice = "illisible : remettez la version d'avant, ou relisez tout puis python -m ingest law --accept"
        raise LibraryError([Problem(f"{folder.name}/{KEPT}", 1, advice)]) from error


def keep(library: Library, codes: dict[str, Code]) -> Path:
    """Write the wording of every cited article as read. Raises ``OSError``."""
    path = library.folder / KEPT
    lines = ["# Écrit par « python -m ingest law --accept » : la rédaction de chaque article cité, telle que relue."]
    cited = citations_of(library).facts
    for name, code in codes.items():
        lines += [f"# {code.title}, version du {code.snapshot}", f"{name}:"]
        for number in sorted(number for other, number in cited if other == name):
            article = code.articles.get(number)
            if article is not None:
                lines.append(f"  {number}: {{version: {article.version}, digest: '{article.digest}'}}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _declared(fact: Fact) -> Iterator[Reference]:
    for name, number in map(_split, fact.articles):
        if name in TITLES:
            yield name, normal_number(number)


def _split(entry: str) -> Reference:
    """``code_travail L7341-1`` → its code and its number."""
    name, _, number = entry.partition(" ")
    return name, number


def _undeclared(fact: Fact, declared: dict[Reference, None]) -> Iterator[Reference]:
    """Articles that a sentence names with one of the two codes, and that nothing of the fact declares."""
    for match in _IN_SENTENCE.finditer(fact.text):
        reference = (_code_named(match["code"]), normal_number(match["number"]))
        if reference not in declared:
            yield reference


def _code_named(title: str) -> str:
    return next(name for name, known in TITLES.items() if known == title)


def _not_in_force(article: Article | None, number: str, code: Code) -> str | None:
    where = f"{code.title} (version du {code.snapshot})"
    if article is None:
        return f"l'article {number} n'est pas dans le {where} : corrigez son numéro, ou retirez-le"
    if not article.in_force_on(code.snapshot):
        return f"l'article {number} n'est pas en vigueur dans le {where} : citez celui qui le remplace"
    return None


def _reworded(article: Article, kept: Kept | None) -> Iterator[str]:
    then = f"lisez {article.url} à côté du fait, puis python -m ingest law --accept"
    if kept is None:
        yield f"l'article {article.number} n'a pas été relu : {then}"
    elif (kept.version, kept.digest) != (article.version, article.digest):
        yield f"l'article {article.number} a changé depuis sa lecture ({kept.version} → {article.version}) : {then}"


def _changing(article: Article, fact: Fact, today: date) -> Iterator[str]:
    """A change already voted that the fact's own dates do not foresee."""
    if article.end is None or min(fact.valid_to or date.max, fact.expires_on) < article.end:
        return
    if article.end <= today:
        yield f"l'article {article.number} a changé le {article.end}, après cette copie : relisez-le sur Légifrance"
    else:
        yield f"l'article {article.number} change le {article.end} : mettez la veille dans valid_to ou expires_on"


def _address(source: Source, code: Code, number: str) -> tuple[list[str], list[str]]:
    """Does the address of a source lead to the article of its title? Errors, warnings."""
    match = _VERSION.search(str(source.url))
    if match is None:
        return [], [f"{source.id} : l'adresse ne nomme aucune version d'article (LEGIARTI…)"]
    led_to = code.versions.get(match[0])
    article = code.articles.get(number)
    if led_to is None:
        return [], [f"{source.id} : {match[0]} n'est pas dans cette copie du code : plus récente ? relisez la page"]
    if led_to != number:
        return [f"{source.id} : le titre dit {number}, l'adresse mène à {led_to} : corrigez l'un des deux"], []
    if article is not None and article.version != match[0]:
        return [], [f"{source.id} : l'adresse mène à une version passée ; celle du {code.snapshot} : {article.url}"]
    return [], []
