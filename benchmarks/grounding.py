"""Does the code that checks generated sentences catch the false ones and keep the honest ones, and how fast?"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.rates import Rate, percentile
from bot.answering.grounding.grounder import Grounder
from knowledge.grounded import LabelledSentence

TRUE, FALSE = "true kept", "false caught"


@dataclass
class GroundingScores:
    rates: dict[str, Rate] = field(default_factory=dict)
    """``true kept``, ``false caught``, and each kind of error."""
    milliseconds: list[float] = field(default_factory=list)
    misses: list[tuple[LabelledSentence, list[str]]] = field(default_factory=list)
    """Sentences judged wrongly, with the reasons given."""


def score(grounder: Grounder, rows: Sequence[LabelledSentence], facts: Mapping[str, str]) -> GroundingScores:
    """``facts``: id → sentence as rendered. Raises ``KeyError`` for a fact that is gone."""
    scores = GroundingScores()
    for row in rows:
        started = time.perf_counter()
        reasons = [grounder.failures(row.sentence, facts[fact_id]) for fact_id in row.fact_ids]
        scores.milliseconds.append((time.perf_counter() - started) * 1000)
        right = any(not reason for reason in reasons) == row.label
        for name in (TRUE,) if row.label else (FALSE, f"caught: {row.kind}"):
            scores.rates.setdefault(name, Rate()).add(right)
        if not right:
            scores.misses.append((row, [text for reason in reasons for text in reason]))
    return scores


def report(scores: GroundingScores) -> list[str]:
    """The table, and what a sentence costs."""
    lines = [f"  {name:<28} {rate}" for name, rate in sorted(scores.rates.items(), reverse=True)]
    middle, slow = percentile(scores.milliseconds, 50), percentile(scores.milliseconds, 95)
    return [*lines, f"  a sentence: p50 {middle:.1f} ms, p95 {slow:.1f} ms"]
