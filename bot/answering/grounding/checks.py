"""Does a sentence hold against a fact? One check a kind of error; each returns what fails, in a few words.

A check has two directions: nothing stands in the sentence that the fact does not say (amounts, names, people,
certainty), and nothing that limits the fact is left out (conditions, hedges, negations). When in doubt a sentence
fails: the fact itself then takes its place, which costs style and never truth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from bot.answering.grounding import vocabulary as fr
from bot.answering.grounding.reading import Mark, Reading, Segment, Statement, contents, shared
from bot.answering.grounding.values import Value
from knowledge.text import words

SAID = 0.6
"""A segment of the fact is repeated when this share of its content words stands in the sentence."""
USED = 0.5
"""A statement of the fact is spoken of when this share of its content words stands in the sentence."""
ECHOED = 0.34
"""A restriction is kept when this share of its content words stands in the sentence."""
SUPPORTED = 0.7
"""The least share of a sentence's content words that the fact has too."""
ADDED_MAX = 2
"""Content words of one segment that the fact may lack: a paraphrase has a word of its own here and there."""

Check = Callable[[Reading, Reading], Iterator[str]]


def values_stand(sentence: Reading, fact: Reading) -> Iterator[str]:
    """Every amount, date, duration, address, article of the sentence is one of the fact, bounded the same way."""
    for value in sentence.values:
        same = [other for other in fact.values if value.same_as(other)]
        if not same:
            yield f"value {sentence.text[value.start : value.end]}"
        elif not any(_same_side(value, other) for other in same):
            yield f"bound of {sentence.text[value.start : value.end]}"


def _same_side(value: Value, other: Value) -> bool:
    sides = {value.side, other.side} - {None}
    return value.bound is other.bound and value.per == other.per and len(sides) < 2


def names_stand(sentence: Reading, fact: Reading, ordinary: frozenset[str]) -> Iterator[str]:
    """Every proper name of the sentence is one of the fact."""
    known = set(words(fact.text))
    for name in sentence.names(ordinary):
        if not known.issuperset(words(name)):
            yield f"name {name}"


def concepts_stand(sentence: Reading, fact: Reading) -> Iterator[str]:
    """People, actors, places and regimes of the sentence are those of the fact."""
    for table in (fr.POPULATIONS, fr.ACTORS, fr.PLACES, fr.REGIMES, fr.HEDGES, fr.ABSOLUTES):
        for name in sorted(sentence.concepts(table) - fact.concepts(table)):
            if name == "concession" and fr.CONCESSIONS.search(fact.text):
                continue
            yield f"concept {name}"


def opposites_agree(sentence: Reading, fact: Reading) -> Iterator[str]:
    """The sentence does not say the opposite word of the fact's."""
    for pair in fr.OPPOSITES:
        for mine, theirs in (pair, pair[::-1]):
            if mine.search(sentence.text) and not mine.search(fact.text) and theirs.search(fact.text):
                yield f"opposite {mine.pattern}"


def bindings_agree(sentence: Reading, fact: Reading) -> Iterator[str]:
    """A value or a group stands among the words that it stands among in the fact: nothing is swapped within it."""
    for segment in sentence.segments:
        for value in segment.values:
            with_it = [s for s in fact.segments if any(value.same_as(v) for v in s.values)]
            others = [s for s in fact.segments if s not in with_it and any(v.kind is value.kind for v in s.values)]
            if _closer(segment, others, with_it):
                yield f"place of {sentence.text[value.start : value.end]}"
        for table in (fr.POPULATIONS, fr.PLACES, fr.REGIMES, fr.ORDER):
            for name in segment.concepts(table) - fr.ANYBODY:
                with_it = [s for s in fact.segments if name in s.concepts(table)]
                others = [s for s in fact.segments if s not in with_it and s.concepts(table)]
                if with_it and _closer(segment, others, with_it):
                    yield f"place of {name}"


def _closer(segment: Segment, to: list[Segment], than: list[Segment]) -> bool:
    return _overlap(segment, to) > _overlap(segment, than)


def _overlap(segment: Segment, others: list[Segment]) -> int:
    return max((len(shared(segment.stems, other.stems)) for other in others), default=0)


def polarity_agrees(sentence: Reading, fact: Reading) -> Iterator[str]:
    """What the fact denies is denied, and nothing else."""
    for one, other in ((sentence, fact), (fact, sentence)):
        for word in one.cancelled & {mark.word for mark in other.denials} - other.cancelled:
            yield f"turns round {word}"
    said = {mark.word for mark in sentence.denials} & {mark.word for mark in fact.denials} - {""}
    mine = [mark for mark in sentence.denials if mark.word not in said]
    theirs = [mark for mark in fact.denials if mark.word not in said]
    for mark in _unmatched(mine, theirs):
        yield f"denies {' '.join(mark.near)}"
    for mark in _unmatched(_spoken_of(theirs, sentence), mine):
        yield f"no longer denies {' '.join(mark.near)}"


def _spoken_of(marks: Sequence[Mark], sentence: Reading) -> list[Mark]:
    """The marks of the fact whose words the sentence repeats."""
    return [mark for mark in marks if len(shared(mark.near, sentence.stems)) * 2 > len(mark.near)]


def _unmatched(marks: Sequence[Mark], partners: Sequence[Mark]) -> list[Mark]:
    """The marks left alone when as many as possible have a partner of their own (bipartite matching, Kuhn 1955)."""
    taken: dict[int, Mark] = {}

    def place(mark: Mark, tried: set[int]) -> bool:
        for index, partner in enumerate(partners):
            if index in tried or not mark.same_as(partner):
                continue
            tried.add(index)
            if index not in taken or place(taken[index], tried):
                taken[index] = mark
                return True
        return False

    return [mark for mark in marks if not place(mark, set())]


def prepositions_agree(sentence: Reading, fact: Reading) -> Iterator[str]:
    """« avec abattement » is not « sans abattement », nor « avant » « après »."""
    for mine, theirs in chain(fr.PREPOSITIONS, (pair[::-1] for pair in fr.PREPOSITIONS)):
        same, opposite = _following(fact, mine), _following(fact, theirs)
        for stem in _following(sentence, mine):
            if shared([stem], opposite) and not shared([stem], same):
                yield f"another preposition before {stem}"


def _following(reading: Reading, preposition: re.Pattern[str]) -> frozenset[str]:
    """The content word after each « avec » (or « sans », « avant »…)."""
    after = (
        contents(re.split(r"[,;:(]", reading.text[match.end() :])[0])[:1]
        for match in preposition.finditer(reading.text)
    )
    return frozenset(chain.from_iterable(after))


def modality_agrees(sentence: Reading, fact: Reading) -> Iterator[str]:
    """« peut » stays « peut », « doit » stays « doit », advice stays advice."""
    # What the fact says too stands in for nothing else.
    hints = [hint for hint in sentence.hints if hint.word not in {other.word for other in fact.hints}]
    for mark in _unmatched(sentence.permissions, (*fact.permissions, *fact.hints)):
        yield f"may {' '.join(mark.near)}"
    for mark in _unmatched(_spoken_of(fact.permissions, sentence), (*sentence.permissions, *hints)):
        yield f"no longer may {' '.join(mark.near)}"
    may, must = bool(sentence.permissions or hints), bool(fr.MUST.search(sentence.text))
    if must and not fr.MUST.search(fact.text) and (fact.permissions or fr.ADVICE.search(fact.text)):
        yield "must"
    for statement in _used(sentence, fact):
        if statement.permissions and not may:
            yield "no longer may"
        if any(fr.MUST.search(s.text) for s in statement.segments) and may and not must:
            yield "no longer must"


def restrictions_kept(sentence: Reading, fact: Reading) -> Iterator[str]:
    """Conditions, periods, exceptions, people and hedges of what is said are said too."""
    for statement in _used(sentence, fact):
        for segment in statement.segments:
            if segment.is_restriction and not _echoed(segment, sentence, fact):
                yield f"left out: {segment.text}"
        text = " ".join(segment.text for segment in statement.segments)
        for table in (fr.HEDGES,):
            for name, pattern in table.items():
                if pattern.search(text) and name not in sentence.concepts(table):
                    yield f"left out: {name}"
        if fr.ABSOLUTES["only"].search(text) and not (sentence.concepts(fr.ABSOLUTES) & {"only"} or sentence.denials):
            yield "left out: only"
        people = set(chain.from_iterable(s.concepts(fr.POPULATIONS) for s in statement.segments))
        if people and not people & sentence.concepts(fr.POPULATIONS) and not people <= fr.ANYBODY:
            yield "left out: people"


def _echoed(segment: Segment, sentence: Reading, fact: Reading) -> bool:
    """The restriction stands in the sentence: its people, its values, and words that only it brings to the fact."""
    if not segment.concepts(fr.POPULATIONS) <= sentence.concepts(fr.POPULATIONS) | fr.ANYBODY:
        return False
    if segment.values:
        return all(any(v.same_as(value) for v in sentence.values) for value in segment.values)
    elsewhere = frozenset(chain.from_iterable(other.stems for other in fact.segments if other is not segment))
    own = segment.stems - shared(segment.stems, elsewhere)
    if own:
        return _share(own, sentence) >= ECHOED
    return not segment.stems or any(s.is_restriction and shared(segment.stems, s.stems) for s in sentence.segments)


def _used(sentence: Reading, fact: Reading) -> list[Statement]:
    """The statements of the fact that the sentence speaks of; the nearest one at least."""
    shares = {statement: _share(statement.stems, sentence) for statement in fact.statements}
    best = max(shares.values(), default=0.0)
    return [
        statement
        for statement, share in shares.items()
        if share >= USED or share == best or any(_is_said(segment, sentence) for segment in statement.segments)
    ]


def _is_said(segment: Segment, sentence: Reading) -> bool:
    return not segment.is_restriction and len(segment.stems) >= 2 and _share(segment.stems, sentence) >= SAID


def _share(stems: frozenset[str], sentence: Reading) -> float:
    return len(shared(stems, sentence.stems)) / max(1, len(stems))


def content_stands(sentence: Reading, fact: Reading) -> Iterator[str]:
    """What the sentence says is in the fact, but for a word here and there: nothing is added."""
    if not sentence.stems:
        yield "says nothing"
        return
    known = shared(sentence.stems, fact.stems)
    if len(known) < SUPPORTED * len(sentence.stems) or any(len(s.stems - known) > ADDED_MAX for s in sentence.segments):
        yield f"adds {', '.join(sorted(sentence.stems - known))}"


CHECKS: tuple[Check, ...] = (
    values_stand,
    concepts_stand,
    opposites_agree,
    bindings_agree,
    polarity_agrees,
    prepositions_agree,
    modality_agrees,
    restrictions_kept,
    content_stands,
)


def failures(sentence: Reading, fact: Reading, ordinary: frozenset[str]) -> list[str]:
    """What does not hold; empty when the sentence may be said. ``ordinary``: stems that are no proper names."""
    found = [(check.__name__, reason) for check in CHECKS for reason in check(sentence, fact)]
    found += [(names_stand.__name__, reason) for reason in names_stand(sentence, fact, ordinary)]
    return [f"{check}: {reason}" for check, reason in found]
