"""Starts the real bot, as a process of its own, against the fake Bot API."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pytest

from bot.settings import Settings
from bot.storage.store import Store
from tests.botapi import FakeBotApi
from tests.conftest import TODAY, SmallCopy

ROOT = Path(__file__).parents[2]
START_TIMEOUT = 60.0  # a machine may be busy with something else


@dataclass
class BotProcess:
    process: subprocess.Popen[bytes]
    log_path: Path

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8", "replace")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()
                raise


@dataclass
class Running:
    """The bot that most tests share: each test talks to it from chats of its own."""

    api: FakeBotApi
    bot: BotProcess
    settings: Settings
    _next_chat: int = 1000

    def new_chat(self) -> int:
        self._next_chat += 1
        return self._next_chat


@pytest.fixture(scope="module")
def running(built_copy: SmallCopy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("shared-bot")
    settings = built_copy(folder)
    notice = {"PUBLISHER": "Association d'essai", "HOST": "Serveur d'essai", "CONTACT": "contact@exemple.example"}
    with FakeBotApi(token=TOKEN) as api, (folder / "bot.log").open("wb") as log:
        bot = launch(api, settings, folder, log, **notice)
        try:
            _wait_ready(api, bot)
            yield Running(api, bot, settings)
        finally:
            bot.stop()
        assert api.violations == [], "the bot sent something that Telegram refuses or mangles"
        assert TOKEN.split(":")[1] not in bot.log, "the token was printed"
        assert "urssaf" not in bot.log and "mourir" not in bot.log, "what users wrote was printed"


@pytest.fixture
def api() -> Iterator[FakeBotApi]:
    with FakeBotApi(token=TOKEN) as server:
        yield server
        assert server.violations == [], "the bot sent something that Telegram refuses or mangles"


TOKEN = "123456:TEST-token-that-must-never-be-printed"
ADMIN = 7
StartBot = Callable[..., BotProcess]


@pytest.fixture
def start_bot(api: FakeBotApi, built_settings: Settings, tmp_path: Path) -> Iterator[StartBot]:
    """Start the bot with the small library (or ``settings``); stopped at the end, its log checked for the token."""
    started: list[BotProcess] = []
    with ExitStack() as stack:

        def start(settings: Settings = built_settings, wait: bool = True, **environment: str) -> BotProcess:
            log_path = tmp_path / f"bot-{len(started)}.log"
            log = stack.enter_context(log_path.open("wb"))
            bot = launch(api, settings, tmp_path, log, log_path.name, **environment)
            started.append(bot)
            if wait:
                _wait_ready(api, bot)
            return bot

        yield start
        for bot in started:
            bot.stop()
    for bot in started:
        assert TOKEN not in bot.log and TOKEN.split(":")[1] not in bot.log, "the token was printed"


def launch(
    api: FakeBotApi, settings: Settings, folder: Path, log: IO[bytes], log_name: str = "bot.log", **environment: str
) -> BotProcess:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "telegram", "--today", TODAY.isoformat()],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(settings.data_dir),
            "TELEGRAM_API_URL": api.url,
            "TELEGRAM_TOKEN": TOKEN,
            "MESSAGES_PER_SECOND": "1000",
            "ADMIN_IDS": f"{ADMIN}, 8",
            "SEND_TIMEOUT_S": "2",
            **environment,
        },
        cwd=folder,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    return BotProcess(process, folder / log_name)


async def eventually(condition: Callable[[], object], timeout: float = 60.0) -> None:
    """Wait for what the fake API cannot announce: a line in the log, a row in the database."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it did not come"
        await asyncio.sleep(0.05)


def _wait_ready(api: FakeBotApi, bot: BotProcess) -> None:
    before = len([call for call in api.calls if call.method in ("getUpdates", "setWebhook")])
    end = time.monotonic() + START_TIMEOUT
    while len([call for call in api.calls if call.method in ("getUpdates", "setWebhook")]) <= before:
        assert bot.process.poll() is None, f"the bot ended:\n{bot.log}"
        assert time.monotonic() < end, f"the bot did not start:\n{bot.log}"
        time.sleep(0.05)


class Clock:
    """Moved by the test."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'bot.sqlite'}"
    new_database: Callable[[], str] = request.getfixturevalue("new_postgres")
    return new_database()


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[Store]:
    opened = Store(database_url, clock)
    await opened.open()
    yield opened
    await opened.close()
