"""Texts made to hold the bot: each of these once took seconds, minutes, or would never have ended."""

from __future__ import annotations

import random
import string
import unicodedata
from datetime import date

import pytest

from bot.vetting.pipeline import WORD_MAX_BYTES, Vetter
from detection.clauses import CLAUSE_MAX_CHARS, clauses
from detection.entities import pays
from detection.model import LIKENESS_CLAUSES
from detection.normalise import normalise
from detection.offer import brands_of, entity_signals, read
from knowledge.embeddings import EmbeddedE5

TODAY = date(2026, 11, 22)
LENGTH = 7900


def letters(count: int) -> str:
    return "".join(random.Random(count).choices(string.ascii_lowercase, k=count))


@pytest.mark.parametrize(
    "text",
    [
        "ok" + " " * LENGTH + "demain. Je vous écris pour un emploi.",
        "Ok " + "👍" * LENGTH + " demain. Je vous écris pour un emploi.",
        "Gain de 1" + " " * LENGTH + "demain",
        "1" * LENGTH + "!",
        "." * LENGTH + "fin",
        "a.)" * (LENGTH // 3),
        "a-" * (LENGTH // 2),
        "a0" * (LENGTH // 2) + "_",
        letters(LENGTH),
    ],
    ids=["greeting", "emoji", "pay", "digits", "stops", "short", "dashes", "leet", "letters"],
)
def test_no_text_holds_the_reader(vetter: Vetter, text: str) -> None:
    offer = read(text, {"👍": "ok"})
    entity_signals(offer, brands_of(vetter.catalogue), 12.0)
    assert offer.clauses and all(0 < len(clause.text) <= CLAUSE_MAX_CHARS for clause in offer.clauses)
    assert "".join("".join(clause.text for clause in offer.clauses).split()) == "".join(offer.text.split())


def test_letters_without_a_break_are_cut_and_still_say_where_they_are() -> None:
    text = f"Payez 49 € de frais. {letters(4096)} Merci de répondre vite aujourd'hui."
    found = clauses(text)
    assert found[0].text == "Payez 49 € de frais." and found[-1].text.endswith("vite aujourd'hui.")
    assert all(clause.text == text[clause.start : clause.end] for clause in found)


def test_pay_is_read_as_before() -> None:
    said = {
        "150 à 200 € par jour": 200,
        "1 500€ / mois": 1500,
        "12,50 euros net de l'heure": 12.5,
        "$2.000 per week": 1800,
    }
    hours = {"jour": 7.0, "mois": 151.67, "heure": 1.0, "week": 35.0}
    for text, amount in said.items():
        [pay] = pays(text)
        assert pay.hourly == pytest.approx(amount / hours[pay.period]), text


@pytest.mark.parametrize("char", ["ﷺ", "💰"])
def test_a_message_does_not_grow_without_end(char: str) -> None:
    normalised = normalise(char * LENGTH, {"💰": "argent"})
    assert len(normalised.text) < LENGTH + 2100
    assert len(normalised.origin) == len(normalised.text)
    assert (
        normalise("ﷺ").text == unicodedata.normalize("NFKC", "ﷺ") and "argent" in normalise("💰", {"💰": "argent"}).text
    )


def test_a_ligature_of_eighteen_letters_is_embedded_as_its_letters(model: EmbeddedE5) -> None:
    spelt = unicodedata.normalize("NFKC", "ﷺ")
    for text in ("ﷺ", "ﷺ" * 20):
        assert model.embed_query(text) == model.embed_query(text.replace("ﷺ", spelt))


@pytest.mark.parametrize("host", ["www.fr", "http://www.com/offre"])
def test_an_address_without_a_name_is_no_error(vetter: Vetter, host: str) -> None:
    verdict = vetter.vet(f"Bonjour, le travail est expliqué sur {host}, répondez vite.", TODAY)
    assert "short_link" not in {signal.id for signal in verdict.signals}


@pytest.mark.parametrize(
    "text",
    [letters(LENGTH), " ".join(letters(40) for _ in range(190)), "打" * LENGTH, "नमस्ते " * 1100],
    ids=["letters", "long words", "ideograms", "hindi"],
)
def test_what_is_embedded_is_bounded(vetter: Vetter, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    embed = EmbeddedE5.embed_queries

    def recorded(self: EmbeddedE5, texts: list[str]) -> list[list[float]]:
        given.extend(texts)
        return embed(self, [said[:20] for said in texts])  # what is counted need not be read

    monkeypatch.setattr(EmbeddedE5, "embed_queries", recorded)
    vetter.vet(text, TODAY)
    assert 0 < sum(len(said.encode()) for said in given) <= 2 * 90 * WORD_MAX_BYTES


def test_a_message_of_a_thousand_clauses_gets_its_reason(vetter: Vetter) -> None:
    trap = "Payez 49 € de frais de dossier en coupons PCS avant de commencer. "
    text = "Il fait beau. " * 250 + trap + "Il fait beau. " * 250
    assert len(read(text).clauses) > 4 * LIKENESS_CLAUSES
    verdict = vetter.vet(text, TODAY)
    assert any(signal.evidence in trap for signal in verdict.signals)
