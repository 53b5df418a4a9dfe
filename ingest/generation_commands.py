"""``ingest generations | diff | publish | prune``."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ingest.generations import (
    RIGHT,
    WATCHED,
    Difference,
    Entry,
    comparable,
    difference,
    entries,
    entry_row,
    falls,
    find,
    prune,
)
from ingest.screen import Today, day_of, decimal, fail, percent, say
from ingest.settings import IngestSettings
from knowledge.embeddings import known_identity
from knowledge.generation import GenerationError, active_id, previous_id, publish, read_contents
from knowledge.model import format_date
from knowledge.scores import GenerationScores, read_scores
from knowledge.vectors import VectorsDownError

app = typer.Typer()

MEASURE = "python -m benchmarks answers --generation {id}"


@app.command()
def generations(
    as_json: Annotated[bool, typer.Option("--json", help="Une ligne JSON par génération.")] = False,
    today: Today = None,
) -> None:
    """Lister les générations : date, modèle, contenu, notes, et celle qui répond."""
    found = entries(IngestSettings())
    if as_json:
        print("\n".join(entry_row(entry) for entry in found))
        return
    if not found:
        fail("aucune base de connaissances construite : lancez make build")
    console = Console(highlight=False)
    console.print(_table([entry for entry in found if entry.readable]))
    console.print("notes : part des questions d'essai qui reçoivent tous leurs faits (benchmarks answers)")
    serving = next((entry.model for entry in found if entry.serving), None)
    console.print(f"modèle de celle qui répond : {serving or 'aucune ne répond'}")
    for entry in found:
        if entry.readable and entry.model != serving:
            console.print(f"autre modèle : {entry.id}, {entry.model}")
    others = [entry.id for entry in found if not entry.readable]
    if others:
        console.print(f"d'une autre version de ClicDroit, illisibles ici (ingest prune) : {', '.join(others)}")


def _table(found: list[Entry]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("", "génération", "faite le", "fiches", "faits", "notes", "Mo"):
        table.add_column(name, no_wrap=True)
    for entry in found:
        state = "répond" if entry.serving else "précédente" if entry.previous else ""
        measure = entry.scores.halves.get("dev") if entry.scores else None
        right = measure.rates.get(RIGHT) if measure else None
        made = datetime.fromisoformat(entry.created_at or "").strftime("%d/%m %H:%M")
        cells = [state, entry.id, made, str(entry.fiches), str(entry.facts), percent(right) if right else "—"]
        table.add_row(*cells, f"{entry.megabytes:.0f}")
    return table


@app.command()
def diff(
    first: Annotated[str, typer.Argument(help="Une génération, ou un morceau de son nom.")],
    second: Annotated[
        str | None, typer.Argument(help="L'autre ; sans elle, « first » est comparée à celle qui répond.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="En JSON, sur une ligne.")] = False,
    today: Today = None,
) -> None:
    """Ce qui change d'une génération à l'autre : faits ajoutés, retirés, changés, et les notes des deux."""
    settings = IngestSettings()
    day = day_of(today)
    try:
        serving = active_id(settings)
        if second is None and serving is None:
            fail("aucune génération ne répond : donnez-en deux")
        old_id, new_id = (find(settings, first), find(settings, second)) if second else (serving, find(settings, first))
        old = read_contents(settings.generations_dir / str(old_id))
        new = read_contents(settings.generations_dir / new_id)
    except GenerationError as error:
        fail(str(error))
    found = difference(old, new, day)
    scores = [read_scores(settings.scores_dir, contents.manifest.id) for contents in (old, new)]
    if as_json:
        notes = [one.model_dump(mode="json")["halves"] if one else None for one in scores]
        row = {"from": old.manifest.id, "to": new.manifest.id, **asdict(found), "scores": notes}
        print(json.dumps(row, ensure_ascii=False))
        return
    print(f"De {old.manifest.id} ({old.manifest.facts} faits) à {new.manifest.id} ({new.manifest.facts} faits),")
    print(f"montants du {format_date(day)}.\n")
    _print_difference(found)
    _print_scores(*scores)


def _print_difference(found: Difference) -> None:
    print(f"{len(found.added)} fait(s) ajouté(s)")
    for name, text in sorted(found.added.items()):
        print(f"  + {name}\n      {text}")
    print(f"{len(found.removed)} fait(s) retiré(s)")
    for name, text in sorted(found.removed.items()):
        instead = f" (remplacé par {found.redirects[name]})" if name in found.redirects else ""
        print(f"  - {name}{instead}\n      {text}")
    print(f"{len(found.changed)} fait(s) changé(s)")
    for change in sorted(found.changed, key=lambda change: change.fact_id):
        print(f"  ~ {change.fact_id}")
        if change.old != change.new:
            print(f"      avant : {change.old}\n      après : {change.new}")
        if change.fields:
            print(f"      change aussi : {', '.join(change.fields)}")


def _print_scores(old: GenerationScores | None, new: GenerationScores | None) -> None:
    measures = comparable(old, new)
    if measures is None:
        print("Notes : pas de mesure commune (python -m benchmarks answers --generation ID).")
        return
    print(f"Notes sur {measures[0].rows} questions d'essai")
    for name, label in WATCHED.items():
        before, after = (measure.rates.get(name) for measure in measures)
        if before and after:
            print(f"  {label} : {percent(before)} → {percent(after)}")


@app.command("publish")
def publish_command(
    generation: Annotated[str | None, typer.Argument(help="Identifiant donné par build ou generations.")] = None,
    previous: Annotated[bool, typer.Option("--previous", help="Revenir à celle qui répondait avant.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Publier même si les notes baissent.")] = False,
    today: Today = None,
) -> None:
    """Faire répondre le bot avec cette génération ; refusé si ses notes baissent trop."""
    if (generation is None) is not previous:
        fail("donnez l'identifiant d'une génération, ou --previous (pas les deux)")
    settings = IngestSettings()
    try:
        identifier = previous_id(settings) if generation is None else find(settings, generation)
        if identifier is None:
            fail("aucune génération précédente connue : choisissez avec python -m ingest generations")
        _refuse_what_cannot_answer(settings, identifier)
        if not (previous or force):
            _refuse_what_answers_worse(settings, identifier)
        publish(settings, identifier)
    except GenerationError as error:
        fail(str(error))
    say(f"La génération {identifier} répond maintenant.")


def _refuse_what_cannot_answer(settings: IngestSettings, identifier: str) -> None:
    """Ends with one line for another embedding model; raises ``GenerationError`` for what cannot be read."""
    model = read_contents(settings.generations_dir / identifier).manifest.model
    configured = known_identity(settings.embedding_model)
    if configured is not None and configured != model:
        fail(
            f"{identifier} a été faite avec le modèle {model}, et EMBEDDING_MODEL={settings.embedding_model} : "
            "réglez EMBEDDING_MODEL sur ce modèle (fichier .env), puis recommencez. Rien n'a été publié"
        )


def _refuse_what_answers_worse(settings: IngestSettings, identifier: str) -> None:
    """Ends with one line when a score falls too much; warns when there is nothing to compare."""
    serving = active_id(settings)
    if serving is None or serving == identifier:
        return
    old, new = read_scores(settings.scores_dir, serving), read_scores(settings.scores_dir, identifier)
    measures = comparable(old, new)
    if measures is None:
        missing = [name for name, scores in ((serving, old), (identifier, new)) if scores is None]
        how = " ; ".join(MEASURE.format(id=name) for name in missing) or "mesurez les deux sur les mêmes questions"
        say(f"attention : notes inconnues ou mesurées sur d'autres questions, rien n'a été comparé ({how})")
        return
    lower = falls(*measures, settings.score_drop_max)
    if lower:
        worse = " ; ".join(
            f"« {fall.label} » passe de {percent(fall.old)} à {percent(fall.new)} (−{decimal(fall.points)} points)"
            for fall in lower
        )
        fail(
            f"{identifier} fait moins bien que celle qui répond : {worse}. Limite : "
            f"{decimal(100 * settings.score_drop_max)} points (SCORE_DROP_MAX). Rien n'a été publié ; "
            "pour publier quand même : --force"
        )


@app.command("prune")
def prune_command(
    keep: Annotated[
        int | None, typer.Option(min=0, help="Combien en garder, en plus de celle qui répond et de la précédente.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Dire seulement ce qui serait effacé.")] = False,
    today: Today = None,
) -> None:
    """Effacer les vieilles générations ; jamais celle qui répond ni la précédente. Leurs notes restent."""
    settings = IngestSettings()
    try:
        deleted = prune(settings, settings.generations_kept if keep is None else keep, dry_run)
    except VectorsDownError as error:
        fail(str(error))
    for entry in deleted:
        print(entry.id)
    verb = "seraient effacées" if dry_run else "effacées"
    say(f"{len(deleted)} génération(s) {verb}, {sum(entry.megabytes for entry in deleted):.0f} Mo.")
