"""What the repository remembers of the pages it cites: ``snapshots.jsonl``, written by ``ingest review`` only.

Never a page's text: its hash, the day it was read, and the hashes of the sentences that each fact relies on. One
line a source, sorted, so that two people's reviews merge. From it alone a fact earns ``verified_on``: somebody
compared this very sentence with the live page; a sentence that has changed since has lost it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from knowledge.model import Content, Fact, Fiche, Figure, Slug

FILE = "snapshots.jsonl"

_BLANKS = re.compile(r"\s+")
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u2011": "-", "|": " ", "\u00ad": None}
)


class SnapshotError(ValueError):
    """A line of the file that is not valid; ``line`` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Seen(StrEnum):
    """How the page was looked at."""

    TEXT = "texte"
    """Its text was read by ``ingest refresh`` and shown beside the fact."""
    BROWSER = "navigateur"
    """A person opened it: the site refuses programs."""


class Relied(Content):
    """What one claim, a fact most often, owes to one page."""

    sentence: str
    """Hash of the claim as it read that day, amounts included."""
    on: list[str] = []
    """Hashes of the page's sentences it relies on; empty: on the page as a whole."""
    verified_on: date
    seen: Seen = Seen.TEXT


class Snapshot(Content):
    """One source, the last time a person accepted it."""

    source: Slug
    read_on: date
    page: str | None = None
    """Hash of the whole text; None when a person read the page in a browser."""
    language: str = ""
    claims: dict[str, Relied] = {}
    """Fact id, or what else cites the page (``contact urssaf``): see ``ingest.refresh.claims``."""


def sentence_hash(text: str) -> str:
    """Of a sentence, however it is spaced, quoted or capitalised: 16 hexadecimal characters."""
    return hashlib.sha256(comparable(text).encode("utf-8")).hexdigest()[:16]


def comparable(text: str) -> str:
    """A sentence without what typography may change from one day to the next."""
    plain = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    return _BLANKS.sub(" ", plain).strip(" .;:,").casefold()


def load(path: Path) -> dict[str, Snapshot]:
    """Source id → snapshot; empty without the file. Raises ``SnapshotError``."""
    found: dict[str, Snapshot] = {}
    rows = path.read_text("utf-8").splitlines() if path.exists() else []
    for number, row in enumerate(rows, 1):
        try:
            snapshot = Snapshot.model_validate_json(row)
        except ValidationError as error:
            raise SnapshotError(number, "ligne abîmée : reprenez celle de la dernière version publiée") from error
        if snapshot.source in found:
            raise SnapshotError(number, f"« {snapshot.source} » est là deux fois : gardez la ligne la plus récente")
        found[snapshot.source] = snapshot
    return found


def save(path: Path, snapshots: Mapping[str, Snapshot]) -> None:
    """Replace the file in one step."""
    rows = [snapshots[source].model_dump_json(exclude_defaults=True) for source in sorted(snapshots)]
    temporary = path.with_suffix(".tmp")
    temporary.write_text("".join(row + "\n" for row in rows), "utf-8")
    temporary.replace(path)


def verified(
    fiches: Mapping[str, Fiche], figures: Mapping[str, Figure], snapshots: Mapping[str, Snapshot]
) -> dict[str, Fiche]:
    """The fiches, each fact with the last day on which it was compared with one of its live pages."""
    return {
        name: fiche.model_copy(
            update={
                "facts": [
                    fact.model_copy(update={"verified_on": _verified_on(fact, figures, snapshots)})
                    for fact in fiche.facts
                ]
            }
        )
        for name, fiche in fiches.items()
    }


def _verified_on(fact: Fact, figures: Mapping[str, Figure], snapshots: Mapping[str, Snapshot]) -> date | None:
    relied = (snapshots[source].claims.get(fact.id) for source in fact.sources if source in snapshots)
    days = [one.verified_on for one in relied if one is not None and _is_same(fact, figures, one)]
    return max(days, default=None)


def _is_same(fact: Fact, figures: Mapping[str, Figure], relied: Relied) -> bool:
    if any(name not in figures for name in fact.figure_ids):
        return False  # reported by the library
    text = fact.render(dict(figures), relied.verified_on)
    return text is not None and sentence_hash(text) == relied.sentence
