"""Vectors on a real Chroma server (``chroma run``)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr

from bot.answering.pipeline import Answerer
from bot.settings import Settings
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import GenerationError, open_active
from knowledge.vectors import VectorsDownError
from tests.chroma import ChromaServer
from tests.conftest import TODAY, run_build

QUESTION = "combien je paie à l'urssaf ?"


@pytest.mark.full
def test_a_server_that_is_not_there_or_lacks_the_vectors_is_said_clearly(
    chroma: ChromaServer, small_settings: Settings, model: EmbeddedE5, unused_tcp_port_factory: Callable[[], int]
) -> None:
    run_build(small_settings, model)  # in its folder
    elsewhere = small_settings.model_copy(update={"chroma_url": chroma.url})
    with pytest.raises(GenerationError, match="ses vecteurs manquent"):
        open_active(elsewhere, model)
    time.sleep(1.1)  # ids hold the second
    assert run_build(elsewhere, model).changed and list(open_active(elsewhere, model).read_passages()), (
        "a build mends it"
    )
    nobody = small_settings.model_copy(update={"chroma_url": f"http://127.0.0.1:{unused_tcp_port_factory()}"})
    with pytest.raises(GenerationError, match="ne répond pas"):
        open_active(nobody, model)


@pytest.mark.full
async def test_the_token_goes_with_every_request_and_a_silent_server_is_not_waited_for(
    chroma: ChromaServer, small_settings: Settings, model: EmbeddedE5, unused_tcp_port_factory: Callable[[], int]
) -> None:
    silent = asyncio.Event()

    async def guard(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bearer sesame-pour-chroma":
            return web.json_response({"error": "Unauthorized", "message": "no"}, status=401)
        if silent.is_set():
            await asyncio.sleep(30)
        body = await request.read()
        headers = {"Content-Type": "application/json"}
        async with session.request(request.method, chroma.url + request.path_qs, data=body, headers=headers) as answer:
            return web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)

    front = web.Application(client_max_size=64 << 20)
    front.router.add_route("*", "/{path:.*}", guard)
    runner = web.AppRunner(front, shutdown_timeout=0.1)
    port = unused_tcp_port_factory()
    async with ClientSession() as session:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        settings = small_settings.model_copy(update={"chroma_url": f"http://127.0.0.1:{port}", "chroma_timeout_s": 1.0})
        with pytest.raises(VectorsDownError):
            await asyncio.to_thread(run_build, settings, model)
        settings.chroma_token = SecretStr("sesame-pour-chroma")
        await asyncio.to_thread(run_build, settings, model)
        generation = await asyncio.to_thread(open_active, settings, model)
        answerer = Answerer(generation, model, settings)
        assert (await asyncio.to_thread(answerer.answer, QUESTION, TODAY)).status == "answered"
        silent.set()
        with pytest.raises(VectorsDownError, match="ne répond pas"):
            await asyncio.to_thread(answerer.answer, QUESTION, TODAY)
        await runner.cleanup()


@pytest.mark.full
def test_what_a_dead_build_left_on_the_server_is_removed(
    chroma: ChromaServer, small_settings: Settings, model: EmbeddedE5, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_settings.chroma_url = chroma.url
    with monkeypatch.context() as patch:
        patch.setattr("ingest.build.GenerationWriter.calibrate", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_build(small_settings, model)
    assert len(chroma.names()) == 1
    time.sleep(1.1)  # ids hold the second
    built = run_build(small_settings, model).generation
    assert chroma.names() == [f"passages-{built}"]
