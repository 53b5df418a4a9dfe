"""The one exception that becomes a Telegram error answer."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A method failed the way Telegram fails it.

    `misuse` separates a malformed request, which a correct bot never sends and which is recorded as a
    violation, from a legitimate state of the world (a deleted message, a user who blocked the bot).
    """

    def __init__(self, code: int, description: str, *, retry_after: int | None = None, misuse: bool = False) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.misuse = misuse

    def payload(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def refused(reason: str) -> ApiError:
    """A 400 for a request that is wrong in itself."""
    return ApiError(400, f"Bad Request: {reason}", misuse=True)


def unmet(reason: str) -> ApiError:
    """A 400 for a well-formed request that the state of the world does not allow."""
    return ApiError(400, f"Bad Request: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    """The 429 of a flood limit."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
