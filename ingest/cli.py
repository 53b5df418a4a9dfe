"""The maintainers' command line: build, check, refresh, review, status, export, publish."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from ingest import calibration_file
from ingest.build import build as build_generation
from ingest.calibrate import calibrate as calibrate_answers
from ingest.checks import check_library
from ingest.lexicon import with_ordinary_words
from ingest.refresh.cache import RefreshCache
from ingest.refresh.run import due
from ingest.refresh.run import refresh as refresh_pages
from ingest.refresh.worklist import count_by_state, worklist
from ingest.review.edits import EditError
from ingest.review.markdown import as_markdown
from ingest.review.session import Review
from ingest.settings import IngestSettings
from ingest.train import train as train_offers
from knowledge import library as libraries
from knowledge.embeddings import (
    EmbeddingCache,
    EmbeddingModelError,
    SentenceEmbeddings,
    known_identity,
    load_embeddings,
)
from knowledge.generation import (
    Generation,
    GenerationError,
    active_id,
    offer_model_path,
    open_active,
    publish,
    read_manifest,
)
from knowledge.model import Confidence, Fact, Source
from knowledge.settings import KnowledgeSettings

app = typer.Typer(
    help="Commandes des mainteneurs : construire, vérifier et publier la base de connaissances.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Today = Annotated[
    datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], help="La date du jour (par défaut : aujourd'hui).")
]


class ReviewFormat(StrEnum):
    TERMINAL = "terminal"
    MARKDOWN = "md"


_screen = Console(stderr=True)


def fail(message: str) -> NoReturn:
    """One clear line on stderr, exit 1."""
    _screen.print(f"Erreur : {message}", style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)


def day_of(today: datetime | None) -> date:
    return today.date() if today else date.today()


@contextmanager
def _progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each label that is reported."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeRemainingColumn(), console=_screen) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(label: str, done: int, total: int) -> None:
            if label not in tasks:
                tasks[label] = bar.add_task(label, total=total)
            bar.update(tasks[label], completed=done, total=total)

        yield progress


@app.command()
def build(
    today: Today = None,
    candidate: Annotated[bool, typer.Option("--candidate", help="Construire sans publier.")] = False,
) -> None:
    """Construire une génération à partir de knowledge/ (seul ce qui a changé est recalculé)."""
    settings = KnowledgeSettings()
    with _progress_bar() as progress:
        try:
            result = build_generation(
                settings,
                load_model=lambda: load_embeddings(settings.embedding_model),
                model_identity=known_identity(settings.embedding_model),
                today=day_of(today),
                now=datetime.now(),
                progress=progress,
                publish_it=not candidate,
            )
        except libraries.LibraryError as error:
            _print_problems(error.problems)
            fail(f"{len(error.problems)} problème(s) dans knowledge/ ; rien n'a été publié")
        except (EmbeddingModelError, GenerationError) as error:
            fail(str(error))
    if not result.changed:
        _say(f"Rien n'a changé : la génération {result.generation} est à jour.")
    else:
        state = "publiée" if result.published else f"à publier : python -m ingest publish {result.generation}"
        _say(f"Génération {result.generation} construite ({result.embedded} textes calculés), {state}.")


def _library_and_model(settings: KnowledgeSettings) -> tuple[libraries.Library, SentenceEmbeddings]:
    """What a command that learns starts from; ends with what is wrong."""
    try:
        return libraries.load(settings.knowledge_dir), load_embeddings(settings.embedding_model)
    except libraries.LibraryError as error:
        _print_problems(error.problems)
        fail(f"{len(error.problems)} problème(s) dans knowledge/ ; rien n'a été appris")
    except EmbeddingModelError as error:
        fail(str(error))


@app.command()
def calibrate(today: Today = None) -> None:
    """Régler de nouveau les réponses sur les questions d'essai (golden, routes), avec les fiches d'aujourd'hui."""
    settings = KnowledgeSettings()
    library, model = _library_and_model(settings)
    try:
        generation = open_active(settings, model)
    except GenerationError as error:
        fail(str(error))
    library = replace(library, lexicon=with_ordinary_words(library.lexicon))
    cache = EmbeddingCache(settings.embedding_cache, model)
    with _progress_bar() as progress:
        learned = calibrate_answers(generation, library, cache, day_of(today), progress)
    cache.close()
    _say(f"Réglage écrit dans {calibration_file.save(library.folder, model.identity, learned)} ; puis make build.")


@app.command()
def train(today: Today = None) -> None:
    """Apprendre à reconnaître les arnaques dans les offres étiquetées (une dizaine de minutes), pour /verifier."""
    settings = KnowledgeSettings()
    library, model = _library_and_model(settings)
    cache = EmbeddingCache(settings.embedding_cache, model)
    path = offer_model_path(settings.knowledge_dir, model.identity)
    with _progress_bar() as progress:
        train_offers(library, cache, model.identity, day_of(today), progress).save(path)
    cache.close()
    _say(f"Modèle écrit dans {path}. Mesurez-le (python -m benchmarks vetting), puis make build.")


@app.command()
def check(today: Today = None) -> None:
    """Vérifier knowledge/ : format, sources, périodes, relectures en retard."""
    try:
        library = libraries.load(KnowledgeSettings().knowledge_dir)
    except libraries.LibraryError as error:
        _print_problems(error.problems)
        fail(f"{len(error.problems)} problème(s)")
    report = check_library(library, day_of(today))
    _print_problems(report.errors)
    for problem in report.warnings:
        _screen.print(f"attention : {problem}", markup=False, highlight=False, soft_wrap=True)
    _print_counts(library)
    if report.errors:
        fail(f"{len(report.errors)} problème(s)")
    _say(f"Tout est en ordre ({len(report.warnings)} avertissement(s)).")


@app.command()
def refresh(
    source: Annotated[list[str] | None, typer.Option("--source", help="Seulement cette source (à répéter).")] = None,
    again: Annotated[bool, typer.Option("--again", help="Relire aussi les pages lues ces derniers jours.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Au plus ce nombre de pages.")] = None,
    today: Today = None,
) -> None:
    """Relire les pages des sources et dire ce qui a changé. Ne change aucun fait."""
    settings, day = IngestSettings(), day_of(today)
    if not settings.contact:
        fail("réglez CONTACT dans .env (adresse ou page) : les sites visités doivent pouvoir vous écrire")
    library = _library(settings)
    cache = RefreshCache(settings.refresh_cache)
    sources = _named(library, source or [])
    pages = due(sources, cache, day, -1 if again else settings.refresh_every_days)[:limit]
    if not pages:
        _say(
            f"Ces pages ont toutes été lues depuis moins de {settings.refresh_every_days} jours (--again : les relire)."
        )
    with _progress_bar() as progress:
        try:
            asyncio.run(refresh_pages(library, pages, cache, settings, day, progress))
        except KeyboardInterrupt:
            _say("Interrompu : ce qui est lu est gardé. La même commande reprend où elle s'est arrêtée.")
        found = worklist(library, cache, progress)
    cache.close()
    counts = Table("page", "nombre")
    for state, count in count_by_state(found).items():
        counts.add_row(state.value, str(count))
    Console().print(counts)
    _say("Rien n'a été changé dans les fiches. Pour relire ensemble : python -m ingest review")


@app.command()
def review(
    source: Annotated[list[str] | None, typer.Option("--source", help="Seulement cette source (à répéter).")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Revoir aussi les pages passées.")] = False,
    output: Annotated[ReviewFormat, typer.Option("--format", help="md : un texte pour une pull request.")] = (
        ReviewFormat.TERMINAL
    ),
    today: Today = None,
) -> None:
    """Parcourir ce que refresh a trouvé : accepter, modifier, mettre en doute. Seule commande qui vérifie un fait."""
    settings, day = IngestSettings(), day_of(today)
    library = _library(settings)
    if not settings.refresh_cache.exists():
        fail("aucune page lue sur cette machine : lancez d'abord python -m ingest refresh")
    named = {one.id for one in _named(library, source or [])}
    cache = RefreshCache(settings.refresh_cache)
    try:
        with _progress_bar() as progress:
            items = [item for item in worklist(library, cache, progress) if item.source.id in named]
        if output is ReviewFormat.MARKDOWN:
            sys.stdout.write(as_markdown(items, day))
        else:
            Review(settings, cache, day, _screen).run(items, everything)
    except typer.Abort:
        _say("Arrêté. Ce qui est décidé est écrit ; la même commande reprend la suite.")
    except EditError as error:
        fail(str(error))
    except libraries.LibraryError as error:
        _print_problems(error.problems)
        fail("knowledge/ a changé pendant la relecture et n'est plus valide ; réparez, puis relancez")
    finally:
        cache.close()


def _library(settings: KnowledgeSettings) -> libraries.Library:
    try:
        return libraries.load(settings.knowledge_dir)
    except libraries.LibraryError as error:
        _print_problems(error.problems)
        fail(f"{len(error.problems)} problème(s) dans knowledge/ ; réparez-les d'abord (python -m ingest check)")


def _named(library: libraries.Library, names: list[str]) -> list[Source]:
    """The sources of these ids; all of them when none is named."""
    unknown = [name for name in names if name not in library.sources]
    if unknown:
        fail(f"source inconnue : {', '.join(unknown)} (les identifiants sont dans knowledge/sources/)")
    return [library.sources[name] for name in names] if names else list(library.sources.values())


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="En JSON, sur une ligne.")] = False, today: Today = None
) -> None:
    """Dire quelle génération répond, et ce qu'elle contient."""
    settings = KnowledgeSettings()
    identifier = active_id(settings)
    if identifier is None:
        fail("aucune base de connaissances construite : lancez make build")
    try:
        manifest = read_manifest(settings.generations_dir / identifier)
    except GenerationError as error:
        fail(str(error))
    fields = asdict(manifest)
    if as_json:
        names = ("model", "fiches", "facts", "sources", "passages", "oldest_read")
        print(json.dumps({"generation": manifest.id, **{name: fields[name] for name in names}}, ensure_ascii=False))
        return
    table = Table(title="Génération qui répond", show_header=False)
    for name, value in fields.items():
        table.add_row(name, str(value))
    others = sorted(path.name for path in settings.generations_dir.iterdir() if not path.name.startswith("."))
    table.add_row("autres", ", ".join(name for name in others if name != identifier) or "aucune")
    Console().print(table)


@app.command()
def export(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Une ligne JSON par fait.")] = True, today: Today = None
) -> None:
    """Écrire tous les faits de la génération qui répond, montants rendus à la date du jour."""
    settings = KnowledgeSettings()
    try:
        generation = open_active(settings, load_embeddings(settings.embedding_model))
    except (GenerationError, EmbeddingModelError) as error:
        fail(str(error))
    for fact in generation.facts.values():
        sys.stdout.write(json.dumps(_export_row(generation, fact, day_of(today)), ensure_ascii=False) + "\n")


@app.command("publish")
def publish_command(
    generation: Annotated[str, typer.Argument(help="Identifiant donné par build ou status.")], today: Today = None
) -> None:
    """Faire répondre le bot avec cette génération."""
    try:
        publish(KnowledgeSettings(), generation)
    except GenerationError as error:
        fail(str(error))
    _say(f"La génération {generation} répond maintenant.")


def _export_row(generation: Generation, fact: Fact, today: date) -> dict[str, object]:
    sources = [generation.sources[source] for source in fact.sources]
    text = fact.render(generation.figures, today)
    return {
        "fact_id": fact.id,
        "fiche": fact.fiche,
        "title": generation.fiches[fact.fiche].question,
        # A fact whose amounts have no value today is exported as it is written, never with an old value.
        "text": text if text is not None else fact.text,
        "confidence": fact.confidence,
        "sources": [{"url": str(s.url), "publisher": s.publisher, "kind": s.kind} for s in sources],
        "read_on": min(source.read_on for source in sources).isoformat(),
        "valid_from": fact.valid_from.isoformat() if fact.valid_from else None,
        "valid_to": fact.valid_to.isoformat() if fact.valid_to else None,
        "expires_on": fact.expires_on.isoformat(),
    }


def _print_problems(problems: list[libraries.Problem]) -> None:
    for problem in problems:
        _screen.print(str(problem), markup=False, highlight=False, soft_wrap=True)


def _print_counts(library: libraries.Library) -> None:
    table = Table("thème", "fiches", "faits", "à vérifier")
    for theme in library.themes.values():
        fiches = [fiche for fiche in library.fiches.values() if fiche.theme == theme.id]
        facts = [fact for fiche in fiches for fact in fiche.facts]
        doubtful = sum(fact.confidence is Confidence.TO_VERIFY for fact in facts)
        table.add_row(theme.title, str(len(fiches)), str(len(facts)), str(doubtful))
    _screen.print(table)
    kinds = Counter(library.sources[fact.sources[0]].kind.value for fact in library.facts.values())
    counts = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    _say(f"{len(library.fiches)} fiches, {len(library.facts)} faits, {len(library.sources)} sources ({counts}).")


def _say(text: str) -> None:
    _screen.print(text, markup=False, highlight=False, soft_wrap=True)
