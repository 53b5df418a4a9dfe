"""``benchmarks peers | gate | baseline | retrieval | scale``: ClicDroit beside others, and beside what it was."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks import runs
from benchmarks.machine import commit, load_average, machine
from bot.cli import Today, day_of, fail, load_answerer
from bot.settings import Settings
from knowledge.embeddings import EmbeddingCache, EmbeddingModelError, load_embeddings
from knowledge.generation import GenerationError
from knowledge.golden import load_golden

if TYPE_CHECKING:
    from benchmarks.corpora import Document
    from benchmarks.peers import Result
    from benchmarks.ranking import Array
    from benchmarks.retrieval import Task
    from benchmarks.scale import Point

app = typer.Typer()

SPLITS = ("dev", "unseen")


@app.command()
def peers(
    split: Annotated[str, typer.Option(help="dev ou unseen (totaux seulement, et gardés).")] = "dev",
    keep: Annotated[bool, typer.Option(help="Garder le résultat dans benchmarks/peers.jsonl.")] = True,
    today: Today = None,
) -> None:
    """ClicDroit, BM25, dense et la recette habituelle : mêmes questions, mêmes faits, même machine."""
    from benchmarks.peers import comparable, compare, small_model

    if split not in SPLITS:
        fail("--split : dev ou unseen")
    settings = Settings()
    generation = load_answerer(settings).generation.manifest.id
    rows = comparable(load_golden(settings.knowledge_dir / "golden"))
    halves = {name: [row for row in rows if row.split == name] for name in SPLITS}
    print(f"{machine()}, charge {load_average()}\n{split} : {len(halves[split])} questions, génération {generation}")
    results = []
    try:
        for result in compare(settings, halves["dev"], halves[split], day_of(today)):
            results.append(result)
            _print_result(result)
    except (GenerationError, EmbeddingModelError) as error:
        fail(str(error))
    if small_model() is None:
        print("\nRecette avec sentence-transformers : non mesurée, l'extra manque (make test-all l'installe).")
    if keep:
        systems = {result.name: result.as_json() for result in results}
        runs.keep(runs.PEERS, day_of(today), {"split": split, "generation": generation, "systems": systems})
    if split == "unseen":
        totals: dict[str, list[int]] = {}
        for result in results:
            totals |= runs.counts(result.rates, f"peers: {result.name}: ")
        runs.log_run(day_of(today), totals)


def _print_result(result: Result) -> None:
    print(f"\n{result.name} ({result.settings})")
    for name, rate in result.rates.items():
        print(f"  {name:<45} {rate}")
    print(f"  p50 {result.p50_ms:.1f} ms, p95 {result.p95_ms:.1f} ms, mémoire {result.memory_mib:.0f} Mio", flush=True)


@app.command()
def gate(today: Today = None) -> None:
    """Refuser une baisse de plus de trois points sous la référence (moitié dev : réponses et vérification)."""
    from benchmarks.gate import LEAST_ROWS, TOLERANCE, falls, measure, read

    try:
        baseline = read()
    except ValueError as error:
        fail(f"benchmarks/baseline.json est illisible ({error})")
    if baseline is None:
        fail('pas encore de référence : python -m benchmarks baseline --reason "…"')
    started = time.perf_counter()
    last = baseline.moves[-1]
    # Asked on the day of the baseline: amounts that have come to their end since are no fault of the change.
    rates, questions = measure(Settings(), day_of(today) if today else last.on)
    print(f"Référence du {last.on:%d/%m/%Y} ({last.commit}) : {last.reason}")
    for name, rate in sorted(rates.items()):
        hits, total = baseline.figures.get(name, (0, 0))
        before = f"{hits / total:6.1%}" if total else "   neuf"
        note = "" if rate.total >= LEAST_ROWS else "  (trop peu de lignes pour bloquer)"
        print(f"  {name:<75} {before} → {rate.value:6.1%}{note}")
    if questions != baseline.questions:
        print("Les questions ont changé depuis la référence : les deux colonnes ne se comparent pas tout à fait.")
    found = falls(baseline, rates)
    print(f"{time.perf_counter() - started:.0f} s")
    if found:
        print(f"\nPlus de {TOLERANCE:.0%} sous la référence :", *found, sep="\n  ", file=sys.stderr)
        print('Si la baisse est voulue : python -m benchmarks baseline --reason "…"', file=sys.stderr)
        raise typer.Exit(1)
    print("Rien sous la référence.")


@app.command()
def baseline(
    reason: Annotated[str, typer.Option(help="Pourquoi la référence bouge (gardé avec la date et le commit).")],
    today: Today = None,
) -> None:
    """Déplacer la référence de « gate » sur les chiffres d'aujourd'hui."""
    from pydantic import ValidationError

    from benchmarks.gate import Move, measure, moved, read, write

    try:
        move = Move(on=day_of(today), commit=commit(), reason=reason.strip())
    except ValidationError:
        fail("--reason : dites pourquoi, en une phrase")
    try:
        known = read()
    except ValueError as error:
        fail(f"benchmarks/baseline.json est illisible ({error})")
    rates, questions = measure(Settings(), day_of(today))
    write(moved(known, rates, questions, move))
    print(f"Référence déplacée : {len(rates)} chiffres dans benchmarks/baseline.json, à valider avec le changement.")


@app.command()
def retrieval(
    queries: Annotated[Path, typer.Option(help="Requêtes (colonnes topic et query).", exists=True, dir_okay=False)],
    qrels: Annotated[Path, typer.Option(help="Documents attendus (topic, local_doc_id).", exists=True, dir_okay=False)],
    corpus: Annotated[
        list[str] | None,
        typer.Option(help="fiches-travail, code-du-travail, service-public-2020 (par défaut : les trois), ou un PIAF."),
    ] = None,
    dense: Annotated[bool, typer.Option(help="Avec les vecteurs (calculés une fois, puis relus).")] = True,
    learn: Annotated[bool, typer.Option("--learn", help="Garder la fusion apprise sur toutes ces requêtes.")] = False,
    keep: Annotated[bool, typer.Option(help="Garder le résultat dans benchmarks/retrieval.jsonl.")] = True,
    today: Today = None,
) -> None:
    """La recherche seule, sur des requêtes publiques : BM25, dense, les deux, et une fusion apprise."""
    from benchmarks import fusion
    from benchmarks.corpora import LABOUR, load_corpus
    from benchmarks.retrieval import measure, read_task
    from ingest.official.package import CorpusError

    settings = Settings()
    corpus = corpus or list(LABOUR)
    try:
        documents = [
            document for name in corpus for document in load_corpus(name, settings.corpora_dir, settings.fetch_timeout)
        ]
        task = read_task(queries, qrels, {document.id for document in documents})
    except (CorpusError, ValueError) as error:
        fail(str(error))
    if not task.questions:
        fail("aucune de ces requêtes n'a de réponse dans ces documents")
    vectors, asked = _embedded(settings, documents, task) if dense else (None, None)
    models, kind = fusion.read(), "bm25+dense" if dense else "bm25"
    model = models.models.get(kind)
    if model and model.knows([question.topic for question in task.questions]):
        model = None
    how = "apprise ailleurs (benchmarks/fusion.json)" if model else "apprise ici, jugée sur des thèmes jamais vus"
    print(f"{len(task.questions)} requêtes, {len(task.right)} thèmes, {len(documents)} documents", end="")
    print(f" ; {task.unanswerable} requêtes sans réponse ici, laissées de côté. Fusion {how}.")
    figures, examples = measure(task, documents, vectors, asked, model)
    print(f"{'':<16}  hit@1  hit@10  MRR@10  rappel@10")
    for name, values in figures.items():
        print(f"{name:<16}{values}")
    if learn:
        models.models[kind] = fusion.learn(examples)
        fusion.write(models)
    if keep:
        found = {name: {key: round(value, 4) for key, value in asdict(f).items()} for name, f in figures.items()}
        asked_of = {"corpora": [Path(name).name for name in corpus], "queries": len(task.questions)}
        line = asked_of | {"documents": len(documents), "fusion": how, "figures": found}
        runs.keep(runs.RETRIEVAL, day_of(today), line)


def _embedded(settings: Settings, documents: list[Document], task: Task) -> tuple[Array, Array]:
    """Vectors of the documents and of the queries. Stopped half-way, the next run goes on from there."""
    from benchmarks.cores import all_cores
    from ingest.screen import progress_bar

    try:
        embeddings = load_embeddings(settings.embedding_model).plain  # these questions are not ours
    except EmbeddingModelError as error:
        fail(str(error))
    texts = [document.embedded for document in documents]
    done = 0
    with all_cores(embeddings) as pooled, progress_bar() as progress:
        cache = EmbeddingCache(settings.benchmark_embeddings, pooled)

        def advance(count: int) -> None:
            nonlocal done
            done += count
            progress("Vecteurs des documents", done, len(texts))

        vectors = cache.documents(texts, advance)
        asked = cache.queries([question.text for question in task.questions])
        cache.close()
    return vectors, asked


@app.command()
def scale(
    limit: Annotated[int, typer.Option(min=1_000, help="Passages au plus.")] = 100_000,
    budget_minutes: Annotated[
        float, typer.Option(min=0, help="Minutes données cette fois au modèle de phrases réglé ; 0 : le statique seul.")
    ] = 10,
    queries: Annotated[Path | None, typer.Option(help="Requêtes en plus (topic et query).", dir_okay=False)] = None,
    qrels: Annotated[Path | None, typer.Option(help="Leurs documents (topic, local_doc_id).", dir_okay=False)] = None,
    keep: Annotated[bool, typer.Option(help="Garder le résultat dans benchmarks/scale.jsonl.")] = True,
    today: Today = None,
) -> None:
    """Dix et cent fois plus de passages : vecteurs, index, temps et rappel. Coupée, elle reprend où elle en était."""
    from benchmarks import scale as bench
    from benchmarks.asked import golden_questions, public_questions
    from benchmarks.cores import all_cores
    from ingest.official.package import CorpusError
    from ingest.screen import progress_bar

    if (queries is None) != (qrels is None):
        fail("--queries et --qrels vont ensemble")
    settings = Settings()
    print(f"{machine()}, charge {load_average()}")
    try:
        corpus = bench.prepare(settings, day_of(today))
        asked = [golden_questions(load_golden(settings.knowledge_dir / "golden"))]
        if queries and qrels:
            asked.append(public_questions(queries, qrels, set(corpus.documents)))
        chosen = load_embeddings(settings.embedding_model).plain
        with all_cores(chosen) as pooled:
            static = bench.static_of(pooled, settings, corpus)
        models = [(static, math.inf), (chosen, 60 * budget_minutes)]
    except (CorpusError, EmbeddingModelError, OSError, ValueError) as error:
        fail(str(error))
    lines: list[dict[str, Any]] = []
    for model, budget_s in models[: 2 if budget_minutes else 1]:
        with progress_bar() as progress:
            with all_cores(model) as every_core:
                effort = bench.Bench(settings.scale_dir, corpus, limit, every_core, progress).embed(budget_s)
            run = bench.Bench(settings.scale_dir, corpus, limit, model, progress)
            print(f"\n{model.identity} : {effort}")
            lines.append({"model": model.identity, "embedded": asdict(effort), "points": _shown(run.points(asked))})
    print("\nLes mots (BM25)")
    lines.append({"model": "BM25", "points": _shown(bench.words(corpus, limit, asked))})
    if keep:
        for line in lines:
            runs.keep(runs.SCALE, day_of(today), line)


def _shown(points: Iterable[Point]) -> list[dict[str, Any]]:
    """Each as soon as it is known."""
    from benchmarks.scale import HEADER

    print(HEADER)
    kept = []
    for point in points:
        print(point, flush=True)
        kept.append(asdict(point))
    return kept
