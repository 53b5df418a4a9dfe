"""The maintainers' command line: build, check, status, export, publish."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime
from statistics import median
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from ingest import calibration_file
from ingest.build import build as build_generation
from ingest.calibrate import calibrate as calibrate_answers
from ingest.checks import Report, check_library
from ingest.duplicates import check_duplicates
from ingest.figures import check_figures, read_matches
from ingest.law import check_law, citations_of
from ingest.law import keep as keep_law
from ingest.lexicon import completed
from ingest.official import legi, openfisca
from ingest.official.package import CorpusError
from ingest.official.tier import forget as forget_official
from ingest.official.tier import gather as gather_official
from ingest.readability import WORST_SHARE, readings_of
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
from knowledge.model import Confidence, Fact
from knowledge.settings import KnowledgeSettings
from knowledge.vectors import VectorsDownError

app = typer.Typer(
    help="Commandes des mainteneurs : construire, vérifier et publier la base de connaissances.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Today = Annotated[
    datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], help="La date du jour (par défaut : aujourd'hui).")
]

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
        except (EmbeddingModelError, GenerationError, VectorsDownError) as error:
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
        fail(f"{len(error.problems)} problème(s) dans knowledge/ ; rien n'a été fait")
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
    library = replace(library, lexicon=completed(library.lexicon, library.platforms.values()))
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
    library = _checked_library(KnowledgeSettings())
    report = check_library(library, day_of(today))
    _print_counts(library)
    _conclude(report)


@app.command()
def law(
    today: Today = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Après relecture : retenir la rédaction actuelle des articles.")
    ] = False,
) -> None:
    """Comparer les articles de loi cités aux codes (travail, sécurité sociale… apportés par npm)."""
    settings = KnowledgeSettings()
    library = _checked_library(settings)
    try:
        codes = legi.load(settings.corpora_dir, settings.fetch_timeout)
    except CorpusError as error:
        fail(str(error))
    for code in codes.values():
        _say(f"{code.title} : version du {code.snapshot} ({legi.PACKAGE}), {len(code.articles)} articles.")
    if accept:
        _say(f"Rédactions retenues dans {keep_law(library, codes)}.")
    cited = citations_of(library)
    _say(f"{len(cited.facts)} articles cités, regardés un par un.")
    if cited.elsewhere:
        others = ", ".join(f"{name} {count}" for name, count in cited.elsewhere.most_common())
        _say(f"Cités d'ailleurs, non regardés ici : {others}.")
    try:
        report = check_law(library, codes, day_of(today))
    except libraries.LibraryError as error:
        fail(str(error))
    _conclude(report)


@app.command()
def figures(today: Today = None) -> None:
    """Comparer les montants de figures.yaml aux paramètres datés d'OpenFisca-France (apportés par pip)."""
    settings = KnowledgeSettings()
    library = _checked_library(settings)
    try:
        matches, _ = read_matches(library)
        paths = dict.fromkeys(path for match in matches.values() for path in match.parameters)
        parameters = openfisca.load(paths, settings.corpora_dir, settings.fetch_timeout)
    except (libraries.LibraryError, CorpusError) as error:
        fail(str(error))
    _say(f"{len(matches)} montants sur {len(library.figures)} comparés à {openfisca.PACKAGE}.")
    _conclude(check_figures(library, parameters, day_of(today)))


@app.command()
def duplicates(today: Today = None) -> None:
    """Chercher les faits presque semblables, et ceux qui donnent deux valeurs d'une même chose."""
    settings = KnowledgeSettings()
    library, model = _library_and_model(settings)
    cache = EmbeddingCache(settings.embedding_cache, model)
    try:
        report = check_duplicates(library, cache, day_of(today))
    except libraries.LibraryError as error:
        fail(str(error))
    finally:
        cache.close()
    _conclude(report)


@app.command()
def readability(
    share: Annotated[float, typer.Option("--share", min=0, max=1, help="Part des faits à montrer.")] = WORST_SHARE,
    today: Today = None,
) -> None:
    """Montrer les faits les plus difficiles à lire (indice de Kandel et Moles)."""
    library = _checked_library(KnowledgeSettings())
    readings = readings_of(library, day_of(today))
    for reading in readings[: round(len(readings) * share)]:
        path, line = library.lines[reading.fact]
        measures = f"indice {reading.score:.0f}, phrase de {reading.longest} mots"
        _say(f"{path}:{line}: {reading.fact} ({measures}) : {reading.text}")
    middle = median(reading.score for reading in readings)
    _say(f"{len(readings)} faits, indice médian {middle:.0f} (100 : très facile, moins de 30 : très difficile).")


@app.command()
def official(
    off: Annotated[bool, typer.Option("--off", help="Ôter les textes officiels de la prochaine construction.")] = False,
    today: Today = None,
) -> None:
    """Apporter les textes officiels (ministère du Travail, codes) montrés quand aucun fait ne répond."""
    settings = KnowledgeSettings()
    if off:
        forget_official(settings)
        _say("Plus de textes officiels à la prochaine construction : make build.")
        return
    try:
        texts = gather_official(settings, day_of(today))
    except CorpusError as error:
        fail(str(error))
    for publisher, count in Counter(text.publisher for text in texts).items():
        _say(f"{publisher} : {count} textes.")
    _say("Ils entreront dans la base à la prochaine construction : make build.")


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


def _checked_library(settings: KnowledgeSettings) -> libraries.Library:
    try:
        return libraries.load(settings.knowledge_dir)
    except libraries.LibraryError as error:
        _print_problems(error.problems)
        fail(f"{len(error.problems)} problème(s)")


def _conclude(report: Report) -> None:
    """Print what was found; exit 1 on an error."""
    _print_problems(report.errors)
    for problem in report.warnings:
        _screen.print(f"attention : {problem}", markup=False, highlight=False, soft_wrap=True)
    if report.errors:
        fail(f"{len(report.errors)} problème(s)")
    _say(f"Tout est en ordre ({len(report.warnings)} avertissement(s)).")


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
