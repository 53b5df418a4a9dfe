"""The bot with its vectors on a real Chroma server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiohttp import ClientSession

from bot.settings import Settings
from knowledge.embeddings import EmbeddedE5
from tests.bot.conftest import StartBot, eventually
from tests.bot.test_telegram_e2e import QUESTION
from tests.botapi import FakeBotApi
from tests.chroma import ChromaServer
from tests.conftest import run_build


@pytest.mark.full
async def test_built_on_a_server_it_answers_until_the_server_dies_and_again_when_it_is_back(
    chroma: ChromaServer,
    small_settings: Settings,
    model: EmbeddedE5,
    api: FakeBotApi,
    start_bot: StartBot,
    unused_tcp_port_factory: Callable[[], int],
) -> None:
    small_settings.chroma_url = chroma.url
    built = run_build(small_settings, model).generation
    assert chroma.names() == [f"passages-{built}"]
    assert not (small_settings.generations_dir / built / "chroma").exists()
    ops = unused_tcp_port_factory()
    bot = start_bot(CHROMA_URL=chroma.url, OPS_PORT=str(ops))
    user = api.user(1)
    user.send(QUESTION)
    assert "25,6" in (await api.wait_sent(1))[0]["text"]
    async with ClientSession() as session:
        assert await _ready(session, ops) == (200, built)
        chroma.stop()
        user.send(QUESTION)
        await eventually(lambda: "le serveur Chroma (CHROMA_URL) ne répond pas" in bot.log)
        assert await _ready(session, ops) == (503, "en panne (VectorsDownError)")
        chroma.start()
        assert "25,6" in (await api.wait_sent(1, 2, timeout=20))[1]["text"], "tried again, without a word"
        assert await _ready(session, ops) == (200, built)
        chroma.stop()
        user.send(QUESTION)
        assert "une erreur m'empêche" in (await api.wait_sent(1, 3, timeout=60))[2]["text"], "told in the end"
    assert "Traceback" not in bot.log


async def _ready(session: ClientSession, port: int) -> tuple[int, str]:
    async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
        return response.status, (await response.json())["generation"]
