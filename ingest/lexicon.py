"""Completes the lexicon at build time: ordinary French words that look like a misspelt key word."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein
from spellchecker import SpellChecker

from knowledge.text import fold

DISTANCE = 2
"""The farthest that ``retrieval.rewrite`` mends."""


def with_ordinary_words(lexicon: dict[str, Any]) -> dict[str, Any]:
    """The lexicon with ``ordinary_words``: « plaine » is not a misspelt « plainte ».

    Computed here and kept in the generation, so that the bot loads no dictionary.
    """
    keywords = tuple(fold(word) for word in lexicon.get("keywords", []))
    return {**lexicon, "ordinary_words": _ordinary_words(keywords)}


@lru_cache(maxsize=1)
def _ordinary_words(keywords: tuple[str, ...]) -> list[str]:
    starts = {word[:2] for word in keywords}
    french = {fold(word) for word in SpellChecker(language="fr").word_frequency.dictionary}
    candidates = [word for word in french if word[:2] in starts and len(word) >= 4]
    near = (
        word
        for word in candidates
        if any(
            keyword[:2] == word[:2] and DamerauLevenshtein.distance(keyword, word, score_cutoff=DISTANCE) <= DISTANCE
            for keyword in keywords
        )
    )
    return sorted(set(near) - set(keywords))
