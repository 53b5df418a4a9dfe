"""The real bot with a language model: an OpenAI-compatible server that repeats the facts it is sent."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from knowledge.embeddings import EmbeddedE5
from tests.bot.conftest import ADMIN, StartBot, eventually
from tests.bot.fake_model import repeat
from tests.bot.test_telegram_e2e import QUESTION
from tests.bot.test_verify_e2e import OFFER
from tests.botapi import FakeBotApi, User
from tests.conftest import run_build

pytestmark = pytest.mark.full

pytest.importorskip("langchain_openai", reason="needs the llm extra")

KEY = "clef-du-modele-que-personne-ne-doit-lire"
FACT = "Le taux de cotisations"
PATIENCE = 20.0
"""Seconds: the first call loads the client of the model's provider."""


class ModelServer(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "fake"}
        text = repeat(body["messages"][-1]["content"])
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for delta, finish in (({"role": "assistant", "content": text}, None), ({}, "stop")):
            line = {**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
            self.wfile.write(f"data: {json.dumps(line)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def settings_of(server_url: str) -> dict[str, str]:
    return {
        "LLM_MODEL": "openai:fake",
        "LLM_BASE_URL": server_url,
        "LLM_API_KEY": KEY,
        "LLM_PROVIDER": "Exemple SARL",
        "LLM_COUNTRY": "France",
        "LLM_DEADLINE_S": "30",
        "LLM_PRICE_IN": "1000",
    }


async def agree(api: FakeBotApi, user: User) -> str:
    """Press « D'accord »; returns what was agreed to."""
    count = len(api.sent(user.id))
    user.send("/modele")
    asked = (await api.wait_sent(user.id, count + 1))[-1]
    user.press(asked, "D'accord")
    noted = (await api.wait_sent(user.id, count + 2))[-1]
    assert noted["text"].startswith("C'est noté. Vous pouvez changer d'avis")
    return str(asked["text"])


async def test_a_worker_agrees_once_sees_who_and_where_and_can_take_it_back(
    api: FakeBotApi, start_bot: StartBot, model_server: ModelServer
) -> None:
    bot = start_bot(**settings_of(model_server.url))
    user = api.user(501)

    async def reply(text: str) -> str:
        count = len(api.sent(501))
        user.send(text)
        return str((await api.wait_sent(501, count + 1, timeout=PATIENCE))[-1]["text"]).replace("\u00a0", " ")

    assert "À savoir" not in await reply(QUESTION) and not model_server.asked
    terms = await agree(api, user)
    assert "Exemple SARL" in terms and "France" in terms and "openai:fake" in terms

    reworded = await reply(QUESTION)
    assert "À savoir : Le taux de cotisations" in reworded and "25,6 %" in reworded
    assert "modèle de langue" in reworded and "D'après la page" in reworded
    assert len(model_server.asked) == 1

    assert "3114" in await reply("je veux mourir")
    assert "25,6" in await reply(f"j'ai 13 ans, {QUESTION}")
    assert "ALERTE" in await reply(f"/verifier {OFFER}")
    group = api.group(-501)
    user.send(f"@{api.world.bot['username']} {QUESTION}", chat=group)
    assert "À savoir" not in (await api.wait_sent(-501))[0]["text"]
    user.send("/modele", chat=group)
    assert "en privé" in (await api.wait_sent(-501, 2))[1]["text"]
    admin = api.user(ADMIN)
    admin.send("/pause Travaux")
    await api.wait_sent(ADMIN)
    assert "Travaux" in await reply(QUESTION)
    admin.send("/pause")
    await api.wait_sent(ADMIN, 2)
    assert len(model_server.asked) == 1, "distress, a child, an offer, a group and a pause never reach a model"

    notice = await reply("/confidentialite")
    assert "openai:fake, fourni par Exemple SARL, pays : France" in notice
    await reply("/nouveau")
    assert "À savoir" in await reply(QUESTION), "forgetting the conversation is not taking back the consent"
    user.send("/mesdonnees")
    await api.until(lambda: api.called("sendDocument", 501))
    kept = json.loads(next(iter(api.called("sendDocument", 501)[0].files.values())).data)["modele_de_langue"]
    assert "Exemple SARL" in kept["accepte"] and kept["accepte_le"] and kept["jetons_aujourd_hui"] > 0

    await reply("/effacer")
    count = len(api.sent(501))
    user.press(api.sent(501)[-1], "Oui, tout effacer")
    await api.wait_sent(501, count + 1)
    assert "À savoir" not in await reply(QUESTION) and len(model_server.asked) == 2

    await agree(api, user)
    user.send("/modele")
    await api.until(lambda: "Vous avez accepté" in api.sent(501)[-1]["text"])
    count = len(api.sent(501))
    user.press(api.sent(501)[-1], "Ne plus l'utiliser")
    assert "je réponds sans modèle" in (await api.wait_sent(501, count + 1))[-1]["text"]
    assert "À savoir" not in await reply(QUESTION) and len(model_server.asked) == 2
    assert KEY not in bot.log


@pytest.mark.full
async def test_a_newly_published_generation_is_the_one_that_is_reworded(
    api: FakeBotApi,
    start_bot: StartBot,
    model_server: ModelServer,
    small_settings: Settings,
    model: EmbeddedE5,
    edit: Callable[[Path, str, str], None],
) -> None:
    bot = start_bot(**settings_of(model_server.url), GENERATION_CHECK_S="0.1")
    user = api.user(502)
    await agree(api, user)
    user.send(QUESTION)
    assert "Phrases reformulées" in (await api.wait_sent(502, 3, timeout=PATIENCE))[2]["text"]
    folder = small_settings.knowledge_dir
    edit(folder / "messages.yaml", "Phrases reformulées", "Phrases redites")
    [fiche] = [path for path in folder.glob("fiches/**/*.md") if FACT in path.read_text("utf-8")]
    edit(fiche, FACT, f"Depuis peu, l{FACT[1:]}")
    new = run_build(small_settings, model).generation
    await eventually(lambda: f"la génération {new} répond" in bot.log)
    user.send(QUESTION)
    text = (await api.wait_sent(502, 4, timeout=PATIENCE))[3]["text"].replace("\u00a0", " ")
    assert "À savoir : Depuis peu" in text and "Phrases redites" in text
    assert "Depuis peu" in model_server.asked[-1]["messages"][-1]["content"]


@pytest.mark.full
async def test_a_model_that_is_down(
    api: FakeBotApi, start_bot: StartBot, unused_tcp_port_factory: Callable[[], int]
) -> None:
    """Row « Modèle de langue arrêté » of docs/operations.md."""
    ops = unused_tcp_port_factory()
    dead = f"http://127.0.0.1:{unused_tcp_port_factory()}/v1"
    bot = start_bot(**settings_of(dead), LLM_FAILURES_MAX="2", OPS_PORT=str(ops))
    user = api.user(503)
    await agree(api, user)
    for _ in range(3):
        user.send(QUESTION)
    sent = [message["text"] for message in (await api.wait_sent(503, 5, timeout=PATIENCE))[2:]]
    assert all("25,6" in text and "reformulées" not in text for text in sent)
    reasons = re.findall(r"le modèle de langue n'a pas servi \((\w+ConnectionError)\)", bot.log)
    assert len(reasons) == 2
    watched = await asyncio.to_thread(read_metrics, ops)
    assert f'clicdroit_model_answers_total{{outcome="{reasons[0]}"}} 2.0' in watched
    assert 'clicdroit_model_answers_total{outcome="breaker open"} 1.0' in watched
    [cost] = [float(line.split()[1]) for line in watched.splitlines() if line.startswith("clicdroit_model_cost_today ")]
    assert cost > 0, "a call that died is counted whole"
    assert KEY not in watched and KEY not in bot.log


def read_metrics(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as response:
        return str(response.read().decode())
