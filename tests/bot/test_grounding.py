"""Sentences against facts, one error at a time, and the labelled set as a whole."""

from __future__ import annotations

import pytest

from benchmarks.grounding import FALSE, TRUE, score
from bot.answering.grounding.grounder import Grounder
from bot.answering.grounding.values import Kind, find_values
from knowledge.embeddings import EmbeddedE5
from knowledge.grounded import load_labelled
from knowledge.library import KNOWLEDGE_DIR, Library
from knowledge.text import fold
from tests.conftest import TODAY


@pytest.fixture(scope="module")
def facts(library: Library) -> dict[str, str]:
    rendered = {fact.id: fact.render(library.figures, TODAY) for fact in library.facts.values()}
    return {fact_id: text for fact_id, text in rendered.items() if text}


@pytest.fixture(scope="module")
def grounder(facts: dict[str, str]) -> Grounder:
    return Grounder(facts.values())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("77 700 €", "77700 euros", True),
        ("77 700 €", "77 000 €", False),
        ("1 867,02 €", "1867,02 euros", True),
        ("un an", "12 mois", True),
        ("deux semaines", "14 jours", True),
        ("un mois", "30 jours", False),
        ("chaque trimestre", "tous les trois mois", True),
        ("chaque mois", "tous les trois mois", False),
        ("25,6 %", "25,6 pour cent", True),
        ("1er juillet 2026", "1 juillet 2026", True),
        ("1er juillet 2026", "1er juillet 2025", False),
        ("article L. 311-2", "l'article L311-2", True),
        ("article L311-2", "article L311-3", False),
        ("article D622-9", "article L622-9", False),
        ("https://www.urssaf.fr/", "urssaf.fr", True),
        ("urssaf.fr", "urssaf.com", False),
        ("0 892 705 705", "0892 705 705", True),
        ("39 60", "39 49", False),
        ("10 $", "10 €", False),
        ("vingt-trois plateformes", "23 plateformes", True),
        ("4e jour", "quatrième jour", True),
    ],
)
def test_values_are_compared_as_values(one: str, other: str, same: bool) -> None:
    first, second = find_values(fold(one))[0], find_values(fold(other))[0]
    assert first.same_as(second) is same


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("plus de 300 €", "up"),
        ("ne dépasse pas 300 €", "down"),
        ("au plus tard le 15 décembre", "down"),
        ("30 jours au plus tôt", "up"),
        ("ne peut pas être inférieure à 400 €", "up"),
        ("au moins 15 heures", "up"),
        ("le 15 décembre", None),
    ],
)
def test_the_side_of_a_value_is_read(text: str, bound: str | None) -> None:
    (value,) = (value for value in find_values(fold(text)) if value.kind is not Kind.NUMBER)
    assert value.bound == bound


FACT = (
    "Un micro-entrepreneur sans local professionnel, dont les recettes annuelles ne dépassent pas 5 000 €, "
    "est exonéré de CFE ; la demande peut se faire sur impots.gouv.fr."
)


@pytest.mark.parametrize(
    ("sentence", "check"),
    [
        ("Un micro-entrepreneur sans local professionnel, dont les recettes annuelles ne dépassent pas 50 000 €, est exonéré de CFE.", "values_stand"),
        ("Un salarié sans local professionnel, dont les recettes annuelles ne dépassent pas 5 000 €, est exonéré de CFE.", "concepts_stand"),
        ("Un micro-entrepreneur sans local professionnel, dont les recettes annuelles ne dépassent pas 5 000 €, n'est pas exonéré de CFE.", "polarity_agrees"),
        ("Un micro-entrepreneur sans local professionnel est exonéré de CFE.", "restrictions_kept"),
        ("Un micro-entrepreneur avec local professionnel, dont les recettes annuelles ne dépassent pas 5 000 €, est exonéré de CFE.", "prepositions_agree"),
        ("Un micro-entrepreneur sans local professionnel, dont les recettes annuelles ne dépassent pas 5 000 €, est toujours exonéré de CFE.", "concepts_stand"),
        ("Un micro-entrepreneur sans local professionnel, dont les recettes annuelles ne dépassent pas 5 000 €, est exonéré de CFE (article 1464 K).", "values_stand"),
        ("Un micro-entrepreneur sans local professionnel, dont les recettes annuelles ne dépassent pas 5 000 €, est exonéré de CFE par la Macif.", "names_stand"),
        ("La demande doit se faire sur impots.gouv.fr.", "modality_agrees"),
        ("La demande peut se faire sur impots.com.", "values_stand"),
        ("Bonjour.", "content_stands"),
    ],
)  # fmt: skip
def test_each_error_is_named(grounder: Grounder, sentence: str, check: str) -> None:
    assert check in {reason.split(":")[0] for reason in grounder.failures(sentence, FACT)}


def test_an_honest_paraphrase_holds(grounder: Grounder) -> None:
    sentence = "Vous êtes micro-entrepreneur, sans local professionnel, et vos recettes annuelles ne dépassent pas 5000 euros : vous êtes exonéré de CFE."
    assert grounder.failures(sentence, FACT) == []


def test_true_pieces_of_two_facts_do_not_make_a_sentence(grounder: Grounder) -> None:
    other = "Un étudiant boursier ne paie pas la CVEC."
    mixed = "Un étudiant boursier, dont les recettes annuelles ne dépassent pas 5 000 €, est exonéré de CFE."
    assert grounder.cited(mixed, (1, 2), {1: FACT, 2: other}) is None
    assert grounder.cited(FACT, (2, 1, 9), {1: FACT, 2: other}) == 1


def test_similarity_is_a_lower_bound_only(model: EmbeddedE5) -> None:
    grounder = Grounder([FACT], model)
    assert grounder.failures(FACT, FACT) == []


def test_a_fact_holds_against_itself_and_its_neighbour_does_not(grounder: Grounder, facts: dict[str, str]) -> None:
    texts = list(facts.values())
    for text, neighbour in zip(texts[::8], texts[1::8], strict=False):
        assert grounder.failures(text, text) == [], text
        assert grounder.failures(neighbour, text), (neighbour, text)


def test_the_labelled_set_is_judged_as_measured(grounder: Grounder, facts: dict[str, str]) -> None:
    rows = [row for row in load_labelled(KNOWLEDGE_DIR / "golden") if row.split == "dev"]
    scores = score(grounder, rows, facts)
    assert scores.rates[FALSE].value >= 0.99, [row.id for row, _ in scores.misses if not row.label]
    assert scores.rates[TRUE].value >= 0.80


def test_the_labelled_set_is_large_and_varied() -> None:
    rows = load_labelled(KNOWLEDGE_DIR / "golden")
    assert len(rows) >= 300 and len({row.id for row in rows}) == len(rows)
    assert {"amount", "population", "negation", "condition", "article"} <= {row.kind for row in rows}
