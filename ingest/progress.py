"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with a French label, what is done and the total."""


def no_progress(label: str, done: int, total: int) -> None:
    """Nobody is watching."""
