"""Generations side by side: what each holds, what changed between two, which may be published or deleted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.settings import IngestSettings
from knowledge.generation import Contents, GenerationError, active_id, previous_id, read_manifest
from knowledge.model import Fact
from knowledge.scores import Count, GenerationScores, Measure, read_scores
from knowledge.vectors import vectors_of

RIGHT = "right facts in the answer"

WATCHED = {
    RIGHT: "les bons faits sont dans la réponse",
    "status right": "répond, se tait ou renvoie à raison",
    "not answered with facts when it must not be": "se tait quand il ne sait pas",
    "distress recognised": "reconnaît la détresse",
}
"""The scores that decide, by their name in ``benchmarks answers``."""

PRUNED = ".pruned-"


@dataclass(frozen=True)
class Entry:
    """One line of the list. A generation of another version of ClicDroit has its name and its size only."""

    id: str
    serving: bool
    previous: bool
    megabytes: float
    readable: bool
    created_at: str | None = None
    model: str | None = None
    fiches: int | None = None
    facts: int | None = None
    passages: int | None = None
    scores: GenerationScores | None = None


def entries(settings: IngestSettings) -> list[Entry]:
    """All generations, newest first."""
    return [_entry(settings, folder) for folder in sorted(_folders(settings), reverse=True)]


def find(settings: IngestSettings, name: str) -> str:
    """The id of the one generation that has ``name`` in its id; raises ``GenerationError``."""
    if not name:
        raise GenerationError("il manque le nom d'une génération ; liste : python -m ingest generations")
    known = sorted(folder.name for folder in _folders(settings))
    found = [name] if name in known else [identifier for identifier in known if name in identifier]
    if len(found) == 1:
        return found[0]
    why = "n'existe pas" if not found else f"peut être {', '.join(found)}"
    raise GenerationError(f"la génération « {name} » {why} ; liste : python -m ingest generations")


def _folders(settings: IngestSettings) -> Iterator[Path]:
    if settings.generations_dir.exists():
        yield from (path for path in settings.generations_dir.iterdir() if not path.name.startswith("."))


def _entry(settings: IngestSettings, folder: Path) -> Entry:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    serving, previous = folder.name == active_id(settings), folder.name == previous_id(settings)
    try:
        manifest = read_manifest(folder)
    except GenerationError:
        return Entry(folder.name, serving, previous, round(size, 1), readable=False)
    return Entry(
        folder.name,
        serving,
        previous,
        round(size, 1),
        readable=True,
        created_at=manifest.created_at,
        model=manifest.model,
        fiches=manifest.fiches,
        facts=manifest.facts,
        passages=manifest.passages,
        scores=read_scores(settings.scores_dir, folder.name),
    )


@dataclass(frozen=True)
class Change:
    """A fact that two generations say differently."""

    fact_id: str
    old: str
    new: str
    fields: list[str]
    """What changed besides the sentence, in French."""


@dataclass(frozen=True)
class Difference:
    added: dict[str, str]
    """Fact id → its sentence."""
    removed: dict[str, str]
    redirects: dict[str, str]
    """Removed fact id → the one that takes its place."""
    changed: list[Change]


_FIELDS = {
    "sources": "sources",
    "audience": "public",
    "confidence": "confiance",
    "role": "section",
    "valid_from": "début de la règle",
    "valid_to": "fin de la règle",
    "expires_on": "date de relecture",
    "articles": "articles de loi",
}


def difference(old: Contents, new: Contents, today: date) -> Difference:
    """What changed from ``old`` to ``new``, amounts rendered at ``today``."""
    return Difference(
        added={name: sentence(new, fact, today) for name, fact in new.facts.items() if name not in old.facts},
        removed={name: sentence(old, fact, today) for name, fact in old.facts.items() if name not in new.facts},
        redirects={name: target for name, target in new.redirects.items() if name in old.facts},
        changed=[
            change
            for name in old.facts.keys() & new.facts.keys()
            if (change := _change(old, new, name, today)).old != change.new or change.fields
        ],
    )


def _change(old: Contents, new: Contents, name: str, today: date) -> Change:
    before, after = old.facts[name], new.facts[name]
    fields = [label for field, label in _FIELDS.items() if getattr(before, field) != getattr(after, field)]
    return Change(name, sentence(old, before, today), sentence(new, after, today), fields)


def sentence(contents: Contents, fact: Fact, today: date) -> str:
    """The sentence of a fact; as it is written when one of its amounts has no value on ``today``."""
    return fact.render(contents.figures, today) or fact.text


@dataclass(frozen=True)
class Fall:
    """A watched score of a candidate below that of the serving generation."""

    label: str
    old: Count
    new: Count

    @property
    def points(self) -> float:
        """In percentage points, positive."""
        return 100 * (self.old[0] / self.old[1] - self.new[0] / self.new[1])


def comparable(old: GenerationScores | None, new: GenerationScores | None) -> tuple[Measure, Measure] | None:
    """The measures of both on the same questions of the same half, if there are any."""
    if old is None or new is None:
        return None
    for half, measure in new.halves.items():
        if half in old.halves and old.halves[half].golden == measure.golden:
            return old.halves[half], measure
    return None


def falls(old: Measure, new: Measure, drop_max: float) -> list[Fall]:
    """The watched scores that fall by more than ``drop_max`` (a proportion)."""
    shared = [name for name in WATCHED if name in old.rates and name in new.rates]
    found = [Fall(WATCHED[name], old.rates[name], new.rates[name]) for name in shared]
    return [fall for fall in found if fall.points > 100 * drop_max + 1e-9]


def prune(settings: IngestSettings, keep: int, dry_run: bool = False) -> list[Entry]:
    """Delete old generations but the serving one, the previous one and the ``keep`` newest; returns the deleted.

    Raises ``VectorsDownError`` (Chroma server).
    """
    idle = [entry for entry in entries(settings) if not (entry.serving or entry.previous)]
    kept = {entry.id for entry in [entry for entry in idle if entry.readable][:keep]}
    doomed = [entry for entry in idle if entry.id not in kept]
    if dry_run:
        return doomed
    for entry in doomed:
        # Renamed first: a deletion that is cut short leaves nothing that could be opened.
        folder = settings.generations_dir / entry.id
        folder.rename(folder.with_name(PRUNED + entry.id))
        vectors_of(settings, folder, entry.id).drop()
    for folder in settings.generations_dir.glob(PRUNED + "*"):
        shutil.rmtree(folder, ignore_errors=True)
    return doomed


def entry_row(entry: Entry) -> str:
    """One JSON line."""
    row = {name: value for name, value in vars(entry).items() if name != "scores"}
    row["scores"] = entry.scores.model_dump(mode="json")["halves"] if entry.scores else None
    return json.dumps(row, ensure_ascii=False)
