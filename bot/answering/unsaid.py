"""What is asked of a platform that no fact says: « comment contacter X » is not answered with who owns X."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.model import Fact
from knowledge.text import fold
from retrieval.rewrite import Query

LONGEST = 7
"""Content words of a question that asks for one thing of a platform; a longer one asks, or tells, more than that."""


@dataclass(frozen=True)
class _Thing:
    asked: re.Pattern[str]
    said: re.Pattern[str]


class Unsaid:
    """Reads ``of_a_platform`` of the lexicon: for each thing, the words that ask for it and those that say it."""

    def __init__(self, lexicon: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        self._things = [
            _Thing(re.compile(cues["asked"]), re.compile(cues["said"]))
            for cues in lexicon.get("of_a_platform", {}).values()
        ]

    def leaves(self, query: Query, facts: Sequence[Fact]) -> bool:
        """Whether a short question asks a platform for something that neither the first of ``facts``, the best first,
        nor one of the platform's own says."""
        if not facts or not query.platforms or query.is_follow_up or len(query.tokens) > LONGEST:
            return False
        text = query.folded
        said = [fold(fact.text) for fact in facts if fact is facts[0] or fact.fiche in query.platforms]
        return any(
            thing.asked.search(text) and not any(thing.said.search(sentence) for sentence in said)
            for thing in self._things
        )
