"""A circuit breaker: after some failures in a row nothing is tried for a while."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Closed at first; open for ``pause_s`` after ``failures_max`` failures in a row; one try decides afterwards."""

    def __init__(self, failures_max: int, pause_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures_max = failures_max
        self._pause_s = pause_s
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return self._clock() < self._open_until

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= self._failures_max:
            self._open_until = self._clock() + self._pause_s
