"""A sentence as the checks see it: its statements, cut into segments, each with its content, values and marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from bot.answering.grounding import vocabulary as fr
from bot.answering.grounding.values import NUMERALS, Value, find_values
from knowledge.text import fold, stems, words

_STATEMENT = re.compile(r"[;:!?…](?=\s|$)|\.(?=\s|$)| [–—] ")
_CUT = re.compile(
    r", |\((?![^)]{1,20}\))|\)|[«»\"]|\s(?=(?:et|mais|ou|puis|ni|que|qui|contre|au lieu d\w*) )|(?<=\s)(?="
    + fr.RESTRICTIONS.pattern
    + ")"
)
PREFIX, SHORTEST = 6, 4
"""Stems with six first letters in common are forms of one word (« déclaration », « déclarative »); so are a stem of
four or five letters and a longer one that begins with it."""


def _synonyms() -> dict[str, str]:
    merged: dict[str, str] = {}
    for line in fr.SYNONYMS.strip().splitlines():
        group = [stem for word in line.split() for stem in stems(word)]
        first = merged.get(group[0], group[0]) if group else ""
        for stem in group:
            merged.setdefault(stem, first)
    return merged


_CANONICAL = _synonyms()


@lru_cache(maxsize=20_000)
def content_stem(word: str) -> str | None:
    """The stem of a folded content word, synonyms made one; None for a function word or a number."""
    if word in fr.FUNCTION_WORDS or word.isdigit():
        return None
    found = stems(word)
    return _CANONICAL.get(found[0], found[0]) if found else None


def content(text: str) -> frozenset[str]:
    return frozenset(stem for word in words(text) if (stem := content_stem(word)))


def shared(mine: Iterable[str], theirs: frozenset[str]) -> frozenset[str]:
    """The stems of ``mine`` that ``theirs`` has too: the same, a form of the same word, or one inside the other."""
    beginnings = _beginnings(theirs)
    return frozenset(
        stem
        for stem in mine
        if stem in theirs
        or (
            len(stem) >= SHORTEST
            and (stem[:PREFIX] in beginnings or any(stem[:length] in theirs for length in range(SHORTEST, PREFIX)))
        )
    )


@lru_cache(maxsize=4096)
def _beginnings(stems_: frozenset[str]) -> frozenset[str]:
    return frozenset(stem[:length] for stem in stems_ for length in range(SHORTEST, PREFIX + 1) if len(stem) >= length)


@dataclass(frozen=True)
class Segment:
    """The smallest piece that is compared: what stands between commas, conjunctions and words such as « si »."""

    text: str
    stems: frozenset[str]
    values: tuple[Value, ...]

    @property
    def is_restriction(self) -> bool:
        return bool(fr.RESTRICTIONS.match(self.text))

    def concepts(self, table: fr.Concepts) -> frozenset[str]:
        return concepts(self.text, table)


BEFORE, AFTER, AFTER_PREPOSITION, NEAR = 5, 5, 2, 3
"""How many content words around a mark it is recognised by; « sans » and « ni » reach less far."""
WORD = 5
"""Letters by which a negative word is recognised in its forms (« gratuit », « gratuite »)."""
NE_REACH = 40
"""How many characters after « ne » its « pas », « jamais », « aucun » may stand."""


@dataclass(frozen=True)
class Mark:
    """A denial or a « peut » in a statement, known by the content words around it: nearest to it last in ``before``,
    first in ``after``."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    word: str = ""
    """What marks it by its own meaning (« interdit », « exonéré »): what it bears on may stand before it."""
    loose: bool = False
    """What it bears on may stand before it (« est possible »)."""
    cancels: str = ""
    """The negative word that it turns round (« n'est pas interdit »): the two deny nothing."""
    of_noun: bool = False
    """« pas de RSA », « aucun impôt »: what another sentence says as « le RSA n'est pas ouvert »."""

    @property
    def near(self) -> tuple[str, ...]:
        return (*self.after[:NEAR], *self.before) if self.word else self.after[:NEAR] or self.before

    @property
    def reach(self) -> frozenset[str]:
        return (
            frozenset((*self.before, *self.after)) if self.word or self.loose else frozenset(self.after or self.before)
        )

    def same_as(self, other: Mark) -> bool:
        """Both bear on the same thing: a word near this one is within reach of the other one."""
        if self.near == other.near or shared(self.near, other.reach):
            return True
        return any(
            bool(one.of_noun and shared(one.after[:1], frozenset(two.before)))
            for one, two in ((self, other), (other, self))
        )


@dataclass(frozen=True)
class Statement:
    segments: tuple[Segment, ...]
    denials: tuple[Mark, ...]
    permissions: tuple[Mark, ...]

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem for segment in self.segments for stem in segment.stems)


class Reading:
    """A whole sentence, read once."""

    def __init__(self, text: str) -> None:
        self.original = " ".join(text.split())
        # « dès » would become « des ».
        plain = re.sub(r"\b[Dd]ès\b", "depuis", self.original)
        self.text = fold(plain).replace("\u00a0", " ").replace("\u202f", " ")
        self.values = find_values(self.text)
        self.statements = tuple(self._statements())
        self.segments = tuple(segment for statement in self.statements for segment in statement.segments)
        self.stems = frozenset(stem for segment in self.segments for stem in segment.stems)
        marks = [mark for statement in self.statements for mark in statement.denials]
        self.denials = tuple(mark for mark in marks if not mark.cancels)
        self.cancelled = frozenset(mark.cancels for mark in marks if mark.cancels)
        self.permissions = tuple(mark for statement in self.statements for mark in statement.permissions)
        self.hints = tuple(_permissions(self.text, fr.MAYBE_MAY))

    def names(self, ordinary: frozenset[str]) -> list[str]:
        """Proper names: words with a capital, except an ``ordinary`` word (by its stem) that opens a clause."""
        found = []
        for match in re.finditer(r"(?<![\w@./-])[^\W\d_][\w-]*", self.original):
            name = match[0]
            if name == name.lower():
                continue
            opens = re.search(r"(?:^|[.:;!?«»(]\s*|– )$", self.original[: match.start()])
            if opens and name[1:] == name[1:].lower() and all(_ordinary(word, ordinary) for word in words(name)):
                continue
            found.append(name)
        return found

    def concepts(self, table: fr.Concepts) -> frozenset[str]:
        return concepts(self.text, table)

    def _statements(self) -> Iterator[Statement]:
        for start, end in _spans(self.text, _STATEMENT, 0, len(self.text), self._inside_value):
            pieces = _spans(self.text, _CUT, start, end, self._inside_value)
            segments = tuple(self._segment(first, last) for first, last in self._joined(pieces))
            if segments:
                text = self.text[start:end]
                yield Statement(segments, tuple(_denials(text)), tuple(_permissions(text, fr.MAY)))

    def _joined(self, pieces: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Pieces that hold something; « sauf pour une personne » waits for « qui a … » after it."""
        held: int | None = None
        last = 0
        for start, end in pieces:
            begin = start if held is None else held
            text = self.text[begin:end].strip()
            last = end
            if not text:
                continue
            if fr.RESTRICTIONS.match(text) and not content(text) and not re.search(r"\d", text):
                held = begin
                continue
            held = None
            yield begin, end
        if held is not None:
            yield held, last

    def _segment(self, start: int, end: int) -> Segment:
        while start < end and self.text[start].isspace():
            start += 1
        text = self.text[start:end].rstrip()
        values = tuple(value for value in self.values if start <= value.start < end)
        plain = list(text)
        for value in values:
            plain[value.start - start : value.end - start] = " " * (value.end - value.start)
        return Segment(text, content("".join(plain)), values)

    def _inside_value(self, place: int) -> bool:
        return any(value.start < place < value.end for value in self.values)


def concepts(text: str, table: fr.Concepts) -> frozenset[str]:
    """Names of the concepts that a folded text speaks of."""
    return frozenset(name for name, pattern in table.items() if pattern.search(text))


def _spans(text: str, cut: re.Pattern[str], start: int, end: int, keep: object) -> Iterator[tuple[int, int]]:
    for match in cut.finditer(text, start, end):
        if callable(keep) and keep(match.start()):
            continue
        yield start, match.start()
        start = match.end()
    yield start, end


def _denials(text: str) -> Iterator[Mark]:
    """Each denial of a statement. « ne … pas » is one, « ne … que » none, two within reach of each other cancel out
    (« il est faux qu'il n'a aucun droit », « n'est pas interdit »)."""
    plain = fr.RESTRICTIVE_QUE.sub(lambda match: " " * len(match[0]), text)
    found: list[Mark] = []
    end_of_ne = end_of_subject = -1
    for match in fr.NEGATION.finditer(plain):
        if match["alone"] and match.start() <= end_of_ne:
            continue
        if match["ne"]:
            end_of_ne = match.end() + NE_REACH
            # « aucun impôt n'est retenu » denies once; « tant que vous n'avez pas dépassé » is a limit, no denial.
            if match.start() <= end_of_subject or re.search(r"\btant qu[^,;]*$", plain[: match.start()]):
                continue
        if match[0] == "ni" and found and not found[-1].word:  # « ne … ni … ni »: one denial that goes on
            last = found.pop()
            found.append(replace(last, after=(*last.after, *contents(plain[match.end() :])[:AFTER_PREPOSITION])))
            continue
        if match[0] in ("rien", "jamais") or match[0].startswith("aucun"):
            end_of_subject = match.end() + NE_REACH
        word = match["word"] or ""
        if (
            found
            and word not in ("sauf", "hors")
            and bool(word) != bool(found[-1].word)
            and _within_reach(plain, match)
        ):
            found[-1] = replace(found[-1], word="", cancels=word[:WORD] or found[-1].word)
            continue
        reach = AFTER_PREPOSITION if match[0] in ("sans", "ni", "hors") else AFTER
        implied = next((contents(word) for prefix, word in fr.IMPLIED.items() if match[0].startswith(prefix)), [])
        before, after = contents(plain[: match.start()])[-BEFORE:], contents(plain[match.end() :])[:reach]
        found.append(
            Mark(tuple(before), (*after, *implied), word[:WORD], of_noun=match[0].startswith(("pas", "aucun")))
        )
    yield from found


def _permissions(text: str, pattern: re.Pattern[str]) -> Iterator[Mark]:
    for match in pattern.finditer(text):
        if text[: match.start()].endswith(("ne ", "n'")):
            continue  # « ne peut pas »: a denial
        before = contents(text[: match.start()])[-BEFORE:]
        after = contents(re.split(r"[,(]", text[match.end() :])[0])[:AFTER]
        yield Mark(tuple(before), tuple(after), word=match[0] if pattern is fr.MAYBE_MAY else "", loose=True)


def _within_reach(text: str, match: re.Match[str]) -> bool:
    """A negation stands shortly before this negative word, in the same clause."""
    before = text[max(0, match.start() - NE_REACH) : match.start()]
    return not re.search(r",| et | mais | ou ", before) and bool(fr.NEGATION.search(before))


def contents(text: str) -> list[str]:
    return [stem for word in words(text) if (stem := content_stem(word))]


def _ordinary(word: str, known: frozenset[str]) -> bool:
    stem = content_stem(word)
    return stem is None or stem in known or word in NUMERALS
