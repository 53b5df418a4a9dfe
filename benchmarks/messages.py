"""Messages that are not ours (public sets of SMS, of scams): how often each level is given. They stay out of the
repository, and nothing of them is shown unless asked."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError, field_validator

from benchmarks.rates import Rate
from benchmarks.vetting import ALERTED
from bot.vetting.pipeline import OfferError, Vetter
from bot.vetting.verdict import Level, Verdict

SEED = 1
UNREADABLE = "illisible"
"""A message that the bot refuses: too long, or without a letter."""


class MessagesError(ValueError):
    """The file cannot be read; the text says why, in French, to the maintainer."""


class Message(BaseModel):
    text: str
    label: Literal["scam", "ham"] | None = None

    @field_validator("label", mode="before")
    @classmethod
    def _empty_is_unknown(cls, value: object) -> object:
        return value or None


@dataclass
class Levels:
    """What messages of one label were called."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[Message, Verdict]] = field(default_factory=list)
    """Scams called nothing or prudence, and ham called arnaque or suspect."""

    @property
    def total(self) -> int:
        return self.counts.total()

    def rate(self, *levels: str) -> Rate:
        return Rate(sum(self.counts[level] for level in levels), self.total)


def load(path: Path) -> list[Message]:
    """JSON lines, or CSV with a header, in UTF-8: ``text`` and, where it is known, ``label`` (scam or ham); other
    columns are left aside. Raises ``MessagesError``."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file) if path.suffix == ".csv" else map(json.loads, filter(str.strip, file))
            found = [Message.model_validate(row) for row in rows]
    except ValidationError as error:
        raise MessagesError(f"{path} : une colonne « text », et « label » (scam ou ham) si elle est connue") from error
    except (ValueError, csv.Error) as error:
        raise MessagesError(f"{path} n'est ni du JSON ligne à ligne, ni un CSV en UTF-8 ({error})") from error
    if not found:
        raise MessagesError(f"{path} est vide")
    return found


def sample(messages: Sequence[Message], size: int) -> list[Message]:
    """Different messages, drawn by chance, always the same ones."""
    different = list({message.text: message for message in messages}.values())
    return different if len(different) <= size else random.Random(SEED).sample(different, size)


def score(vetter: Vetter, messages: Sequence[Message], today: date) -> dict[str, Levels]:
    """By label; the messages without one under « sans étiquette »."""
    found: dict[str, Levels] = {}
    for message in messages:
        levels = found.setdefault(message.label or "sans étiquette", Levels())
        try:
            verdict = vetter.vet(message.text, today)
        except OfferError:
            levels.counts[UNREADABLE] += 1
            continue
        levels.counts[verdict.level] += 1
        if message.label and (verdict.level in ALERTED) != (message.label == "scam"):
            levels.failures.append((message, verdict))
    return found


def report(scores: dict[str, Levels]) -> Iterator[str]:
    for label, levels in sorted(scores.items()):
        yield f"{label} : {levels.total} messages"
        yield f"  {'arnaque ou suspect':<20} {levels.rate(*ALERTED)}"
        yield from (f"  {level:<20} {levels.rate(level)}" for level in [*Level, UNREADABLE])
