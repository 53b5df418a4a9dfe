"""What French words sound like, and what words spelt by ear are read as."""

from __future__ import annotations

import pytest

from ingest.lexicon import with_completed_lexicon
from knowledge import library
from retrieval.rewrite import Rewriter
from retrieval.sounds import read_by_ear, sound


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kotisasion", "cotisations"),
        ("enfan", "enfant"),
        ("travay", "travail"),
        ("chomaje", "chomage"),
        ("asurense", "assurance"),
        ("koman", "comment"),
        ("paiment", "paiement"),
        ("avoka", "avocat"),
        ("fonctionere", "fonctionnaire"),
        ("telefone", "telephone"),
        ("plinte", "plainte"),
        ("deklare", "declarait"),
    ],
)
def test_words_that_sound_alike(typed: str, meant: str) -> None:
    assert sound(typed) == sound(meant)


@pytest.mark.parametrize(
    ("one", "other"),
    [("bon", "bonne"), ("plein", "plaine"), ("poisson", "boisson"), ("sur", "sourd"), ("compte", "carte")],
)
def test_words_that_do_not(one: str, other: str) -> None:
    assert sound(one) != sound(other)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("arjan", "argent"), ("larjan", "l'argent"), ("jrisk", "je risque"), ("dargan", None), ("ta", None)],
)
def test_a_little_word_may_be_glued_to_it(typed: str, read: str | None) -> None:
    sounds = {sound("argent"): "argent", sound("risque"): "risque"}
    assert read_by_ear(typed, sounds) == read


@pytest.fixture(scope="module")
def rewriter() -> Rewriter:
    """Over the words of the real base."""
    return Rewriter(with_completed_lexicon(library.load()).lexicon, max_questions=3)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("jé resu un mail de limpo", "j'ai reçu un mail de l'impôt"),
        ("fonctionère a la meri, fo lotorisation ?", "fonctionnaire a la mairie , faut l'autorisation ?"),
        ("mon conte é bloké avek 80 dolar dedan", "mon compte et bloqué avec 80 dollars dedans"),
        ("es ke jrisk la prizon", "es que je risque la prison"),
    ],
)
def test_what_is_spelt_by_ear_is_read(rewriter: Rewriter, typed: str, read: str) -> None:
    assert rewriter.spell_out(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "la dame du guichet parle de lame de fond",  # neither AME nor « l'âme »
        "sous tutelle, sous 30 jours, des sous-titres",  # no money
        "le maire de la ville et ma mère",
        "the process is broken, I want to repair it",
        "prolific et swagbucks",
    ],
)
def test_what_is_well_spelt_stays(rewriter: Rewriter, typed: str) -> None:
    assert rewriter.spell_out(typed).replace(" ,", ",") == typed


def test_money_called_sous(rewriter: Rewriter) -> None:
    assert rewriter.spell_out("jveux mes sous") == "je veux mon argent"
