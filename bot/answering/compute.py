"""« jai fait 1000e pile. combien jdonne a l etat » → a result with its steps, or nothing.

``quantities`` reads the numbers, ``sums`` which result is asked for, ``formulas`` works it out. What a message leaves
out is taken from the chat's earlier turns: « et si c'est 3000 ? », « il me reste combien ? », « et avec l'Acre ? ».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from bot.answering.formulas import Computed, Formulas, Given
from bot.answering.quantities import (
    Amount,
    Currency,
    Duration,
    Period,
    Pieces,
    Quantities,
    Role,
    dates_the_start_only,
    read,
)
from bot.answering.sums import (
    Situation,
    Sum,
    doubts_an_offer,
    is_barred,
    is_wage,
    names_contributions,
    situation,
    sums_asked,
    tells_earnings,
    tells_own_work,
)
from knowledge.generation import Generation
from knowledge.text import stems
from retrieval.rewrite import Query

__all__ = ["Calculator", "Computed"]

_SUMS_MAX = 2
"""Results that one question gets."""
_SHORT_STEMS = 6
"""Content words up to which a message without a question of its own may change what was asked before."""
_TURNS_BACK = 4
_WITHOUT_AMOUNT = (Sum.PRORATA, Sum.QUARTERS_NEEDED)
"""Sums that work on something else than money earned."""
_CLEAR_ALONE = (*_WITHOUT_AMOUNT, Sum.HOURLY, Sum.THRESHOLDS, Sum.FLAT_TAX)
"""Sums whose amount needs no word that says it was earned."""
_OWN_WORK_ONLY = (Sum.UNEMPLOYMENT, Sum.TAXABLE, Sum.ALLOWANCE)
"""Sums that another kind of pay would change."""
_TOO_GOOD = 3
"""Times the minimum wage above which pay somebody doubts is a promise to vet, not pay to compare."""
_KNOWN_LIMITS = (
    "plafond_micro_services",
    "plafond_micro_ventes",
    "franchise_tva_services",
    "franchise_tva_services_majore",
)
"""Figures that people quote in a question: never what they earned."""


class Calculator:
    """The sums that can be worked out, over the figures and messages of one generation."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._formulas = Formulas(generation.figures, generation.messages.get("compute", {}))
        self._limits = {
            value.value
            for figure in _KNOWN_LIMITS
            if (series := generation.figures.get(figure))
            for value in series.series
        }

    def compute(self, query: Query, today: date, earlier: Sequence[Query] = ()) -> list[Computed]:
        """The lines of the results, the first one answering at once; usually none. ``earlier``: the questions of the
        chat before this one, oldest first."""
        now = _Message(query, today, self._limits)
        if now.is_barred:
            return []
        asked = self._asked(now, [_Message(before, today, self._limits) for before in earlier[-_TURNS_BACK:]], today)
        if asked is None:
            return []
        found: list[Computed] = []
        for wanted in asked.sums[:_SUMS_MAX]:
            lines = self._formulas.work_out(wanted, asked.given)
            if all(line.fact_id in self._generation.facts for line in lines):
                found += [line for line in lines if line not in found]
        return found

    def _asked(self, now: _Message, earlier: list[_Message], today: date) -> _Asked | None:
        """The sums and what they work on: what this message says, completed by the earlier ones."""
        sums, told = now.sums, [now]  # ``told``: the messages that the result comes from
        if not sums and now.may_change_a_sum:
            before = [message for message in earlier if message.sums][-1:]
            sums, told = (before[0].sums, [*before, now]) if before else ([], told)
        needs_none = bool(sums) and sums[0] in _WITHOUT_AMOUNT
        numbers = now if now.amount or needs_none else _last_with_amount(now, earlier)
        if not sums or numbers is None:
            return None
        told = [*told, numbers]
        said = now.said
        for message in reversed(earlier):
            said = said.completed_by(message.said)
        if sums == [Sum.NET] and said.benefit and not now.names_contributions:
            sums = [said.benefit]  # « je touche l'ARE » / « si je fais 200, il me reste combien ? »
        day = now.day if now.query.day_was_asked else numbers.day
        duration = next((message.duration for message in [now, numbers, *told] if message.duration), None)
        pieces = next((message.pieces for message in [now, numbers, *told] if message.pieces), None)
        asked = _Asked(sums, Given(numbers.amount, duration, said, day, numbers.benefit, pieces))
        # The rates of a coming year are not all known.
        is_sound = day.year <= today.year and _fits(asked, told) and not self._is_a_promise(asked, numbers)
        return asked if is_sound else None

    def _is_a_promise(self, asked: _Asked, source: _Message) -> bool:
        """« 150 € par jour pour 2 heures, c'est sérieux ? », « ils proposent 3 € le mot, 20 par jour » are to vet."""
        amount, duration = asked.given.amount, asked.given.duration
        if amount and amount.is_piece and Sum.HOURLY not in asked.sums:
            return doubts_an_offer(source.text)
        smic = self._generation.figures.get("smic_horaire_brut")
        wage = smic.on(asked.given.day) if smic else None
        if amount is None or wage is None or not doubts_an_offer(source.text):
            return False
        hours = duration.hours if duration and amount.period is not Period.HOUR else 1
        return (duration is not None or amount.period is Period.HOUR) and amount.value / hours > _TOO_GOOD * wage.value


@dataclass(frozen=True)
class _Asked:
    sums: list[Sum]
    given: Given


class _Message:
    """A question of the chat, as the calculator reads it."""

    def __init__(self, query: Query, today: date, limits: set[Decimal]) -> None:
        self.query = query
        self._today = today
        # As it was typed too: spelling out takes « 12,50 » apart.
        self.text = f"{query.asked} \n {query.text}"
        self._limits = limits

    @cached_property
    def said(self) -> Situation:
        return situation(self.text, self._today)

    @property
    def day(self) -> date:
        """The day whose figures are used."""
        return self._today if dates_the_start_only(self.query.asked, self.said.started) else self.query.day

    @cached_property
    def sums(self) -> list[Sum]:
        return [] if self.is_barred else sums_asked(self.text, self.said)

    @cached_property
    def is_barred(self) -> bool:
        return is_barred(self.text)

    @cached_property
    def tells_earnings(self) -> bool:
        return tells_earnings(self.text)

    @property
    def tells_own_work(self) -> bool:
        return tells_own_work(self.text)

    @property
    def names_contributions(self) -> bool:
        return names_contributions(self.text)

    @cached_property
    def _quantities(self) -> Quantities:
        return read(self.query.asked)

    @cached_property
    def _candidates(self) -> list[Amount]:
        """The amounts that may be what was earned."""
        found = self._quantities.amounts
        if set(self._quantities.loose) - self._limits or any(amount.role is Role.NOT_EARNED for amount in found):
            return []
        kept = [a for a in found if a.role in (Role.EARNED, Role.UNKNOWN) and a.value not in self._limits and a.value]
        return list(dict.fromkeys(kept))

    @property
    def amount(self) -> Amount | None:
        """The one amount earned; None when there is none, or several to choose from."""
        found = self._candidates
        return found[0] if len(found) == 1 and found[0].currency is not Currency.OTHER else None

    @property
    def benefit(self) -> Amount | None:
        """The one amount of a benefit that is told."""
        found = [amount for amount in self._quantities.amounts if amount.role is Role.BENEFIT]
        return found[0] if len(found) == 1 else None

    @property
    def is_wage(self) -> bool:
        return is_wage(self.text)

    @property
    def duration(self) -> Duration | None:
        found = self._quantities.durations
        return found[0] if len(found) == 1 else None

    @property
    def pieces(self) -> Pieces | None:
        found = self._quantities.pieces
        return found[0] if len(found) == 1 else None

    @property
    def amounts_in_doubt(self) -> bool:
        """There are amounts, none of which is clearly what was earned."""
        return any(amount.role is not Role.BENEFIT for amount in self._quantities.amounts)

    @property
    def may_change_a_sum(self) -> bool:
        """Short, without a question of its own, and with something to take into account."""
        says_something = bool(self.amount) or bool(self.duration) or self.said.changes_a_sum or self.query.day_was_asked
        return says_something and not self.sums and len(stems(self.query.text)) <= _SHORT_STEMS


def _last_with_amount(now: _Message, earlier: Sequence[_Message]) -> _Message | None:
    """The latest earlier message that tells what was earned; none past one that is about something else."""
    for message in [now, *reversed(earlier)]:
        if message.is_barred or (message.amounts_in_doubt and not message.amount):
            return None
        if message.amount:
            return message
    return None


def _fits(asked: _Asked, told: Sequence[_Message]) -> bool:
    """The amount is what the sums need: earned, not a wage, not the pay of one piece."""
    first = asked.sums[0]
    if first not in _CLEAR_ALONE and not any(message.tells_earnings for message in told):
        return False
    if first in _OWN_WORK_ONLY and not any(message.tells_own_work for message in told):
        return False
    if first in (Sum.CONTRIBUTIONS, Sum.NET) and any(message.said.acre_in_doubt for message in told):
        return False
    return _is_whole(asked) and not all(message.is_wage for message in told)


def _is_whole(asked: _Asked) -> bool:
    """Not the pay of one piece among an unknown number: « 5 missions à 20 euros » may be 20 euros in all, and what is
    owed on it is not to be guessed."""
    amount = asked.given.amount
    if amount is None or not amount.is_piece or Sum.HOURLY in asked.sums:
        return True
    return asked.given.pieces is not None and (amount.is_each or asked.sums == [Sum.EARNINGS])
