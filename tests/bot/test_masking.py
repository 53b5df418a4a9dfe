"""Personal data left after masking, on sentences written by others and by workers' pens."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.masking import mask
from bot.vetting.anonymise import anonymised
from knowledge.library import KNOWLEDGE_DIR, parse_yaml

GOLDEN = KNOWLEDGE_DIR / "golden"
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+\w")
LONG_NUMBER = re.compile(r"\+?\d(?:[ .-]?\d){8,}")
PHONE = re.compile(r"(?:0[1-79]|\+)(?:[ .-]*0*[1-9]){5}")
"""An invented number may be all zeros, which letters can hide whole."""
ADDRESS = re.compile(r"@|\d[\d .-]{5,}")
"""A telephone number, an account, a mail: what is there to hide."""
LEAKS_ALLOWED = 0.01
DISGUISES: list[Callable[[str], str]] = [
    "\u200b".join,
    lambda number: " ".join(number.replace(" ", "")),
    lambda number: " . ".join(re.findall("..?", re.sub(r"[ .-]", "", number))),
    lambda number: number.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}),
    lambda number: number.replace("0", "O"),
]


@dataclass(frozen=True)
class Sentence:
    text: str
    private: list[str]
    keep: list[str]


def sentences() -> list[Sentence]:
    labelled = parse_yaml((Path(__file__).parent / "masking.yaml").read_text("utf-8"))
    offers = {
        row["id"]: row["text"]
        for path in GOLDEN.glob("offers-[a-z].jsonl")
        for row in map(json.loads, path.read_text("utf-8").splitlines())
    }
    found = [Sentence(**{"keep": [], **question}) for question in labelled["questions"]]
    for offer, names in (labelled["offers"] | labelled["more_offers"]).items():
        text = offers[offer]
        assert all(name.strip() in text for name in names), offer
        numbers = [number for number in LONG_NUMBER.findall(text) if not number.startswith(("08", "3"))]
        found.append(Sentence(text, [*map(str, names), *MAIL.findall(text), *numbers], []))
    return found


def left(sentence: Sentence, hide: Callable[[str], str] = mask) -> list[str]:
    shown = hide(sentence.text).lower()
    return [private for private in sentence.private if str(private).lower() in shown]


def test_personal_data_left_in_at_most_one_sentence_in_a_hundred() -> None:
    cases = [sentence for sentence in sentences() if sentence.private]
    assert len(cases) >= 150
    for hide in (mask, anonymised):
        leaks = {sentence.text: left(sentence, hide) for sentence in cases if left(sentence, hide)}
        assert len(leaks) <= LEAKS_ALLOWED * len(cases), leaks


def test_numbers_in_disguise_are_hidden_in_an_offer_that_is_shared() -> None:
    """As scammers write them so that a filter reads nothing."""
    offers = (
        json.loads(line)["text"]
        for path in GOLDEN.glob("offers-[ab].jsonl")
        for line in path.read_text("utf-8").splitlines()
    )
    cases = [(text, found) for text in offers for found in LONG_NUMBER.findall(text) if PHONE.match(found)]
    assert len(cases) >= 50
    for disguise in DISGUISES:
        for text, number in cases:
            shown = anonymised(text.replace(number, disguise(number))).replace("O", "0")
            digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", shown))
            assert re.sub(r"\D", "", number)[1:] not in digits, shown


def test_what_a_question_is_about_stays() -> None:
    """On the labelled sentences, and on every golden question that holds no number or address: few name anybody."""
    assert [s.text for s in sentences() for word in s.keep if word.lower() not in mask(s.text).lower()] == []
    questions = [
        question
        for path in GOLDEN.glob("questions-*.yaml")
        for row in parse_yaml(path.read_text("utf-8"))
        if not ADDRESS.search(question := row.get("question") or row["turns"][-1])
    ]
    changed = [question for question in questions if "[" in mask(question) and "[" not in question]
    assert len(changed) <= 0.025 * len(questions), changed


@pytest.mark.parametrize(
    "text",
    [
        "J'ai gagné 12 000 € en 2025 et 3 500 € en 2026 : formulaire 2042-C-PRO ?",
        "l'article L613-4 et la DAC7, c'est pour 2026 ?",
        "Appen, Toluna et France Travail : qui prévient la CAF ?",
        "le 3949 et le 3114 sont gratuits ?",
        "j'ai 3 ans d'ancienneté, 150-400 € par mois, contrat du 12/03/2026 au 30/06/2026",
    ],
)
def test_ordinary_numbers_and_words_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("voir https://wa.me/33639981234?text=a", "voir https://wa.me/[…]"),
        ("mon site jeanne.wixsite.com/cv", "mon site […].wixsite.com/[…]"),
        ("https://www.clickworker.com/", "https://www.clickworker.com/"),
    ],
)
def test_a_link_keeps_its_site_only(text: str, shown: str) -> None:
    assert mask(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("payez sur https://piege.example/u/88213, Mme Durand", "payez sur hxxps://piege[.]example/[…], Mme [nom]"),
        ("HTTP://Piege.Example et http://192.0.2.7", "hxxp://Piege[.]Example et hxxp://192[.]0[.]2[.]7"),
        ("piege.example, 49.50 € par jour.C'est simple", "piege[.]example, 49.50 € par jour.C'est simple"),
        ("wa.me/33639981234 ou tg://resolve?domain=zaza", "wa[.]me/[…] ou tg[:]//[…]"),
        ("T e l : 06\u200b39\u200b98\u200b12\u200b34", "T e l : [téléphone]"),
        ("s o p h i e @ piege.example", "[e-mail]"),
        ("SIRET 732 829 320 00074, SIREN 732 829 320", "SIRET [numéro], SIREN [numéro]"),
        ("USDT sur TQn9Y2khEsLJW1ChVWFMSMeRDow5KcbLSE", "USDT sur [numéro]"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189", "IBAN [IBAN]"),
    ],
)
def test_what_leaves_the_conversation_has_no_link_to_tap_and_names_nobody(text: str, shown: str) -> None:
    assert anonymised(text) == shown


@settings(max_examples=40, deadline=None)
@given(
    st.text(max_size=300)
    | st.sampled_from(["😀" * 5000, "\u202e" * 50, "\ud800", "[" * 900, "1 " * 900, "Jean " * 500])
)
def test_any_text_is_masked_without_an_error(text: str) -> None:
    for hide in (mask, anonymised):
        assert "06 39 98 12 34" not in hide(f"{text} 06 39 98 12 34")
