from knowledge.text import fold, letter_pieces, stems, words


def test_accents_case_and_typography_do_not_matter() -> None:
    assert fold("L’Œuvre DÉCLARÉE") == "l'oeuvre declaree"
    assert stems("Déclarer mes revenus") == stems("declarer MES revenu")


def test_an_amount_is_one_word_however_it_is_typed() -> None:
    assert words("77 700 €") == words("77700 euros")[:1] == ["77700"]
    assert words("83\u202f600") == ["83600"]


def test_negation_and_quantity_stay() -> None:
    assert len(stems("sans micro-entreprise")) == 3
    assert stems("combien") and stems("pas")


def test_a_misspelt_word_shares_most_of_its_pieces_with_the_right_one() -> None:
    right, wrong, other = (set(letter_pieces(word)) for word in ("urssaf", "Ursaf", "impôts"))
    assert len(right & wrong) >= len(wrong) / 2
    assert not right & other
    assert not set(words("faire fair air")) & set(letter_pieces("faire"))
