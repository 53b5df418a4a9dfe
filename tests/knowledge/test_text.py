from knowledge.text import fold, stems, words


def test_accents_case_and_typography_do_not_matter() -> None:
    assert fold("L’Œuvre DÉCLARÉE") == "l'oeuvre declaree"
    assert stems("Déclarer mes revenus") == stems("declarer MES revenu")


def test_an_amount_is_one_word_however_it_is_typed() -> None:
    assert words("77 700 €") == words("77700 euros")[:1] == ["77700"]
    assert words("83\u202f600") == ["83600"]


def test_negation_and_quantity_stay() -> None:
    assert len(stems("sans micro-entreprise")) == 3
    assert stems("combien") and stems("pas")
