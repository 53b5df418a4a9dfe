"""The bot killed at random moments under load: nothing lost, nothing answered twice.

Every chat sends the same messages, each with an answer of its own, so that each answer can be told from the
others. Telegram's side (the fake Bot API) knows what was really delivered.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import Settings
from tests.botapi import FakeBotApi
from tests.postgres import postgres_server

ROOT = Path(__file__).parent.parent
TOKEN = "123456:benchmark-token"
MESSAGES = [
    ("/aide", "comme vous parlez"),
    ("Dois-je déclarer mes gains de sondages ?", "pas un conseil juridique"),
    ("/mentions", "Hébergeur"),
    ("/annuler", "pas de vérification en cours"),
    ("/sources", "Lecture la plus ancienne"),
    ("/nouveau", "oublié la conversation"),
    ("/sujets", "Choisissez un thème"),
    ("/start", "service automatique"),
]
NOTICE = "J'ai été interrompu en vous répondant"
LIFE_S = 1.5
"""A process is killed at most this long after a wave of messages came in: it answers twenty to fifty a second."""
KILLED_WHILE_STARTING = 0.2
"""Share of the kills that strike a process that has not begun to answer."""
# A machine may be busy with something else.
START_TIMEOUT_S = 300.0
DRAIN_TIMEOUT_S = 600.0


@dataclass
class Tally:
    """What became of every message."""

    messages: int = 0
    lost: int = 0
    twice: int = 0
    out_of_order: int = 0
    told_delivered: int = 0
    """Delivery unknown to the bot, the answer was there: the user is told, nothing is repeated."""
    told_undelivered: int = 0
    """Delivery unknown to the bot, the answer was not there: the user is told how to have it."""
    apologies: int = 0
    """Answered with « une erreur m'empêche de répondre »."""
    kills: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.messages} messages, {self.kills} kills in {self.seconds:.0f} s: lost {self.lost}, "
            f"answered twice {self.twice}, out of order {self.out_of_order}, apologies {self.apologies}\n"
            f"delivery unknown {self.told_delivered + self.told_undelivered}: the user was told "
            f"({self.told_delivered} had the answer, {self.told_undelivered} had not)"
        )


def measure(kills: int, messages: int, database: str | None, seed: int) -> None:
    """Print what became of the messages. Ends with 1 when one was lost or answered twice."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite+aiosqlite:///{folder / 'bot.sqlite'}" if database is None else database
        if database == "postgres":
            url = stack.enter_context(postgres_server()).new_database()
        data = str(Settings().data_dir.absolute())
        tally = asyncio.run(run({"DATABASE_URL": url, "DATA_DIR": data}, kills, messages, seed))
    print(f"{url.partition('+')[0]}: {tally}")
    if tally.lost or tally.twice or tally.out_of_order or tally.violations:
        raise SystemExit(1)


async def run(environment: dict[str, str], kills: int, messages: int, seed: int = 1) -> Tally:
    """Kill the bot ``kills`` times while ``messages`` come in, then let it end its work."""
    chance = random.Random(seed)
    chats = range(1, max(1, messages // len(MESSAGES)) + 1)
    tally = Tally(messages=len(chats) * len(MESSAGES), kills=kills)
    started = time.monotonic()
    async with FakeBotApi(token=TOKEN, delay=0.05) as api:
        environment = {
            **os.environ,
            "TELEGRAM_API_URL": api.url,
            "TELEGRAM_TOKEN": TOKEN,
            "CLAIM_LEASE_S": "3",
            "PYTHONPATH": str(ROOT),
            **environment,
        }
        waves = _waves(chats, kills + 1, chance)
        for wave in waves[:-1]:
            await _live_and_be_killed(api, environment, wave, chance)
        _send(api, waves[-1])
        process = await _launch(environment)
        try:
            await _drained(api, chats)
        finally:
            process.terminate()
            await process.wait()
        for chat in chats:
            _judge([message["text"].replace("\u00a0", " ") for message in api.sent(chat)], tally)
        tally.violations = api.violations
    tally.seconds = time.monotonic() - started
    return tally


async def _live_and_be_killed(
    api: FakeBotApi, environment: dict[str, str], wave: list[tuple[int, str]], chance: random.Random
) -> None:
    mark = api.mark()
    process = await _launch(environment)
    if chance.random() >= KILLED_WHILE_STARTING:
        await api.wait_for("getUpdates", timeout=START_TIMEOUT_S, since=mark)
    _send(api, wave)
    await asyncio.sleep(chance.uniform(0, LIFE_S))
    process.kill()
    await process.wait()


async def _launch(environment: dict[str, str]) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "bot", "telegram"]
    return await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )


def _waves(chats: range, count: int, chance: random.Random) -> list[list[tuple[int, str]]]:
    """All the messages in ``count`` waves, chats mixed, in order within each chat."""
    order = [chat for chat in chats for _ in MESSAGES]
    chance.shuffle(order)
    sent = dict.fromkeys(chats, 0)
    messages = []
    for chat in order:
        messages.append((chat, MESSAGES[sent[chat]][0]))
        sent[chat] += 1
    size = -(-len(messages) // count)
    return [messages[start : start + size] for start in range(0, size * count, size)]


def _send(api: FakeBotApi, wave: list[tuple[int, str]]) -> None:
    for chat, text in wave:
        api.user(chat).send(text)


async def _drained(api: FakeBotApi, chats: range) -> None:
    """Every chat has its last answer, and nothing more comes."""
    last = MESSAGES[-1][1]

    def is_ended(chat: int) -> bool:
        texts = [message["text"].replace("\u00a0", " ") for message in api.sent(chat)]
        return bool(texts) and (last in texts[-1] or NOTICE in texts[-1]) and len(texts) >= len(MESSAGES)

    with suppress(AssertionError):  # what was lost never comes: it is counted as such
        await api.until(lambda: all(is_ended(chat) for chat in chats), DRAIN_TIMEOUT_S)
    await api.quiet(3, timeout=DRAIN_TIMEOUT_S)


def _judge(texts: list[str], tally: Tally) -> None:
    """Walk through a chat: each message has its answer, or the word that it was interrupted, or both."""
    marks = [mark for _, mark in MESSAGES]
    found = [next((place for place, mark in enumerate(marks) if mark in text), None) for text in texts]
    answers = [place for place in found if place is not None]
    tally.twice += len(answers) - len(set(answers))
    tally.out_of_order += answers != sorted(answers)
    notices = sum(NOTICE in text for text in texts)
    tally.apologies += found.count(None) - notices
    missing = len(marks) - len(set(answers))
    tally.lost += max(0, missing - notices)
    tally.told_undelivered += min(missing, notices)
    tally.told_delivered += max(0, notices - missing)
