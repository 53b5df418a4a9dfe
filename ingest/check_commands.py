"""``ingest check | law | figures | duplicates | readability | shares``."""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import Annotated

import typer
from rich.table import Table

from ingest.checks import check_library
from ingest.duplicates import check_duplicates
from ingest.figures import check_figures, read_matches
from ingest.law import check_law, citations_of
from ingest.law import keep as keep_law
from ingest.official import legi, openfisca
from ingest.official.package import CorpusError
from ingest.readability import WORST_SHARE, readings_of
from ingest.screen import Today, checked_library, conclude, day_of, fail, library_and_model, percent, say, screen
from ingest.shares import ROOM, shares_of
from knowledge import library as libraries
from knowledge.generation import embedding_cache
from knowledge.golden import load_golden
from knowledge.model import SOURCE_STRENGTH, Confidence
from knowledge.settings import KnowledgeSettings

app = typer.Typer()


@app.command()
def check(today: Today = None) -> None:
    """Vérifier knowledge/ : format, sources, périodes, relectures en retard."""
    library = checked_library(KnowledgeSettings())
    report = check_library(library, day_of(today))
    _print_counts(library)
    conclude(report)


@app.command()
def law(
    today: Today = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Après relecture : retenir la rédaction actuelle des articles.")
    ] = False,
) -> None:
    """Comparer les articles de loi cités aux codes (travail, sécurité sociale… apportés par npm)."""
    settings = KnowledgeSettings()
    library = checked_library(settings)
    try:
        codes = legi.load(settings.corpora_dir, settings.fetch_timeout)
    except CorpusError as error:
        fail(str(error))
    for code in codes.values():
        say(f"{code.title} : version du {code.snapshot} ({legi.PACKAGE}), {len(code.articles)} articles.")
    if accept:
        say(f"Rédactions retenues dans {keep_law(library, codes)}.")
    cited = citations_of(library)
    say(f"{len(cited.facts)} articles cités, regardés un par un.")
    if cited.elsewhere:
        others = ", ".join(f"{name} {count}" for name, count in cited.elsewhere.most_common())
        say(f"Cités d'ailleurs, non regardés ici : {others}.")
    try:
        report = check_law(library, codes, day_of(today))
    except libraries.LibraryError as error:
        fail(str(error))
    conclude(report)


@app.command()
def figures(today: Today = None) -> None:
    """Comparer les montants de figures.yaml aux paramètres datés d'OpenFisca-France (apportés par pip)."""
    settings = KnowledgeSettings()
    library = checked_library(settings)
    try:
        matches, _ = read_matches(library)
        paths = dict.fromkeys(path for match in matches.values() for path in match.parameters)
        parameters = openfisca.load(paths, settings.corpora_dir, settings.fetch_timeout)
    except (libraries.LibraryError, CorpusError) as error:
        fail(str(error))
    say(f"{len(matches)} montants sur {len(library.figures)} comparés à {openfisca.PACKAGE}.")
    conclude(check_figures(library, parameters, day_of(today)))


@app.command()
def duplicates(today: Today = None) -> None:
    """Chercher les faits presque semblables, et ceux qui donnent deux valeurs d'une même chose."""
    settings = KnowledgeSettings()
    library, model = library_and_model(settings)
    # By what sentences say: the adapter brings questions near their answers, and takes like sentences apart.
    cache = embedding_cache(settings, model.plain)
    try:
        report = check_duplicates(library, cache, day_of(today))
    except libraries.LibraryError as error:
        fail(str(error))
    finally:
        cache.close()
    conclude(report)


@app.command()
def readability(
    share: Annotated[float, typer.Option("--share", min=0, max=1, help="Part des faits à montrer.")] = WORST_SHARE,
    today: Today = None,
) -> None:
    """Montrer les faits les plus difficiles à lire (indice de Kandel et Moles)."""
    library = checked_library(KnowledgeSettings())
    readings = readings_of(library, day_of(today))
    for reading in readings[: round(len(readings) * share)]:
        path, line = library.lines[reading.fact]
        measures = f"indice {reading.score:.0f}, phrase de {reading.longest} mots"
        say(f"{path}:{line}: {reading.fact} ({measures}) : {reading.text}")
    middle = median(reading.score for reading in readings)
    say(f"{len(readings)} faits, indice médian {middle:.0f} (100 : très facile, moins de 30 : très difficile).")


@app.command()
def shares(
    missing: Annotated[bool, typer.Option("--missing", help="Montrer aussi ce qui manque, ligne par ligne.")] = False,
) -> None:
    """Dire quelle part des faits a une source officielle, deux sources par montant, une seconde lecture.

    Et quelle part des questions d'essai a ses bons faits dans la base.
    """
    library = checked_library(KnowledgeSettings())
    for share in shares_of(library, library.folder.parent / ROOM, load_golden(library.folder / "golden")):
        kept, of = share.count
        say(f"{percent(share.count)} ({kept}/{of}, but {share.goal} %) : {share.title}.")
        if missing:
            for name in share.missing:
                say(f"  {name}")


def _print_counts(library: libraries.Library) -> None:
    table = Table("thème", "fiches", "faits", "à vérifier")
    for theme in library.themes.values():
        fiches = [fiche for fiche in library.fiches.values() if fiche.theme == theme.id]
        facts = [fact for fiche in fiches for fact in fiche.facts]
        doubtful = sum(fact.confidence is Confidence.TO_VERIFY for fact in facts)
        table.add_row(theme.title, str(len(fiches)), str(len(facts)), str(doubtful))
    screen.print(table)
    say(f"{len(library.fiches)} fiches, {len(library.facts)} faits, {len(library.sources)} sources.")
    kinds = Counter(
        min((library.sources[source].kind for source in fact.sources), key=SOURCE_STRENGTH.index)
        for fact in library.facts.values()
    )
    labels = library.messages["source_kinds"]
    counts = ", ".join(f"{labels[kind]} {count}" for kind, count in kinds.most_common())
    say(f"Faits, par leur source la plus forte : {counts}.")
