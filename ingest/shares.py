"""Shares of the base: facts under an official text, amounts under two sources, facts read a second time, golden
questions whose right facts exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from knowledge.golden import GoldenQuestion
from knowledge.library import Library
from knowledge.model import Fact, FigureValue
from knowledge.publishers import Registry
from knowledge.scores import Count

ROOM = Path("docs/verification")

# A row of these tables is a reading only when somebody opened the page and judged the whole sentence.
_NOT_READ = ("page non retrouvée", "non relu", "en partie")
_NAMED = re.compile(r"(?<![\w/-])([a-z0-9-]+/[a-z0-9-]+)(?![\w/-])")


@dataclass(frozen=True)
class Share:
    title: str
    goal: int  # percent
    of: int
    missing: list[str]  # one line each, in the order of the base

    @property
    def count(self) -> Count:
        return (self.of - len(self.missing), self.of)


def shares_of(library: Library, room: Path, golden: Sequence[GoldenQuestion]) -> list[Share]:
    """The shares, with what each still misses; ``room`` holds the tables of second readings."""
    facts = list(library.facts.values())
    own = sum(not _on_a_platform(library, fact) for fact in facts)
    bare = [fact for fact in facts if not fact.is_backed(library.sources)]
    read = read_again(room)
    values = [(figure.id, value) for figure in library.figures.values() for value in figure.series]
    registry = Registry(library.publishers)
    lonely = [
        f"{name} depuis le {value.valid_from}" for name, value in values if not _is_seconded(library, registry, value)
    ]
    return [
        Share(
            "faits avec un texte de loi, une décision ou une page officielle",
            75,
            len(facts),
            [fact.id for fact in bare],
        ),
        Share(
            "les mêmes, hors fiches sur une plateforme",
            75,
            own,
            [fact.id for fact in bare if not _on_a_platform(library, fact)],
        ),
        Share("valeurs de figures.yaml avec deux sources indépendantes", 100, len(values), lonely),
        Share(
            "faits relus par une seconde personne, selon docs/verification",
            100,
            len(facts),
            [fact.id for fact in facts if fact.id not in read],
        ),
        _of_golden(golden),
    ]


def _of_golden(golden: Sequence[GoldenQuestion]) -> Share:
    """Of the golden questions on the subject, those whose right facts exist (``ingest check`` sees that they do). What
    is missing to a row of the unseen half is not shown."""
    asked = [row for row in golden if row.facts or row.missing]
    return Share(
        "questions d'essai sur le sujet dont les bons faits existent",
        97,
        len(asked),
        [
            f"{row.id} : {row.missing}" if row.split == "dev" else "une question gardée"
            for row in asked
            if not row.facts
        ],
    )


def read_again(room: Path) -> set[str]:
    """The facts that a row of these tables names with a verdict."""
    return {fact for path in sorted(room.glob("*.md")) for fact in _facts_read(path.read_text("utf-8"))}


def _facts_read(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.startswith("|") and not any(f"| {verdict} |" in line for verdict in _NOT_READ):
            yield from _NAMED.findall(line)


def _on_a_platform(library: Library, fact: Fact) -> bool:
    return library.fiches[fact.fiche].theme == "plateformes"


def _is_seconded(library: Library, registry: Registry, value: FigureValue) -> bool:
    sources = [library.sources[source] for source in value.sources]
    return any(registry.independent(one, other) for one, other in combinations(sources, 2))
