"""The labour ministry's fiches, from ``@socialgouv/fiches-travail-data``: those it dated 2025 or later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ingest.official.package import NpmPackage, bring, read_json
from ingest.official.quote import quote_of
from knowledge.official import OLDEST, OfficialText

PACKAGE = NpmPackage(
    "@socialgouv/fiches-travail-data",
    "4.1174.0",
    "sha512-ZfaR252dHkcwWavmCg4yIEBTHBQ8VIxn70vcz/azshDLyfCYyuomxyDw8fyPDzHh+IOzNS0dnMwZMYLu9Z2KXg==",
)


def load(folder: Path, timeout: float, read_on: date) -> list[OfficialText]:
    """Raises ``CorpusError``."""
    return list(read_fiches(read_json(bring(PACKAGE, folder, timeout), "data/fiches-travail.json"), read_on))


def read_fiches(fiches: list[dict[str, Any]], read_on: date) -> Iterator[OfficialText]:
    """One text a fiche: its summary, and the titles of its sections as words to find it by."""
    known: set[str] = set()
    for fiche in fiches:
        dated = datetime.strptime(fiche["date"], "%d/%m/%Y").date()
        summary = " ".join(fiche["description"].split())
        if dated < OLDEST or not summary or summary in known:
            continue
        known.add(summary)  # the same fiche is published under several addresses
        sections = " ".join(section["title"] for section in fiche["sections"])
        yield OfficialText(
            id=f"fiche-travail/{fiche['pubId']}",
            title=fiche["title"],
            publisher="Ministère du Travail",
            url=fiche["url"],
            concerns="les salariés",
            quote=quote_of(summary),
            text=f"{summary} {sections}",
            version_date=dated,
            read_on=read_on,
        )
