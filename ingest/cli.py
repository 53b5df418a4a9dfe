"""The maintainers' command line: what builds and learns, and the other rooms' commands beside."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ingest import calibration_file, check_commands, generation_commands, refresh_commands, report_commands
from ingest.build import build as build_generation
from ingest.calibrate import calibrate as calibrate_answers
from ingest.lexicon import with_completed_lexicon
from ingest.official.package import CorpusError
from ingest.official.tier import forget as forget_official
from ingest.official.tier import gather as gather_official
from ingest.passages import passages_of
from ingest.screen import Today, checked_library, day_of, fail, library_and_model, print_problems, progress_bar, say
from ingest.train import UNREAD_ALARMS, Unread
from ingest.train import train as train_offers
from knowledge import library as libraries
from knowledge.e5 import adapter
from knowledge.embeddings import EmbeddingModelError, known_identity, load_embeddings
from knowledge.generation import (
    FACT,
    Generation,
    GenerationError,
    active_id,
    committed_vectors_path,
    embedding_cache,
    offer_model_path,
    open_active,
    read_manifest,
)
from knowledge.model import Fact
from knowledge.settings import KnowledgeSettings
from knowledge.usage import CommandGroup
from knowledge.vectors import VectorsDownError
from retrieval.rewrite import Rewriter

app = typer.Typer(
    cls=CommandGroup,
    help="Commandes des mainteneurs : construire, vérifier et publier la base de connaissances.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for commands in (check_commands, generation_commands, refresh_commands, report_commands):
    app.add_typer(commands.app)


@app.command()
def build(
    today: Today = None,
    candidate: Annotated[bool, typer.Option("--candidate", help="Construire sans publier.")] = False,
) -> None:
    """Construire une génération à partir de knowledge/ (seul ce qui a changé est recalculé)."""
    settings = KnowledgeSettings()
    with progress_bar() as progress:
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
            print_problems(error.problems)
            fail(f"{len(error.problems)} problème(s) dans knowledge/ ; rien n'a été publié")
        except (EmbeddingModelError, GenerationError, VectorsDownError) as error:
            fail(str(error))
    if not result.changed:
        say(f"Rien n'a changé : la génération {result.generation} est à jour.")
    else:
        state = "publiée" if result.published else f"à publier : python -m ingest publish {result.generation}"
        say(f"Génération {result.generation} construite ({result.embedded} textes calculés), {state}.")


@app.command()
def calibrate(today: Today = None) -> None:
    """Régler de nouveau les réponses sur les questions d'essai (golden, routes), avec les fiches d'aujourd'hui."""
    settings = KnowledgeSettings()
    library, model = library_and_model(settings)
    try:
        generation = open_active(settings, model)
    except GenerationError as error:
        fail(str(error))
    library = with_completed_lexicon(library)
    cache = embedding_cache(settings, model)
    passages = passages_of(library, day_of(today))
    with progress_bar() as progress:
        learned = calibrate_answers(generation, library, cache, day_of(today), progress)
        cache.commit(
            committed_vectors_path(library.folder, model.identity),
            [passage.text for passage in passages if passage.kind != FACT],
            [passage.text for passage in passages if passage.kind == FACT],
        )
    cache.close()
    say(f"Réglage écrit dans {calibration_file.save(library.folder, model.identity, learned)} ; puis make build.")


@app.command()
def adapt(today: Today = None) -> None:
    """Apprendre au modèle de phrases à distinguer nos faits (environ une heure ; demande make install-st)."""
    settings = KnowledgeSettings()
    library = checked_library(settings)
    library = with_completed_lexicon(library)
    try:
        from ingest.adapt import adapt as learn
        from ingest.adapt import examples_of
    except ImportError:
        fail("il faut PyTorch : make install-st")
    spell_out = Rewriter(library.lexicon, max_questions=1).spell_out
    routes = [(route, spell_out(text)) for route, texts in library.routes.items() for text in texts]
    with progress_bar() as progress:
        adapter.save(learn(examples_of(passages_of(library, day_of(today)), routes), progress))
    say(
        f"Écrit dans {adapter.FILE}. Ensuite : python -m ingest calibrate, make build, et mesurez (benchmarks answers)."
    )


@app.command()
def train(today: Today = None) -> None:
    """Apprendre à reconnaître les arnaques dans les offres étiquetées (une dizaine de minutes), pour /verifier."""
    settings = KnowledgeSettings()
    library, adapted = library_and_model(settings)
    model = adapted.plain
    cache = embedding_cache(settings, model)
    path = offer_model_path(settings.knowledge_dir, model.identity)
    with progress_bar() as progress:
        training = train_offers(library, cache, model.identity, day_of(today), progress)
    training.model.save(path)
    cache.close()
    _print_unread(training.unread)
    say(f"Modèle écrit dans {path}. Mesurez-le (python -m benchmarks vetting), puis make build.")


def _print_unread(unread: list[Unread]) -> None:
    table = Table(title=f"Auteurs jamais lus, à {UNREAD_ALARMS:.0%} de fausses alertes en tout, par le score seul")
    for column in ("auteur", "arnaques", "vues", "honnêtes", "fausses alertes", "AUC"):
        table.add_column(column, justify="right")
    for of in unread:
        rates = f"{of.recall:.1%}", str(of.honest), f"{of.false_alarms:.1%}", f"{of.auc:.3f}"
        table.add_row(of.writer or "tous", str(of.scams), *rates)
    Console().print(table)


@app.command()
def official(
    off: Annotated[bool, typer.Option("--off", help="Ôter les textes officiels de la prochaine construction.")] = False,
    today: Today = None,
) -> None:
    """Apporter les textes officiels (ministère du Travail, codes) montrés quand aucun fait ne répond."""
    settings = KnowledgeSettings()
    if off:
        forget_official(settings)
        say("Plus de textes officiels à la prochaine construction : make build.")
        return
    try:
        texts = gather_official(settings, day_of(today))
    except CorpusError as error:
        fail(str(error))
    for publisher, count in Counter(text.publisher for text in texts).items():
        say(f"{publisher} : {count} textes.")
    say("Ils entreront dans la base à la prochaine construction : make build.")


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
