"""Facts → sentences, written by a language model. What it writes is a draft: ``grounding`` decides what is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.answering.prompts import Prompt
from bot.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_CITATION = re.compile(r"\s*\[(\d{1,3})\]")
# A sentence ends after its citations; a line break ends it too.
_SENTENCE = re.compile(r"[^\n\[]+(?:\[(?!\d{1,3}\])[^\n\[]*)*(?:\s*\[\d{1,3}\])+[ \t]*[.!?]?")
CHARS_PER_TOKEN = 3
"""For a French text and the tokenizers in use, on the side of counting too many."""


class DraftError(Exception):
    """The model gave nothing that can be used."""


@dataclass(frozen=True)
class DraftSentence:
    text: str
    cited: tuple[int, ...]


@dataclass(frozen=True)
class Draft:
    sentences: list[DraftSentence]
    tokens_in: int
    tokens_out: int


class Generator:
    """Asks one chat model to reword facts."""

    def __init__(self, model: BaseChatModel, prompt: Prompt, max_output_tokens: int) -> None:
        self._model = model
        self._prompt = prompt
        self._max_output_tokens = max_output_tokens

    def tokens_at_most(self, question: str, facts: Mapping[int, str]) -> tuple[int, int]:
        """What a call may read and write, counted before it is made."""
        asked = sum(len(text) for _, text in self._messages(question, facts))
        return asked // CHARS_PER_TOKEN, self._max_output_tokens

    async def draft(self, question: str, facts: Mapping[int, str]) -> Draft:
        """Sentences with the numbers they cite. Raises ``DraftError``, or what the model's client raises."""
        messages = self._messages(question, facts)
        written, usage = "", None
        async for piece in self._model.astream(messages):
            written += str(piece.text)
            usage = getattr(piece, "usage_metadata", None) or usage
        sentences = read_draft(written)
        if not sentences:
            raise DraftError("no sentence with a citation")
        asked = sum(len(text) for _, text in messages)
        return Draft(
            sentences,
            tokens_in=usage["input_tokens"] if usage else asked // CHARS_PER_TOKEN,
            tokens_out=usage["output_tokens"] if usage else len(written) // CHARS_PER_TOKEN,
        )

    def _messages(self, question: str, facts: Mapping[int, str]) -> list[tuple[str, str]]:
        lines = "\n".join(f"[{n}] {' '.join(text.split())}" for n, text in facts.items())
        return self._prompt.render(question=question, facts=lines)


def read_draft(text: str) -> list[DraftSentence]:
    """The sentences of a draft that cite something; « [1, 2] » is read as « [1][2] »."""
    text = re.sub(r"\[(\d+(?:\s*[,;]\s*\d+)+)\]", lambda m: "".join(f"[{n}]" for n in re.findall(r"\d+", m[1])), text)
    found = []
    for match in _SENTENCE.finditer(text):
        cited = tuple(dict.fromkeys(int(n) for n in _CITATION.findall(match[0])))
        sentence = _CITATION.sub("", match[0]).strip(" \t-–•*.")
        if sentence:
            found.append(DraftSentence(sentence if sentence.endswith(("!", "?", "»")) else f"{sentence}.", cited))
    return found


def chat_model(settings: Settings) -> BaseChatModel:
    """The model that LLM_MODEL names, as LangChain names it (« mistralai:mistral-small-latest »).

    Raises ``ImportError`` or ``ValueError`` with LangChain's own words when its package or its key is missing.
    """
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {
        "temperature": 0,
        "max_tokens": settings.llm_max_output_tokens,
        "timeout": settings.llm_deadline_s,
        "max_retries": 0,  # ours are counted against the deadline
    }
    name = settings.llm_model or ""
    if name.startswith("openai:"):
        options["stream_usage"] = True
    if settings.llm_base_url:
        options["base_url"] = settings.llm_base_url
    if settings.llm_api_key:
        options["api_key"] = settings.llm_api_key.get_secret_value()
    model: BaseChatModel = init_chat_model(name, **options)
    return model
