"""Near duplicates and two values of one thing, on a small library that the tests change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from bot.settings import Settings
from ingest.checks import Report
from ingest.duplicates import FILE, check_duplicates
from knowledge import library as libraries
from knowledge.embeddings import EmbeddedE5, EmbeddingCache

RATE = "Une micro-entreprise qui change d'adresse le déclare au guichet des formalités dans les 30 jours."


@pytest.fixture
def check(small_settings: Settings, model: EmbeddedE5):  # type: ignore[no-untyped-def]
    def run() -> Report:
        cache = EmbeddingCache(small_settings.embedding_cache, model)
        try:
            return check_duplicates(libraries.load(small_settings.knowledge_dir), cache, date(2026, 11, 21))
        finally:
            cache.close()

    return run


@pytest.fixture
def add(small_settings: Settings) -> Callable[[str, str], None]:
    """Adds a fact at the end of the fiche « cotisations »."""
    path = small_settings.knowledge_dir / "fiches/argent/cotisations.md"

    def write(slug: str, sentence: str) -> None:
        fields = "- sources: [loi-essai]\n- expires_on: 2027-01-31\n"
        path.write_text(f"{path.read_text('utf-8').rstrip()}\n\n### {slug}\n\n{sentence}\n\n{fields}", "utf-8")

    return write


def test_different_facts_are_no_duplicates(check) -> None:  # type: ignore[no-untyped-def]
    assert check() == Report()


def test_nearly_one_sentence_is_found_then_accepted_then_forgotten(check, add, small_settings: Settings) -> None:  # type: ignore[no-untyped-def]
    add("adresse", RATE)
    add("demenagement", RATE.replace("le déclare au", "doit le déclarer au"))
    [found] = check().errors
    assert "cotisations/adresse et cotisations/demenagement" in found.message
    assert "presque la même phrase" in found.message and "cotisations.md:" in str(found)
    accepted = small_settings.knowledge_dir / FILE
    accepted.write_text(
        "- pair: [cotisations/demenagement, cotisations/adresse]\n  reason: deux situations différentes\n"
        "- pair: [cotisations/adresse, cotisations/taux]\n  reason: ne se ressemblent pas du tout\n",
        "utf-8",
    )
    report = check()
    assert not report.errors
    assert [problem.line for problem in report.warnings] == [3]


def test_two_values_of_one_thing_are_found(check, add) -> None:  # type: ignore[no-untyped-def]
    add("adresse", RATE)
    add("demenagement", RATE.replace("30 jours", "15 jours").replace("le déclare", "doit le déclarer"))
    [found] = check().errors
    assert "deux valeurs, 30 contre 15 (jours)" in found.message or "15 contre 30" in found.message


def test_two_figures_of_one_name_are_found(check, small_settings: Settings) -> None:  # type: ignore[no-untyped-def]
    path = small_settings.knowledge_dir / "figures.yaml"
    again = path.read_text("utf-8").replace("taux_essai", "taux_bis").replace("25.6", "26.1")
    path.write_text(path.read_text("utf-8") + again, "utf-8")
    [found] = check().errors
    assert "deux montants de même nom, 25,6 % et 26,1 %" in found.message
