"""Normalised text → clauses: the piece of a message that one signal is read from, and that is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.text import fold

CLAUSE_MAX_WORDS = 18
"""A longer sentence is cut at its commas and conjunctions: a signal drowns in a long vector."""
CLAUSE_MIN_WORDS = 3
CLAUSE_MAX_CHARS = 300
"""Letters without any break are cut here: the time to embed a clause grows with its length. No clause of our examples
has more than 172."""

# A full stop inside « 12.30 », « M. Diallo » or « www.exemple.example » ends no sentence.
_END = re.compile(
    r"(?<!\bM)(?<!\bMme)(?<!\bMr)(?<!\bDr)[.!?…]{1,50}+(?=[\s\"»)\]]|$)|\n+|[;•▪►●✅✔️]{1,50}+(?=\s|$)|\s[-–—]\s(?=\S)"
)
# « [10:32] Lina : », « 12/03/2026, 10:32 - Lina: »: who speaks in a copied conversation.
_SPEAKER = re.compile(
    r"[\[(]?(?:\d{1,2}/\d{1,2}(?:/\d{2,4})?,? )?\d{1,2}[:h]\d{2}(?::\d{2})?[\])]?\s*[-–—]?\s*"
    r"(?:[^\W\d_][\w.' -]{0,30}:\s+)?"
)
# Alone they say nothing, and joined to what follows they drown it.
_GREETING = re.compile(
    r"(?:bonjour|bonsoir|salut|slt|bjr|bsr|coucou|cc|hello|hi|hey|salam|merci|ok|oui|non|madame|monsieur|mme|mr|m|"
    r"a tous|toi|vous|dear|thanks|\W)+"
)
_CUT = re.compile(
    r",\s+|\s{1,50}+(?=(?:et|puis|mais|ou|car|donc|ensuite|apres|après|pour|si|quand|and|then|but|so|to|if)\s)|:\s+"
)


@dataclass(frozen=True)
class Clause:
    """``text`` is ``message.text[start:end]``; the models read ``said``."""

    text: str
    start: int
    end: int
    said: str = ""
    """The text with « lien » or « adresse » in place of a link or an address: what their letters tell is told by
    what libraries parse, and the domains of examples are all invented."""


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans of the sentences of ``text``, in order."""
    return list(_without_speakers(text, _pieces(text, 0, len(text), _END)))


def clauses(text: str) -> list[Clause]:
    """The clauses of ``text``, in order; together they hold all its words."""
    found: list[Clause] = []
    for start, end in sentences(text):
        if len(text[start:end].split()) > CLAUSE_MAX_WORDS:
            found += [Clause(text[s:e], s, e) for s, e in _balanced(text, start, end)]
        else:
            found.append(Clause(text[start:end], start, end))
    return [piece for clause in _with_enough_words(text, found) for piece in _within_length(clause)]


def _within_length(clause: Clause) -> Iterator[Clause]:
    for at in range(0, len(clause.text), CLAUSE_MAX_CHARS):
        start = clause.start + at
        piece = clause.text[at : at + CLAUSE_MAX_CHARS]
        yield Clause(piece, start, start + len(piece))


def _without_speakers(text: str, spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for start, end in spans:
        tag = _SPEAKER.match(text, start, end)
        yield from _stripped(text, tag.end() if tag else start, end)


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
    """« WhatsApp : » alone means nothing: a very short clause joins the next one, the last one the previous."""
    merged: list[Clause] = []
    for clause in found:
        if merged and _is_too_short(clause) and merged[-1].text.endswith(","):
            # « … (offert, sans engagement). » ends the sentence before, it begins none.
            clause = Clause(text[merged[-1].start : clause.end], merged.pop().start, clause.end)
        elif merged and _is_too_short(merged[-1]):
            previous = merged.pop()
            clause = Clause(text[previous.start : clause.end], previous.start, clause.end)
        merged.append(clause)
    if len(merged) > 1 and _is_too_short(merged[-1]):
        last = merged.pop()
        merged[-1] = Clause(text[merged[-1].start : last.end], merged[-1].start, last.end)
    return merged


def _is_too_short(clause: Clause) -> bool:
    if len(clause.text) > CLAUSE_MAX_CHARS:
        return False
    return len(clause.text.split()) < CLAUSE_MIN_WORDS and not _GREETING.fullmatch(fold(clause.text))
