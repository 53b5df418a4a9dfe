"""Normalised text → clauses: the piece of a message that one signal is read from, and that is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

CLAUSE_MAX_WORDS = 18
"""A longer sentence is cut at its commas and conjunctions: a signal drowns in a long vector."""
CLAUSE_MIN_WORDS = 3

# A full stop inside « 12.30 », « M. Diallo » or « www.exemple.example » ends no sentence.
_END = re.compile(
    r"(?<!\bM)(?<!\bMme)(?<!\bMr)(?<!\bDr)[.!?…]+(?=[\s\"»)\]]|$)|\n+|[;•▪►●✅✔️]+(?=\s|$)|\s[-–—]\s(?=\S)"
)
_CUT = re.compile(
    r",\s+|\s+(?=(?:et|puis|mais|ou|car|donc|ensuite|apres|après|pour|si|quand|and|then|but|so|to|if)\s)|:\s+"
)


@dataclass(frozen=True)
class Clause:
    """``text`` is ``message.text[start:end]``."""

    text: str
    start: int
    end: int


def clauses(text: str) -> list[Clause]:
    """The clauses of ``text``, in order; together they hold all its words."""
    found: list[Clause] = []
    for start, end in _pieces(text, 0, len(text), _END):
        if len(text[start:end].split()) > CLAUSE_MAX_WORDS:
            found += [Clause(text[s:e], s, e) for s, e in _balanced(text, start, end)]
        else:
            found.append(Clause(text[start:end], start, end))
    return _with_enough_words(text, found)


def _pieces(text: str, start: int, end: int, separator: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Spans between separators, stripped, the separator's punctuation kept with what precedes it."""
    at = start
    for match in separator.finditer(text, start, end):
        yield from _stripped(text, at, match.end())
        at = match.end()
    yield from _stripped(text, at, end)


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _balanced(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Pieces between cuts, joined again as long as they stay within the maximum; a piece without a cut
    is cut by words."""
    spans: list[tuple[int, int]] = []
    for piece in _pieces(text, start, end, _CUT):
        if spans and len(text[spans[-1][0] : piece[1]].split()) <= CLAUSE_MAX_WORDS:
            spans[-1] = (spans[-1][0], piece[1])
        else:
            spans.append(piece)
    return [part for span in spans for part in _by_words(text, *span)]


def _by_words(text: str, start: int, end: int) -> list[tuple[int, int]]:
    words = [(start + m.start(), start + m.end()) for m in re.finditer(r"\S+", text[start:end])]
    if len(words) <= CLAUSE_MAX_WORDS * 3 // 2:
        return [(start, end)]
    return [
        (words[at][0], words[min(at + CLAUSE_MAX_WORDS, len(words)) - 1][1])
        for at in range(0, len(words), CLAUSE_MAX_WORDS)
    ]


def _with_enough_words(text: str, found: list[Clause]) -> list[Clause]:
    """« Bonjour ! » alone means nothing: a very short clause joins the next one, the last one the previous."""
    merged: list[Clause] = []
    for clause in found:
        if merged and len(merged[-1].text.split()) < CLAUSE_MIN_WORDS:
            previous = merged.pop()
            clause = Clause(text[previous.start : clause.end], previous.start, clause.end)
        merged.append(clause)
    if len(merged) > 1 and len(merged[-1].text.split()) < CLAUSE_MIN_WORDS:
        last = merged.pop()
        merged[-1] = Clause(text[merged[-1].start : last.end], merged[-1].start, last.end)
    return merged
