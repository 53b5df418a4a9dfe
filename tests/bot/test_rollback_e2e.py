"""A generation is published, then taken back, by the maintainers' own commands while people ask."""

from __future__ import annotations

import asyncio
from itertools import count

from typer.testing import CliRunner

from bot.settings import Settings
from ingest.cli import app
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import active_id
from tests.bot.conftest import StartBot, eventually
from tests.bot.test_telegram_e2e import QUESTION, texts
from tests.botapi import FakeBotApi
from tests.conftest import run_build

OLD, NEW = "25,6 %", "26,1 %"
AT_ONCE = 4
"""People whose answer is awaited at any time."""


async def test_going_back_under_load_fails_no_question(
    api: FakeBotApi, start_bot: StartBot, built_settings: Settings, model: EmbeddedE5
) -> None:
    first = active_id(built_settings)
    figures = built_settings.knowledge_dir / "figures.yaml"
    figures.write_text(figures.read_text("utf-8").replace("25.6", "26.1"), "utf-8")
    second = run_build(built_settings, model, publish_it=False).generation
    bot = start_bot(GENERATION_CHECK_S="0.05")
    asked: list[int] = []
    numbers, stop = count(1), asyncio.Event()

    async def people() -> None:
        while not stop.is_set():
            chat = next(numbers)
            asked.append(chat)
            api.user(chat).send(QUESTION)
            await api.wait_sent(chat)

    async def published(*arguments: str) -> str:
        """What people who ask once it serves are told, until five of them are answered."""
        env = {"DATA_DIR": str(built_settings.data_dir), "KNOWLEDGE_DIR": str(built_settings.knowledge_dir)}
        lines = bot.log.count(" répond (avant : ")
        done = await asyncio.to_thread(CliRunner().invoke, app, ["publish", *arguments], env=env)
        assert done.exit_code == 0, done.output
        await eventually(lambda: bot.log.count(" répond (avant : ") == lines + 1)
        since = len(asked)
        await eventually(lambda: sum(bool(api.sent(chat)) for chat in asked[since:]) >= 5)
        (said,) = {rate for chat in asked[since:] for text in texts(api, chat) for rate in (OLD, NEW) if rate in text}
        return said

    load = [asyncio.create_task(people()) for _ in range(AT_ONCE)]
    await eventually(lambda: len(asked) > 2 * AT_ONCE)
    assert await published(second) == NEW and active_id(built_settings) == second
    assert await published("--previous") == OLD and active_id(built_settings) == first
    assert await published("--previous") == NEW and active_id(built_settings) == second
    stop.set()
    await asyncio.gather(*load)
    await api.quiet(0.3)
    assert bot.process.poll() is None
    for chat in asked:
        (answer,) = texts(api, chat)
        assert (OLD in answer) is not (NEW in answer), "one whole answer each, of one generation"
    assert "ERROR" not in bot.log and "Traceback" not in bot.log
