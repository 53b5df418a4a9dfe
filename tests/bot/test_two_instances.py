"""Two bots behind one webhook, on one PostgreSQL database."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web

from bot.settings import Settings
from knowledge.embeddings import EmbeddedE5
from tests.bot.conftest import BotProcess, StartBot, eventually
from tests.bot.test_telegram_e2e import INTERRUPTED, texts
from tests.botapi import FakeBotApi, Fault
from tests.conftest import run_build

NAMES = ["/aide", "/mentions", "/annuler", "/sources", "/nouveau", "/sujets"]
MARKS = ["comme vous parlez", "Éditeur :", "pas de vérification", "Légifrance", "oublié", "Choisissez un thème"]


@pytest.fixture
async def both(
    start_bot: StartBot, new_postgres: Callable[[], str], unused_tcp_port_factory: Callable[[], int]
) -> AsyncIterator[list[BotProcess]]:
    """Two instances, and before them what gives each request to one of them in turn, or to the one that is left."""
    front, *ports = (unused_tcp_port_factory() for _ in range(3))
    turn = itertools.cycle(ports)

    async def forward(request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name.startswith("X-")}
        for port in itertools.islice(turn, 2):
            try:
                async with session.post(f"http://127.0.0.1:{port}{request.path}", data=body, headers=headers) as answer:
                    return web.Response(status=answer.status)
            except aiohttp.ClientConnectionError:
                continue
        return web.Response(status=502)

    balancer = web.Application()
    balancer.router.add_post("/telegram", forward)
    runner = web.AppRunner(balancer, shutdown_timeout=1)
    async with aiohttp.ClientSession() as session:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", front).start()
        shared = {
            "DATABASE_URL": new_postgres(),
            "WEBHOOK_URL": f"http://127.0.0.1:{front}",
            "WEBHOOK_SECRET": "un-secret-pour-les-essais",
            "GENERATION_CHECK_S": "0.1",
            "CLAIM_LEASE_S": "2",
        }
        yield [start_bot(WEBHOOK_PORT=str(port), **shared) for port in ports]
        await runner.cleanup()


@pytest.mark.full
async def test_every_update_once_in_order_by_both_while_one_publishes_and_one_dies(
    api: FakeBotApi, both: list[BotProcess], small_settings: Settings, model: EmbeddedE5
) -> None:
    chats = range(1, 21)
    api.inject(Fault.slow(50), method="sendMessage", times=None)
    _send(api, chats, NAMES[:2])
    messages = small_settings.knowledge_dir / "messages.yaml"
    messages.write_text(messages.read_text("utf-8").replace("Écrivez votre question", "Posez votre question"), "utf-8")
    new = run_build(small_settings, model).generation
    for bot in both:
        await eventually(lambda bot=bot: f"la génération {new} répond" in bot.log)
    _send(api, chats, NAMES[2:4])
    await api.until(lambda: len(api.sent()) > 50, timeout=20)
    both[0].kill()
    _send(api, chats, NAMES[4:])
    for chat in chats:
        await api.until(lambda chat=chat: _answers(api, chat)[-1:] == [len(NAMES) - 1], timeout=30)
    await api.quiet(0.5)
    for chat in chats:
        answers = _answers(api, chat)
        told = sum(INTERRUPTED in text for text in texts(api, chat))
        assert answers == sorted(set(answers)), "no answer twice, in order"
        assert len(answers) + told >= len(NAMES) and told <= 1, "nothing lost"


def _send(api: FakeBotApi, chats: range, names: list[str]) -> None:
    for name in names:
        for chat in chats:
            api.user(chat).send(name)


def _answers(api: FakeBotApi, chat: int) -> list[int]:
    """The places in ``NAMES`` of what a chat was answered, in the order received."""
    return [place for text in texts(api, chat) for place, mark in enumerate(MARKS) if mark in text]
