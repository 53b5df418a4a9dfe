"""``python -m benchmarks answers | vetting | grounding | load…``; what compares: ``comparison_commands``."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks import comparison_commands
from benchmarks.machine import commit, load_average, machine
from benchmarks.runs import log_run
from bot.answering.pipeline import Answerer
from bot.cli import day_of, fail, load_answerer, load_vetter
from bot.settings import Settings
from bot.vetting.pipeline import Vetter
from knowledge.embeddings import load_embeddings
from knowledge.golden import GoldenQuestion, load_golden
from knowledge.offers import load_offers
from knowledge.scores import Measure, save_measure
from knowledge.usage import CommandGroup

if TYPE_CHECKING:
    from benchmarks.answers import Scores

app = typer.Typer(
    cls=CommandGroup,
    help="Mesures de qualité et de vitesse.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(comparison_commands.app)


@app.command()
def answers(
    split: Annotated[str, typer.Option(help="dev ou unseen (totaux seulement).")] = "dev",
    misses: Annotated[int, typer.Option(help="Nombre d'erreurs à montrer (dev seulement).")] = 0,
    generation: Annotated[str | None, typer.Option(help="Une autre génération que celle qui répond.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Les notes en JSON, sur une ligne.")] = False,
    today: Annotated[datetime | None, typer.Option("--today", formats=["%Y-%m-%d"])] = None,
) -> None:
    """Les bons faits dans la réponse, et le silence quand il le faut. Les notes sont gardées dans data/scores."""
    from benchmarks.answers import score

    settings = Settings()
    rows = [row for row in load_golden(settings.knowledge_dir / "golden") if row.split == split]
    if not rows:
        raise typer.BadParameter(f"aucune question dans la moitié « {split} » : dev ou unseen")
    answerer = load_answerer(settings, generation)
    scores = score(answerer, rows, day_of(today))
    saved = _save_scores(settings, answerer, rows, scores, day_of(today))
    if as_json:
        print(json.dumps(saved, ensure_ascii=False))
    else:
        print(f"{split}: {len(rows)} rows, generation {answerer.generation.manifest.id}")
        for name, rate in sorted(scores.rates.items()):
            print(f"  {name:<55} {rate}")
    if split == "unseen":
        log_run(day_of(today), {name: [rate.hits, rate.total] for name, rate in scores.rates.items()})
        return
    for row, answer, name in scores.misses[: 0 if as_json else misses]:
        print(f"\n✗ {name} — {row.id} {row.all_turns}\n  wanted {row.status} {row.facts}")
        print(f"  got {answer.status} {[citation.fact_id for citation in answer.citations]} {answer.scores}")


@app.command()
def vetting(
    split: Annotated[str, typer.Option(help="dev ou unseen (totaux seulement).")] = "dev",
    misses: Annotated[int, typer.Option(help="Nombre d'erreurs à montrer (dev seulement).")] = 0,
    generation: Annotated[str | None, typer.Option(help="Une autre génération que celle qui répond.")] = None,
    messages: Annotated[
        Path | None,
        typer.Option(
            help="À la place : des messages d'ailleurs (JSONL ou CSV ; text, label : scam ou ham).",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    sample: Annotated[int, typer.Option(min=1, help="Avec --messages : combien en tirer au hasard.")] = 400,
    today: Annotated[datetime | None, typer.Option("--today", formats=["%Y-%m-%d"])] = None,
) -> None:
    """Les arnaques vues, les offres honnêtes épargnées, les raisons montrées."""
    from benchmarks.vetting import baselines, ordinary_talk, report, score

    settings = Settings()
    vetter = load_vetter(settings, generation)
    if messages:
        _vet_messages(vetter, messages, sample, misses, day_of(today))
        return
    golden = settings.knowledge_dir / "golden"
    every = load_offers(golden)
    offers = [offer for offer in every if offer.split == split]
    ordinary = ordinary_talk(golden, load_golden(golden))
    scores = score(vetter, offers, ordinary, day_of(today))
    scams = sum(offer.is_scam for offer in offers)
    print(f"{split}: {len(offers)} messages, {scams} scams, {len(offers) - scams} honest; {len(ordinary)} ordinary")
    print("\n".join(report(scores)))
    train = [offer for offer in every if offer.split == "train"]
    for name, line in baselines(train, offers, load_embeddings(settings.embedding_model).plain).items():
        print(f"  baseline {name}: {line}")
    if split == "unseen":
        log_run(day_of(today), {f"vetting: {name}": [rate.hits, rate.total] for name, rate in scores.rates.items()})
        return
    for offer, verdict in scores.misses[:misses]:
        shown = [(signal.id, signal.evidence) for signal in verdict.signals]
        print(f"\n✗ {offer.label} {offer.pattern} {offer.id} {verdict.level} {verdict.score}\n  {offer.text}")
        print(f"  {shown}")


def _vet_messages(vetter: Vetter, path: Path, size: int, misses: int, today: date) -> None:
    """The levels given to messages that are not ours; their words only when ``misses`` asks for them."""
    from benchmarks.messages import MessagesError, load, report, sample, score

    try:
        every = load(path)
    except MessagesError as error:
        fail(str(error))
    scores = score(vetter, sample(every, size), today)
    print(f"{path.name} : {len(every)} messages, {sum(levels.total for levels in scores.values())} mesurés")
    print("\n".join(report(scores)))
    for label, levels in scores.items():
        for message, verdict in levels.failures[:misses]:
            shown = [(signal.id, signal.evidence) for signal in verdict.signals]
            print(f"\n✗ {label} {verdict.level} {verdict.score}\n  {message.text}\n  {shown}")


@app.command()
def files(
    skip_screenshots: Annotated[
        bool, typer.Option("--skip-screenshots", help="Sans les captures (une minute).")
    ] = False,
    today: Annotated[datetime | None, typer.Option("--today", formats=["%Y-%m-%d"])] = None,
) -> None:
    """/verifier à ses limites : textes longs ou hostiles, captures d'écran, fichiers faits pour remplir la mémoire."""
    from benchmarks.files import file_times, hostile_files, hostile_times, screenshots, text_times
    from bot.vetting.pipeline import reading_limits

    settings, day = Settings(), day_of(today)
    vetter, limits = load_vetter(settings), reading_limits(settings)
    offers = [offer for offer in load_offers(settings.knowledge_dir / "golden") if offer.split == "dev"]
    print(f"{machine()}, charge {load_average()}\nTextes :")
    for line in text_times(vetter, offers, day):
        print(line, flush=True)
    print(f"Textes hostiles, {settings.offer_max_chars} lettres :")
    for line in hostile_times(vetter, day, settings.offer_max_chars):
        print(line, flush=True)
    print("Fichiers aux limites :")
    for line in file_times(hostile_files(limits), limits):
        print(line, flush=True)
    if not skip_screenshots:
        print("Captures dessinées :", *screenshots(vetter, limits, day).lines(), sep="\n")


@app.command()
def grounding(
    split: Annotated[str, typer.Option(help="dev ou unseen (totaux seulement).")] = "dev",
    misses: Annotated[int, typer.Option(help="Nombre d'erreurs à montrer (dev seulement).")] = 0,
    today: Annotated[datetime | None, typer.Option("--today", formats=["%Y-%m-%d"])] = None,
) -> None:
    """Les phrases fausses arrêtées, les paraphrases honnêtes gardées, par genre d'erreur."""
    from benchmarks.grounding import report, score
    from bot.answering.grounding.grounder import Grounder
    from knowledge.grounded import load_labelled

    settings = Settings()
    generation = load_answerer(settings).generation
    day = day_of(today)
    rendered = {fact.id: fact.render(generation.figures, day) for fact in generation.facts.values()}
    facts = {fact_id: text for fact_id, text in rendered.items() if text}
    rows = [row for row in load_labelled(settings.knowledge_dir / "golden") if row.split == split]
    scores = score(Grounder(facts.values()), rows, facts)
    print(f"{split}: {len(rows)} sentences, generation {generation.manifest.id}")
    print("\n".join(report(scores)))
    if split == "unseen":
        log_run(day, {f"grounding: {name}": [rate.hits, rate.total] for name, rate in scores.rates.items()})
        return
    for row, reasons in scores.misses[:misses]:
        print(f"\n✗ {row.kind} {row.id}\n  {row.sentence}\n  {facts[row.fact_ids[0]]}\n  {reasons}")


@app.command()
def load(
    chats: Annotated[int, typer.Option(help="Conversations en même temps.")] = 16,
    messages: Annotated[int, typer.Option(help="Messages en tout.")] = 2000,
    from_nothing: Annotated[
        bool,
        typer.Option("--from-nothing", help="Construire aussi sans les vecteurs du dépôt (une dizaine de minutes)."),
    ] = False,
) -> None:
    """Temps de réponse, mémoire, construction, et le bot réel face à la fausse API de Telegram."""
    from benchmarks.load import run

    run(chats, messages, from_nothing)


@app.command()
def kill(
    kills: Annotated[int, typer.Option(help="Arrêts brutaux (kill -9), à des moments tirés au hasard.")] = 30,
    messages: Annotated[int, typer.Option(help="Messages en tout.")] = 1000,
    database: Annotated[
        str | None, typer.Option(help="URL ; « postgres » : un serveur d'essai ; sinon SQLite.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Graine du hasard.")] = 1,
) -> None:
    """Rien de perdu, rien de répondu deux fois, quand le bot est tué en plein travail."""
    from benchmarks.kill import measure

    measure(kills, messages, database, seed)


Chats = Annotated[int, typer.Option(min=1, help="Conversations en même temps.")]
Messages = Annotated[int, typer.Option(min=10, help="Messages en tout.")]
CommandsOnly = Annotated[bool, typer.Option("--commands-only", help="Sans question : /aide, /mentions, /annuler.")]


@app.command()
def soak(
    messages: Messages = 100_000,
    chats: Chats = 200,
    rate: Annotated[float, typer.Option(min=0.1, help="Messages écrits par seconde.")] = 8.0,
) -> None:
    """Longtemps au même rythme : rien de perdu, mémoire et file d'attente stables."""
    from benchmarks.scenarios import soak as measure

    measure(messages, chats, rate)


@app.command()
def ceiling(
    messages: Messages = 2_000,
    chats: Chats = 200,
    rate: Annotated[float, typer.Option(min=0, help="Plafond par seconde, écrit au même rythme ; 0 : levé.")] = 30.0,
    commands_only: CommandsOnly = False,
) -> None:
    """Au plafond de Telegram (réponses par seconde, délais), ou plafond levé (ce qu'il atteint)."""
    from benchmarks.scenarios import ceiling as measure

    measure(messages, chats, rate, commands_only)


@app.command()
def backlog(
    messages: Messages = 10_000,
    chats: Chats = 500,
    rate: Annotated[float, typer.Option(min=0, help="Plafond par seconde ; 0 : levé.")] = 0.0,
    commands_only: CommandsOnly = False,
) -> None:
    """Démarrage avec des messages qui attendent chez Telegram."""
    from benchmarks.scenarios import backlog as measure

    measure(messages, chats, rate, commands_only)


@app.command()
def flood(
    messages: Messages = 300,
    chats: Chats = 50,
    rate: Annotated[float, typer.Option(min=0.1, help="Messages des autres par seconde.")] = 10.0,
    flooding: Annotated[int, typer.Option(min=1, help="Messages de la conversation qui inonde.")] = 500,
) -> None:
    """Une conversation qui inonde : ce que les autres en voient."""
    from benchmarks.scenarios import flood as measure

    measure(messages, chats, rate, flooding)


@app.command()
def cpu(
    questions: Annotated[int, typer.Option(min=10, help="Questions de la moitié dev, une par conversation.")] = 300,
) -> None:
    """Temps de processeur d'une réponse, comparé à celui du modèle de phrases seul."""
    from benchmarks.scenarios import cpu as measure

    measure(questions)


def _save_scores(
    settings: Settings, answerer: Answerer, rows: list[GoldenQuestion], scores: Scores, today: date
) -> dict[str, Any]:
    """Keep the scores of a generation for ``ingest publish`` and ``ingest report``."""
    from benchmarks.answers import digest

    measure = Measure(
        today=today,
        commit=commit(),
        golden=digest(rows),
        rows=len(rows),
        rates={name: (rate.hits, rate.total) for name, rate in scores.rates.items()},
        themes={name: (rate.hits, rate.total) for name, rate in scores.themes.items()},
    )
    manifest = answerer.generation.manifest
    return save_measure(settings.scores_dir, manifest.id, manifest.model, rows[0].split, measure)
