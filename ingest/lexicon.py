"""Completes the lexicon at build time: French words that look like a misspelt key word, names of platforms, and what
the words of the base sound like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein
from spellchecker import SpellChecker

from knowledge.library import Library
from knowledge.model import Platform
from knowledge.text import fold
from retrieval.sounds import SHORTEST_HEARD, heard_parts, read_by_ear, sound

DISTANCE = 2
"""The farthest that ``retrieval.rewrite`` mends."""


def completed(lexicon: dict[str, Any], platforms: Iterable[Platform] = ()) -> dict[str, Any]:
    """The lexicon with ``ordinary_words`` (« plaine » is not a misspelt « plainte ») and ``platform_fiches``: folded
    name → the fiche about it, names that are also French words left out.

    Computed here and kept in the generation, so that the bot loads no dictionary.
    """
    keywords = tuple(fold(word) for word in lexicon.get("keywords", []))
    names = {fold(name): platform.fiche for platform in platforms for name in (platform.name, *platform.aliases)}
    fiches = {name: fiche for name, fiche in names.items() if name not in _french()}
    return {**lexicon, "ordinary_words": _ordinary_words(keywords), "platform_fiches": fiches}


def with_completed_lexicon(library: Library) -> Library:
    return replace(library, lexicon={**completed(library.lexicon, library.platforms.values()), **_sounds(library)})


def _sounds(library: Library) -> dict[str, Any]:
    """``sounds``: how a word sounds → the word of the base that most people mean by it; ``spelt_right``: the words
    that are what they look like, though they sound as another one does. People spell as they like: only the facts
    and the dictionaries tell what is spelt right."""
    written = Counter(_words(fact.text for fact in library.facts.values()))
    typed = [text for questions in library.asked.values() for text in questions]
    for fiche in library.fiches.values():
        typed += [fiche.question, *fiche.rewordings]
    french = {word for word, count in _dictionary("fr").items() if count > _RARE}
    meant: dict[str, Counter[str]] = {}
    for word, count in (written + Counter(_words(typed))).items():
        plain = fold(word)
        # The cedilla is all that tells « reçu » from « recu »; people who spell by ear write « resu ».
        if count >= _SAID_OFTEN and len(word) >= SHORTEST_HEARD and plain in french:
            meant.setdefault(sound(fold(word.replace("ç", "ss"))), Counter())[plain] += count
    sounds = {
        key: max(sorted(words), key=words.__getitem__) for key, words in meant.items() if len(key) >= _LEAST_HEARD
    }
    spelt_right = {word for key in sounds for word in _words_heard_as().get(key, ())}
    spelt_right |= {word for word in map(fold, written) if read_by_ear(word, sounds)}
    return {"sounds": sounds, "spelt_right": sorted(spelt_right)}


def _words(texts: Iterable[str]) -> Iterator[str]:
    """With their accents."""
    return (word for text in texts for word in _WORD.findall(text.lower()))


@lru_cache(maxsize=1)
def _words_heard_as() -> dict[str, list[str]]:
    """How a word, or what follows its first letters, sounds → the words of the dictionaries."""
    known = {word for word, count in _dictionary("fr").items() if count > _RARE}
    for language in _LANGUAGES:
        known |= {word for word, count in _dictionary(language).items() if count > _COMMON}
    found: dict[str, list[str]] = {}
    for word in known:
        if word.isascii() and word.isalpha():
            for part in heard_parts(word):
                found.setdefault(sound(part), []).append(word)
    return found


_WORD = re.compile(r"[^\W\d_]+")
_LANGUAGES = ("en", "es")
"""Those that people mix most with French."""
_RARE = 50
"""Times that the dictionary counted a word; half of its French words, no more, are rarer, typos among them."""
_COMMON = 2_000
_SAID_OFTEN = 3
_LEAST_HEARD = 3
"""Sounds of a word: with two, « qu'on » and « connaît » are alike."""


@lru_cache(maxsize=3)
def _dictionary(language: str) -> dict[str, int]:
    """Folded word → how often it was counted."""
    counts: Counter[str] = Counter()
    for word, count in SpellChecker(language=language).word_frequency.dictionary.items():
        counts[fold(word)] += count
    return counts


@lru_cache(maxsize=1)
def _french() -> frozenset[str]:
    return frozenset(_dictionary("fr"))


@lru_cache(maxsize=1)
def _ordinary_words(keywords: tuple[str, ...]) -> list[str]:
    starts = {word[:2] for word in keywords}
    candidates = [word for word in _french() if word[:2] in starts and len(word) >= 4]
    near = (
        word
        for word in candidates
        if any(
            keyword[:2] == word[:2] and DamerauLevenshtein.distance(keyword, word, score_cutoff=DISTANCE) <= DISTANCE
            for keyword in keywords
        )
    )
    glued = (f"{letter}{keyword}" for keyword in keywords for letter in "ld")  # « dame » is not « d'AME »
    return sorted({*near, *(word for word in glued if word in _french())} - set(keywords))
