"""Asks back the one thing that changes the answer: the general rule is given at once, the question comes after it.

What is asked, when, and what each button says for the user is in ``messages.yaml`` (``ask``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answering.answer import AskBack
from knowledge.model import Fact
from retrieval.rewrite import Query

LEADING = 2
"""Facts at the head of an answer that say what it is about."""


@dataclass(frozen=True)
class _Option:
    label: str
    """Of its button."""
    says: str
    """For the user, as a follow-up."""
    audience: str | None


@dataclass(frozen=True)
class _Question:
    text: str
    options: Sequence[_Option]
    told: re.Pattern[str]
    """The user has said it already."""
    themes: frozenset[str]
    """Asked when the best facts are of one of these themes; of none: when facts found are each for one option."""
    except_fiches: frozenset[str] = frozenset()
    """Fiches of these themes after which it would be beside the point."""
    when: re.Pattern[str] | None = None
    """Asked only when the user says this: « c'est gratuit ? » tells of no demand."""

    def fits(self, query: Query) -> bool:
        is_told = self.told.search(query.folded) is not None
        return not is_told and (self.when is None or self.when.search(query.folded) is not None)

    def options_for(self, facts: Sequence[Fact], theme_of: Mapping[str, str]) -> list[_Option]:
        """The options that the facts found (best first) set apart; none when they set none apart."""
        if self.themes:
            on_theme = all(
                theme_of[fact.fiche] in self.themes and fact.fiche not in self.except_fiches for fact in facts[:LEADING]
            )
            return list(self.options) if on_theme else []
        audiences = {option.audience for option in self.options}
        concerned = {frozenset(audiences & set(fact.audience)) for fact in facts} - {frozenset()}
        if len(concerned) < 2:
            return []
        return [option for option in self.options if any(option.audience in group for group in concerned)]


class Asker:
    """The questions of one generation; ``theme_of``: fiche → theme."""

    def __init__(self, messages: Mapping[str, Any], theme_of: Mapping[str, str]) -> None:
        self._theme_of = theme_of
        self._questions = [
            _Question(
                text=entry["question"],
                options=[_Option(o["label"], o["says"], o.get("audience")) for o in entry["options"]],
                told=re.compile(entry["told"]),
                themes=frozenset(entry.get("themes", ())),
                except_fiches=frozenset(entry.get("except_fiches", ())),
                when=re.compile(entry["when"]) if "when" in entry else None,
            )
            for entry in messages.get("ask", [])
        ]

    def ask(self, query: Query, facts: Sequence[Fact], answer_to: Callable[[str], tuple[str, ...]]) -> AskBack | None:
        """The first question that fits the facts found (best first), that ``query`` does not answer, and whose
        options change what leads the answer; ``answer_to``: what an option says → the facts that would answer it,
        best first."""
        if not facts:
            return None
        for question in self._questions:
            options = question.options_for(facts, self._theme_of) if question.fits(query) else []
            if _differ(answer_to(option.says)[:LEADING] for option in options):
                says = {option.label: option.says for option in options}
                return AskBack(question=question.text, options=list(says), says=says)
        return None


def _differ(answers: Iterator[tuple[str, ...]]) -> bool:
    """Whether they are not all the same; none is worked out after one that differs from the first."""
    first = next(answers, ())
    return any(answer != first for answer in answers)
