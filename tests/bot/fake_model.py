"""A chat model that writes what a test tells it to, in pieces, and fails when told to. Deterministic."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

Writer = Callable[[str], str]
"""The user's message → what the model writes."""


def facts_in(message: str) -> dict[int, str]:
    """The numbered facts of a rendered prompt."""
    block = message.split("<faits>")[1].split("</faits>")[0]
    return {int(n): text.strip() for n, text in re.findall(r"^\[(\d+)\] (.*)$", block, re.MULTILINE)}


def repeat(message: str) -> str:
    """The honest model: each fact with another opening."""
    return "\n".join(f"À savoir : {text} [{n}]" for n, text in facts_in(message).items())


class FakeModel(BaseChatModel):
    writer: Writer = repeat
    errors: list[Any] = []
    """Raised one call after the other, before anything is written; None for none."""
    stall_after: int | None = None
    """Pieces after which nothing more comes."""
    calls: list[list[BaseMessage]] = []

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(self, messages: list[BaseMessage], *args: Any, **options: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.writer(str(messages[-1].content))))])

    async def _astream(
        self, messages: list[BaseMessage], *args: Any, **options: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        self.calls.append(messages)
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        text = self.writer(str(messages[-1].content))
        pieces = [text[start : start + 20] for start in range(0, len(text), 20)]
        for index, piece in enumerate(pieces):
            if index == self.stall_after:
                await asyncio.Event().wait()
            yield ChatGenerationChunk(message=AIMessageChunk(piece))
        usage = UsageMetadata(input_tokens=100, output_tokens=50, total_tokens=150)
        yield ChatGenerationChunk(message=AIMessageChunk("", usage_metadata=usage))
