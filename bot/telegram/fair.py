"""A queue that serves chats in turn: one that floods waits behind its own messages only."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from telegram import Update


class FairQueue(asyncio.Queue[Any]):
    """First come, first served within a chat; one update of each waiting chat in turn.

    What is no update (the signal to stop) is served when nothing else waits.
    """

    def _init(self, maxsize: int) -> None:
        self._chats: dict[int, deque[Any]] = {}  # in the order of their turns
        self._last: deque[Any] = deque()
        self._size = 0

    def qsize(self) -> int:
        return self._size

    def empty(self) -> bool:
        return not self._size

    def _put(self, item: Any) -> None:
        self._size += 1
        if isinstance(item, Update):
            chat = item.effective_chat
            self._chats.setdefault(chat.id if chat else 0, deque()).append(item)
        else:
            self._last.append(item)

    def _get(self) -> Any:
        self._size -= 1
        if not self._chats:
            return self._last.popleft()
        chat = next(iter(self._chats))
        waiting = self._chats.pop(chat)
        item = waiting.popleft()
        if waiting:
            self._chats[chat] = waiting  # back to the end of the line
        return item
