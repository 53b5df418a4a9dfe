"""Is this a question that ClicDroit answers, and if not, what is it?

Distress is looked for before anything else, by patterns and by the classifier. The classifier
(a linear model over the sentence embedding and its words, trained at build time on
``knowledge/routes`` and on the rewordings of the fiches) names the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.answering.answer import Status
from knowledge.text import fold, words
from retrieval.linear import TextClassifier
from retrieval.routes import QUESTION, route_tokens

CRISIS = "crisis"

# Route → the status of its reply and where its text is in messages.yaml.
REPLIES: dict[str, tuple[Status, str]] = {
    "greeting": (Status.SMALLTALK, "smalltalk.greeting"),
    "thanks": (Status.SMALLTALK, "smalltalk.thanks"),
    "about": (Status.SMALLTALK, "smalltalk.about"),
    "offer": (Status.OFFER, "offer"),
    "illegal": (Status.REFUSED, "refused.illegal"),
    "other_people": (Status.REFUSED, "refused.other_people"),
    "injection": (Status.REFUSED, "refused.injection"),
    "other_country": (Status.REDIRECTED, "redirected.other_country"),
    "off_subject": (Status.REDIRECTED, "redirected.off_subject"),
    "empty": (Status.SMALLTALK, "empty"),
    "too_long": (Status.SMALLTALK, "too_long"),
    "other_script": (Status.REDIRECTED, "other_script"),
    "vague": (Status.SMALLTALK, "vague"),
    "unfinished": (Status.SMALLTALK, "unfinished"),
}


_SAID_BY_ITS_WORDS = frozenset({"thanks", "greeting", "illegal", "other_people", "injection", "offer"})
"""Routes that a message takes whatever was said before; for the others, a follow-up is a question."""

# « et si », « mais pour » and nothing after: the rest of the question is missing.
_UNFINISHED = re.compile(r"\W*(et|mais|ou|donc|alors)?\W*(si|quand|pour|avec|sans|que)\W*")

# « c'est légal ? », « combien ? » with nothing said before: of what?
_VAGUE = re.compile(
    r"\W*(bonjour|salut|slt|est-ce que|est ce que|et|ok|donc|alors|bon|mais|c'est|cest|ca|quoi|pourquoi|combien|"
    r"quand|comment|ou|legal|illegal|grave|possible|vrai|obligatoire|valable|normal|sur|risque|dangereux|faire|svp|stp|\W)+"
)


@dataclass(frozen=True)
class Route:
    name: str
    probability: float = 1.0


class Router:
    """Routes with the patterns and the classifier of a generation."""

    def __init__(self, routing: Mapping[str, Any], calibration: Mapping[str, Any], max_chars: int) -> None:
        self._crisis = [re.compile(pattern) for pattern in routing.get("crisis_patterns", [])]
        self._hints = [re.compile(pattern) for pattern in routing.get("crisis_hints", [])]
        self._not_crisis = [re.compile(pattern) for pattern in routing.get("not_crisis_patterns", [])]
        self._crisis_kinds = {
            kind: [re.compile(pattern) for pattern in patterns]
            for kind, patterns in routing.get("crisis_kinds", {}).items()
        }
        self._classifier = TextClassifier(**calibration["routes"])
        self._thresholds = calibration["thresholds"]
        self._max_chars = max_chars

    def readable(self, text: str) -> Route | None:
        """A route for what is no readable question at all, else None. Never looks at the subject."""
        letters = [char for char in text if char.isalpha()]
        if not letters:
            return Route("empty")
        latin = sum("LATIN" in unicodedata.name(char, "") for char in letters)
        if latin < len(letters) / 2:
            return Route("other_script")
        if len(text) > self._max_chars:
            return Route("too_long")
        if _UNFINISHED.fullmatch(fold(text)):
            return Route("unfinished")
        return None

    @staticmethod
    def is_vague(text: str) -> bool:
        """``text``, spelt out, says nothing of what it asks about."""
        return bool(_VAGUE.fullmatch(fold(text)))

    def is_crisis(self, text: str) -> bool:
        """Distress by its own words. Idioms (« mort de rire ») are taken out first."""
        plain = self._without_idioms(text)
        return any(pattern.search(plain) for pattern in self._crisis)

    def is_crisis_as_a_whole(self, text: str, probabilities: Mapping[str, float]) -> bool:
        """Distress that no single phrase shows: the classifier's view, surer when a word hints at it."""
        plain = self._without_idioms(text)
        hinted = any(pattern.search(plain) for pattern in self._hints)
        idiom = plain != " ".join(words(text))
        if idiom and not hinted:
            return False  # « mort de rire »: the idiom made it look like distress
        threshold = float(self._thresholds["crisis_hinted" if hinted and not idiom else "crisis"])
        return probabilities.get(CRISIS, 0.0) >= threshold

    def _without_idioms(self, text: str) -> str:
        plain = " ".join(words(text))
        for idiom in self._not_crisis:
            plain = idiom.sub(" ", plain)
        return plain

    def crisis_kind(self, text: str) -> str:
        """Which helplines come first: ``minor``, ``sextortion``, ``abroad`` or ``default``."""
        plain = " ".join(words(text))
        for kind, patterns in self._crisis_kinds.items():
            if any(pattern.search(plain) for pattern in patterns):
                return str(kind)
        return "default"

    def probabilities(self, vector: list[float], text: str) -> dict[str, float]:
        return self._classifier.probabilities(vector, route_tokens(text))

    def route(self, probabilities: Mapping[str, float], answerable: float, follow_up: bool) -> Route:
        """The most likely route; a question when a fact answers it well or the model hesitates."""
        name = max(probabilities, key=lambda route: probabilities[route])
        sure = probabilities[name]
        if name in (QUESTION, CRISIS) or (follow_up and name not in _SAID_BY_ITS_WORDS):
            return Route(QUESTION, probabilities[QUESTION])
        refusal = REPLIES[name][0] in (Status.REFUSED, Status.OFFER)
        if sure < self._thresholds["refusal" if refusal else "redirection"]:
            return Route(QUESTION, probabilities[QUESTION])
        if not refusal and answerable >= self._thresholds["answers_anyway"]:
            return Route(QUESTION, probabilities[QUESTION])
        return Route(name, sure)
