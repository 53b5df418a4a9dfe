"""The named formulas, on the real figures."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.answering.compute import Calculator
from ingest.lexicon import completed
from knowledge import library as libraries
from knowledge.generation import Generation
from retrieval.rewrite import Rewriter

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def tools() -> tuple[Calculator, Rewriter]:
    library = libraries.load()
    known: Any = SimpleNamespace(messages=library.messages, figures=library.figures, facts=library.facts)
    return Calculator(cast(Generation, known)), Rewriter(completed(library.lexicon), max_questions=3)


def results(tools: tuple[Calculator, Rewriter], question: str) -> list[tuple[str, str]]:
    calculator, rewriter = tools
    return [(c.text, c.fact_id) for c in calculator.compute(rewriter.queries([question], TODAY)[0])]


@pytest.mark.parametrize(
    ("question", "said", "fact"),
    [
        ("j'ai gagné 340 € ce mois-ci, je paie combien ?", "340 € de recettes × 25,6 % = 87,04 €", "cotisations/taux-bnc"),
        ("g gagné 340e sur clickworker cb je paye a l'urssaf", "il reste 252,96 €", "cotisations/taux-bnc"),
        ("avec 12 000 € de recettes BNC je valide combien de trimestres ?", "÷ 2 732 € = 4 trimestres", "retraite-trimestres/regle-150-heures"),
        ("en 2025 j'ai gagné 3500 € en BNC, je valide combien de trimestres", "÷ 2 700 € = 1 trimestre ", "retraite-trimestres/regle-150-heures"),
        ("10 € pour 4 h de sondages ?", "10 € pour 4 h = 2,50 € de l'heure", "smic-et-microtravail/smic-montant"),
        ("12,5€ pour 2h30 c'est légal ?", "12,50 € pour 2,50 h = 5 € de l'heure", "smic-et-microtravail/smic-montant"),
        ("j'ai 640 € de recettes micro combien d'imposable", "305 € = 335 €", "declarer-revenus/micro-abattement"),
    ],
)  # fmt: skip
def test_a_clear_sum_is_worked_out_with_its_steps(
    tools: tuple[Calculator, Rewriter], question: str, said: str, fact: str
) -> None:
    found = results(tools, question)
    assert any(said in text and fact_id == fact for text, fact_id in found), found


def test_the_kind_of_activity_that_is_named_is_the_only_one(tools: tuple[Calculator, Rewriter]) -> None:
    assert len(results(tools, "j'ai encaissé 500 € en BNC, combien de cotisations ?")) == 1
    assert len(results(tools, "j'ai encaissé 500 €, combien de cotisations ?")) == 2


@pytest.mark.parametrize(
    "question",
    [
        "je gagne 200 euros et je touche le rsa combien on me retire",
        "j'ai gagné 300 dollars, combien je paie à l'urssaf ?",
        "on m'a volé 340 euros combien de temps pour porter plainte",
        "ils me doivent 80 euros je fais quoi",
        "entre 200 et 300 euros de gains ou 400 euros, combien je paie à l'urssaf ?",
        "combien de cotisations en micro ?",
    ],
)
def test_without_one_clear_amount_there_is_no_result(tools: tuple[Calculator, Rewriter], question: str) -> None:
    assert results(tools, question) == []
