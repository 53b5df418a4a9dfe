"""Completes the lexicon at build time: French words that look like a misspelt key word, names of platforms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein
from spellchecker import SpellChecker

from knowledge.library import Library
from knowledge.model import Platform
from knowledge.text import fold

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
    return replace(library, lexicon=completed(library.lexicon, library.platforms.values()))


@lru_cache(maxsize=1)
def _french() -> frozenset[str]:
    return frozenset(fold(word) for word in SpellChecker(language="fr").word_frequency.dictionary)


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
    return sorted(set(near) - set(keywords))
