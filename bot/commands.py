"""Slash commands where there is no Telegram: the same words in the terminal chat and in ``bot ask``."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.answering.answer import Answer, Part, Status
from bot.answering.pipeline import Answerer
from bot.answering.rendering import plain_text
from bot.settings import Settings
from bot.vetting.pipeline import OfferError, vetter_of
from knowledge.model import Fiche, format_date

VERIFY, RESET, TOPICS, SOURCES, NOTICE, HELP = "/verifier", "/nouveau", "/sujets", "/sources", "/mentions", "/aide"
ABOUT_WHAT_IS_KEPT = ("/confidentialite", "/mesdonnees", "/effacer")
_COMMAND = re.compile(r"(/\w+)\s*(.*)", re.DOTALL)
_PUBLISHERS_SHOWN = 15


class Desk:
    """Answers questions, and slash commands with the words of Telegram. Stateless, as the answerer is."""

    def __init__(self, answerer: Answerer, settings: Settings) -> None:
        self.answerer = answerer
        self._settings = settings
        self._messages = answerer.messages
        self._vetter = vetter_of(answerer.generation, answerer.embeddings, settings)

    def answer(self, text: str, today: date, earlier: Sequence[str] = ()) -> Answer:
        """As ``Answerer.answer``; a slash command gets what it says as an answer without facts."""
        command = _COMMAND.fullmatch(text.strip())
        if command is None or self.answerer.is_crisis(text):
            return self.answerer.answer(text, today, earlier)
        name, given = command[1].lower(), command[2]
        return self._vet(given, today) if name == VERIFY else self._says(text, self._words_of(name))

    def _vet(self, offer: str, today: date) -> Answer:
        """The verdict on an offer, as an answer; a plain question is answered; without an offer, how to send it."""
        started = time.perf_counter()
        words = self._messages["vetting"]
        if self._vetter is None:
            return self._says(offer, str(words["unavailable"]), Status.OFFER)
        if not offer.strip():
            return self._says(offer, str(words["ask_in_terminal"]), Status.OFFER)
        try:
            verdict = self._vetter.vet(offer, today)
        except OfferError as error:
            return self._says(offer, str(error), Status.OFFER)
        if verdict.is_question:
            answer = self.answerer.answer(offer, today)
            answer.notes = [str(words["a_question"]), *answer.notes]
            answer.text = plain_text(answer, self._messages)
            return answer
        answer = self._says(offer, verdict.text, Status.OFFER)
        answer.latency_ms = round((time.perf_counter() - started) * 1000, 2)
        return answer

    def _words_of(self, name: str) -> str:
        if name == HELP:
            return str(self._messages["help"])
        if name == RESET:
            return str(self._messages["fresh_start"])
        if name == TOPICS:
            return topics(self.answerer)
        if name == SOURCES:
            return "\n".join(sources_summary(self.answerer))
        if name == NOTICE:
            return legal_notice(self._settings, self._messages)
        return str(self._messages["only_on_telegram" if name in ABOUT_WHAT_IS_KEPT else "unknown_command"])

    def _says(self, asked: str, words: str, status: Status = Status.SMALLTALK) -> Answer:
        part = Part(question=asked[: self._settings.question_max_chars], status=status, message=words)
        return Answer(status=status, parts=[part], text=words, generation=self.answerer.generation.manifest.id)


def fiches_by_theme(answerer: Answerer) -> dict[str, list[Fiche]]:
    """Title of a theme → its fiches, in the order of the menus."""
    generation = answerer.generation
    return {
        theme.title: [fiche for fiche in generation.fiches.values() if fiche.theme == theme.id]
        for theme in generation.themes.values()
    }


def topics(answerer: Answerer) -> str:
    """Every question that has a fiche, numbered, under its theme."""
    lines: list[str] = []
    number = 0
    for title, fiches in fiches_by_theme(answerer).items():
        lines += [title, *(f"  {place}. {fiche.question}" for place, fiche in enumerate(fiches, number + 1)), ""]
        number += len(fiches)
    return "\n".join(lines).rstrip()


def sources_summary(answerer: Answerer) -> list[str]:
    """Where the answers come from: publishers with how many pages were read, and since when."""
    manifest, sources = answerer.generation.manifest, answerer.generation.sources.values()
    kinds = answerer.messages["source_kinds"]
    by_kind = Counter(kinds[source.kind] for source in sources)
    publishers = Counter(source.publisher for source in sources).most_common(_PUBLISHERS_SHOWN)
    return [
        f"{manifest.facts} faits, tirés de {manifest.sources} pages.",
        f"Lecture la plus ancienne : {format_date(date.fromisoformat(manifest.oldest_read))}.",
        "Par nature : " + ", ".join(f"{kind} {count}" for kind, count in by_kind.most_common()),
        "Éditeurs les plus cités :",
        *(f"– {publisher} : {count} page{'s' if count > 1 else ''}" for publisher, count in publishers),
    ]


def legal_notice(settings: Settings, messages: dict[str, Any]) -> str:
    """/mentions: who publishes, who hosts, whom to write to."""
    unknown = messages["mentions_unknown"]
    return str(messages["mentions"]).format(
        publisher=settings.publisher or unknown, host=settings.host or unknown, contact=settings.contact or unknown
    )
