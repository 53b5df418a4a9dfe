"""One message → the questions it asks, each with what was told before it.

« j'ai 16 ans et je fais des sondages, est-ce que je dois déclarer et est-ce que mon père risque une amende » asks two
things of one person: each is looked up with the story, without the other one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.text import stems

SENTENCE_END = re.compile(r"(?<=[?!.…])\s+|\n+")

# Words that can only ask.
_ASKING = (
    r"est[- ]?ce (?:que|qu|k)\b|es[- ]que\b|esk[eu]?\b|c['’ ]?est quoi\b|(?:ne )?faut[- ](?:t[- ]?)?il\b|faut til\b|"
    r"dois[- ]je\b|puis[- ]je\b|peut[- ]on\b|ai[- ]je\b|suis[- ]je\b|vais[- ]je\b|combien\b|cb\b|comment\b|koman\b|"
    r"pourquoi\b|quand est[- ]ce\b|quel(?:le)?s?\b|(?:à|a) qui\b|que faire\b|qui (?:peut|doit|paie|appeler)\b|"
    r"je (?:risque|fais|dis|mets|réponds|reponds) (?:quoi|koi)\b|(?:ca|ça|sa) change (?:quoi|koi)\b|"
    r"ils ont le droit\b|(?:ai[- ]je|j['’ ]?ai) (?:le )?droit\b|do i\b|can i\b|should i\b|how\b"
)
# Words that ask when they open the second half of a sentence whose first half does.
_OPENING = (
    rf"{_ASKING}|je (?:dois|doit|peux|peut|risque)\b|j(?:dois|peux|risque)\b|faut (?:que|qu)\b|"
    r"si (?:je|j['’]|on|jamais)|(?:qu[e'’] ?est|quest)"
)
_LINK = r"(?:et|mais|puis|also|and)(?: (?:aussi|puis|du coup|surtout|sinon|en plus|après|apres|enfin))*"
_AND_ASKS = re.compile(rf"[,;]?\s+{_LINK}\s+(?={_OPENING})|[,;]\s+(?={_ASKING})", re.IGNORECASE)
_ASKS = re.compile(rf"\b(?:{_ASKING})", re.IGNORECASE)
_OPENS_ASKING = re.compile(rf"^(?:{_LINK}\s+)?(?:{_OPENING})", re.IGNORECASE)
_LEAST_STEMS = 2
"""Content words of the first question."""
_LEAST_STEMS_MORE = 3
"""Content words of another one; with fewer, it goes on asking the same (« de rien ? », « et combien de temps ? »)."""
_POINTS_BACK = re.compile(r"\b(?:ca|ça|sa|cela|leur|lui|eux|elles?|ils?|them|it)\b", re.IGNORECASE)
_SHORT_STEMS = 4
"""Content words up to which a question that says « ça » or « leur » is not understood without the one before it."""
_TOLD_WORDS = 4
"""Words before what is asked, in its sentence, from which they tell something: « si je gagne 30 € par mois, … »."""


@dataclass(frozen=True)
class Asked:
    """One question of a message."""

    question: str
    """As it was typed."""
    told: str = ""
    """What the message tells before it, its other questions left out; the one before it, when nothing else is told or
    when it points back at it."""

    @property
    def whole(self) -> str:
        return f"{self.told} {self.question}".strip()


def split(text: str, most: int) -> list[Asked]:
    """The questions of a message, in order; the message as one when it asks one thing, or more than ``most``."""
    questions: list[Asked] = []
    told: list[str] = []
    since: list[str] = []  # told after the last question
    for piece, is_half in _pieces(text):
        asks = is_half or piece.endswith("?") or bool(_OPENS_ASKING.search(piece))
        if asks and len(stems(piece)) >= (_LEAST_STEMS_MORE if questions else _LEAST_STEMS):
            questions.append(_asked(piece, questions, told, since))
            told += since
            since = []
        elif asks and questions and not since:  # « … de 50 ? de rien ? » goes on asking the same
            questions[-1] = Asked(f"{questions[-1].question} {piece}", questions[-1].told)
        else:
            since.append(piece)
    if not 2 <= len(questions) <= most:
        return [Asked(text)]
    last = questions[-1]
    return [*questions[:-1], Asked(" ".join([last.question, *since]), last.told)]


def _asked(piece: str, before: list[Asked], told: list[str], since: list[str]) -> Asked:
    if not before:
        return Asked(piece, " ".join(since))
    last = before[-1].question
    points_back = len(stems(piece)) <= _SHORT_STEMS and _POINTS_BACK.search(piece)
    within = [last] if points_back else _told_within(last)
    return Asked(piece, " ".join([*told, *within, *since]) or last)


def _pieces(text: str) -> list[tuple[str, bool]]:
    """The sentences, those that ask two things cut in two; and whether each is such a half."""
    found = []
    for sentence in filter(None, (part.strip() for part in SENTENCE_END.split(text))):
        halves, start = [], 0
        for link in _AND_ASKS.finditer(sentence):
            left, right = sentence[start : link.start()], sentence[link.end() :]
            if _ASKS.search(left) and len(stems(left)) >= _LEAST_STEMS and len(stems(right)) >= _LEAST_STEMS_MORE:
                halves.append(left.strip())
                start = link.end()
        halves.append(sentence[start:].strip())
        found += [(half, len(halves) > 1) for half in halves]
    return found


def _told_within(piece: str) -> list[str]:
    """What a question tells before it asks."""
    match = _ASKS.search(piece)
    before = piece[: match.start()].strip(" ,;") if match else ""
    return [before] if len(before.split()) >= _TOLD_WORDS else []
