"""``ingest refresh | review``."""

from __future__ import annotations

import asyncio
import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ingest.refresh.cache import RefreshCache
from ingest.refresh.run import due
from ingest.refresh.run import refresh as refresh_pages
from ingest.refresh.worklist import count_by_state, worklist
from ingest.review.edits import EditError
from ingest.review.markdown import as_markdown
from ingest.review.session import Review
from ingest.screen import Today, checked_library, day_of, fail, print_problems, progress_bar, say, screen
from ingest.settings import IngestSettings
from knowledge import library as libraries
from knowledge.model import Source

app = typer.Typer()


class ReviewFormat(StrEnum):
    TERMINAL = "terminal"
    MARKDOWN = "md"


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
    library = checked_library(settings)
    cache = RefreshCache(settings.refresh_cache)
    sources = _named(library, source or [])
    pages = due(sources, cache, day, -1 if again else settings.refresh_every_days)[:limit]
    if not pages:
        say(
            f"Ces pages ont toutes été lues depuis moins de {settings.refresh_every_days} jours (--again : les relire)."
        )
    with progress_bar() as progress:
        try:
            asyncio.run(refresh_pages(library, pages, cache, settings, day, progress))
        except KeyboardInterrupt:
            say("Interrompu : ce qui est lu est gardé. La même commande reprend où elle s'est arrêtée.")
        found = worklist(library, cache, progress)
    cache.close()
    counts = Table("page", "nombre")
    for state, count in count_by_state(found).items():
        counts.add_row(state.value, str(count))
    Console().print(counts)
    say("Rien n'a été changé dans les fiches. Pour relire ensemble : python -m ingest review")


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
    library = checked_library(settings)
    if not settings.refresh_cache.exists():
        fail("aucune page lue sur cette machine : lancez d'abord python -m ingest refresh")
    named = {one.id for one in _named(library, source or [])}
    cache = RefreshCache(settings.refresh_cache)
    try:
        with progress_bar() as progress:
            items = [item for item in worklist(library, cache, progress) if item.source.id in named]
        if output is ReviewFormat.MARKDOWN:
            sys.stdout.write(as_markdown(items, day))
        else:
            Review(settings, cache, day, screen).run(items, everything)
    except typer.Abort:
        say("Arrêté. Ce qui est décidé est écrit ; la même commande reprend la suite.")
    except EditError as error:
        fail(str(error))
    except libraries.LibraryError as error:
        print_problems(error.problems)
        fail("knowledge/ a changé pendant la relecture et n'est plus valide ; réparez, puis relancez")
    finally:
        cache.close()


def _named(library: libraries.Library, names: list[str]) -> list[Source]:
    """The sources of these ids; all of them when none is named."""
    unknown = [name for name in names if name not in library.sources]
    if unknown:
        fail(f"source inconnue : {', '.join(unknown)} (les identifiants sont dans knowledge/sources/)")
    return [library.sources[name] for name in names] if names else list(library.sources.values())
