"""``ingest report | gaps``: what is wrong, and what people miss."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ingest.gaps import ComplaintGroup, Gap, GapGroup, group_complaints, group_questions, read_gaps
from ingest.refresh.cache import RefreshCache
from ingest.refresh.worklist import count_by_state, worklist
from ingest.report.state import SETTLED, UNREAD, State, collect, points_of, read_runs
from ingest.screen import Today, day_of, fail, say
from ingest.settings import IngestSettings
from knowledge import library as libraries
from knowledge.embeddings import EmbeddingModelError, load_embeddings
from knowledge.generation import GenerationError, active_id, open_active, read_contents
from knowledge.scores import all_scores, read_scores
from knowledge.usage import reason

app = typer.Typer()

RUNS = Path(__file__).parent.parent / "benchmarks" / "runs.jsonl"
"""The measures on the half kept apart."""

GapFileOption = Annotated[
    Path | None, typer.Option("--gaps", help="Fichier écrit par python -m bot gaps --jsonl.", dir_okay=False)
]


@app.command()
def report(
    output: Annotated[Path, typer.Option("--output", "-o", help="La page à écrire.")] = Path("report.html"),
    text: Annotated[bool, typer.Option("--text", help="En quelques lignes, ici, sans page.")] = False,
    gaps: GapFileOption = None,
    today: Today = None,
) -> None:
    """L'état de la base en une page : échéances, thèmes, sources, notes, demandes, liens."""
    from ingest.report import page, summary

    state = _state(IngestSettings(), gaps, today)
    if text:
        print(summary.text(state))
        return
    try:
        output.write_text(page.render(state), "utf-8")
    except OSError as error:
        fail(f"impossible d'écrire {output} ({reason(error)})")
    say(f"Page écrite : {output} (ouvrez-la dans un navigateur, elle ne charge rien).")


def _state(settings: IngestSettings, gaps: Path | None, today: Today) -> State:
    identifier = active_id(settings)
    if identifier is None:
        fail("aucune base de connaissances construite : lancez make build")
    try:
        contents = read_contents(settings.generations_dir / identifier)
    except GenerationError as error:
        fail(str(error))
    asked, complaints = _grouped(settings, _read(gaps)) if gaps else (None, [])
    return collect(
        contents,
        scores=read_scores(settings.scores_dir, identifier),
        by_generation=points_of(all_scores(settings.scores_dir)),
        unseen=read_runs(RUNS),
        gaps=asked,
        complaints=complaints,
        links=_links(settings),
        today=day_of(today),
    )


def _links(settings: IngestSettings) -> dict[str, int]:
    """Sources by what became of their pages since the last refresh on this machine; empty without one."""
    if not settings.refresh_cache.exists():
        return {}
    cache = RefreshCache(settings.refresh_cache)
    try:
        library = libraries.load(settings.knowledge_dir)
        waiting = worklist(library, cache)
        unread = sum(cache.page(str(source.url)) is None for source in library.sources.values())
    except libraries.LibraryError as error:
        say(
            f"attention : liens non comptés, {len(error.problems)} problème(s) dans knowledge/ (python -m ingest check)"
        )
        return {}
    finally:
        cache.close()
    counts = {state.value: count for state, count in count_by_state(waiting).items()}
    counts |= {SETTLED: len(library.sources) - unread - len(waiting), UNREAD: unread}
    return {name: count for name, count in counts.items() if count}


def _read(path: Path) -> list[Gap]:
    try:
        found = read_gaps(path)
    except OSError as error:
        fail(f"fichier illisible : {path} ({reason(error)})")
    if found.unreadable:
        numbers = ", ".join(map(str, found.unreadable[:10]))
        say(f"attention : {len(found.unreadable)} ligne(s) illisible(s), laissée(s) de côté (n° {numbers})")
    return found.gaps


def _grouped(settings: IngestSettings, gaps: list[Gap]) -> tuple[list[GapGroup], list[ComplaintGroup]]:
    complaints = group_complaints(gaps)
    if not any(gap.question for gap in gaps):
        return [], complaints
    try:
        model = load_embeddings(settings.embedding_model)
        return group_questions(gaps, model, open_active(settings, model), settings.gaps_grouped_max), complaints
    except (EmbeddingModelError, GenerationError) as error:
        fail(str(error))


@app.command("gaps")
def gaps_command(
    file: Annotated[Path, typer.Argument(help="Fichier écrit par python -m bot gaps --jsonl.")],
    as_json: Annotated[bool, typer.Option("--json", help="Une ligne JSON par groupe.")] = False,
    today: Today = None,
) -> None:
    """Ce que les gens ont demandé en vain ou signalé, groupé par sens, avec les fiches les plus proches."""
    settings = IngestSettings()
    asked, complaints = _grouped(settings, _read(file))
    if as_json:
        rows: list[GapGroup | ComplaintGroup] = [*asked, *complaints]
        for row in rows:
            print(json.dumps(asdict(row), ensure_ascii=False))
        return
    print(f"{sum(group.count for group in asked)} demande(s) sans réponse, {len(asked)} sujet(s)")
    for group in asked:
        print(f"\n{group.count:>5}  {group.questions[0]}")
        for question in group.questions[1:]:
            print(f"       aussi : {question}")
        print(f"       fiches proches : {', '.join(group.nearest)}")
    if complaints:
        print(f"\n{sum(one.count for one in complaints)} réponse(s) signalée(s)")
    for one in complaints:
        kinds = ", ".join(f"{label} : {count}" for label, count in one.kinds.items())
        print(f"\n{one.count:>5}  {one.fiche or 'réponse sans fait'} ({kinds})")
        for fact in one.facts:
            print(f"       fait montré : {fact}")
