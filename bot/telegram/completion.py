"""The buttons under a question asked back: each stands for a reply that completes what the user asked.

A button holds a mark of the question and of the reply, and nothing else is kept for it: the question is looked for
among the chat's last turns. Once they are forgotten, the button no longer means anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

_MARK_BYTES = 12


@dataclass(frozen=True)
class Completion:
    """What a button says for the user."""

    option: str
    """Its label."""
    says: str
    turns: list[str]
    """The chat's turns up to the question that it completes, oldest first."""
    is_done: bool
    """It was pressed already, and answered."""


def mark(question: str, says: str) -> str:
    """24 characters that only this reply to this question has."""
    return blake2b(f"{question}\n{says}".encode("utf-8", "replace"), digest_size=_MARK_BYTES).hexdigest()


def complete(pressed: str, turns: Sequence[str], messages: Mapping[str, Any]) -> Completion | None:
    """What the button with this mark completes; None once its question is forgotten. ``turns``: oldest first."""
    options = [option for entry in messages.get("ask", []) for option in entry["options"]]
    for place in reversed(range(len(turns))):
        for option in options:
            if mark(turns[place], option["says"]) == pressed:
                is_done = option["says"] in turns[place + 1 :]
                return Completion(option["label"], option["says"], list(turns[: place + 1]), is_done)
    return None
