"""What a page says of a claim, judged by words and numbers."""

from __future__ import annotations

import pytest

from ingest.refresh.sentences import Sentences

PAGE = """Le Smic
Le Smic s'applique à tout salarié majeur, en métropole comme dans la plupart des territoires situés outre-mer.
À Mayotte, le montant du Smic horaire brut est fixé à 9,33 € depuis le 1er janvier 2026 pour un salarié majeur.
Date | Montant horaire brut
1er janvier 2026 | 12,02 €
1er novembre 2024 | 11,88 €
Le Smic mensuel brut est de 1 823,03 euros pour 35 heures."""


def test_the_sentence_with_the_amount_is_preferred_to_a_longer_one() -> None:
    support = Sentences.of(PAGE).support("Le Smic horaire brut est de 12,02 € depuis le 1er janvier 2026.")
    assert "1er janvier 2026 | 12,02 €" in support.sentences
    assert support.missing_numbers == ()


def test_an_amount_that_the_page_does_not_hold_is_named_whole() -> None:
    support = Sentences.of(PAGE).support(
        "Depuis le 1er juin 2026, le Smic est de 12,31 € brut, soit 1 867,02 € par mois."
    )
    assert support.missing_numbers == ("12,31", "1867,02")


def test_what_the_page_does_not_speak_of_relies_on_no_sentence() -> None:
    support = Sentences.of(PAGE).support("Une plainte se dépose en ligne auprès de la Cnil.")
    assert support.sentences == () and support.share < 0.45


@pytest.mark.parametrize("written", ["1 823,03", "1\u202f823,03", "1\u00a0823,03", "1.823,03", "1823,03", "1823,030"])
def test_a_number_is_the_same_however_it_is_written(written: str) -> None:
    assert Sentences.of(PAGE).support(f"Le Smic est de {written} €.").missing_numbers == ()


def test_typography_does_not_change_a_sentence() -> None:
    one = Sentences.of("L’été – « chaud » –\u00a0a coûté 12\u202f€.")
    other = Sentences.of("  l'été - « chaud » - a coûté 12 €  ")
    assert one.hashes == other.hashes and one.page_hash == other.page_hash


def test_sentences_end_where_they_end() -> None:
    text = "La règle vaut en 2026. Elle change en 2027 ! « Pourquoi ? » L'art. L. 311-2 le dit : 12.5 % au plus."
    assert len(Sentences.of(text).all) == 4
