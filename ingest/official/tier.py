"""``ingest official``: gathers the official texts that a build then puts in a generation, as a tier of its own.

Only what may be answered from is listed here. The Service-Public fiches published as a package date from 2020: their
amounts are wrong today, and they are a benchmark, never an answer.
"""

from __future__ import annotations

from datetime import date

from ingest.official import articles, fiches_travail
from knowledge.official import OfficialText, write_texts
from knowledge.settings import KnowledgeSettings

CONNECTORS = (fiches_travail, articles)
TEXTS_MAX = 400
"""More would make the build longer than the facts themselves."""


def gather(settings: KnowledgeSettings, today: date) -> list[OfficialText]:
    """Bring every corpus, keep its texts for the next build. Raises ``CorpusError``."""
    found = [
        text
        for connector in CONNECTORS
        for text in connector.load(settings.corpora_dir, settings.fetch_timeout, read_on=today)
    ]
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    write_texts(settings.official_texts, found[:TEXTS_MAX])
    return found[:TEXTS_MAX]


def forget(settings: KnowledgeSettings) -> None:
    """The next build has no official texts."""
    settings.official_texts.unlink(missing_ok=True)
