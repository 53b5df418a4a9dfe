"""One message → the questions it asks, each with what was told before it.

« j'ai 16 ans et je fais des sondages, est-ce que je dois déclarer et est-ce que mon père risque une amende » asks two
things of one person: each is looked up with the story, without the other one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.text import stems

SENTENCE_END = re.compile(r"(?<=[?!.…])\s+|\n+")

# « question 1 … question 2 … », « 1) … 2) … »: each begins a question of its own.
_NUMBERED = re.compile(
    r"[,;:]?\s*(?:\b(?:et )?(?:ma |mes )?[kq]u?estions? ?(?:n[°o] ?)?[1-5]\b|(?<![\d.,/])\b[1-5] ?[)°](?=\s))"
    r"\s*[:.,)-]*\s*",
    re.IGNORECASE,
)
_I = r"(?:je|j|on|il|ils|elle|elles)"
# Words that can only ask.
_ASKING = (
    r"est[- ]?ce (?:que|qu|k)\b|es[- ]que\b|esk[eu]?\b|qu[e'’ ]+est[- ]ce (?:que|qu)|c['’ ]?est quoi\b|"
    r"(?:ne )?faut[- ](?:t[- ]?)?il\b|faut til\b|combien\b|cb\b|comment\b|koman\b|pourquoi\b|quand est[- ]ce\b|"
    r"quel(?:le)?s?\b|lequel\b|laquelle\b|(?:à|a) (?:qui|quoi)\b|que faire\b|"
    r"qui (?:peut|doit|paie|paye|pay\w+|appeler|contacter|croire|prend|s['’]occupe)\b|"
    r"(?:jusqu['’ ]?(?:à|a)|depuis|(?:à|a) partir de|avant) (?:quand|combien)\b|"
    rf"(?:dois|puis|peut|peuvent|doit|doivent|vais|suis|ai)[- ]{_I}\b|\w+-(?:t-)?{_I}\b|"
    rf"{_I} (?:risque\w*|fais|fait|dis|dit|mets|met|réponds|reponds|(?:peux|peut|dois|doit) faire) "
    r"(?:quoi|koi|combien|comment)\b|(?:ca|ça|sa) (?:change|fait|coute|coûte|donne) (?:quoi|koi|combien)\b|"
    r"ils ont le droit\b|j['’ ]?ai (?:le droit|droit (?:à|a) (?:quoi|koi|combien))\b|"
    r"(?:do|does|can|could|should|will|must|am) (?:i|they|he|she|we|it|you)\b|how\b"
)
# Words that ask when they open a sentence…
_OPENING = (
    rf"{_ASKING}|je (?:dois|doit|peux|peut|risque)\b|j(?:dois|peux|risque)\b|faut (?:que|qu)\b|"
    r"si (?:je|j['’]|on|jamais)|(?:qu[e'’] ?est|quest)"
)
# … and those that ask when they open the second half of one whose first half does.
_GOING_ON = (
    rf"{_OPENING}|(?:on|ils?|elles?) (?:dois|doit|doivent|peux|peut|peuvent|risque\w*)\b|jpeu\b|(?:il )?faut\b|"
    r"o[uù] (?!pas\b|non\b|bien\b|alors\b)|(?:il )?y['’ ]?a\b|"
    r"(?:ca|ça|sa|cela) (?:change|compte|joue|coute|coûte|marche|passe)\b|"
    r"c['’ ]?(?:est|é|e)? ?(?:legal|légal|normal|possible|obligatoire|grave|trop tard)\b|"
    r"what\b|which\b|where\b|who\b|is it\b|c[oó]mo\b|cu[aá]nto\b|d[oó]nde\b|wach\b|kifach\b|ch7al\b|chhal\b"
)
_ALSO = r"aussi|puis|du coup|surtout|sinon|en plus|après|apres|enfin|ensuite|au fait|autre (?:chose|question)"
_LINK = rf"(?:(?:et|mais|puis|also|and|y)(?: (?:{_ALSO}))*|au fait|sinon|autre (?:chose|question))[,: ]?"
_AND_ASKS = re.compile(rf"[,;]?\s+{_LINK}\s*(?={_GOING_ON})|[,;]\s+(?={_ASKING})", re.IGNORECASE)
_ASKS = re.compile(rf"\b(?:{_ASKING})", re.IGNORECASE)
_OPENS_ASKING = re.compile(rf"^(?:{_LINK}\s*)?(?:{_OPENING})", re.IGNORECASE)
_LEAST_STEMS = 2
"""Content words of the first question."""
_LEAST_MORE = 1
"""Words of another one that say what it is about; with fewer, it goes on asking the same (« de rien ? », « et combien
de temps ? »)."""
_QUESTION_WORDS = frozenset(
    stems(
        "combien cb comment pourquoi quand quoi koi quel qui où est-ce que lequel laquelle temps rien oui non risque "
        "normal légal grave vrai possible permis droit"
    )
)
"""They ask, and do not say about what: « je risque quoi ? » goes on asking the same."""
_POINTS_BACK = re.compile(
    r"(?<!faut )(?<!faut-)(?<!t-)\b(?:ca|ça|sa|cela|leur|lui|eux|elles?|ils?(?! faut)(?! y a)|them|it)\b", re.IGNORECASE
)
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
        if asks and _says_enough(piece, stands_alone=not (questions or is_half)):
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


def asks(text: str) -> bool:
    """Whether anything in it asks; else it only tells (« je suis étudiante étrangère »)."""
    return "?" in text or bool(_ASKS.search(text))


def without_story(question: str) -> str:
    """A question as it can be quoted: what it tells before it asks is left out."""
    match = _ASKS.search(question)
    return question[match.start() :] if match and _told_within(question) else question


def _asked(piece: str, before: list[Asked], told: list[str], since: list[str]) -> Asked:
    if not before:
        return Asked(piece, " ".join(since))
    *others, last = [question.question for question in before]
    points_back = len(stems(piece)) <= _SHORT_STEMS and _POINTS_BACK.search(piece)
    within = [story for question in others for story in _told_within(question)]
    within += [last] if points_back else _told_within(last)
    return Asked(piece, " ".join([*told, *within, *since]) or last)


def _says_enough(piece: str, stands_alone: bool = False) -> bool:
    if stands_alone:
        return len(stems(piece)) >= _LEAST_STEMS
    return len([stem for stem in stems(piece) if stem not in _QUESTION_WORDS and not stem.isdigit()]) >= _LEAST_MORE


def _pieces(text: str) -> list[tuple[str, bool]]:
    """The sentences and the questions with a number, those that ask two things cut in two; and whether each is such a
    half or such a question."""
    told, *numbered = _NUMBERED.split(text) if len(_NUMBERED.findall(text)) > 1 else [text]
    return [*_sentences(told), *((question.strip(), True) for question in numbered if question.strip())]


def _sentences(text: str) -> list[tuple[str, bool]]:
    found = []
    for sentence in filter(None, (part.strip() for part in SENTENCE_END.split(text))):
        halves, start = [], 0
        for link in _AND_ASKS.finditer(sentence):
            left, right = sentence[start : link.start()], sentence[link.end() :]
            if _ASKS.search(left) and len(stems(left)) >= _LEAST_STEMS and _says_enough(right):
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
