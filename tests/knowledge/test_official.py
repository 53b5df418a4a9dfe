from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from knowledge.official import OfficialText, OfficialTier, open_tier, write_tier

TITLES = [f"Le sujet numéro {number} des salariés" for number in range(300)]
TITLES[7] = "Les congés payés du salarié absent"


def tier() -> OfficialTier:
    """300 texts told apart by their words alone: all vectors are the same."""
    day = date(2026, 3, 27)
    texts = [
        OfficialText(
            id=f"t/{place}",
            title=title,
            publisher="Ministère",
            url="https://ministere.example",
            concerns="les salariés",
            quote=title,
            text=title,
            version_date=day,
            read_on=day,
        )
        for place, title in enumerate(TITLES)
    ]
    return OfficialTier(texts, np.ones((len(texts), 2), dtype=np.float32))


def test_the_text_with_the_words_of_the_question_is_the_best() -> None:
    found = tier().best("congés payés d'un salarié absent", [0.1, 0.2])
    assert found.text.id == "t/7"


def test_a_question_of_one_word_proves_less_than_a_full_one() -> None:
    one = tier().best("payés ?", [0.1, 0.2])
    full = tier().best("congés payés d'un salarié absent", [0.1, 0.2])
    assert one.text.id == full.text.id and one.score < 0.9 < full.score


def test_a_question_without_words_is_no_error() -> None:
    assert tier().best("?", [0.1, 0.2]).score < 0.1


def test_a_tier_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    assert open_tier(tmp_path) is None
    written = tier()
    write_tier(tmp_path, written.texts, written.vectors)
    read = open_tier(tmp_path)
    assert read is not None and read.texts == written.texts and np.array_equal(read.vectors, written.vectors)
