"""The serving generation changes while the bot runs."""

from __future__ import annotations

import asyncio
import gc
import weakref

from bot.serving import Follower, Served, open_served
from bot.settings import Settings
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import active_id
from tests.bot.conftest import eventually
from tests.conftest import TODAY, run_build

QUESTION = "combien je paie à l'urssaf ?"


async def test_a_question_in_progress_ends_with_its_generation_which_then_goes(
    built_settings: Settings, model: EmbeddedE5
) -> None:
    built_settings.generation_check_s = 0.05
    first = active_id(built_settings)
    old: Served | None = open_served(built_settings, model)
    assert old is not None
    seen: list[Served] = []
    following = asyncio.create_task(Follower(built_settings, old, seen.append).run())
    messages = built_settings.knowledge_dir / "messages.yaml"
    messages.write_text(messages.read_text("utf-8").replace("Écrivez votre question", "Posez votre question"), "utf-8")
    second = (await asyncio.to_thread(run_build, built_settings, model)).generation
    await eventually(lambda: seen)
    assert seen[0].generation_id == second != first
    assert old.answerer.answer(QUESTION, TODAY).generation == first
    assert seen[0].answerer.answer(QUESTION, TODAY).generation == second
    released = weakref.ref(old.answerer.generation)
    old = None
    gc.collect()
    assert released() is None, "nothing holds the old generation once its last question is done"
    following.cancel()
