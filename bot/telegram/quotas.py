"""How much one person, and one group, may send. Counted in memory: nothing about who asks is written down."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.settings import Settings

MINUTE_S, DAY_S = 60.0, 86_400.0
TIDY_EVERY = 1000
"""Counters of people who sent nothing for a day are dropped every so many messages."""


class Kind(StrEnum):
    QUESTION = "question"
    IMAGE = "image"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Refusal:
    """Too much, too fast. ``told``: it was already said since the last message that passed."""

    wait_s: float
    for_the_day: bool
    told: bool


class Quotas:
    """Sliding windows of a minute and a day. ``clock``: seconds, so that a day can pass in a test."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = {
            Kind.QUESTION: (settings.questions_per_minute, settings.questions_per_day),
            Kind.IMAGE: (settings.images_per_minute, settings.images_per_day),
            Kind.DOCUMENT: (settings.documents_per_minute, settings.documents_per_day),
        }
        self._group_factor = settings.group_factor
        self._clock = clock
        self._passed: dict[tuple[Kind, int], deque[float]] = {}
        self._told: set[tuple[Kind, int]] = set()
        self._taken = 0

    def take(self, kind: Kind, user_id: int, chat_id: int) -> Refusal | None:
        """Count one message, or refuse it; a refused one is not counted."""
        now = self._clock()
        keys = [(user_id, 1)] + ([(chat_id, self._group_factor)] if chat_id != user_id else [])
        for key, factor in keys:
            refusal = self._refusal(kind, key, factor, now)
            if refusal:
                self._told.add((kind, key))
                return refusal
        for key, _ in keys:
            self._passed.setdefault((kind, key), deque()).append(now)
            self._told.discard((kind, key))
        self._tidy(now)
        return None

    def _refusal(self, kind: Kind, key: int, factor: int, now: float) -> Refusal | None:
        passed = self._passed.get((kind, key), deque())
        while passed and passed[0] <= now - DAY_S:
            passed.popleft()
        per_minute, per_day = (limit * factor for limit in self._limits[kind])
        told = (kind, key) in self._told
        if len(passed) >= per_day:
            return Refusal(passed[-per_day] + DAY_S - now, True, told)
        if len(passed) >= per_minute and passed[-per_minute] > now - MINUTE_S:
            return Refusal(passed[-per_minute] + MINUTE_S - now, False, told)
        return None

    def _tidy(self, now: float) -> None:
        self._taken += 1
        if self._taken % TIDY_EVERY == 0:
            self._passed = {key: passed for key, passed in self._passed.items() if passed[-1] > now - DAY_S}
            self._told &= set(self._passed)
