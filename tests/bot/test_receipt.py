from __future__ import annotations

import pytest

from bot.answering.answer import Answer, Citation, Part, Status
from bot.answering.pipeline import Answerer
from bot.telegram import keyboards
from bot.telegram.receipt import FACTS_MAX, RATED, pack, unpack
from tests.bot.test_render import citation
from tests.conftest import TODAY

CALLBACK_MAX = 64


def test_what_an_answer_showed_comes_back_from_its_buttons(small_answerer: Answerer) -> None:
    generation = small_answerer.generation
    answer = small_answerer.answer("combien je paie à l'urssaf ?", TODAY)
    ref = unpack(pack(answer, generation), generation)
    assert ref.fact_ids == tuple(citation.fact_id for citation in answer.citations)
    assert (ref.fiche, ref.status, ref.generation) == ("cotisations", "answered", generation.manifest.id)
    for status in RATED:
        bare = Answer(status=status, parts=[Part(question="?", status=status)])
        assert unpack(pack(bare, generation), generation).fact_ids == ()


def test_the_longest_receipt_fits_a_button(small_answerer: Answerer) -> None:
    generation = small_answerer.generation
    fact = next(iter(generation.facts))
    cited: list[Citation] = [citation(n).model_copy(update={"fact_id": fact}) for n in range(1, FACTS_MAX + 20)]
    markup = keyboards.under(Answer(status=Status.PARTIAL, citations=cited), generation)
    assert markup is not None
    for asks_why in (False, True):
        rated = keyboards.after_rating(
            markup, pack(Answer(status=Status.PARTIAL, citations=cited), generation), asks_why
        )
        rows = [*markup.inline_keyboard, *(rated.inline_keyboard if rated else ())]
        assert all(len(str(button.callback_data).encode()) <= CALLBACK_MAX for row in rows for button in row)


@pytest.mark.parametrize(
    "forged", ["", ":", "00000000:a000", "{short}:a", "{short}:z000", "{short}:azzz", "{short}:a000é€ü"]
)
def test_a_forged_receipt_is_refused(small_answerer: Answerer, forged: str) -> None:
    generation = small_answerer.generation
    with pytest.raises((ValueError, KeyError, IndexError)):
        unpack(forged.format(short=generation.manifest.id[-8:]), generation)
