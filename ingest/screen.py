"""What every maintainers' command shares at the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from ingest.checks import Report
from knowledge import library as libraries
from knowledge.embeddings import EmbeddingModelError, SentenceEmbeddings, load_embeddings
from knowledge.scores import Count
from knowledge.settings import KnowledgeSettings

Today = Annotated[
    datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], help="La date du jour (par défaut : aujourd'hui).")
]

screen = Console(stderr=True)


def fail(message: str) -> NoReturn:
    """One clear line on stderr, exit 1."""
    screen.print(f"Erreur : {message}", style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)


def say(text: str) -> None:
    """A line for the maintainer on stderr: stdout is for results."""
    screen.print(text, markup=False, highlight=False, soft_wrap=True)


def day_of(today: datetime | None) -> date:
    return today.date() if today else date.today()


def percent(count: Count) -> str:
    """``(3, 4)`` → ``75,0 %``."""
    return f"{decimal(100 * count[0] / count[1])} %" if count[1] else "—"


def decimal(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each label that is reported."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeRemainingColumn(), console=screen) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(label: str, done: int, total: int) -> None:
            if label not in tasks:
                tasks[label] = bar.add_task(label, total=total)
            bar.update(tasks[label], completed=done, total=total)

        yield progress


def checked_library(settings: KnowledgeSettings) -> libraries.Library:
    """The library of these settings; ends with what is wrong in it."""
    try:
        return libraries.load(settings.knowledge_dir)
    except libraries.LibraryError as error:
        print_problems(error.problems)
        fail(f"{len(error.problems)} problème(s) dans knowledge/ ; réparez-les d'abord (python -m ingest check)")


def library_and_model(settings: KnowledgeSettings) -> tuple[libraries.Library, SentenceEmbeddings]:
    """What a command that learns starts from; ends with what is wrong."""
    try:
        return checked_library(settings), load_embeddings(settings.embedding_model)
    except EmbeddingModelError as error:
        fail(str(error))


def print_problems(problems: list[libraries.Problem]) -> None:
    for problem in problems:
        say(str(problem))


def conclude(report: Report) -> None:
    """Print what was found; exit 1 on an error."""
    print_problems(report.errors)
    for problem in report.warnings:
        say(f"attention : {problem}")
    if report.errors:
        fail(f"{len(report.errors)} problème(s)")
    say(f"Tout est en ordre ({len(report.warnings)} avertissement(s)).")
