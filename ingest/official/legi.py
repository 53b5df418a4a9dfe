"""The codes that the facts cite most, article by article, from ``@socialgouv/legi-data``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ingest.official.package import NpmPackage, bring, read_json

PACKAGE = NpmPackage(
    "@socialgouv/legi-data",
    "2.513.0",
    "sha512-YaBJPF39Ic/EKdBq+gCagjPJdHeqA1Fpa5lHKEn3G7za/j9ZENRqMKcenntnNBUXFvrVA+fSXVfpi4gQr228UA==",
)
FILES = {
    "code_travail": "LEGITEXT000006072050",
    "code_securite_sociale": "LEGITEXT000006073189",
    "code_relations_public_admin": "LEGITEXT000031366350",
}
TITLES = {
    "code_travail": "Code du travail",
    "code_securite_sociale": "Code de la sécurité sociale",
    "code_relations_public_admin": "Code des relations entre le public et l'administration",
}
_NO_END = 2222
"""Légifrance writes 2999 for no end, and 2222 for an end whose day is not fixed yet."""
_IN_FORCE = ("VIGUEUR", "ABROGE_DIFF")
"""``ABROGE_DIFF``: in force, with its repeal already voted."""


@dataclass(frozen=True)
class Article:
    """An article as it stood on the day of the snapshot."""

    code: str
    number: str
    version: str
    """LEGIARTI id of this wording."""
    state: str
    start: date
    end: date | None
    """First day it no longer holds, when that is already known."""
    text: str

    @property
    def digest(self) -> str:
        """Of the text without its spacing, which the publisher changes freely."""
        return hashlib.sha256(" ".join(self.text.split()).encode()).hexdigest()[:16]

    @property
    def url(self) -> str:
        return f"https://www.legifrance.gouv.fr/codes/article_lc/{self.version}"

    def in_force_on(self, day: date) -> bool:
        return self.state in _IN_FORCE and self.start <= day and (self.end is None or day < self.end)


@dataclass
class Code:
    """One code on the day of its snapshot."""

    title: str
    snapshot: date
    articles: dict[str, Article] = field(default_factory=dict)
    """By number, as ``normal_number`` writes it."""
    versions: dict[str, str] = field(default_factory=dict)
    """LEGIARTI id of every known wording, old ones included → number."""


def load(folder: Path, timeout: float) -> dict[str, Code]:
    """The codes, by the names that ``articles:`` uses in fiches. Raises ``CorpusError``."""
    archive = bring(PACKAGE, folder, timeout)
    return {name: read_code(name, read_json(archive, f"data/{file}.json")) for name, file in FILES.items()}


def read_code(name: str, root: dict[str, Any]) -> Code:
    """``root``: the tree of one code, as the package writes it."""
    code = Code(TITLES[name], date.fromisoformat(root["data"]["dateDebutVersion"]))
    for data in _articles(root):
        number = normal_number(data.get("num") or "")
        article = Article(
            code=name,
            number=number,
            version=data["id"],
            state=data.get("etat") or "",
            start=_day(data["dateDebut"]) or date.min,
            end=_day(data["dateFin"]),
            text=data.get("texte") or "",
        )
        code.articles.setdefault(number, article)
        code.versions |= dict.fromkeys([article.version, *(v["id"] for v in data["articleVersions"])], number)
    return code


def normal_number(text: str) -> str:
    """``L. 7341-1``, ``R*1233-3-4`` and ``L1453-1 A`` in one spelling: no space, no dot, no star."""
    return re.sub(r"[\s.*]", "", text)


def _articles(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node["type"] == "article":
        yield node["data"]
    for child in node.get("children", ()):
        yield from _articles(child)


def _day(milliseconds: int) -> date | None:
    """A day of the package; None for an end that is not known."""
    day = datetime.fromtimestamp(milliseconds / 1000, UTC).date()
    return None if day.year >= _NO_END else day
