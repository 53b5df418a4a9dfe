"""Warning cards: the right trap for a few words, nothing of the request on them, whole in one message."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from telegram import InlineQuery

from bot.masking import NAME, mask
from bot.settings import Settings
from bot.telegram.inline import InlineQueue
from bot.telegram.render import card_message, utf16_length
from bot.telegram.stopping import Stop
from bot.vetting.cards import WarningCards
from bot.vetting.pipeline import Knowledge
from knowledge.library import Library
from tests.conftest import TODAY


@pytest.fixture(scope="module")
def cards(library: Library) -> WarningCards:
    of = library
    knowledge = Knowledge(of.sources, of.facts, of.figures, of.contacts, of.messages, of.lexicon)
    return WarningCards(of.catalogue, of.fiches, knowledge)


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("arnaque à la tâche", {"task_trial", "task_deposit", "task_first_contact", "task_platform"}),
        ("arnaqe a la tache", {"task_trial", "task_deposit", "task_first_contact", "task_platform"}),
        ("VISA", {"abroad_job"}),
        ("colis", {"parcel_mule"}),
        ("chant", {"sextortion"}),  # still being typed
        ("code whatsapp", {"code_theft"}),
        ("carte cadeau", {"prepaid_coupon"}),
        ("faux recruteur", {"fake_recruiter"}),
    ],
)
def test_the_first_card_is_the_trap_that_was_asked_for(cards: WarningCards, request_: str, wanted: set[str]) -> None:
    assert cards.find(request_, TODAY, 10)[0].id in wanted


@pytest.mark.parametrize("request_", ["mon chat est malade", "Jean Dupont 06 39 98 12 34", "%$ é"])
def test_another_subject_has_no_card(cards: WarningCards, request_: str) -> None:
    assert cards.find(request_, TODAY, 10) == []


def test_without_a_word_each_fiche_has_its_card(cards: WarningCards, library: Library) -> None:
    shown = cards.find(" ", TODAY, 50)
    assert len(shown) == len({pattern.fiche for pattern in library.catalogue.patterns}) > 10
    assert len(cards.find("", TODAY, 5)) == 5


def test_every_card_is_whole_and_names_nobody(cards: WarningCards, library: Library) -> None:
    every = [card for pattern in library.catalogue.patterns for card in cards.find(pattern.label, TODAY, 50)]
    assert {card.id for card in every} == {pattern.id for pattern in library.catalogue.patterns}
    for card in every:
        html = card_message(card, library.messages)
        visible = re.sub(r"<[^>]+>", "", html)
        assert len(card.lines) == 2 and 1 <= len(card.id.encode()) <= 64
        assert utf16_length(visible) < 1500 and "{" not in visible and "Pas un conseil juridique" in visible
        for line in card.lines:
            assert str(line.source.url).replace("&", "&amp;") in html
            assert NAME not in mask(line.text)


def test_a_fact_that_is_late_to_be_read_again_leaves_the_card(cards: WarningCards, library: Library) -> None:
    [card] = cards.find("colis", TODAY, 1)
    last = max(library.facts[step].expires_on for p in library.catalogue.patterns for step in p.steps)
    [later] = cards.find("colis", last + timedelta(days=1), 1)
    assert later.lines == card.lines[:1]


class Queue:
    """A queue whose requests are answered by noting them."""

    def __init__(self, **settings: Any) -> None:
        self.answered: list[str] = []
        self.stop = Stop()
        self.queue = InlineQueue(Settings(_env_file=None, **settings), self._answer, self.stop)

    async def _answer(self, query: InlineQuery) -> str:
        if query.query == "fails":
            raise RuntimeError
        self.answered.append(query.query)
        return "cards"

    def put(self, user: int, text: str) -> None:
        self.queue.put(cast(InlineQuery, SimpleNamespace(from_user=SimpleNamespace(id=user), query=text)))

    async def run(self) -> list[str]:
        running = asyncio.create_task(self.queue.run())
        await asyncio.sleep(0.05)
        self.stop.ask()
        await running
        return self.answered


async def test_only_what_was_typed_last_is_answered() -> None:
    queue = Queue()
    for text in ("arn", "arnaque", "arnaque tache"):
        queue.put(1, text)
    queue.put(2, "fails")
    queue.put(3, "colis")
    assert await queue.run() == ["arnaque tache", "colis"]


async def test_a_late_request_is_dropped() -> None:
    queue = Queue(inline_max_age_s=0.0)
    queue.put(1, "colis")
    assert await queue.run() == []


async def test_too_many_people_lose_the_oldest_request() -> None:
    queue = Queue(inline_waiting_max=2)
    for user in (1, 2, 3):
        queue.put(user, f"colis {user}")
    assert await queue.run() == ["colis 2", "colis 3"]
