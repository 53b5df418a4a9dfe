"""Sentences against the facts that they cite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from bot.answering.grounding.checks import failures
from bot.answering.grounding.reading import Reading, content
from knowledge.embeddings import SentenceEmbeddings

LEAST_SIMILARITY = 0.8
"""Cosine of the embedded default below which a sentence is about something else. It decides nothing above: a
negated fact scores 0.97, an honest paraphrase 0.94."""

_LOWER_CASE = re.compile(r"(?<![\w'’-])[a-zà-öø-ÿœ]+")


class Grounder:
    """Checks sentences against facts. Stateless but for what it has already read."""

    def __init__(self, texts: Iterable[str], embeddings: SentenceEmbeddings | None = None) -> None:
        """``texts``: the base's own, to tell ordinary words from proper names; ``embeddings``: for the lower bound
        on similarity, skipped without them."""
        self._ordinary = content(" ".join(word for text in texts for word in _LOWER_CASE.findall(text)))
        self._embeddings = embeddings
        self._read = lru_cache(maxsize=2048)(Reading)

    def failures(self, sentence: str, fact: str) -> list[str]:
        """Why ``sentence`` does not hold against ``fact``, one short reason each; empty when it holds."""
        found = failures(Reading(sentence), self._read(fact), self._ordinary)
        if not found and self._embeddings and self._similarity(sentence, fact) < LEAST_SIMILARITY:
            found = ["similarity: about something else"]
        return found

    def cited(self, sentence: str, cited: Sequence[int], facts: Mapping[int, str]) -> int | None:
        """The number of a cited fact that the sentence holds against whole; None when there is none.

        A sentence that puts two facts together must hold against one of them alone: an amount of one fact with
        the condition of another one is how true pieces make a false sentence.
        """
        return next((n for n in cited if n in facts and not self.failures(sentence, facts[n])), None)

    def _similarity(self, sentence: str, fact: str) -> float:
        assert self._embeddings is not None
        one, other = np.array(self._embeddings.embed_documents([sentence, fact]))
        return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
