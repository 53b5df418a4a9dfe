"""Who speaks at an address, and when two sources are independent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.settings import Settings
from ingest.checks import check_library
from knowledge import library as libraries
from knowledge.model import Publisher, Source, SourceKind
from knowledge.publishers import Registry
from tests.conftest import TODAY

Edit = Callable[[Path, str, str], None]
REGISTRY = "publishers.yaml"
SOURCES = "sources/essai.yaml"


def publisher(name: str, host: str, kind: str = "official", **fields: object) -> Publisher:
    data = {"id": name, "name": name.title(), "kind": kind, "licence": "Licence Ouverte 2.0", "hosts": [host]}
    return Publisher.model_validate(data | fields)


def source(name: str, url: str, kind: SourceKind = SourceKind.OFFICIAL, same: str | None = None) -> Source:
    return Source(
        id=name, publisher="Essai", title="Page d'essai", url=url, kind=kind, licence="essai", read_on=date(2026, 11, 1), same_text_as=same
    )  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture(scope="module")
def registry() -> Registry:
    publishers = (
        publisher("loi", "loi.example", "law"),
        publisher("etat", "etat.example"),
        publisher("mairie", "mairie.example", republishes=["etat"]),
        publisher("village", "village.example", republishes=["etat"]),
        publisher("revue", "revue.example", "press", republishes=["loi"]),
        publisher("journal", "journal.example", "press"),
        publisher("depot", "depot.example", "press", relay=True),
    )
    return Registry({one.id: one for one in publishers})


@pytest.mark.parametrize("host", ["etat.example", "www.etat.example", "aide.www.etat.example"])
def test_a_host_stands_for_its_subdomains(registry: Registry, host: str) -> None:
    found = registry.of(host)
    assert found is not None and found.id == "etat"


@pytest.mark.parametrize("host", ["faux-etat.example", "example", "etat.example.com"])
def test_and_for_nothing_else(registry: Registry, host: str) -> None:
    assert registry.of(host) is None


def test_a_final_dot_is_not_another_site() -> None:
    assert source("a", "https://www.senat.fr./page").host == "www.senat.fr"


@pytest.mark.parametrize(
    ("one", "other", "independent"),
    [
        ("https://etat.example/a", "https://journal.example/b", True),
        ("https://etat.example/a", "https://www.etat.example/b", False),
        ("https://etat.example/a", "https://mairie.example/a", False),
        ("https://mairie.example/a", "https://etat.example/a", False),
        ("https://mairie.example/a", "https://village.example/b", False),
        ("https://loi.example/a", "https://revue.example/a", False),
        ("https://depot.example/a", "https://depot.example/b", True),
        ("https://inconnu.example/a", "https://etat.example/b", False),
    ],
)
def test_independence(registry: Registry, one: str, other: str, independent: bool) -> None:
    assert registry.independent(source("a", one), source("b", other)) is independent


def test_two_texts_of_law_stand_on_their_own_a_copy_does_not(registry: Registry) -> None:
    law = source("a", "https://loi.example/l1", SourceKind.LAW)
    assert registry.independent(law, source("b", "https://loi.example/r2", SourceKind.LAW))
    assert not registry.independent(law, source("b", "https://journal.example/l1", same="a"))


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (SOURCES, "https://exemple.example/page?a=1&b=2", "https://nouveau.example/", "essai.yaml:9: page-essai : le site nouveau.example n'est pas dans publishers.yaml"),
        (SOURCES, "kind: association", "kind: official", "l'éditeur « presse-essai » est « association »"),
        (SOURCES, "licence: tous droits réservés", "licence: Licence Ouverte 2.0", "page-essai : licence"),
        (SOURCES, "  licence: tous droits réservés", "  same_text_as: perdue\n  licence: tous droits réservés", "la source « perdue » n'existe pas"),
        (REGISTRY, "hosts: [exemple.example]", "hosts: [exemple.example, legifrance.gouv.fr]", "publishers.yaml:6: le site legifrance.gouv.fr est déjà celui de « legifrance »"),
        (REGISTRY, "hosts: [exemple.example]", "hosts: [exemple.example]\n  republishes: [perdu]", "republishes : « perdu » n'existe pas"),
        (REGISTRY, "hosts: [exemple.example]", "hosts: [exemple.example]\n  republishes: [legifrance]", "un montant a deux sources indépendantes"),
    ],
)  # fmt: skip
def test_check_names_the_line_and_what_to_do(
    small_settings: Settings, edit: Edit, path: str, old: str, new: str, expected: str
) -> None:
    edit(small_settings.knowledge_dir / path, old, new)
    found = "\n".join(map(str, check_library(libraries.load(small_settings.knowledge_dir), TODAY).errors))
    assert expected in found
