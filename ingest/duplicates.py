"""``ingest duplicates``: facts that say nearly the same thing, and facts that may say two different things of one.

A pair is judged once, by a person: the wording is mended, or the pair goes into ``knowledge/duplicates.yaml`` with
the reason why both stay (a fiche is read alone: the same advice may stand in two).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations

import numpy as np
from pydantic import Field
from rapidfuzz import fuzz

from ingest.checks import Report
from ingest.passages import passages_of
from knowledge import library as libraries
from knowledge.embeddings import EmbeddingCache
from knowledge.generation import FACT, Passage
from knowledge.library import Library, Problem
from knowledge.model import MONTHS, Content, Figure
from knowledge.text import fold, stems, words

FILE = "duplicates.yaml"
SAME_MEANING = 0.93
"""Cosine below which two facts are not compared further: the least of the pairs read as alike (November 2026)."""
SAME_WORDS = 80
"""Likeness of the stemmed words (0–100, rapidfuzz) from which two facts are nearly one sentence."""
SAME_SUBJECT = 65
"""Likeness from which two different quantities of one unit are worth a look."""
SAME_LABEL = 88
"""Likeness of the labels of two figures that may be one."""
_QUANTITY = re.compile(r"(?P<number>\d+(?:,\d+)?)\s*(?P<unit>%|€|[a-z]+)")
_NOT_UNITS = {fold(month) for month in MONTHS} | {"er", "e"}

Pair = frozenset[str]


class Accepted(Content):
    """Two facts, or two figures, that stay as they are."""

    pair: list[str] = Field(min_length=2, max_length=2)
    reason: str = Field(min_length=10, max_length=200)

    @property
    def id(self) -> str:
        return " + ".join(self.pair)


def check_duplicates(library: Library, cache: EmbeddingCache, today: date) -> Report:
    """Errors: pairs nobody accepted. Warnings: accepted pairs that are no longer alike."""
    accepted, places = libraries.read_records(Accepted, library.folder / FILE)
    known = {frozenset(entry.pair): name for name, entry in accepted.items()}
    found = dict([*_alike_facts(library, cache, today), *_alike_figures(library)])
    report = Report()
    for pair, said in found.items():
        if pair not in known:
            first, second = sorted(pair)
            (path, line), (other, other_line) = library.lines[first], library.lines[second]
            advice = f"corrigez l'un, ou ajoutez la paire à {FILE} avec la raison"
            report.errors.append(Problem(path, line, f"{first} et {second} ({other}:{other_line}) : {said} ; {advice}"))
    for pair in known.keys() - found.keys():
        name = known[pair]
        report.warnings.append(Problem(*places[name], f"{name} ne se ressemblent plus : ôtez cette ligne"))
    report.errors.sort()
    report.warnings.sort()
    return report


def _alike_facts(library: Library, cache: EmbeddingCache, today: date) -> Iterator[tuple[Pair, str]]:
    facts = [passage for passage in passages_of(library, today) if passage.kind == FACT]
    vectors = cache.documents([passage.text for passage in facts])
    near = np.triu(vectors @ vectors.T, k=1) >= SAME_MEANING
    for here, there in np.argwhere(near):
        said = _compared(facts[here], facts[there])
        if said:
            yield frozenset((facts[here].id, facts[there].id)), said


def _compared(one: Passage, other: Passage) -> str | None:
    """What a maintainer should look at in two facts of close meaning, or None."""
    likeness = fuzz.token_sort_ratio(" ".join(stems(one.text)), " ".join(stems(other.text)))
    if likeness < SAME_SUBJECT:
        return None
    for unit, numbers in _quantities(one.text).items():
        others = _quantities(other.text).get(unit)
        if others and not numbers & others:
            return f"deux valeurs, {' et '.join(sorted(numbers))} contre {' et '.join(sorted(others))} ({unit})"
    return "presque la même phrase" if likeness >= SAME_WORDS else None


def _quantities(text: str) -> dict[str, set[str]]:
    """Unit → numbers: « 3 ans et 375 000 € » → {"ans": {"3"}, "€": {"375000"}}."""
    found: dict[str, set[str]] = defaultdict(set)
    joined = re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d{3}\b)", "", fold(text))
    for match in _QUANTITY.finditer(joined):
        if match["unit"] not in _NOT_UNITS:
            found[match["unit"]].add(match["number"])
    return found


def _alike_figures(library: Library) -> Iterator[tuple[Pair, str]]:
    """Two figures of one unit whose labels say the same: one quantity, perhaps two values."""
    labels = {name: " ".join(words(figure.label)) for name, figure in library.figures.items()}
    for one, other in combinations(library.figures.values(), 2):
        if one.unit is other.unit and fuzz.token_sort_ratio(labels[one.id], labels[other.id]) >= SAME_LABEL:
            yield frozenset((one.id, other.id)), f"deux montants de même nom, {_latest(one)} et {_latest(other)}"


def _latest(figure: Figure) -> str:
    return figure.format(figure.series[-1].value)
