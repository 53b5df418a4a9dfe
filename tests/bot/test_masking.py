"""Personal data left after masking, on sentences written by others and by workers' pens."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.masking import mask
from bot.vetting.rendering import masked
from knowledge.library import KNOWLEDGE_DIR

GOLDEN = KNOWLEDGE_DIR / "golden"
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+\w")
LONG_NUMBER = re.compile(r"\+?\d(?:[ .-]?\d){8,}")
LEAKS_ALLOWED = 0.01


@dataclass(frozen=True)
class Sentence:
    text: str
    private: list[str]
    keep: list[str]


def sentences() -> list[Sentence]:
    labelled = yaml.safe_load((Path(__file__).parent / "masking.yaml").read_text("utf-8"))
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


def left(sentence: Sentence) -> list[str]:
    shown = mask(sentence.text).lower()
    return [private for private in sentence.private if str(private).lower() in shown]


def test_personal_data_left_in_at_most_one_sentence_in_a_hundred() -> None:
    cases = [sentence for sentence in sentences() if sentence.private]
    assert len(cases) >= 150
    leaks = {sentence.text: left(sentence) for sentence in cases if left(sentence)}
    assert len(leaks) <= LEAKS_ALLOWED * len(cases), leaks


def test_what_a_question_is_about_stays() -> None:
    """On the labelled sentences, and on every golden question: almost none of them names anybody."""
    assert [s.text for s in sentences() for word in s.keep if word.lower() not in mask(s.text).lower()] == []
    questions = [
        row.get("question") or row["turns"][-1]
        for path in GOLDEN.glob("questions-*.yaml")
        for row in yaml.safe_load(path.read_text("utf-8"))
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


def test_a_summary_to_forward_has_no_link_to_tap() -> None:
    shown = masked("payez sur https://piege.example/u/88213, Mme Durand")
    assert shown == "payez sur hxxp://piege[.]example/[…], Mme [nom]"


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=300)
    | st.sampled_from(["😀" * 5000, "\u202e" * 50, "\ud800", "[" * 900, "1 " * 900, "Jean " * 500])
)
def test_any_text_is_masked_without_an_error(text: str) -> None:
    assert "06 39 98 12 34" not in mask(f"{text} 06 39 98 12 34")
