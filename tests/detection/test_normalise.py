from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.clauses import clauses
from detection.normalise import normalise


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Ajoute-moi sur W h a t s A p p stp", "Ajoute-moi sur WhatsApp stp"),
        ("payé en U.S.D.T ou B-T-C", "payé en USDT ou BTC"),
        ("Теlеgrаm", "Telegram"),
        ("T3legram et wh4tsapp", "Telegram et whatsapp"),
        ("𝐆𝐚𝐠𝐧𝐞𝐳 𝟓𝟎€", "Gagnez 50€"),
        ("2 0 0 €/jour, 3OO€", "200 €/jour, 300€"),
        ("ga\u200bgn\u200dez", "gagnez"),
        ("reçois du 💰", "reçois du  argent "),
        ("jai recu ton msg, fo payer 20 pr finir", "j'ai recu ton message, faut payer 20 pour finir"),
        ("kelkun veut kon parle mtn", "quelqu'un veut kon parle maintenant"),
    ],
)
def test_disguises_are_read(written: str, read: str) -> None:
    assert normalise(written, {"💰": "argent"}).text == read


@pytest.mark.parametrize(
    "plain",
    [
        "12,50 € de l'heure",
        "CDI 35 h, M. Diallo",
        "b2b, H24, 3x par an",
        "jean.martin@exemple.example",
        "rh@ups-emploi.example",
        "le 3 4 2026, 12 30 €",
        "l'a-t-il dit ?",
        "pr.paris@exemple.example, https://pr.example/ds",
        "PR manager, Nintendo DS, l'ex-pr",
        "Привет, как дела",
    ],
)
def test_ordinary_writing_is_left_alone(plain: str) -> None:
    assert normalise(plain).text == plain


def test_a_quote_is_what_was_written() -> None:
    written = "Écris sur Т3lеgr\u200bаm ce soir"
    found = normalise(written)
    start = found.text.index("Telegram")
    assert found.quote(start, start + len("Telegram")) == "Т3lеgr\u200bаm"


@given(st.text(max_size=300))
def test_the_map_holds_for_any_text(text: str) -> None:
    found = normalise(text)
    assert len(found.text) == len(found.origin)
    for clause in clauses(found.text):
        assert found.text[clause.start : clause.end] == clause.text
        assert found.quote(clause.start, clause.end) in text


def test_clauses_hold_every_word_and_stay_short() -> None:
    text = (
        "Bonjour ! Je suis Sophie. Le poste est à vous, envoyez 49,90 € à M. Martin et le code reçu "
        + "puis encore un mot " * 12
    )
    found = clauses(text)
    assert " ".join(clause.text for clause in found).split() == text.split()
    assert max(len(clause.text.split()) for clause in found) <= 27
    assert [clause.text for clause in found[:2]] == ["Bonjour !", "Je suis Sophie."]


def test_what_is_typed_in_haste_is_quoted_as_typed() -> None:
    written = "slt jai payé, pr retirer fo remettre 90"
    read = normalise(written)
    start = read.text.index("j'ai")
    assert read.quote(start, start + 4) == "jai"
    assert read.quote(read.text.index("pour"), len(read.text)) == "pr retirer fo remettre 90"


def test_a_message_of_nothing_but_haste_does_not_grow_without_end() -> None:
    written = "kelkun " * 3000
    assert len(normalise(written).text) < len(written) + 2100
