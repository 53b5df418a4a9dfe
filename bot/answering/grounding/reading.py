"""A sentence as the checks see it: its statements, cut into segments, each with its content, values and marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.answering.grounding import vocabulary as fr
from bot.answering.grounding.values import NUMERALS, Value, find_values
from knowledge.text import fold, stems, words

_STATEMENT = re.compile(r"[;:!?…](?=\s|$)|\.(?=\s|$)| [–—] ")
_CUT = re.compile(
    r", |\((?![^)]{1,20}\))|\)|[«»\"]|\s(?=(?:et|mais|ou|puis|ni|que|qui|contre|au lieu d\w*) )|(?<=\s)(?=" + fr.RESTRICTIONS.pattern + ")"
)
_PREFIX = 6
"""Two stems with this many first letters in common are forms of one word (« déclaration », « déclarative »)."""


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


def related(one: str, other: str) -> bool:
    """Two stems of one word or of one idea."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    return shorter >= 4 and one[: min(shorter, _PREFIX)] == other[: min(shorter, _PREFIX)]


def shared(mine: Iterable[str], theirs: frozenset[str]) -> frozenset[str]:
    """The stems of ``mine`` that ``theirs`` has too."""
    return frozenset(stem for stem in mine if stem in theirs or any(related(stem, other) for other in theirs))


@dataclass(frozen=True)
class Segment:
    """The smallest piece that is compared: what stands between commas, conjunctions and words such as « si »."""

    text: str
    stems: frozenset[str]
    values: tuple[Value, ...]

    @property
    def is_restriction(self) -> bool:
        return bool(fr.RESTRICTIONS.match(self.text))

    @property
    def may(self) -> bool:
        return bool(fr.MAY.search(self.text))

    def concepts(self, table: fr.Concepts) -> frozenset[str]:
        return concepts(self.text, table)


@dataclass(frozen=True)
class Negation:
    """Something denied: the content words around the denial, nearest to it last in ``before``, first in ``after``."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    by_word: bool
    """By the meaning of a word (« interdit », « exonéré »): what it denies may stand before it."""
    of_noun: bool
    """« pas de RSA », « aucun impôt »: what another sentence says as « le RSA n'est pas ouvert »."""

    @property
    def reach(self) -> frozenset[str]:
        return frozenset((*self.before, *self.after)) if self.by_word else frozenset(self.after)

    def same_as(self, other: Negation) -> bool:
        """Both deny the same thing: a word near this denial is within reach of the other one."""
        near = self.after[:NEAR] or self.before
        if near == (other.after[:NEAR] or other.before) or shared(near, other.reach):
            return True
        return any(
            bool(one.of_noun and shared(one.after[:1], frozenset(two.before)))
            for one, two in ((self, other), (other, self))
        )


BEFORE, AFTER, AFTER_PREPOSITION, NEAR = 3, 5, 2, 3
"""How many content words around a denial it is recognised by; « sans » and « ni » reach less far."""
NE_REACH = 40
"""How many characters after « ne » its « pas », « jamais », « aucun » may stand."""


@dataclass(frozen=True)
class Statement:
    segments: tuple[Segment, ...]
    negations: tuple[Negation, ...]

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem for segment in self.segments for stem in segment.stems)


class Reading:
    """A whole sentence, read once."""

    def __init__(self, text: str) -> None:
        self.original = " ".join(text.split())
        self.text = fold(self.original).replace("\u00a0", " ").replace("\u202f", " ")
        self.values = find_values(self.text)
        self.statements = tuple(self._statements())
        self.segments = tuple(segment for statement in self.statements for segment in statement.segments)
        self.stems = frozenset(stem for segment in self.segments for stem in segment.stems)
        self.negations = tuple(negation for statement in self.statements for negation in statement.negations)

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
                yield Statement(segments, tuple(_negations(self.text[start:end])))

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
            if fr.RESTRICTIONS.match(text) and len(content(text)) < 2 and not re.search(r"\d", text):
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


def _negations(text: str) -> Iterator[Negation]:
    """Each denial of a statement. « ne … pas » is one, « ne … que » none, two within reach of each other cancel out
    (« il est faux qu'il n'a aucun droit », « n'est pas interdit »)."""
    plain = fr.RESTRICTIVE_QUE.sub(lambda match: " " * len(match[0]), text)
    found: list[Negation] = []
    end_of_ne = -1
    for match in fr.NEGATION.finditer(plain):
        if match["alone"] and match.start() <= end_of_ne:
            continue
        if match["ne"]:
            end_of_ne = match.end() + NE_REACH
        by_word = bool(match["word"])
        if found and match[0] != "sauf" and by_word != found[-1].by_word and _within_reach(plain, match):
            found.pop()
            continue
        reach = AFTER_PREPOSITION if match[0] in ("sans", "ni", "hors") else AFTER
        implied = next((contents(word) for prefix, word in fr.IMPLIED.items() if match[0].startswith(prefix)), [])
        before, after = contents(plain[: match.start()])[-BEFORE:], contents(plain[match.end() :])[:reach]
        found.append(Negation(tuple(before), (*after, *implied), by_word, of_noun=match[0].startswith(("pas", "aucun"))))
    yield from found


def _within_reach(text: str, match: re.Match[str]) -> bool:
    """A negation stands shortly before this negative word, in the same clause."""
    before = text[max(0, match.start() - NE_REACH) : match.start()]
    return not re.search(r",| et | mais | ou ", before) and bool(fr.NEGATION.search(before))


def contents(text: str) -> list[str]:
    return [stem for word in words(text) if (stem := content_stem(word))]


def _ordinary(word: str, known: frozenset[str]) -> bool:
    stem = content_stem(word)
    return stem is None or stem in known or word in NUMERALS
