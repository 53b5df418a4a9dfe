"""What somebody says they have done already: « j'ai déjà demandé la remise », and the advice to do it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.text import fold, stems

_DID = re.compile(
    r"\b(?:j'ai|jai|j ai|g|j'avais|on a|nous avons)\s+(?:deja |bien |aussi |tout )?"
    r"(?P<verb>[a-z]{3,}(?:e|i|u|is|it)e?s?)\b(?P<object>(?: [a-z']+){0,5})"
)
_ADVISED = re.compile(
    r"(?:^|[,:;.] ?|\bet )(?:avant de |pour ne pas |pour |etape \d : |ne |n')?"
    r"(?P<verb>[a-z]{3,}(?:ez|er|ir))\b(?P<object>(?: [a-z']+){0,6})"
)
_IF_DONE = re.compile(r"^(?:si )?vous avez ")
_ENDINGS = ("ez", "er", "ees", "ee", "es", "e", "is", "it", "ir", "us", "u", "i")
_OPENING = 90
"""Characters of a sentence in which its advice stands; what comes later is how to do it."""
_LEAST_ROOT = 3
_ROOT = 4


@dataclass(frozen=True)
class Act:
    """« demandé la remise »: the root of the verb, and what it is about."""

    root: str
    about: frozenset[str]

    def is_same(self, other: Act) -> bool:
        """Where one of the two says nothing of what it is about, the verb decides."""
        if self.root[:_ROOT] != other.root[:_ROOT]:
            return False
        return not self.about or not other.about or bool(self.about & other.about)


def acts_done(text: str) -> list[Act]:
    """What the writer says they did, in order."""
    return _acts(_DID, fold(text))


def advises(sentence: str, done: list[Act]) -> bool:
    """Whether a sentence opens by advising to do one of these, or not to: it comes too late."""
    if not done:
        return False
    plain = fold(sentence)
    if _IF_DONE.match(plain):
        return False
    return any(act.is_same(advised) for advised in _acts(_ADVISED, plain[:_OPENING]) for act in done)


def _acts(pattern: re.Pattern[str], plain: str) -> list[Act]:
    acts = [Act(_root(match["verb"]), frozenset(stems(match["object"]))) for match in pattern.finditer(plain)]
    return [act for act in acts if len(act.root) >= _LEAST_ROOT]


def _root(verb: str) -> str:
    ending = next((ending for ending in _ENDINGS if verb.endswith(ending)), "")
    return verb.removesuffix(ending)
