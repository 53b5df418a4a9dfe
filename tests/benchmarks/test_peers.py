"""The peers are real, tuned on dev only, and judged by the same figures as the product."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import peers
from benchmarks.peers import (
    ALL_FACTS,
    ANSWERED,
    ONE_FACT,
    PRECISION,
    SILENCE,
    Hit,
    Run,
    Variant,
    bm25_alone,
    comparable,
    compare,
    dense_alone,
    fiche_texts,
    figures,
    judge,
    ours,
    recipe_search,
)
from bot.settings import Settings
from knowledge.embeddings import EmbeddedE5, EmbeddingCache
from knowledge.generation import ASKED, FACT, QUESTION, Passage
from knowledge.golden import GoldenQuestion
from tests.conftest import TODAY


def row(name: str, *facts: str, status: str = "answered", turns: list[str] | None = None) -> GoldenQuestion:
    asked = {"turns": turns} if turns else {"question": name}
    return GoldenQuestion.model_validate({"id": name, "status": status, "facts": facts, "writer": "essai", **asked})


def test_figures_count_facts_silence_and_precision() -> None:
    rows = [
        row("a", "f/1|f/2", "f/3"),
        row("b", "f/1"),
        row("c", "f/9"),
        row("d", status="abstained"),
        row("e", status="redirected"),
    ]
    found = figures(rows, [{"f/2", "f/3"}, {"f/1", "f/8"}, set(), set(), {"f/1"}])
    counts = {name: (rate.hits, rate.total) for name, rate in found.items()}
    assert counts == {ALL_FACTS: (2, 3), ONE_FACT: (2, 3), ANSWERED: (2, 3), PRECISION: (3, 4), SILENCE: (1, 2)}


def test_distress_is_no_contest() -> None:
    rows = [row("a", "f/1"), row("b", status="crisis"), row("c", status="not_crisis"), row("d", status="refused")]
    assert [kept.id for kept in comparable(rows)] == ["a", "d"]


def test_settings_are_chosen_on_dev_alone() -> None:
    rows = [row("dev", "f/1"), row("dev-silence", status="abstained"), row("other", "f/2"), row("another", "f/3")]
    good = [[Hit(0.9, ("f/1",)), Hit(0.5, ("f/7",))], [Hit(0.4, ("f/5",))], [Hit(0.3, ("f/2",))], []]
    bad = [[Hit(0.9, ("f/7",))], [Hit(0.95, ("f/5",))], [Hit(0.99, ("f/2",))], []]
    run = Run("pair", [Variant("mauvais", bad), Variant("bon", good)], [1.0, 2.0, 3.0, 4.0], 10.0)
    result = judge(run, rows, [0, 1], [2, 3])
    # Best on dev: one passage, and a limit above 0.4 — though the third row then gets nothing.
    assert result.settings.startswith("bon, k=1, seuil=")
    assert result.rates[ANSWERED].hits == 0 and SILENCE not in result.rates


def test_being_silent_is_no_way_to_win() -> None:
    rows = [*[row(f"q{number}", "f/1") for number in range(9)], row("s", status="abstained")]
    sure_once = figures(rows, [{"f/1"}, *[set[str]()] * 9])
    useful = figures(rows, [*[{"f/1", "f/2"}] * 8, {"f/2"}, {"f/2"}])
    assert peers.merit(useful) > peers.merit(sure_once)


PASSAGES = [
    Passage("impots#0", QUESTION, "impots", "Faut-il déclarer ses gains aux impôts ?"),
    Passage("impots#1", QUESTION, "impots", "déclaration revenus sondages"),
    Passage("impots/oui", FACT, "impots", "Tous les gains d'une plateforme se déclarent aux impôts.", "impots/oui"),
    Passage("impots/oui#0", ASKED, "impots", "je déclare mes gains", "impots/oui"),
    Passage(
        "impots/date", FACT, "impots", "La déclaration se fait au printemps sur le site des impôts.", "impots/date"
    ),
    Passage("colis#0", QUESTION, "colis", "Peut-on réexpédier des colis chez soi ?"),
    Passage("colis/non", FACT, "colis", "Réexpédier des colis pour un inconnu sert à blanchir un vol.", "colis/non"),
]


def test_the_recipe_shows_passages_and_a_fact_is_found_when_its_sentence_stands_in_one(
    tmp_path: Path, model: EmbeddedE5
) -> None:
    assert fiche_texts(PASSAGES)["colis"] == (
        "Peut-on réexpédier des colis chez soi ?\n\nRéexpédier des colis pour un inconnu sert à blanchir un vol."
    )
    cache = EmbeddingCache(tmp_path / "vectors.sqlite", model)
    whole = recipe_search(PASSAGES, model, cache, 1000, 200)("réexpédier des colis")
    assert [hit.facts for hit in whole] == [("colis/non",), ("impots/oui", "impots/date")]
    assert whole[0].score > whole[1].score > 0
    cut = recipe_search(PASSAGES, model, cache, 40, 0)("réexpédier des colis")
    assert len(cut) > 2 and not any(hit.facts for hit in cut), "a sentence cut in two is not found"
    cache.close()


@pytest.fixture
def small_rows() -> list[GoldenQuestion]:
    return [
        row("combien de cotisations je paie en micro-entreprise", "cotisations/taux"),
        row("capitale de la Mongolie", status="redirected"),
        row("suite", "cotisations/taux", turns=["bonjour", "taux de cotisations micro entreprise"]),
    ]


def test_each_system_finds_facts_in_the_generation(built_settings: Settings, small_rows: list[GoldenQuestion]) -> None:
    runs = [system(built_settings, small_rows, TODAY) for system in (ours, bm25_alone, dense_alone)]
    for run in runs:
        assert len(run.latencies_ms) == len(small_rows) and run.memory_mib > 50, run.name
        assert all(len(variant.found) == len(small_rows) for variant in run.variants)
        result = judge(run, small_rows, [0, 1, 2], [0, 1, 2])
        assert result.rates[ONE_FACT].hits == 2, (run.name, run.variants)
        assert set(result.as_json()) == {"settings", "rates", "p50_ms", "p95_ms", "memory_mib"}
    assert [run.decides for run in runs] == [True, False, False]


@pytest.mark.full
def test_every_system_runs_in_a_process_of_its_own(
    built_settings: Settings, small_rows: list[GoldenQuestion], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "small_model", lambda: None)
    results = list(compare(built_settings, small_rows, small_rows, TODAY))
    assert [result.name for result in results] == ["ClicDroit", "BM25 seul", "dense seul", "recette LangChain"]
    figures = [(result.name, result.memory_mib, result.p50_ms, result.p95_ms) for result in results]
    assert all(result.memory_mib > 50 and result.p95_ms >= result.p50_ms > 0 for result in results), figures
