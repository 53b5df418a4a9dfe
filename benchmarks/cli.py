"""``python -m benchmarks answers | vetting | grounding | load``."""

from __future__ import annotations

import json
import subprocess
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import day_of, load_answerer, load_vetter
from bot.settings import Settings
from knowledge.embeddings import load_embeddings
from knowledge.golden import load_golden
from knowledge.offers import load_offers

app = typer.Typer(help="Mesures de qualité et de vitesse.", no_args_is_help=True, pretty_exceptions_enable=False)

RUNS = Path(__file__).parent / "runs.jsonl"
"""Every run on the unseen half, with its commit: a half looked at often is no longer unseen."""


@app.command()
def answers(
    split: Annotated[str, typer.Option(help="dev ou unseen (totaux seulement).")] = "dev",
    misses: Annotated[int, typer.Option(help="Nombre d'erreurs à montrer (dev seulement).")] = 0,
    today: Annotated[datetime | None, typer.Option("--today", formats=["%Y-%m-%d"])] = None,
) -> None:
    """Les bons faits dans la réponse, et le silence quand il le faut."""
    from benchmarks.answers import score

    settings = Settings()
    answerer = load_answerer(settings)
    rows = [row for row in load_golden(settings.knowledge_dir / "golden") if row.split == split]
    scores = score(answerer, rows, day_of(today))
    print(f"{split}: {len(rows)} rows, generation {answerer.generation.manifest.id}")
    for name, rate in sorted(scores.rates.items()):
        print(f"  {name:<55} {rate}")
    if split == "unseen":
        _log_run(day_of(today), {name: [rate.hits, rate.total] for name, rate in scores.rates.items()})
        return
    for row, answer, name in scores.misses[:misses]:
        print(f"\n✗ {name} — {row.id} {row.all_turns}\n  wanted {row.status} {row.facts}")
        print(f"  got {answer.status} {[citation.fact_id for citation in answer.citations]} {answer.scores}")


@app.command()
def vetting(
    split: Annotated[str, typer.Option(help="dev ou unseen (totaux seulement).")] = "dev",
    misses: Annotated[int, typer.Option(help="Nombre d'erreurs à montrer (dev seulement).")] = 0,
    today: Annotated[datetime | None, typer.Option("--today", formats=["%Y-%m-%d"])] = None,
) -> None:
    """Les arnaques vues, les offres honnêtes épargnées, les raisons montrées."""
    from benchmarks.vetting import baselines, ordinary_talk, report, score

    settings = Settings()
    vetter = load_vetter(settings)
    golden = settings.knowledge_dir / "golden"
    every = load_offers(golden)
    offers = [offer for offer in every if offer.split == split]
    ordinary = ordinary_talk(golden, load_golden(golden))
    scores = score(vetter, offers, ordinary, day_of(today))
    scams = sum(offer.is_scam for offer in offers)
    print(f"{split}: {len(offers)} messages, {scams} scams, {len(offers) - scams} honest; {len(ordinary)} ordinary")
    print("\n".join(report(scores)))
    train = [offer for offer in every if offer.split == "train"]
    for name, line in baselines(train, offers, load_embeddings(settings.embedding_model)).items():
        print(f"  baseline {name}: {line}")
    if split == "unseen":
        _log_run(day_of(today), {f"vetting: {name}": [rate.hits, rate.total] for name, rate in scores.rates.items()})
        return
    for offer, verdict in scores.misses[:misses]:
        shown = [(signal.id, signal.evidence) for signal in verdict.signals]
        print(f"\n✗ {offer.label} {offer.pattern} {offer.id} {verdict.level} {verdict.score}\n  {offer.text}")
        print(f"  {shown}")


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
        _log_run(day, {f"grounding: {name}": [rate.hits, rate.total] for name, rate in scores.rates.items()})
        return
    for row, reasons in scores.misses[:misses]:
        print(f"\n✗ {row.kind} {row.id}\n  {row.sentence}\n  {facts[row.fact_ids[0]]}\n  {reasons}")


@app.command()
def load(
    chats: Annotated[int, typer.Option(help="Conversations en même temps.")] = 16,
    messages: Annotated[int, typer.Option(help="Messages en tout.")] = 2000,
) -> None:
    """Temps de réponse, mémoire, construction, et le bot réel face à la fausse API de Telegram."""
    from benchmarks.load import run

    run(chats, messages)


def _log_run(today: date, totals: dict[str, list[int]]) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    line = {"date": today.isoformat(), "commit": commit.stdout.strip(), "totals": totals}
    with RUNS.open("a", encoding="utf-8") as runs:
        runs.write(json.dumps(line, ensure_ascii=False) + "\n")
