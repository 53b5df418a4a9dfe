"""``ingest readability``: how hard each fact is to read, and the hardest ones by name.

The score is that of L. Kandel and A. Moles (« Application de l'indice de Flesch à la langue française », 1958):
207 − 1,015 × words a sentence − 73,6 × syllables a word; 100 is very easy, below 30 very hard. As in Flesch's count, a
colon and a semicolon end a sentence too. It knows words and sentences, not meaning: it says where to look.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from knowledge.library import Library
from knowledge.text import fold

WORST_SHARE = 0.05
"""Share of the facts that a run lists."""
_SENTENCE_END = re.compile(r"[.!?;:](?=\s|$)")
_WORD = re.compile(r"[^\W_]+(?:['’.,][^\W_]+)*")
"""« l'arrêt » is one word, « micro-entreprise » two: it would weigh on every page."""
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_END = re.compile(r"(?<=[^aeiouy])(?:e|es|ent)$")
_READ_AT_A_GLANCE = re.compile(r"\d|\.")
_SYLLABLES_AT_A_GLANCE = 2
"""Of « 30 », « 4 582 », « ameli.fr »: a number or an address is not spelt out by its reader."""


@dataclass(frozen=True)
class Reading:
    """How one fact reads."""

    fact: str
    score: float
    longest: int
    """Words of its longest sentence."""
    text: str


def readings_of(library: Library, today: date) -> list[Reading]:
    """Every fact, the hardest first, with its amounts as a reader sees them."""
    found = []
    for fact in library.facts.values():
        text = fact.render(library.figures, today) or fact.text
        found.append(Reading(fact.id, score_of(text), max(map(len, _sentences(text))), text))
    return sorted(found, key=lambda reading: reading.score)


def score_of(text: str) -> float:
    """Kandel and Moles; a text without a word is as easy as can be."""
    sentences = _sentences(text)
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 207.0
    return 207 - 1.015 * len(words) / len(sentences) - 73.6 * sum(map(_syllables, words)) / len(words)


def _sentences(text: str) -> list[list[str]]:
    found = [_WORD.findall(part) for part in _SENTENCE_END.split(text)]
    return [words for words in found if words] or [[]]


def _syllables(word: str) -> int:
    """Groups of vowels, but for a silent end: an estimate, the same for every fact."""
    if _READ_AT_A_GLANCE.search(word):
        return _SYLLABLES_AT_A_GLANCE
    return max(1, len(_VOWELS.findall(_SILENT_END.sub("", fold(word)))))
