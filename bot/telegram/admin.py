"""/etat and /pause, for the administrators that the settings name and for nobody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.answering.answer import Status
from bot.settings import Settings
from bot.storage.store import Store
from knowledge.generation import Generation
from knowledge.model import format_date

HELD = "held"


@dataclass
class Tally:
    """Answers by status since the start, of no one in particular."""

    started: datetime = field(default_factory=datetime.now)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, what: Status | str) -> None:
        self.counts[str(what)] += 1


@dataclass
class AdminDesk:
    """Tells how the bot is, and pauses it."""

    settings: Settings
    store: Store
    messages: Mapping[str, Any]
    tally: Tally

    def is_admin(self, user_id: int) -> bool:
        return user_id in self.settings.admin_ids

    async def state(self, generation: Generation) -> str:
        manifest = generation.manifest
        paused = await self.store.paused() is not None
        started = self.tally.started
        since = f"{format_date(started.date())} à {started:%H:%M}"
        shared = self._words["shared"]
        counts = {self._words["held"] if name == HELD else name: n for name, n in self.tally.counts.items()}
        return str(self._words["state"]).format(
            state=self._words["state_paused" if paused else "state_running"],
            since=since,
            generation=manifest.id,
            fiches=manifest.fiches,
            facts=manifest.facts,
            waiting=await self.store.inbox.depth(),
            counts=self._lines(counts),
            opinions=self._lines(await self.store.opinions.counts() | {shared: await self.store.shared.count()}),
        )

    async def switch_pause(self, message: str) -> str:
        """Begin a pause, or end the one that is on; returns what to say."""
        if await self.store.resume():
            return str(self._words["resumed"])
        await self.store.pause(message)
        return str(self._words["paused"])

    def _lines(self, counts: Mapping[str, int]) -> str:
        lines = [f"– {name} : {count}" for name, count in sorted(counts.items()) if count]
        return "\n".join(lines) or str(self._words["nothing"])

    @property
    def _words(self) -> dict[str, str]:
        words: dict[str, str] = self.messages["admin"]
        return words
