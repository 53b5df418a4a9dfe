"""No change may cost quality unseen: the figures of the dev half against a committed baseline.

The baseline moves only by a command that asks for a reason, and keeps every reason it was given.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from pydantic import Field

from benchmarks import answers, vetting
from benchmarks.rates import Rate
from bot.cli import load_answerer, load_vetter
from bot.settings import Settings
from knowledge.golden import GoldenQuestion, load_golden
from knowledge.model import Content
from knowledge.offers import load_offers
from knowledge.scores import Count

BASELINE = Path(__file__).parent / "baseline.json"
TOLERANCE = 0.03
"""Three points."""
LEAST_ROWS = 34
"""Over fewer rows a single one is more than three points: the figure is shown, and cannot fail."""
ORDINARY_STEP = 4
"""One everyday message in so many is vetted: the gate must stay short (the offers of dev are all vetted)."""
LOWER_IS_BETTER = ("false alarms", "hard false alarms", "honest called", "ordinary talk")


class Move(Content):
    """Why the baseline is where it is."""

    on: date
    commit: str
    reason: str = Field(min_length=10)


class Baseline(Content):
    questions: str
    """Digest of what was asked."""
    figures: dict[str, Count]
    moves: list[Move]
    """Oldest first."""


class Fall(Content):
    """A figure that is worse than the baseline allows."""

    name: str
    before: float
    now: float | None
    """None: it is no longer measured."""

    def __str__(self) -> str:
        now = "n'est plus mesuré" if self.now is None else f"{self.now:.1%}"
        return f"{self.name} : {self.before:.1%} dans la référence, {now} maintenant"


def measure(settings: Settings, today: date) -> tuple[dict[str, Rate], str]:
    """Every figure, and the digest of the questions. Both rooms at once, each in a process of its own: the gate must
    be short."""
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        answered = pool.submit(answering, settings, today)
        vetted = pool.submit(offer_checking, settings, today)
        return {**answered.result(), **vetted.result()}, answers.digest(_questions(settings))


def answering(settings: Settings, today: date) -> dict[str, Rate]:
    """Every question of dev."""
    rates = answers.score(load_answerer(settings), _questions(settings), today).rates
    return {f"answers: {name}": rate for name, rate in rates.items()}


def offer_checking(settings: Settings, today: date) -> dict[str, Rate]:
    """Every offer of dev, and everyday talk thinned out, always the same way."""
    golden = settings.knowledge_dir / "golden"
    offers = [offer for offer in load_offers(golden) if offer.split == "dev"]
    ordinary = vetting.ordinary_talk(golden, load_golden(golden))[::ORDINARY_STEP]
    rates = vetting.score(load_vetter(settings), offers, ordinary, today).rates
    return {f"vetting: {name}": rate for name, rate in rates.items()}


def _one_thread() -> None:
    """Two processes whose threads fight for two cores take half as long again."""
    os.environ["OMP_NUM_THREADS"] = "1"


def _questions(settings: Settings) -> list[GoldenQuestion]:
    return [row for row in load_golden(settings.knowledge_dir / "golden") if row.split == "dev"]


def falls(baseline: Baseline, rates: dict[str, Rate]) -> list[Fall]:
    """Every figure that lost more than ``TOLERANCE``, or that is no longer measured."""
    found = []
    for name, (hits, total) in sorted(baseline.figures.items()):
        before, now = hits / total, rates[name].value if name in rates else None
        if now is None or (total >= LEAST_ROWS and loss(name, before, now) > TOLERANCE + 1e-9):
            found.append(Fall(name=name, before=before, now=now))
    return found


def loss(name: str, before: float, now: float) -> float:
    """How much worse, as a share: for alarms, more is worse."""
    return now - before if name.partition(": ")[2].startswith(LOWER_IS_BETTER) else before - now


def moved(baseline: Baseline | None, rates: dict[str, Rate], questions: str, move: Move) -> Baseline:
    """A new baseline that remembers every move."""
    return Baseline(
        questions=questions,
        figures={name: (rate.hits, rate.total) for name, rate in sorted(rates.items()) if rate.total},
        moves=[*(baseline.moves if baseline else []), move],
    )


def read() -> Baseline | None:
    """None when there is none yet. Raises ``ValueError`` when it cannot be read."""
    return Baseline.model_validate_json(BASELINE.read_bytes()) if BASELINE.exists() else None


def write(baseline: Baseline) -> None:
    BASELINE.write_text(baseline.model_dump_json(indent=1) + "\n", "utf-8")
