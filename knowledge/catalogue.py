"""What ``/verifier`` knows: signals, kinds of trap, what to do at each stage. One file, ``signals.yaml``."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from knowledge.model import Content, Slug


class Weight(StrEnum):
    CRITICAL = "critical"
    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class Detection(StrEnum):
    """Where a signal is seen: in the words, in what a library parses, only by asking the worker, or in nothing but
    the likeness of the whole message."""

    TEXT = "text"
    ENTITY = "entity"
    QUESTION = "question"
    LIKENESS = "likeness"


class Reassuring(Content):
    """A sign of an honest offer. It never cancels a sufficient signal."""

    id: str
    label: str = Field(max_length=80)
    why: str
    source: Slug
    question: str
    detection: Detection
    examples: list[str] = []
    """Clauses that show it, as people write them: ``ingest train`` learns from them."""
    counter_examples: list[str] = []
    """Clauses that look like it and do not show it: negation, warning, other direction."""


class Wording(Content):
    """How a signal is said of a message that speaks of no work: a bank, a parcel, a loan."""

    label: str = Field(max_length=80)
    why: str
    source: Slug


class Signal(Reassuring):
    """A red flag. ``sufficient``: alone enough to call the message a trap."""

    weight: Weight
    sufficient: bool
    fiche: Slug
    patterns: list[str] = []
    elsewhere: Wording | None = None
    of_any_trap: bool = False
    """Every kind of trap may show it: it tells which only where nothing else does."""
    steps: list[str] = []
    """Fact ids: what to know and do before the steps of the trap, whichever is named."""


class Case(Content):
    """What one kind of trap becomes when the message speaks of something of its own."""

    about: list[str] = Field(min_length=1)
    """Beginnings of words, in plain letters."""
    steps: list[str] = Field(min_length=1)
    """Fact ids, in place of the kind's own."""


class TrapPattern(Content):
    """A kind of trap; ``label`` completes « Ce message ressemble à : … »."""

    id: str
    label: str = Field(max_length=90)
    summary: str
    source: Slug
    fiche: Slug
    cues: list[str] = []
    """What this kind of trap speaks of, in plain letters (no accent, no capital): without any of them in the
    message, another kind is named."""
    pointed_by: list[str] = []
    """Whole words that point to this kind above the others that fit."""
    gesture: str = ""
    """The first thing to do, in a sentence or two, when « ne payez rien » is not it."""
    work_only: bool = False
    """Named only for a message that speaks of work."""
    never_work: bool = False
    """No offer of work, whatever its words: nothing is said of recruiters."""
    steps: list[str] = Field(min_length=1)
    """Fact ids: what to know and do first in front of this trap."""
    cases: list[Case] = []
    """The first that the message speaks of gives the steps."""
    if_threatened: list[str] = []
    """Fact ids that come instead when the message threatens already."""

    @property
    def every_step(self) -> list[str]:
        return [*self.steps, *(step for case in self.cases for step in case.steps), *self.if_threatened]


class Stage(Content):
    """« Où en êtes-vous ? » and the facts that say what to do, in order."""

    id: str
    label: str = Field(max_length=40)
    steps: list[str] = Field(min_length=1)
    """Fact ids."""
    contacts: list[Slug] = []


class Check(Content):
    """Something to verify by oneself when nothing was found, the most useful first. ``about``: what the message holds
    for it to be said (see ``detection.offer.holds``); said of every message when empty."""

    text: str
    about: list[str] = []
    source: Slug


class BrandName(Content):
    """A name that traps borrow. A domain that carries it and is none of ``domains`` is a look-alike."""

    name: str
    tokens: list[str] = []
    words: list[str] = []
    """Names that are ordinary words too: they count only beside « recrutement », « compte » and the like."""
    domains: list[str] = []


class Catalogue(Content):
    """The whole of ``signals.yaml``, with the names of ``brands.yaml``."""

    signals: list[Signal] = []
    reassuring: list[Reassuring] = []
    patterns: list[TrapPattern] = []
    stages: list[Stage] = []
    checks: list[Check] = []
    brands: list[BrandName] = []

    @property
    def signal(self) -> dict[str, Signal]:
        return {signal.id: signal for signal in self.signals}

    def pattern(self, identifier: str | None) -> TrapPattern | None:
        """None for an unknown one: a model may name a kind that was taken out since."""
        return next((pattern for pattern in self.patterns if pattern.id == identifier), None)

    def stage(self, identifier: str) -> Stage:
        """Raises ``KeyError`` for an unknown one."""
        return {stage.id: stage for stage in self.stages}[identifier]

    def without_examples(self) -> Catalogue:
        """What vetting needs; the examples are for training only."""
        bare: dict[str, list[str]] = {"examples": [], "counter_examples": []}
        return self.model_copy(
            update={
                "signals": [signal.model_copy(update=bare) for signal in self.signals],
                "reassuring": [sign.model_copy(update=bare) for sign in self.reassuring],
            }
        )
