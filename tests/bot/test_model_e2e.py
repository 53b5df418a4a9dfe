"""The real bot with a language model: an OpenAI-compatible server that repeats the facts it is sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.bot.conftest import StartBot
from tests.bot.fake_model import repeat
from tests.bot.test_telegram_e2e import QUESTION, buttons
from tests.botapi import FakeBotApi

pytest.importorskip("langchain_openai", reason="needs the llm extra")


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


async def test_a_worker_agrees_once_sees_who_and_where_and_can_take_it_back(
    api: FakeBotApi, start_bot: StartBot, model_server: ModelServer
) -> None:
    start_bot(
        LLM_MODEL="openai:fake", LLM_BASE_URL=model_server.url, LLM_API_KEY="essai",
        LLM_PROVIDER="Exemple SARL", LLM_COUNTRY="France", LLM_DEADLINE_S="30",
    )  # fmt: skip
    user = api.user(501)
    user.send(QUESTION)
    assert "À savoir" not in (await api.wait_sent(501))[-1]["text"] and not model_server.asked

    user.send("/modele")
    asked = (await api.wait_sent(501, 2))[-1]
    assert "Exemple SARL" in asked["text"] and "France" in asked["text"] and "openai:fake" in asked["text"]
    user.press(asked, buttons(asked)[0])
    await api.wait_sent(501, 3)

    user.send(QUESTION)
    reworded = (await api.wait_sent(501, 4))[-1]["text"].replace("\u00a0", " ")
    assert "À savoir : Le taux de cotisations" in reworded and "25,6 %" in reworded
    assert "modèle de langue" in reworded and "D'après la page" in reworded
    assert len(model_server.asked) == 1

    user.send("je veux mourir")
    assert "3114" in (await api.wait_sent(501, 5))[-1]["text"]
    assert len(model_server.asked) == 1, "distress was sent to a model"

    user.send("/modele")
    agreed = (await api.wait_sent(501, 6))[-1]
    assert "Exemple SARL" in agreed["text"]
    user.press(agreed, buttons(agreed)[0])
    await api.wait_sent(501, 7)
    user.send(QUESTION)
    assert "À savoir" not in (await api.wait_sent(501, 8))[-1]["text"]
    assert len(model_server.asked) == 1
