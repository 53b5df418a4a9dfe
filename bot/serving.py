"""What answers now, and how it changes while the bot runs.

``ingest publish`` moves the active pointer; the follower sees it, opens the new generation beside the one that
answers, and hands it over whole. Questions in progress end with the generation they began with, which is
closed when the last of them is done. A generation that cannot be opened changes nothing but the log.
"""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable
from dataclasses import dataclass

from bot import metrics
from bot.answering.pipeline import Answerer
from bot.settings import Settings
from bot.vetting.pipeline import Vetter, vetter_of
from knowledge.embeddings import SentenceEmbeddings
from knowledge.generation import active_id, open_active

log = logging.getLogger(__name__)

REFUSED_FOR_S = 60.0
"""A generation that could not be opened (copied half, perhaps) is tried again after this long."""


@dataclass(frozen=True)
class Served:
    """All that answers from one generation. ``vetter`` is None when no vetting model was trained."""

    answerer: Answerer
    vetter: Vetter | None

    @property
    def generation_id(self) -> str:
        return self.answerer.generation.manifest.id


def open_served(settings: Settings, embeddings: SentenceEmbeddings) -> Served:
    """The active generation, ready to answer. Raises ``GenerationError``."""
    generation = open_active(settings, embeddings)
    return Served(Answerer(generation, embeddings, settings), vetter_of(generation, embeddings, settings))


class Follower:
    """Calls ``hand_over`` with each newly published generation."""

    def __init__(self, settings: Settings, served: Served, hand_over: Callable[[Served], None]) -> None:
        self._settings = settings
        self._served = served
        self._hand_over = hand_over
        self._refused: str | None = None
        self._refused_at = 0.0
        metrics.GENERATION.labels(served.generation_id).set(1)

    async def run(self) -> None:
        """Until cancelled: nothing here is left half done."""
        while True:
            await asyncio.sleep(self._settings.generation_check_s)
            wanted = active_id(self._settings)
            if wanted and wanted != self._served.generation_id and not self._was_just_refused(wanted):
                await self._change_to(wanted)

    def _was_just_refused(self, wanted: str) -> bool:
        now = asyncio.get_running_loop().time()
        return wanted == self._refused and now - self._refused_at < REFUSED_FOR_S

    async def _change_to(self, wanted: str) -> None:
        old = self._served
        try:
            fresh = await asyncio.to_thread(open_served, self._settings, old.answerer.embeddings)
        except Exception as error:
            # Whatever is wrong with the new one, the old one answers.
            log.error("la génération %s ne répond pas encore, %s reste : %s", wanted, old.generation_id, error)
            self._refused, self._refused_at = wanted, asyncio.get_running_loop().time()
            return
        self._served = fresh
        self._hand_over(fresh)
        generation = old.answerer.generation
        weakref.finalize(generation, generation.release)
        metrics.GENERATION.clear()
        metrics.GENERATION.labels(fresh.generation_id).set(1)
        log.info("la génération %s répond (avant : %s)", fresh.generation_id, old.generation_id)
