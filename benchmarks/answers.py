"""Are the right facts in the answer, and is it silent when it should be? On the golden sets."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from benchmarks.rates import Rate
from bot.answering.answer import Answer, Status, Tier
from bot.answering.pipeline import Answerer
from knowledge.golden import GoldenQuestion
from knowledge.model import SourceKind

ANSWERS = {Status.ANSWERED, Status.PARTIAL}
STRONG = {SourceKind.LAW, SourceKind.OFFICIAL, SourceKind.COURT}


@dataclass
class Scores:
    rates: dict[str, Rate] = field(default_factory=dict)
    misses: list[tuple[GoldenQuestion, Answer, str]] = field(default_factory=list)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    themes: dict[str, Rate] = field(default_factory=dict)
    """Questions that have their facts in the base, by theme: did they all come out?"""

    def add(self, name: str, hit: bool) -> None:
        self.rates.setdefault(name, Rate()).add(hit)


def score(answerer: Answerer, rows: Iterable[GoldenQuestion], today: date) -> Scores:
    """Answer every row and count what is right."""
    scores = Scores()
    for row in rows:
        *earlier, question = row.all_turns
        answer = answerer.answer(question, today, earlier)
        scores.confusion[row.status, answer.status] += 1
        _score_row(scores, row, answer)
        if row.status == "answered":
            fiche = answerer.generation.fiches.get(row.facts[0].split("/")[0])
            theme = fiche.theme if fiche else "?"
            scores.themes.setdefault(theme, Rate()).add(has_all_facts(row, answer))
    return scores


def has_all_facts(row: GoldenQuestion, answer: Answer) -> bool:
    """One of the alternatives of each wanted fact is cited."""
    given = {citation.fact_id for citation in answer.citations}
    return all(set(entry.split("|")) & given for entry in row.facts)


def digest(rows: Iterable[GoldenQuestion]) -> str:
    """Of what is asked and expected: two runs with the same digest can be compared."""
    text = "\n".join(sorted(row.model_dump_json() for row in rows))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _score_row(scores: Scores, row: GoldenQuestion, answer: Answer) -> None:
    cited = [citation for citation in answer.citations if citation.tier is Tier.FACT]
    given = {citation.fact_id for citation in cited}
    answered = answer.status in ANSWERS
    if row.status == "not_crisis":
        _note(scores, row, answer, "look-alike not taken for distress", answer.status is not Status.CRISIS)
        return
    if row.status == "crisis":
        _note(scores, row, answer, "distress recognised", answer.status is Status.CRISIS)
        return
    right_status = answered if row.status == "answered" else answer.status == row.status
    # Silence on the subject or off it: both leave the person with somebody to ask.
    if row.status in ("abstained", "redirected"):
        right_status = answer.status in (Status.ABSTAINED, Status.REDIRECTED)
    scores.add("status right", right_status)
    if row.status != "answered":
        _note(scores, row, answer, "not answered with facts when it must not be", not answered)
        _note(scores, row, answer, f"status {row.status} right", right_status)
        return
    wanted = [set(entry.split("|")) for entry in row.facts]
    name = "conversation: right facts" if row.turns else "right facts in the answer"
    _note(scores, row, answer, name, has_all_facts(row, answer))
    scores.add("at least one right fact", any(group & given for group in wanted))
    _note(scores, row, answer, "answered when it can be", answered)
    if answered:
        asked = set().union(*wanted)
        for fact in given:
            scores.add("shown facts that were asked for (precision)", fact in asked)
        for citation in cited:
            scores.add("cited facts with an official, legal or court source", citation.sources[0].kind in STRONG)


def _note(scores: Scores, row: GoldenQuestion, answer: Answer, name: str, hit: bool) -> None:
    scores.add(name, hit)
    if not hit:
        scores.misses.append((row, answer, name))
