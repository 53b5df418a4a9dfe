"""What can go wrong between a bot and Telegram, and Telegram's own flood limits."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from .errors import ApiError, too_many_requests

if TYPE_CHECKING:
    from .calls import Call

Ending = Literal["answer", "silence", "drop", "garbage"]


@dataclass(frozen=True)
class Fault:
    """One way for a call to go wrong; the class methods name the usual ones.

    `effect` says whether the method still does its work (the user sees the message); `ending` what the bot gets:
    an answer, silence until it gives up, a connection cut short, or bytes that are not JSON.
    """

    name: str
    error: ApiError | None = None
    effect: bool = False
    ending: Ending = "answer"
    delay: float = 0.0

    @classmethod
    def flood(cls, retry_after: int = 1) -> Fault:
        """429 with `parameters.retry_after`."""
        return cls("flood", too_many_requests(retry_after))

    @classmethod
    def server_error(cls, code: int = 500, *, effect: bool = False) -> Fault:
        """500, 502 or 504; with `effect`, one that comes after the message went out."""
        names = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
        return cls(f"http {code}", ApiError(code, names.get(code, "Error")), effect=effect)

    @classmethod
    def bad_request(cls, description: str = "chat not found") -> Fault:
        """400 with the description Telegram would give after "Bad Request: "."""
        return cls("bad request", ApiError(400, f"Bad Request: {description}"))

    @classmethod
    def unauthorized(cls) -> Fault:
        """401, as when the token has been revoked."""
        return cls("unauthorized", ApiError(401, "Unauthorized"))

    @classmethod
    def blocked(cls) -> Fault:
        """403, as when the user has blocked the bot."""
        return cls("blocked", ApiError(403, "Forbidden: bot was blocked by the user"))

    @classmethod
    def conflict(cls) -> Fault:
        """409, as when a second instance polls with the same token."""
        reason = "terminated by other getUpdates request; make sure that only one bot instance is running"
        return cls("conflict", ApiError(409, f"Conflict: {reason}"))

    @classmethod
    def timeout_before(cls) -> Fault:
        """Silence, and nothing was done: the user will never see the message."""
        return cls("timeout before", ending="silence")

    @classmethod
    def timeout_after(cls) -> Fault:
        """Silence, but it was done: a blind retry makes a duplicate."""
        return cls("timeout after", effect=True, ending="silence")

    @classmethod
    def dropped(cls, *, effect: bool = False) -> Fault:
        """The connection breaks, before or after the effect."""
        return cls("dropped", effect=effect, ending="drop")

    @classmethod
    def malformed(cls, *, effect: bool = True) -> Fault:
        """HTTP 200 with truncated JSON."""
        return cls("malformed", effect=effect, ending="garbage")

    @classmethod
    def slow(cls, milliseconds: float) -> Fault:
        """A correct answer that comes late."""
        return cls("slow", effect=True, delay=milliseconds / 1000)


@dataclass
class Injection:
    """A fault in waiting: which calls it strikes and how many more times."""

    fault: Fault
    method: str | None = None
    chat_id: int | None = None
    times: int | None = 1
    skip: int = 0
    when: Callable[[Call], bool] | None = None
    hits: int = 0

    def strikes(self, call: Call) -> bool:
        """Whether `call` meets this fault; counts it if so."""
        # Polling goes on all the time, so an unnamed method would mostly hit getUpdates, which nobody means.
        if call.method != self.method and (self.method is not None or call.method == "getUpdates"):
            return False
        if self.chat_id is not None and call.chat_id != self.chat_id:
            return False
        if self.times == 0 or (self.when is not None and not self.when(call)):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        self.hits += 1
        return True


@dataclass
class FloodLimits:
    """Telegram's published limits, as sliding windows of one second."""

    overall: int = 30
    per_chat: int = 1
    _all: deque[float] = field(default_factory=deque)
    _chats: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def spend(self, chat_id: int) -> None:
        """Count one message to `chat_id`, or raise 429 without counting it."""
        now = time.monotonic()
        windows = ((self._all, self.overall), (self._chats[chat_id], self.per_chat))
        for window, limit in windows:
            while window and window[0] <= now - 1:
                window.popleft()
            if len(window) >= limit:
                raise too_many_requests(max(1, math.ceil(window[0] + 1 - now)))
        for window, _ in windows:
            window.append(now)
