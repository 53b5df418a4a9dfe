"""Signals → level, kind of trap, reasons, questions left. Computed by code, never by a language model.

A level is never given without a shown reason, and a reassuring sign never cancels a sufficient signal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, Field

from knowledge.catalogue import Catalogue, Detection, Signal, Weight

QUESTIONS_MAX = 6
SHOWN_MAX = 6
REASSURING_MAX = 3
LEAST_LOG_ODDS = -3.0
"""The weakest clause that may be shown as the reason of a score: below it nothing is shown, and nothing claimed."""

SURE_FLOOR = -3.0
"""Five chances in a hundred that the message is a scam: above, a sure sufficient signal makes a trap."""
LEAST_DOUBT = -5.5
"""Four in a thousand: below, the message is nothing like a trap and what was seen in it is only noted."""
DOUBT_MARGIN = 1.5
"""A less sure sufficient signal makes a trap from the score of ``suspect``, a suspect message from this much under
that of ``prudence``."""
PARSED_FLOOR = -4.0
"""A critical sign that a library parses, or a demand in so many words, makes a message suspect down to here: the
bank's own number costs money too."""
NAMED_LOG_ODDS = -1.5
"""A sign less sure than this is not named for a mere caution: the words are shown for their likeness alone."""
MORE_LIKELY_THAN_NOT = 0.0
"""From here a sign that would be enough by itself, though not sure enough to be shown alone, joins a trap's score."""
QUOTED_MAX = 3
"""The same words prove three signals at most, the third no weak one: on the dev messages it was the true reason one
time in eighty."""
LESSER_SHARE = 0.2
"""What a sign counts in naming the kind of trap when a weightier one is shown, or a surer one."""
MORE_THAN_ALL_OTHERS = 0.5
"""The probability of a kind of trap from which it may be named although no shown sign points to it."""
UNPOINTED_SHARE = 0.05
"""What is left of a kind of trap that no shown sign points to: the whole message must be this much likelier of it."""

WEIGHT_ORDER = [Weight.CRITICAL, Weight.STRONG, Weight.MEDIUM, Weight.WEAK]
# What a « oui » to a question adds to the log-odds of a scam; a « non » takes a little away.
REPLY_LOG_ODDS = {Weight.CRITICAL: 4.0, Weight.STRONG: 2.5, Weight.MEDIUM: 1.2, Weight.WEAK: 0.6}
NO_LOG_ODDS = -0.4
REASSURING_LOG_ODDS = -0.6
_WEIGHT_OF_QUESTION = {Weight.CRITICAL: 3.0, Weight.STRONG: 2.0, Weight.MEDIUM: 1.0, Weight.WEAK: 0.3}


class Level(StrEnum):
    """What the signs of a message amount to. The verdict is on the message, never on a firm or a person."""

    TRAP = "arnaque"
    SUSPECT = "suspect"
    CAUTION = "prudence"
    NOTHING = "rien_detecte"


LEVELS = [Level.NOTHING, Level.CAUTION, Level.SUSPECT, Level.TRAP]


class Likeness(StrEnum):
    """What the message is, whatever its signs."""

    OFFER = "offer"
    QUESTION = "question"
    TALK = "talk"


class Reply(StrEnum):
    YES = "oui"
    NO = "non"
    UNKNOWN = "ne_sais_pas"


class ShownSignal(BaseModel):
    id: str
    label: str
    evidence: str
    """Literal words of the message; empty when the worker said so."""
    why: str
    source_url: str
    weight: str
    sufficient: bool = False


class Question(BaseModel):
    id: str
    """Of the signal that « oui » would raise."""
    text: str


class Advice(BaseModel):
    text: str
    source_url: str


class RegisterNote(BaseModel):
    """What the public register of companies says of a number in the message. It never makes a verdict milder."""

    text: str
    is_found: bool


class Verdict(BaseModel):
    """``score``: calibrated probability, 0–1, that the message is a scam."""

    level: Level
    score: float
    pattern: str | None = None
    likeness: Likeness = Field(default=Likeness.OFFER, exclude=True)
    is_of_work: bool = Field(default=True, exclude=True)
    told: str | None = Field(default=None, exclude=True)
    """The stage that the writer tells of, when the message is their own story."""
    signals: list[ShownSignal] = []
    reassuring: list[ShownSignal] = []
    questions: list[Question] = []
    companies: list[RegisterNote] = []
    advice: list[Advice] = []
    text: str = ""
    latency_ms: float = 0.0

    @property
    def is_question(self) -> bool:
        """A plain question, to be answered as one."""
        return self.level is Level.NOTHING and self.likeness is Likeness.QUESTION


class Found(BaseModel):
    """A signal found in the message. ``log_odds``: how sure; ``sure``: right nineteen times out of twenty."""

    id: str
    evidence: str
    log_odds: float
    shown: bool
    sure: bool
    likely: bool = False
    """Sure enough to be one more reason of a message that is a trap all the same."""
    said: bool = False
    """Read in a demand made in so many words."""
    asks: bool = False
    """The words ask for money, papers, a code or a step elsewhere."""


class Reading(BaseModel):
    """What was found in a message: all that a checklist keeps of it."""

    found: list[Found] = []
    """Best clause of each signal that reaches ``LEAST_LOG_ODDS``, red flags and reassuring signs."""
    names: list[str] = []
    """The known brands that the message names."""
    likeness: Likeness = Likeness.OFFER
    holds: list[str] = Field(default=["work"])
    """What there is to verify in it; see ``detection.offer.holds``."""
    scam_log_odds: float
    patterns: dict[str, float] = Field(default={})
    """Probability of each kind of trap, were it one."""
    told: str | None = None
    """The stage of the catalogue that the writer tells of, when the message is their own story."""
    cases: dict[str, int] = Field(default={})
    """By kind of trap, which of its cases the message speaks of."""
    replies: dict[str, Reply] = Field(default={})
    """The worker's answers so far, by signal."""
    companies: list[RegisterNote] = []

    @property
    def is_of_work(self) -> bool:
        return "work" in self.holds


@dataclass(frozen=True)
class Judgement:
    """Level and reasons, before they are put into words."""

    level: Level
    log_odds: float
    red_flags: list[tuple[Signal, Found | None]]
    """With what shows it; None when the worker said so."""
    reassuring: list[Found]
    pattern: str | None
    questions: list[str] = field(default_factory=list)
    """Signal ids, most informative first."""


class Judge:
    """Turns a reading into a judgement with the catalogue and the trained thresholds."""

    def __init__(self, catalogue: Catalogue, thresholds: Mapping[str, float]) -> None:
        self._catalogue = catalogue
        self._signals = catalogue.signal
        self._reassuring = {sign.id for sign in catalogue.reassuring}
        self._level_scores = {level: thresholds.get(f"level:{level}", math.inf) for level in LEVELS[1:]}

    def judge(self, reading: Reading) -> Judgement:
        declared = [
            self._signals[i] for i, reply in reading.replies.items() if reply is Reply.YES and i in self._signals
        ]
        log_odds = reading.scam_log_odds + self._of_replies(reading.replies)
        if reading.told:
            # A victim's words are not those of a trap, which is all that the score knows.
            log_odds = max(log_odds, self._level_scores[Level.SUSPECT])
        flags = [found for found in reading.found if found.id in self._signals and self._stands(found, reading)]
        shown = [found for found in flags if found.shown]
        level = self._level(log_odds, shown, declared, reading.is_of_work)
        if level is Level.CAUTION and not declared and not shown:
            # Talk or a question that asks for nothing is not suspected on a sign that is not sure.
            named = [found for found in flags if self._may_be_named(found) and reading.likeness is Likeness.OFFER]
            shown = self._reason(named)
            level = self._level_of_reason(log_odds, shown, at_most=level)
        elif level is Level.CAUTION and reading.likeness is not Likeness.OFFER and all(map(self._is_weak, shown)):
            # « Je m'y mets ce soir » is haste in an offer only.
            level = level if declared else Level.NOTHING
        elif level in (Level.TRAP, Level.SUSPECT) and not declared and all(map(self._is_weak, shown)):
            # What rests on the score needs a reason that says more than haste.
            shown = list({found.id: found for found in [*self._reason(flags), *shown]}.values())
            level = self._level_of_reason(log_odds, shown, at_most=Level.TRAP)
            if reading.likeness is not Likeness.OFFER and all(map(self._is_weak, shown)):
                # « Je vous envoie le lien vers 18 h », which offers nothing.
                level = min(level, Level.CAUTION, key=LEVELS.index)
        surer = {found.id for found in shown}
        if level in (Level.TRAP, Level.SUSPECT):
            # In a message that is one, less is needed to believe that it asks what it seems to ask.
            shown = [*shown, *(found for found in flags if found.likely and found not in shown)]
        if level is Level.NOTHING:
            # Beside « rien repéré », only what is no reproach: a fact that a library has parsed.
            shown = [found for found in shown if self._is_fact(found) and not self._is_weak(found)]
        red_flags: list[tuple[Signal, Found | None]] = [(signal, None) for signal in declared]
        red_flags += [(self._signals[f.id], f) for f in shown if reading.replies.get(f.id) is not Reply.YES]
        red_flags = self._without_repeats(sorted(red_flags, key=lambda pair: self._order(*pair)))
        # What a trap says of itself reassures nobody.
        alerted = level in (Level.TRAP, Level.SUSPECT)
        # A sign that is enough by itself says more than a score that has not weighed it as such.
        by_sign = alerted and any(signal.sufficient for signal, _ in red_flags)
        reassuring = [f for f in reading.found if f.id in self._reassuring and f.shown and not alerted]
        return Judgement(
            level=level,
            log_odds=max(log_odds, self._level_scores[level]) if by_sign else log_odds,
            red_flags=red_flags[:SHOWN_MAX],
            reassuring=sorted(reassuring, key=lambda f: -f.log_odds)[:REASSURING_MAX],
            pattern=self._pattern(reading, self._telling(red_flags, surer)) if alerted else None,
            questions=self._questions(reading, {signal.id for signal, _ in red_flags}),
        )

    def _stands(self, found: Found, reading: Reading) -> bool:
        """The worker may know better than the words: « non » takes a signal away, unless it is sufficient."""
        return reading.replies.get(found.id) is not Reply.NO or (self._signals[found.id].sufficient and found.sure)

    def _of_replies(self, replies: Mapping[str, Reply]) -> float:
        total = 0.0
        for identifier, reply in replies.items():
            if identifier in self._reassuring:
                total += REASSURING_LOG_ODDS if reply is Reply.YES else 0.0
            elif reply is Reply.YES:
                total += REPLY_LOG_ODDS[self._signals[identifier].weight]
            elif reply is Reply.NO:
                total += NO_LOG_ODDS
        return total

    def _level(self, log_odds: float, shown: Sequence[Found], declared: Sequence[Signal], is_of_work: bool) -> Level:
        by_score = self._by_score(log_odds)
        if any(signal.sufficient for signal in declared):
            return Level.TRAP
        by_sufficient = self._of_sufficient(log_odds, shown)
        if by_sufficient is Level.TRAP:
            return Level.TRAP
        strong = [f for f in shown if self._signals[f.id].weight in (Weight.CRITICAL, Weight.STRONG)]
        strength = len(strong) + sum(s.weight in (Weight.CRITICAL, Weight.STRONG) for s in declared)
        if by_score is Level.TRAP:
            # A score alone is no verdict: a strong sign, or several others, must be there to be read.
            return Level.TRAP if strength or len(shown) >= 3 else Level.SUSPECT
        if by_sufficient is Level.SUSPECT or self._is_suspect(log_odds, by_score, shown, strong, strength):
            return Level.SUSPECT
        if is_of_work and log_odds >= LEAST_DOUBT and any(self._names_alone(self._signals[f.id]) for f in strong):
            # A polite message gives a number that costs money: no employer needs one, whatever the score.
            return Level.SUSPECT
        return Level.CAUTION if by_score is Level.NOTHING and strength else by_score

    def _by_score(self, log_odds: float) -> Level:
        reached = [level for level in LEVELS[1:] if log_odds >= self._level_scores[level]]
        return max(reached, key=LEVELS.index, default=Level.NOTHING)

    def _of_sufficient(self, log_odds: float, shown: Sequence[Found]) -> Level:
        """The level of the signals that are enough by themselves, unless the message is nothing like a trap."""
        suspect, caution = self._level_scores[Level.SUSPECT], self._level_scores[Level.CAUTION]
        levels = [Level.NOTHING]
        for found in shown:
            if self._signals[found.id].sufficient:
                trap_from, suspect_from = (SURE_FLOOR, LEAST_DOUBT) if found.sure else (suspect, caution - DOUBT_MARGIN)
                levels.append(
                    Level.TRAP
                    if log_odds >= trap_from
                    else Level.SUSPECT
                    if log_odds >= suspect_from
                    else Level.CAUTION
                )
        return max(levels, key=LEVELS.index)

    def _is_suspect(
        self, log_odds: float, by_score: Level, shown: Sequence[Found], strong: Sequence[Found], strength: int
    ) -> bool:
        critical = [self._signals[f.id] for f in strong if self._signals[f.id].weight is Weight.CRITICAL]
        parsed = any(signal.detection is Detection.ENTITY for signal in critical)
        said = any(found.said for found in strong)
        if (strength >= 2 and log_odds >= SURE_FLOOR) or ((parsed or said) and log_odds >= PARSED_FLOOR):
            return True
        notable = sum(self._signals[found.id].weight is not Weight.WEAK for found in shown)
        sure = any(found.sure and self._signals[found.id].detection is Detection.TEXT for found in strong)
        return by_score is Level.CAUTION and bool(critical or sure or (strength >= 1 and notable >= 2))

    def _level_of_reason(self, log_odds: float, shown: Sequence[Found], at_most: Level) -> Level:
        """The level that the score alone gives to a message with such a reason to show. A likeness is the weakest: it
        carries one level less than the score."""
        if not shown:
            return Level.NOTHING
        by_score = self._by_score(log_odds)
        if all(self._is_likeness(found) for found in shown):
            return LEVELS[max(0, LEVELS.index(by_score) - 1)]
        named = [found for found in shown if found.log_odds >= MORE_LIKELY_THAN_NOT]
        if by_score is Level.TRAP and any(self._signals[found.id].sufficient for found in named):
            return at_most
        return min(at_most, Level.SUSPECT, key=LEVELS.index)

    def _is_likeness(self, found: Found) -> bool:
        return self._signals[found.id].detection is Detection.LIKENESS

    def _reason(self, flags: Iterable[Found]) -> list[Found]:
        """The best reason that can be shown when none is sure enough by itself: words that ask for something
        first, since a haste or a vague job explains little."""
        best = max(flags, key=lambda f: (f.asks, not self._is_weak(f), f.log_odds), default=None)
        return [best] if best else []

    def _may_be_named(self, found: Found) -> bool:
        """A sign that would be enough by itself, were it sure, is not named for a mere caution."""
        likely = found.log_odds >= NAMED_LOG_ODDS and not self._signals[found.id].sufficient
        return likely or self._is_likeness(found)

    def _is_fact(self, found: Found) -> bool:
        return self._signals[found.id].detection is Detection.ENTITY

    def _without_repeats(self, red_flags: Sequence[tuple[Signal, Found | None]]) -> list[tuple[Signal, Found | None]]:
        """The same words serve ``QUOTED_MAX`` times in all, for the weightiest signals: of two readings of them, the
        second one is right two times out of three, and often the one that says it best."""
        kept: list[tuple[Signal, Found | None]] = []
        for signal, found in red_flags:
            same = [
                s for s, f in kept if found and f and (found.evidence in f.evidence or f.evidence in found.evidence)
            ]
            if len(same) < QUOTED_MAX - (signal.weight is Weight.WEAK):
                kept.append((signal, found))
        return kept

    def _is_weak(self, found: Found) -> bool:
        return self._signals[found.id].weight is Weight.WEAK

    def _order(self, signal: Signal, found: Found | None) -> tuple[int, int, bool, float]:
        weight = WEIGHT_ORDER.index(signal.weight)
        return (0 if signal.sufficient else 1, weight, signal.of_any_trap, -found.log_odds if found else -99.0)

    def _pattern(self, reading: Reading, red_flags: Sequence[tuple[Signal, Found | None]]) -> str | None:
        """The likeliest kind, those first that a shown signal points to, and of these the weightiest signals'."""
        # A sign that is enough by itself says what kind of trap it is. And above 1 a kind owes its score to a name in
        # the message, which only chooses among what the signs point to.
        by_sign = any(signal.sufficient for signal, _ in red_flags)
        likely = {kind: score for kind, score in reading.patterns.items() if MORE_THAN_ALL_OTHERS < score <= 1.0}
        fitting = {} if by_sign else {kind: UNPOINTED_SHARE * score for kind, score in likely.items()}
        telling = [pair for pair in red_flags if not pair[0].of_any_trap] or list(red_flags)
        for signal, found in telling:
            is_first = self._rank(signal) == self._rank(telling[0][0]) and (found is None or found.shown)
            for pattern in signal.patterns:
                likelihood = 1.0 if self._names_alone(signal) else reading.patterns.get(pattern, 0.0)
                share = (1.0 if is_first else LESSER_SHARE) * likelihood
                fitting[pattern] = max(fitting.get(pattern, 0.0), share)
        if not reading.is_of_work:
            fitting = {kind: score for kind, score in fitting.items() if not self._is_work_only(kind)}
            # Signs of work only, in a message of none that names an office or a bank: the name tells the kind.
            fitting = fitting or {
                kind: score
                for kind, score in reading.patterns.items()
                if score > 1.0 and red_flags and not self._is_work_only(kind)
            }
        return max(fitting, key=lambda p: fitting[p], default=None)

    @staticmethod
    def _names_alone(signal: Signal) -> bool:
        """What is parsed or said in so many words and tells one kind of trap only: no likeness of the whole message is
        needed to name it."""
        return signal.detection is Detection.ENTITY and signal.weight is Weight.CRITICAL and len(signal.patterns) == 1

    @staticmethod
    def _telling(
        red_flags: Sequence[tuple[Signal, Found | None]], surer: Set[str]
    ) -> list[tuple[Signal, Found | None]]:
        """What is only likely names the kind of trap where nothing surer does."""
        telling = [(signal, found) for signal, found in red_flags if found is None or signal.id in surer]
        return telling or list(red_flags)

    def _is_work_only(self, kind: str) -> bool:
        pattern = self._catalogue.pattern(kind)
        return pattern is not None and pattern.work_only

    def _rank(self, signal: Signal) -> tuple[bool, int]:
        return not signal.sufficient, WEIGHT_ORDER.index(signal.weight)

    def _questions(self, reading: Reading, known: set[str]) -> list[str]:
        """What would change the verdict most: sufficient signals of the likely kinds of trap first."""
        expected = {
            signal.id: _WEIGHT_OF_QUESTION[signal.weight]
            * (1.5 if signal.sufficient else 1.0)
            * (0.05 + max((reading.patterns.get(pattern, 0.0) for pattern in signal.patterns), default=0.0))
            for signal in self._catalogue.signals
            if signal.id not in known and signal.id not in reading.replies and _can_be_asked(signal)
        }
        return sorted(expected, key=lambda i: -expected[i])[: max(0, QUESTIONS_MAX - len(reading.replies))]


def _can_be_asked(signal: Signal) -> bool:
    # What a library parses in the message need not be asked.
    return signal.detection not in (Detection.ENTITY, Detection.LIKENESS)
