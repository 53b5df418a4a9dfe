"""What answering gives back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, Field


class Status(StrEnum):
    ANSWERED = "answered"
    PARTIAL = "partial"
    ABSTAINED = "abstained"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    CRISIS = "crisis"
    SMALLTALK = "smalltalk"
    OFFER = "offer"


class Tier(StrEnum):
    """What a citation is: a fact that was read and judged, or an official text shown under an abstention."""

    FACT = "fact"
    OFFICIAL_TEXT = "official_text"


class SourceRef(BaseModel):
    """A source as an answer cites it."""

    title: str
    publisher: str
    url: str
    kind: str
    read_on: date
    page_date: date | None = None


class Citation(BaseModel):
    """One cited fact; its strongest source first."""

    n: int
    fact_id: str
    fiche: str
    title: str
    publisher: str
    url: str
    read_on: date
    page_date: date | None
    verified_on: date | None = None
    """The day somebody compared this sentence with its live page."""
    tier: Tier = Tier.FACT
    sources: list[SourceRef]


class Block(StrEnum):
    """Where a sentence stands in the answer."""

    MAIN = "main"
    LIMIT = "limit"
    STEP = "step"


class AnswerSentence(BaseModel):
    text: str
    n: int
    """The number of its citation."""
    block: Block = Block.MAIN
    is_computed: bool = Field(default=False, exclude=True)
    """A result for this question, with its steps: the citation gives its rule, not its words."""


class ContactRef(BaseModel):
    name: str
    help: str
    phone: str | None = None
    url: str | None = None
    place: str | None = None
    hours: str | None = None
    price: str | None = None


class OfficialQuote(BaseModel):
    """A text of the second tier, under an abstention."""

    text: str
    title: str
    concerns: str
    version_date: date
    n: int
    """The number of its citation."""


class Part(BaseModel):
    """The answer to one question of the message."""

    question: str
    status: Status
    message: str | None = None
    """What is said when there are no sentences."""
    sentences: list[AnswerSentence] = []
    audience: str | None = None
    contacts: list[ContactRef] = []
    fiche: str | None = None
    """The fiche that answers, or the nearest one when none does."""
    nearest_question: str | None = None
    has_more: bool = False
    official: OfficialQuote | None = None


class AskBack(BaseModel):
    """One question to the user, with the replies that buttons offer."""

    question: str
    options: list[str]
    says: Mapping[str, str] = Field(default={}, exclude=True)
    """Option → the follow-up that it stands for."""


class Answer(BaseModel):
    """A whole reply. ``text`` is what a user reads in plain text."""

    status: Status
    parts: list[Part] = []
    citations: list[Citation] = []
    notes: list[str] = []
    """Lines said once for the whole answer, before its parts."""
    left_out: list[str] = []
    """What the message may ask and the base does not answer, in the person's words, cut short."""
    closing: str | None = None
    """The line that names it, said after the parts."""
    ask: AskBack | None = None
    generation: str = ""
    text: str = ""
    latency_ms: float = 0.0
    embed_ms: float = 0.0
    scores: dict[str, float] = Field(default={}, exclude=True)
    """What the decisions were taken on; for benchmarks, never shown."""
