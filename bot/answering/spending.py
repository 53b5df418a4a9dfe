"""What a language model may cost: ceilings, and who remembers what was spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class Ceilings:
    """Per day (UTC). ``None``: no ceiling. Prices are for a million tokens."""

    tokens: int | None = None
    tokens_of_user: int | None = None
    cost: float | None = None
    price_in: float = 0.0
    price_out: float = 0.0

    def cost_of(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1_000_000


@dataclass(frozen=True)
class Spent:
    """What was spent on a day, by everybody and by one user."""

    tokens: int = 0
    tokens_of_user: int = 0
    cost: float = 0.0


class Ledger(Protocol):
    """Remembers what was spent (``bot.storage.model_use`` does)."""

    async def spent(self, day: date, user: int) -> Spent: ...

    async def spend(self, day: date, user: int, tokens: int, cost: float) -> None:
        """Adds; negative amounts give back."""
