from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.answer import Answer, AnswerSentence, Block, Citation, Part, SourceRef, Status
from bot.answering.rendering import part_paragraphs, plain_text
from bot.telegram import keyboards
from bot.telegram.render import MESSAGE_MAX, Paragraph, answer_messages, escape_text, split, text_messages, utf16_length
from knowledge.library import KNOWLEDGE_DIR, parse_yaml
from tests.botapi.entities import parse_html

MESSAGES = parse_yaml((KNOWLEDGE_DIR / "messages.yaml").read_text("utf-8"))
HOSTILE = st.text(alphabet=st.characters(), max_size=600) | st.sampled_from(
    ["<b>", "</i>&amp;<script>", "😀" * 3000, "\u202eRTL\u200f", "\ud800", "a" * 9000, "&lt;", "« 77 700 € »"]
)


PICTOGRAM = re.compile(r"[\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u2bff\U0001f000-\U0001faff\ufe0f\u20e3]")


def visible(html: str) -> str:
    """The text that Telegram shows; raises for HTML it would refuse."""
    return parse_html(html)[0]


def citation(n: int, text: str = "titre") -> Citation:
    source = SourceRef(
        title=text, publisher=text, url=f"https://exemple.example/?a={n}&b=\"'<>", kind="law", read_on=date(2026, 11, 1)
    )
    return Citation(n=n, fact_id=f"f/{n}", fiche="f", sources=[source], **source.model_dump(exclude={"kind"}))


@settings(max_examples=150, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=4), HOSTILE)
def test_whatever_the_text_the_html_is_valid_and_within_the_limit(texts: list[str], title: str) -> None:
    sentences = [AnswerSentence(text=text, n=n + 1, block=list(Block)[n % 3]) for n, text in enumerate(texts)]
    part = Part(question=title, status=Status.ANSWERED, message=title, sentences=sentences)
    answer = Answer(
        status=Status.ANSWERED, parts=[part, part], citations=[citation(n + 1, title) for n in range(len(texts))]
    )
    for html in answer_messages(answer, MESSAGES):
        assert len(visible(html)) >= 1 and utf16_length(visible(html)) <= MESSAGE_MAX


def test_the_sentence_that_answers_stands_out() -> None:
    sentences = [AnswerSentence(text=text, n=n) for n, text in ((1, "D'abord ceci & cela."), (2, "Puis cela."))]
    part = Part(question="q", status=Status.ANSWERED, sentences=sentences)
    (html,) = answer_messages(Answer(status=Status.ANSWERED, parts=[part]), MESSAGES)
    assert html.startswith("<b>D'abord ceci &amp; cela.</b> [1]\nPuis cela. [2]")


def test_many_sources_are_cut_between_two_of_them() -> None:
    answer = Answer(status=Status.ANSWERED, citations=[citation(n, "un titre assez long " * 5) for n in range(1, 60)])
    messages = answer_messages(answer, MESSAGES)
    assert len(messages) > 1
    assert "".join(map(visible, messages)).count("D'après la page") == 59
    for html in messages:
        assert html.count("<blockquote") == html.count("</blockquote>") and html.count("<a ") == html.count("</a>")


def test_messages_are_cut_between_paragraphs() -> None:
    paragraphs = [Paragraph("x" * 1500, "x" * 1500) for _ in range(5)]
    assert [len(html) for html in split(paragraphs)] == [3002, 3002, 1500]


def test_an_amount_is_never_cut_by_the_screen() -> None:
    assert escape_text("« 77 700 € » : 25,6 % ?") == "«\u00a077\u00a0700\u00a0€\u00a0»\u00a0: 25,6\u00a0%\u00a0?"


@pytest.mark.parametrize("text", ["<b>gras</b>", "a & b", 'href="x"'])
def test_everything_is_escaped(text: str) -> None:
    assert visible(text_messages(text)[0]) == text


def test_a_page_is_named_once_with_the_numbers_of_its_sentences() -> None:
    cited = [citation(1), citation(2), citation(3)]
    same = cited[0].model_copy(update={"n": 4, "fact_id": "f/4"})
    text = plain_text(Answer(status=Status.ANSWERED, citations=[*cited, same]), MESSAGES)
    assert "\n[1] [4] D'après la page" in text and text.count("D'après la page") == 3
    [html] = answer_messages(Answer(status=Status.ANSWERED, citations=[*cited, same]), MESSAGES)
    assert "[1] [4] <a href" in html and html.count("<a href") == 3


def test_what_was_asked_comes_before_its_conditions() -> None:
    sentences = [AnswerSentence(text="La règle.", n=1), AnswerSentence(text="Une étape.", n=2, block=Block.STEP)]
    part = Part(question="?", status=Status.ANSWERED, message="Règles de 2025.", audience="Concerne : x.")
    part.sentences = sentences
    assert part_paragraphs(part, MESSAGES, titled=False) == [
        "La règle. [1]",
        "Règles de 2025.",
        "Concerne : x.",
        "À faire :\n– Une étape. [2]",
    ]


def test_no_text_means_anything_by_a_pictogram() -> None:
    said = [*_texts(MESSAGES), *(_texts(parse_yaml((KNOWLEDGE_DIR / "signals.yaml").read_text("utf-8"))))]
    assert len(said) > 200 and [text for text in said if PICTOGRAM.search(text)] == []


def test_a_button_says_the_same_without_its_pictogram() -> None:
    labels = list(keyboards.RATING_LABELS.values())
    spoken = [PICTOGRAM.sub("", label).strip() for label in labels]
    assert spoken != labels and all(spoken) and len(set(spoken)) == len(labels)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
