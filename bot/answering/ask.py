"""Asks back the one thing that changes the answer: the general rule is given at once, the question comes after it.

What is asked, when, and what each button says for the user is in ``messages.yaml`` (``ask``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.answering.answer import AskBack
from knowledge.model import Fact
from knowledge.text import fold
from retrieval.rewrite import Query


@dataclass(frozen=True)
class _Question:
    text: str
    options: Mapping[str, str]
    """Label of a button → what it says for the user."""
    told: re.Pattern[str]
    """The user has said it already."""
    audiences: frozenset[str] = frozenset()
    """Asked when the facts found are for several of these people."""
    themes: frozenset[str] = field(default_factory=frozenset)
    """Asked when the best fact is of one of these themes."""

    def fits(self, facts: Sequence[Fact], theme_of: Mapping[str, str]) -> bool:
        if self.themes:
            return theme_of[facts[0].fiche] in self.themes
        apart = {only for fact in facts if len(only := self.audiences & set(fact.audience)) == 1}
        return len(apart) > 1


class Asker:
    """The questions of one generation; ``theme_of``: fiche → theme."""

    def __init__(self, messages: Mapping[str, Any], theme_of: Mapping[str, str]) -> None:
        self._theme_of = theme_of
        self._questions = [
            _Question(
                text=entry["question"],
                options={option["label"]: option["says"] for option in entry["options"]},
                told=re.compile(entry["told"]),
                audiences=frozenset(entry.get("audiences", ())),
                themes=frozenset(entry.get("themes", ())),
            )
            for entry in messages.get("ask", [])
        ]

    def ask(self, query: Query, facts: Sequence[Fact]) -> AskBack | None:
        """The first question that fits the facts found (best first) and that ``query`` does not answer."""
        if not facts:
            return None
        said = fold(f"{query.asked}\n{query.text}")
        for question in self._questions:
            if question.fits(facts, self._theme_of) and not question.told.search(said):
                return AskBack(question=question.text, options=list(question.options), says=question.options)
        return None
