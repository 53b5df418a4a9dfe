"""Question as typed → questions as they can be looked up.

Reads SMS spelling and slang with ``knowledge/lexicon.yaml``, mends misspelt key words, resolves a
follow-up with the chat's earlier turns, splits several questions, and finds the date asked about.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from knowledge.text import Table, flat, fold, stems, words
from retrieval.dates import asked_day
from retrieval.questions import Asked, after_courtesy, asks, may_ask, split
from retrieval.sounds import read_by_ear
from retrieval.stories import unrolled
from retrieval.subjects import Subjects

_TOKEN = re.compile(r"\w+(?:-\w+)*['’]?|[^\w\s]")
# A message that cannot stand alone: it points back at what was said before.
_FOLLOW_UP = re.compile(
    r"^(et|mais|ok|ah|d'accord|donc|alors|sinon|du coup)\b"
    r"|^(c'est|cest|ca fait|ca) (combien|quoi|quand|ou|possible|obligatoire|legal|grave|vrai|pareil|valable)"
    r"|^(pourquoi|combien|quand|comment|ou|lequel|laquelle|lesquels|depuis quand|a partir de combien|"
    r"donne[sz]?[- ]moi|le lien|un lien|plus de details|precise|explique)\b"
    r"|\b(avec|dessus|pour) ?\??$"  # what with, is said before
    r"|\b(pour ca|avec ca|la[- ]dessus|dans ce cas|la meme chose|pareil|ce formulaire|cette aide|ce seuil|ce montant)\b"
)
# What was said before is put right: « non je voulais dire je suis déjà inscrit, c'est trop tard ? »
_CORRECTION = re.compile(r"^(?:(?:ah |mais )?non|pardon|desolee?|en fait|je voulais dire)\b")
# Something was done already: paid, given, lost…
_HAPPENED = re.compile(
    r"\b(j'ai|jai|j'avais|je viens de|je lui ai|je leur ai|m'a|m'ont|nous a|il a|elle a|ils ont|me suis fait|"
    r"s'est fait|deja|ete)\b.{0,40}\b(pay|donn|envoy|vir[eé]|vers|transmis|fourni|recu|cliqu|install|vole|pirat|arnaqu|"
    r"avoir|perdu|transfer|hack|menac|utilis|prete|partag|remis|rempli|sign|pris|debit|prelev|encaiss|vide)"
)
_NEVER = r"(?!)"
_FOLLOW_UP_MAX_STEMS = 4
_NEW_SUBJECT_MIN_STEMS = 4
NUMBER_CUES = ("combien", "taux", "montant", "seuil", "pourcentage", "plafond", "maximum", "quel age", "delai")
"""Words that ask for a figure."""

_EUROS = re.compile(r"(\d{2,}|\d(?=eu|ba))(?:e|eu|eur|euro|euros|balles)")
"""« 600e »: an amount stuck to its currency. A place in an order (« le 2e ») is one figure long."""


@dataclass(frozen=True)
class Query:
    """One question to look up."""

    asked: str
    """As the user wrote it (cleaned), with what was told before it."""
    question: str
    """As the user wrote it, what was told left out when the message asks several things."""
    text: str
    """With abbreviations spelt out and earlier turns added when it is a follow-up."""
    views: tuple[str, ...]
    """The texts whose embeddings stand for it."""
    in_general: str
    """``text`` without the platform or the place that it names, where it asks for what holds whatever they are, and
    with a nationality said as the law sees it; else ``text`` itself."""
    platforms: frozenset[str]
    """The fiches of the platforms that are named."""
    day: date
    """The date whose rules and amounts are asked for."""
    day_was_asked: bool = False
    is_follow_up: bool = False
    """``text`` begins with the earlier turns."""
    points_back: bool = False
    """Its words cannot stand alone: it is only understood with what came before."""
    follows_what_was_told: bool = False
    """The turn before it asked nothing: it told who asks, or what happened."""
    follows_a_story: bool = False
    """What its message tells, or asks, stands before it."""
    surely_asks: bool = True
    """Its words ask; else they may only go on telling, after a question of the same message."""
    only_tells: bool = False
    """It is what its message tells before it asks."""
    in_context: tuple[Query, ...] = ()
    """The same question read as a follow-up, when there are earlier turns: after the thread, and after the last one."""

    @cached_property
    def tokens(self) -> list[str]:
        return stems(self.text)

    @cached_property
    def folded(self) -> str:
        """The question as typed and as spelt out, folded: a name, a situation may be told by either."""
        return fold(f"{self.asked}\n{self.text}")

    def folded_with(self, turns: Sequence[str]) -> str:
        """``folded``, and the chat's turns before it: « et pour mon compte ? » does not say again where one lives."""
        return "\n".join([self.folded, *map(fold, turns)])

    @property
    def may_stand_alone(self) -> bool:
        """It has enough words of its own to be about something else than what came before."""
        return not (self.points_back or self.follows_what_was_told) and len(self.tokens) >= _NEW_SUBJECT_MIN_STEMS

    @cached_property
    def has_happened(self) -> bool:
        """The user tells what was done already (paid, sent, lost…), rather than asks what to think of it."""
        return bool(_HAPPENED.search(fold(self.text)))

    def asks(self, cues: Sequence[str]) -> bool:
        """One of its words begins like one of ``cues``."""
        text = f" {fold(self.text)}"
        return any(f" {cue}" in text for cue in cues)

    @property
    def general(self) -> Query:
        """The same question as if it had named neither platform nor place; itself when it asks about them."""
        if self.in_general == self.text:
            return self
        views = (within_reach(self.in_general),)
        return replace(self, text=self.in_general, views=views, platforms=frozenset(), in_context=())


class Rewriter:
    """Reads questions with the lexicon of a generation."""

    def __init__(self, lexicon: dict[str, Any], max_questions: int, lives_in_france: Sequence[str] = ()) -> None:
        """``lives_in_france``: patterns on the words of a message, of the routes."""
        self._meanings = {
            tuple(fold(token) for token in _TOKEN.findall(str(typed))): str(meaning)
            for typed, meaning in [*lexicon.get("abbreviations", {}).items(), *lexicon.get("phrases", {}).items()]
        }
        # By ear, only the accent tells them from other words: « lé » is « les », « le » is not.
        self._by_ear: dict[str, str] = lexicon.get("by_ear", {})
        self._longest = max((len(typed) for typed in self._meanings), default=1)
        self._platform_fiches: dict[str, str] = lexicon.get("platform_fiches", {})
        platforms = sorted(map(fold, {*lexicon.get("platforms", []), *self._platform_fiches}), key=len, reverse=True)
        names = "|".join(map(re.escape, platforms))
        self._platform = re.compile(rf"\b({names})\b", re.IGNORECASE) if names else None
        general = lexicon.get("general", {})
        self._place = re.compile(general.get("place", _NEVER))
        self._asks_of_any_platform = re.compile("|".join(general.get("of_any_platform", [_NEVER])))
        self._asks_of_any_place = re.compile(general.get("of_any_place", _NEVER))
        self._lives_here = [re.compile(pattern) for pattern in lives_in_france]
        self._home = re.compile(general.get("home", _NEVER))
        self._nationalities = {name: re.compile(cue) for name, cue in general.get("nationalities", {}).items()}
        self._keywords = [fold(word) for word in lexicon.get("keywords", [])]
        self._ordinary = frozenset(lexicon.get("ordinary_words", []))
        self._sounds: dict[str, str] = lexicon.get("sounds", {})
        self._spelt_right = frozenset(lexicon.get("spelt_right", []))
        self._max_questions = max_questions
        self._subjects = Subjects(lexicon.get("subjects", {}))
        """What a question may be about by its bare name…"""
        self._names = Subjects({**lexicon.get("subjects", {}), **({"platforms": names} if names else {})})
        """… after another turn, the platforms too."""
        self._languages = {name: frozenset(known) for name, known in lexicon.get("languages", {}).items()}

    def queries(self, turns: list[str], today: date) -> list[Query]:
        """The questions of the last turn, each able to stand alone. Never empty."""
        turns = self._with_the_same_of_another(turns)
        earlier = [self.spell_out(turn) for turn in turns[:-1]]
        contexts = self._contexts(earlier)
        was_told = bool(contexts) and not asks(earlier[-1])
        found = []
        most, message = self._max_questions, after_courtesy(clean(turns[-1]))
        for index, asked in enumerate(unrolled(split(message, most, self._subjects), most, self._subjects)):
            text = self.spell_out(asked.question)
            asks_it = with_what_it_risks(text)
            whole = f"{self.spell_out(asked.told)} {asks_it}" if asked.told else asks_it
            # What was told holds for each question, what was asked for the one that goes on with it.
            read = [f"{context} {whole}" for context in contexts] if index == 0 or was_told else []
            if asked.told and not read:
                read = [whole]
            in_context = tuple(self._query(asked, each, today, follows=True) for each in read)
            alone = self._query(asked, text, today)
            found.append(
                replace(
                    alone,
                    points_back=bool(asked.told) or self.is_follow_up(text),
                    follows_what_was_told=was_told,
                    in_context=in_context,
                )
            )
        return found

    def _contexts(self, earlier: list[str]) -> list[str]:
        """What a follow-up may follow: the thread since a turn that could stand alone, two turns at least, for « ils
        ne répondent pas » adds to what was said before it; the last turn, which may have left the thread, with the one
        that it follows if it is a follow-up itself; and what the turns only told: who asks is the same for every
        question."""
        if not earlier:
            return []
        standing = [index for index, text in enumerate(earlier) if not self.is_follow_up(text)]
        stood = standing[-1] if standing else 0
        thread = earlier[max(min(stood, len(earlier) - 2), 0) :]
        last = dict.fromkeys([earlier[stood], earlier[-1]])
        told = [text for text in earlier if not asks(text)]
        return list(dict.fromkeys(" ".join(turns) for turns in (thread, last, told) if turns))

    def _with_the_same_of_another(self, turns: list[str]) -> list[str]:
        """« et Roamler ? » after « je peux m'inscrire sur Clickworker ? » is that question, of Roamler; what the turns
        before it told still holds."""
        *earlier, last = map(clean, turns)
        if not earlier or asks(last.rstrip(" ?")) or not may_ask(earlier[-1]) or not self._names.is_bare(last):
            return turns
        same = self._names.put(earlier[-1], last)
        return [*(turn for turn in earlier[:-1] if not may_ask(turn)), same] if same else turns

    def _query(self, asked: Asked, text: str, today: date, follows: bool = False) -> Query:
        day, was_asked = asked_day(text, today)
        named = self._platform.findall(fold(text)) if self._platform else []
        fiches = frozenset(self._platform_fiches[name] for name in named if name in self._platform_fiches)
        return Query(
            asked=asked.whole,
            question=asked.question,
            text=text,
            views=self._views(text),
            in_general=self._in_general(text),
            platforms=fiches,
            day=day,
            day_was_asked=was_asked,
            is_follow_up=follows,
            follows_a_story=bool(asked.told),
            surely_asks=asked.is_sure,
            only_tells=asked.only_tells,
        )

    def _in_general(self, text: str) -> str:
        """A short text without what it names by the way: a longer one tells more than that."""
        if len(text.split()) > NAME_READ_APART:
            return text
        plain = fold(text)
        if self._platform and self._asks_of_any_platform.search(plain):
            text = self._platform.sub(ANY_PLATFORM, text)
        if self._asks_of_any_place.search(plain):
            text = _replaced(self._place, "", text)
        spoken = " ".join(words(text))
        if any(pattern.search(spoken) for pattern in self._lives_here):
            for name, nationality in self._nationalities.items():
                text = _replaced(nationality, name, text)
            text = _replaced(self._home, "", text)
        return text

    def _views(self, text: str) -> tuple[str, ...]:
        """What is embedded: the text and, when it is short, the text without the platform's name: « mon compte
        Toluna est fermé » asks about closed accounts as much as about Toluna."""
        if self._platform and len(text.split()) <= PLATFORM_READ_TWICE and self._platform.search(text):
            return (text, self._platform.sub(ANY_PLATFORM, text))
        return (within_reach(text),)

    def spell_out(self, text: str) -> str:
        """Abbreviations and slang spelt out, key words mended; the accents that were typed stay."""
        typed = _TOKEN.findall(re.sub(r"(.)\1{3,}", r"\1", clean(text)))
        tokens = [self._by_ear.get(token.lower(), token) for token in typed]
        folded = [fold(token) for token in tokens]
        spelt: list[str] = []
        at = 0
        while at < len(tokens):
            for length in range(min(self._longest, len(tokens) - at), 0, -1):
                meaning = self._meanings.get(tuple(folded[at : at + length]))
                if meaning is not None:
                    spelt.append(meaning)
                    at += length
                    break
            else:
                spelt.append(self._mend(tokens[at], folded[at]))
                at += 1
        return re.sub(r"(?<=['’]) ", "", " ".join(spelt))

    def language(self, text: str) -> str | None:
        """The language of a text, when its small words are not French; None for French, or when too few tell."""
        found = words(text)
        counts = {name: sum(word in known for word in found) for name, known in self._languages.items()}
        best = max(counts, key=lambda name: counts[name], default="fr")
        return best if best != "fr" and counts[best] >= 3 and counts[best] > 1.5 * counts.get("fr", 0) else None

    def is_follow_up(self, text: str) -> bool:
        folded = fold(text)
        content = stems(text)
        if len(content) <= 1 or _CORRECTION.search(folded):
            return True
        return bool(_FOLLOW_UP.search(folded)) and len(content) <= _FOLLOW_UP_MAX_STEMS + 2

    def _mend(self, token: str, folded: str) -> str:
        """A misspelt word as it is written, « 600e » and « larnaque » too; any other word as it was typed."""
        euros = _EUROS.fullmatch(folded)
        if euros:
            return f"{euros[1]} euros"
        if not folded.isalpha() or folded in self._keywords:
            return token
        if folded.startswith(("l", "d")) and folded[1:] in self._keywords and folded not in self._ordinary:
            return f"{folded[0]}'{token[1:]}"
        return self._nearest_keyword(folded) or self._heard(folded) or token

    def _nearest_keyword(self, folded: str) -> str | None:
        """The key word that a few wrong letters hide."""
        if len(folded) < 5 or folded in self._ordinary:
            return None
        limit = 1 if len(folded) < 8 else 2
        best = process.extractOne(folded, self._keywords, scorer=DamerauLevenshtein.distance, score_cutoff=limit)
        # A plural or a feminine is not a misspelling, the stemmer sees to it.
        is_mistake = best and best[0][:2] == folded[:2] and best[0].rstrip("s") != folded.rstrip("se")
        return best[0] if best and is_mistake else None

    def _heard(self, folded: str) -> str | None:
        """The word of the base that one spelt by ear sounds like."""
        if folded in self._spelt_right or not folded.isascii():
            return None
        return read_by_ear(folded, self._sounds)


def _replaced(pattern: re.Pattern[str], by: str, text: str) -> str:
    """``text`` with ``by`` for what the pattern, written without accents, finds in it; ``text`` itself if nothing."""
    plain, kept, end = flat(text), [], 0
    for found in pattern.finditer(plain):
        kept += [text[end : found.start()], by]
        end = found.end()
    return " ".join("".join([*kept, text[end:]]).split()) if kept else text


_SAYS = r"(?:dis|dit|declar\w+|mets|met|demand\w+|signal\w+|previen\w+|fais|fait|prend\w*)"
_IT = r"(?:(?:ne|n|l|le|la|les|lui|leur|en|y|m)['’ ]+)*"
_NOT_DONE = re.compile(
    rf"\bsi (?:(?:je|j|on|il|elle|ils) ?['’]? ?){_IT}{_SAYS} (?:pas|rien|jamais)\b"
    r"(?: [\w'’]+){0,5}[ ?]*$|"
    rf"\bsi (?:(?:je|j|on|il|elle|ils) ?['’]? ?){_IT}{_SAYS} (?:pas|rien|jamais)\b[^?]{{0,40}}\b(?:se passe|arrive)\b"
)
WHAT_IT_RISKS = "qu'est-ce que je risque, quelle sanction"


def with_what_it_risks(text: str) -> str:
    """« et si je dis rien » asks what one risks, without saying so."""
    plain = flat(text)
    return f"{text.rstrip(' ?')}, {WHAT_IT_RISKS} ?" if _NOT_DONE.search(plain) and "risque" not in plain else text


ANY_PLATFORM = "une plateforme"


def within_reach(text: str) -> str:
    """What of a message is embedded: all of it, as the stories written for the facts are. Of a very long one, how it
    begins (who, what) and how it ends (the question): embedding costs about a millisecond a word."""
    tokens = text.split()
    half = LONGEST_READ // 2
    return text if len(tokens) <= LONGEST_READ else " ".join(tokens[:half] + tokens[-half:])


LONGEST_READ = 120
"""Words."""
NAME_READ_APART = 32
"""Words up to which a platform or a place that a question tells by the way draws it to what is their own."""
PLATFORM_READ_TWICE = 16
"""Words up to which the name of a platform outweighs the rest of a question, which is then also read without it."""


def clean(text: str) -> str:
    """No control or invisible characters, broken surrogates dropped, spaces folded."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return _SPACES.sub(" ", text.translate(_VISIBLE)).strip()


_VISIBLE = Table(lambda char: char if char == "\n" or not unicodedata.category(char).startswith("C") else " ")
_SPACES = re.compile(r"[^\S\n]+")
