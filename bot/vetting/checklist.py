"""The conversation after a verdict: one question at a time, then where the worker stands.

Everything that it needs is in ``OpenCheck``, which a front end keeps between two messages.
"""

from __future__ import annotations

import secrets
from datetime import date

from pydantic import BaseModel, Field

from bot.vetting.anonymise import anonymised
from bot.vetting.pipeline import Vetter
from bot.vetting.verdict import QUESTIONS_MAX, Advice, Level, Question, Reading, Reply, Verdict
from knowledge.model import Contact


class OpenCheck(BaseModel):
    """An offer being vetted. No text of the offer is kept but the words that show a signal."""

    token: str = Field(default_factory=lambda: secrets.token_hex(3))
    """Tells the buttons of this offer from those of an older one."""
    reading: Reading | None = None
    """None while the offer is awaited."""
    album: str | None = None
    """The album it was read from: its other pictures are part of it."""
    fingerprint: str = ""
    """Of the text that was read: when the worker shares the message, it is told from one that changed meanwhile."""


class Checklist:
    """Questions, stages and the summary of one vetter, as of ``today``."""

    def __init__(self, vetter: Vetter, today: date) -> None:
        self._vetter = vetter
        self._today = today
        self._words = vetter.knowledge.messages["vetting"]

    def question(self, check: OpenCheck) -> Question | None:
        """The next question, most informative first; None when enough was asked."""
        if check.reading is None:
            return None
        return next(iter(self._vetter.questions(check.reading)), None)

    def question_text(self, check: OpenCheck, question: Question) -> str:
        asked = len(check.reading.replies) if check.reading else 0
        line: str = self._words["question_line"]
        return line.format(number=asked + 1, total=QUESTIONS_MAX, question=question.text)

    def answer(self, check: OpenCheck, signal: str, reply: Reply) -> tuple[OpenCheck, Verdict]:
        """The check with one more reply, and its verdict. Raises ``KeyError`` for an unknown signal, ``ValueError``
        when no offer was read."""
        if check.reading is None:
            raise ValueError("no offer was read")
        reading = self._vetter.reply(check.reading, signal, reply)
        return check.model_copy(update={"reading": reading}), self._vetter.verdict(reading, self._today)

    def verdict(self, check: OpenCheck) -> Verdict:
        if check.reading is None:
            raise ValueError("no offer was read")
        return self._vetter.verdict(check.reading, self._today)

    def stages(self) -> list[tuple[str, str]]:
        """Id and button label of each stage."""
        return [(stage.id, stage.label) for stage in self._vetter.catalogue.stages]

    def steps(self, stage: str) -> tuple[list[Advice], list[Contact]]:
        """What to do at a stage, in order, and whom to call. Raises ``KeyError`` for an unknown one."""
        found = self._vetter.catalogue.stage(stage)
        contacts = self._vetter.knowledge.contacts
        return self._vetter.steps(found, self._today), [contacts[c] for c in found.contacts if c in contacts]

    def summary(self, check: OpenCheck) -> str:
        """To forward to a friend or show at a police desk: names and numbers masked, links unclickable."""
        verdict = self.verdict(check)
        lines = [self._words["summary_title"], self._words["levels"][verdict.level]]
        pattern = self._vetter.catalogue.pattern(verdict.pattern)
        if pattern and verdict.level in (Level.TRAP, Level.SUSPECT):
            lines.append(self._words["pattern_line"].format(label=pattern.label, summary=pattern.summary))
        for signal in verdict.signals:
            shown = f"« {anonymised(signal.evidence)} »" if signal.evidence else self._words["said_by_you"]
            lines.append(f"– {signal.label} : {shown}")
        return "\n".join([*lines, self._words["summary_hint"], self._words["disclaimer"]])
