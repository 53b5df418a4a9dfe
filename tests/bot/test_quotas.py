"""Limits with a clock that moves."""

from __future__ import annotations

from bot.settings import Settings
from bot.telegram.quotas import DAY_S, TIDY_EVERY, Kind, Quotas


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def quotas(clock: Clock, **limits: int) -> Quotas:
    return Quotas(Settings(_env_file=None, **limits), clock)  # type: ignore[arg-type]


def test_a_minute_then_a_day() -> None:
    clock = Clock()
    limited = quotas(clock, questions_per_minute=2, questions_per_day=3)
    assert [limited.take(Kind.QUESTION, 1, 1) for _ in range(2)] == [None, None]
    refusal = limited.take(Kind.QUESTION, 1, 1)
    assert refusal and not refusal.for_the_day and refusal.wait_s == 60 and not refusal.told
    again = limited.take(Kind.QUESTION, 1, 1)
    assert again and again.told, "it is said once"
    assert limited.take(Kind.QUESTION, 2, 2) is None, "another person is not concerned"
    assert limited.take(Kind.IMAGE, 1, 1) is None, "each kind has its own limit"
    clock.now = 61
    assert limited.take(Kind.QUESTION, 1, 1) is None
    clock.now = 200
    refusal = limited.take(Kind.QUESTION, 1, 1)
    assert refusal and refusal.for_the_day and not refusal.told
    clock.now = DAY_S + 1
    assert limited.take(Kind.QUESTION, 1, 1) is None


def test_a_group_has_a_larger_limit_of_its_own() -> None:
    limited = quotas(Clock(), questions_per_minute=2, group_factor=3)
    people = [limited.take(Kind.QUESTION, person, -100) for person in (1, 1, 2, 2, 3, 3)]
    assert people == [None] * 6
    assert limited.take(Kind.QUESTION, 4, -100) is not None
    assert limited.take(Kind.QUESTION, 4, 4) is None, "the group's limit is not the person's"


def test_who_sent_nothing_for_a_day_is_forgotten() -> None:
    clock = Clock()
    limited = quotas(clock)
    for person in range(TIDY_EVERY - 1):
        limited.take(Kind.QUESTION, person, person)
    clock.now = DAY_S + 1
    limited.take(Kind.QUESTION, -1, -1)
    assert len(limited._passed) == 1
