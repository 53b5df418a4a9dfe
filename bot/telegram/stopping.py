"""Stopping without cutting anything in two.

A task that is cancelled in the middle of a change to the database leaves its connection, and the lock that it
holds, in an unknown state. So every job here ends by itself: it waits on the stop together with what it waits for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class StoppedError(Exception):
    """The bot stops: the job ends here."""


class Stop:
    """Asked once, noticed by every job."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    @property
    def is_asked(self) -> bool:
        return self._asked.is_set()

    def ask(self) -> None:
        self._asked.set()

    async def wait(self) -> None:
        await self._asked.wait()

    async def pause(self, seconds: float) -> None:
        """Sleep; less if the stop comes first."""
        try:
            await asyncio.wait_for(self._asked.wait(), seconds)
        except TimeoutError:
            return

    async def or_(self, waiting: Coroutine[Any, Any, T]) -> T:
        """What ``waiting`` returns. Raises ``StoppedError``, and cancels it, when the stop comes first: only for
        what may be cut short (waiting for Telegram, not for the database)."""
        task, stopped = asyncio.create_task(waiting), asyncio.create_task(self._asked.wait())
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if task.done():
            return task.result()
        task.cancel()
        raise StoppedError
