"""Is this a question that ClicDroit answers, and if not, what is it?

Distress is looked for before anything else, by patterns and by the classifier. The classifier
(a linear model over the sentence embedding and its words, trained at build time on
``knowledge/routes`` and on the rewordings of the fiches) names the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.answering.answer import Status
from knowledge.text import fold, words
from retrieval.linear import TextClassifier
from retrieval.routes import QUESTION, UNCOVERED, on_subject, route_bags

CRISIS = "crisis"
OFF_SUBJECT = "off_subject"
OTHER_COUNTRY = "other_country"
OTHER_PEOPLE = "other_people"
JOB = "job"
"""The kind of ``OFF_SUBJECT`` that is about an ordinary job."""

# Route → the status of its reply and where its text is in messages.yaml.
REPLIES: dict[str, tuple[Status, str]] = {
    "greeting": (Status.SMALLTALK, "smalltalk.greeting"),
    "thanks": (Status.SMALLTALK, "smalltalk.thanks"),
    "about": (Status.SMALLTALK, "smalltalk.about"),
    "insult": (Status.SMALLTALK, "smalltalk.insult"),
    "offer": (Status.OFFER, "offer"),
    "illegal": (Status.REFUSED, "refused.illegal"),
    OTHER_PEOPLE: (Status.REFUSED, "refused.other_people"),
    "injection": (Status.REFUSED, "refused.injection"),
    OTHER_COUNTRY: (Status.REDIRECTED, "redirected.other_country"),
    "off_subject": (Status.REDIRECTED, "redirected.off_subject"),
    "in_your_place": (Status.REDIRECTED, "redirected.in_your_place"),
    "not_seen": (Status.REDIRECTED, "redirected.not_seen"),
    "empty": (Status.SMALLTALK, "empty"),
    "too_long": (Status.SMALLTALK, "too_long"),
    "other_script": (Status.REDIRECTED, "other_script"),
    "vague": (Status.SMALLTALK, "vague"),
    "which_offer": (Status.SMALLTALK, "which_offer"),
    "unfinished": (Status.SMALLTALK, "unfinished"),
}


_SAID_BY_ITS_WORDS = frozenset({"thanks", "greeting", "insult", "illegal", "other_people", "injection", "offer"})
"""Routes that a message takes whatever was said before; for the others, a follow-up is a question."""

# « et si », « mais pour » and nothing after: the rest of the question is missing.
_UNFINISHED = re.compile(r"\W*(et|mais|ou|donc|alors)?\W*(si|quand|pour|avec|sans|que)\W*")

# « c'est légal ? », « combien ? » with nothing said before: of what?
_VAGUE = re.compile(
    r"\W*(bonjour|salut|slt|est-ce que|est ce que|et|ok|donc|alors|bon|mais|c'est|cest|ca|quoi|pourquoi|combien|"
    r"quand|comment|ou|legal|illegal|grave|possible|vrai|obligatoire|valable|normal|sur|risque|dangereux|faire|svp|stp|\W)+"
)

# « c'est une arnaque ? » with nothing said before: send me the message.
_SUSPICION = frozenset(
    "arnaque arnaques arnak arnac scam fake fiable fiables serieux serieuse vraie faux fausse reglo louche bidon "
    "legit nasba estafa trustworthy".split()
)
_AROUND_SUSPICION = frozenset(
    "bonjour bonsoir salut slt svp stp merci est ce que c cest ca sa cette cet une un de d du la le l les des "
    "truc chose ou pas non oui vrai quoi tu vous te t on pense penses pensez crois croyez peux pouvez peut me m "
    "moi dire dis dites savoir si comment voir alors et mais donc bien genre selon avis votre ton je j ai recu "
    "resu message offre offres annonce proposition emploi travail job elle il a air is this that it an or not "
    "real hada hadi wach chi wla es esto una o no".split()
)

_SENTENCE_END = re.compile(r"[.?!;…\n]+")
_CLAUSE_SIDE = 7
"""Words kept on each side of a word that hints at distress: many write without marks."""
_CLAUSES_MAX = 4
_CLAUSE_CRISIS = 0.5
"""Probability from which a clause is distress: between that of a whole message with a hint and of one without."""

_WITH_KINDS = (CRISIS, "illegal", OTHER_PEOPLE, "off_subject")
"""Routes with more than one text: ``<route>_kinds`` of routing.yaml chooses."""
DEFAULT_KIND = "default"


@dataclass(frozen=True)
class Route:
    name: str
    probability: float = 1.0


@dataclass(frozen=True)
class _Request:
    """Something asked for: what it is about, the words of who wants it done, and those of who only tells or asks what
    the rule is. Each a list of patterns; ``asks`` may be empty."""

    about: list[re.Pattern[str]]
    asks: list[re.Pattern[str]]
    unless: list[re.Pattern[str]]

    @classmethod
    def of(cls, entry: Mapping[str, Sequence[str]]) -> _Request:
        return cls(*(_compiled(entry.get(name, [])) for name in ("about", "asks", "unless")))

    def is_made_in(self, plain: str) -> bool:
        return (
            _shows(self.about, plain) and (not self.asks or _shows(self.asks, plain)) and not _shows(self.unless, plain)
        )


class Router:
    """Routes with the patterns and the classifier of a generation."""

    def __init__(
        self,
        routing: Mapping[str, Any],
        classifier: TextClassifier,
        thresholds: Mapping[str, float],
        max_chars: int,
    ) -> None:
        self._crisis = _compiled(routing.get("crisis_patterns", []))
        self._hints = _compiled(routing.get("crisis_hints", []))
        self._not_crisis = _compiled(routing.get("not_crisis_patterns", []))
        self._kinds = {route: _groups(routing.get(f"{route}_kinds", {})) for route in _WITH_KINDS}
        self._by_words = _groups(routing.get("route_patterns", {}))
        self._requests = {
            route: [_Request.of(entry) for entry in entries]
            for route, entries in routing.get("route_requests", {}).items()
        }
        self._about_an_offer = _compiled(routing.get("offer_questions", []))
        self._not_this = {
            OTHER_COUNTRY: _compiled(
                [
                    pattern
                    for group in ("lives_in_france", "french_side", "paid_from_elsewhere")
                    for pattern in routing.get(group, [])
                ]
            ),
            OTHER_PEOPLE: _compiled(routing.get("relatives_if", [])),
            "illegal": _compiled(routing.get("contests", [])),
        }
        """Route → words that say it is not that, whatever the classifier hears."""
        self._classifier = classifier
        self._thresholds = thresholds
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

    @staticmethod
    def is_about_which_offer(text: str) -> bool:
        """``text`` asks whether something is a trap, and does not say what."""
        said = set(words(text))
        return bool(said & _SUSPICION) and said <= _SUSPICION | _AROUND_SUSPICION

    def is_crisis(self, text: str) -> bool:
        """Distress by its own words. Idioms (« mort de rire ») are taken out first."""
        return _shows(self._crisis, self._without_idioms(text))

    def is_crisis_as_a_whole(self, text: str, probabilities: Mapping[str, float]) -> bool:
        """Distress that no single phrase shows: the classifier's view, surer when a word hints at it."""
        plain = self._without_idioms(text)
        hinted = _shows(self._hints, plain)
        idiom = plain != " ".join(words(text))
        if idiom and not hinted:
            return False  # « mort de rire »: the idiom made it look like distress
        threshold = float(self._thresholds["crisis_hinted" if hinted and not idiom else "crisis"])
        return probabilities.get(CRISIS, 0.0) >= threshold

    def crisis_clauses(self, text: str) -> list[str]:
        """The pieces of a longer message where a word hints at distress: said among sums and dates, it is drowned in
        the view of the whole. Idioms are taken out; none when the message is short."""
        if len(words(text)) <= 2 * _CLAUSE_SIDE + 1:
            return []
        found = []
        for sentence in _SENTENCE_END.split(text):
            plain = self._without_idioms(sentence)
            spans = [match.span() for pattern in self._hints for match in pattern.finditer(plain)]
            found += [_around(plain, first, last) for first, last in sorted(spans)]
        return list(dict.fromkeys(found))[:_CLAUSES_MAX]

    def is_crisis_clause(self, vector: Sequence[float], clause: str) -> bool:
        """``vector``: the embedding of ``clause``, one of ``crisis_clauses``."""
        return self._classifier.probabilities(vector, route_bags(clause)).get(CRISIS, 0.0) >= _CLAUSE_CRISIS

    def _without_idioms(self, text: str) -> str:
        plain = " ".join(words(text))
        for idiom in self._not_crisis:
            plain = idiom.sub(" ", plain)
        return plain

    def kind(self, route: str, text: str) -> str:
        """Which of the texts of ``route`` fits: the first kind that ``text`` shows (its helplines, for distress)."""
        return _first_shown(self._kinds[route], text) or DEFAULT_KIND

    def probabilities(self, vectors: Sequence[Sequence[float]], text: str) -> dict[str, float]:
        """``vectors``: of the views of ``text``; their mean is near the vector that the classifier learned from."""
        mean = np.asarray(vectors).mean(axis=0)
        return self._classifier.probabilities(mean / np.linalg.norm(mean), route_bags(text))

    def route(self, text: str, probabilities: Mapping[str, float], answerable: float, follow_up: bool) -> Route:
        """The route that its words say, else the most likely; a question when a fact answers it well or the model
        hesitates."""
        said = _first_shown(self._by_words, text) or self._requested(text)
        if said:
            return Route(said)
        # Whether or not the base covers it, a question is looked up; the retriever weighs that.
        question = Route(QUESTION, on_subject(probabilities))
        likely = {**probabilities, QUESTION: question.probability, UNCOVERED: 0.0}
        name = max(likely, key=lambda route: likely[route])
        sure = likely[name]
        if name == QUESTION and not follow_up and self._is_named_beside(text, probabilities, answerable):
            return Route(OFF_SUBJECT, probabilities.get(OFF_SUBJECT, 0.0))
        if name in (QUESTION, CRISIS) or (follow_up and name not in _SAID_BY_ITS_WORDS):
            return question
        if name == "offer" and self._asks_about_an_offer(text):
            return question
        if _shows(self._not_this.get(name, ()), " ".join(words(text))):
            return question
        refusal = REPLIES[name][0] in (Status.REFUSED, Status.OFFER)
        if sure < self._thresholds["refusal" if refusal else "redirection"]:
            return question
        if not refusal and answerable >= self._thresholds["answers_anyway"]:
            return question
        return Route(name, sure)

    def _is_named_beside(self, text: str, probabilities: Mapping[str, float], answerable: float) -> bool:
        """Nothing answers a question that is most likely beside the base, and its words name a matter (an ordinary job,
        a home) that has its own reply: better than to say only that nothing is known."""
        beside = probabilities.get(UNCOVERED, 0.0) + probabilities.get(OFF_SUBJECT, 0.0)
        return (
            answerable < self._thresholds["answer"]
            and beside >= self._thresholds["redirection"]
            and self.kind(OFF_SUBJECT, text) != DEFAULT_KIND
        )

    def _requested(self, text: str) -> str | None:
        """The first route one of whose requests the words of ``text`` make."""
        plain = " ".join(words(text))
        return next(
            (
                route
                for route, requests in self._requests.items()
                if any(request.is_made_in(plain) for request in requests)
                and not _shows(self._not_this.get(route, ()), plain)
            ),
            None,
        )

    def _asks_about_an_offer(self, text: str) -> bool:
        """The user tells in their own words what they are asked for, and asks what to think of it."""
        return _shows(self._about_an_offer, " ".join(words(text)))


def _around(plain: str, first: int, last: int) -> str:
    """``plain[first:last]`` with the words around it."""
    before, after = plain[:first].split(), plain[last:].split()
    return " ".join([*before[-_CLAUSE_SIDE:], plain[first:last], *after[:_CLAUSE_SIDE]])


_Groups = dict[str, list[re.Pattern[str]]]


def _compiled(patterns: Sequence[str]) -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in patterns]


def _groups(patterns: Mapping[str, Sequence[str]]) -> _Groups:
    return {name: _compiled(group) for name, group in patterns.items()}


def _shows(patterns: Sequence[re.Pattern[str]], plain: str) -> bool:
    return any(pattern.search(plain) for pattern in patterns)


def _first_shown(groups: _Groups, text: str) -> str | None:
    """The first group one of whose patterns the words of ``text`` show."""
    plain = " ".join(words(text))
    return next((name for name, group in groups.items() if _shows(group, plain)), None)
