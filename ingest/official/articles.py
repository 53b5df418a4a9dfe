"""The articles of the two codes that concern people who do microwork, among the thousands that do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ingest.official import legi
from ingest.official.quote import quote_of
from knowledge.official import OfficialText

CHOSEN = (
    ("code_travail", r"L7341-1|[LD]7342-\d+", "les indépendants qui passent par une plateforme"),
    ("code_travail", r"L8221-\d(-\d)?|L8223-\d|L8224-\d", "les salariés et les indépendants (travail dissimulé)"),
    ("code_travail", r"L1221-[1-6]|L1411-1|L3245-1|L8261-\d", "les salariés"),
    ("code_securite_sociale", r"L611-1|[LRD]613-\d+(-\d)?", "les travailleurs indépendants"),
    ("code_securite_sociale", r"L62[123]-\d|D62[23]-\d+|L63[123]-\d", "les travailleurs indépendants"),
    ("code_securite_sociale", r"L131-6-4|D131-6-\d", "les créateurs d'entreprise"),
)
"""Code, numbers, and whom they concern: self-employment, platforms, undeclared work, social protection."""


def load(folder: Path, timeout: float, read_on: date) -> list[OfficialText]:
    """Raises ``CorpusError``."""
    return list(choose(legi.load(folder, timeout), read_on))


def choose(codes: dict[str, legi.Code], read_on: date) -> Iterator[OfficialText]:
    """The chosen articles in force on the day of the snapshot."""
    for name, numbers, concerns in CHOSEN:
        code = codes[name]
        for number, article in code.articles.items():
            if re.fullmatch(numbers, number) and article.in_force_on(code.snapshot) and article.text.strip():
                text = " ".join(article.text.split())
                yield OfficialText(
                    id=f"legi/{article.version}",
                    title=f"Article {number} du {code.title}",
                    publisher="Légifrance",
                    url=article.url,
                    concerns=concerns,
                    quote=quote_of(text),
                    text=text,
                    version_date=code.snapshot,
                    read_on=read_on,
                )
