from __future__ import annotations

import pytest

from benchmarks.files import file_times, hostile_files, hostile_texts
from bot.vetting.reading import ReadingLimits, Unreadable, read_document, read_image

pytestmark = pytest.mark.full

LIMITS = ReadingLimits()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("un octet de trop.png", "too_large"),
        ("bombe : 60 000 sur 60 000 points.png", "too_large"),
        ("tronquée.png", "corrupt"),
        ("pas une image.png", "not_supported"),
        ("soixante pages.pdf", "too_many_pages"),
        ("tronqué.pdf", "corrupt"),
        ("pas un PDF.pdf", "corrupt"),
    ],
)
def test_a_hostile_file_is_refused_for_what_it_is(name: str, reason: str) -> None:
    data = hostile_files(LIMITS)[name]()
    with pytest.raises(Unreadable, match=reason):
        _ = read_document(data, name, LIMITS) if name.endswith(".pdf") else read_image(data, LIMITS)


@pytest.mark.full
def test_hostile_files_fill_no_memory() -> None:
    every = hostile_files(LIMITS)
    names = ("bombe : 400 Mo dans une page.pdf", "blanche, autant de points que permis.png")
    for line in file_times({name: every[name] for name in names}, LIMITS):
        assert int(line.split()[-2]) < 700 and "nothing_readable" in line, line


def test_hostile_texts_are_as_long_as_a_message_may_be() -> None:
    assert all(7500 <= len(text) <= 8010 for text in hostile_texts(8000).values())
