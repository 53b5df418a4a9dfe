"""One message → the questions it asks, each with what was told before it.

« j'ai 16 ans et je fais des sondages, est-ce que je dois déclarer et est-ce que mon père risque une amende » asks two
things of one person: each is looked up with the story, without the other one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from knowledge.text import stems

SENTENCE_END = re.compile(r"(?<=[?!.…])\s+|\n+")

# « question 1 … question 2 … », « 1) … 2) … »: each begins a question of its own.
_NUMBERED = re.compile(
    r"[,;:]?\s*(?:\b(?:et )?(?:ma |mes )?[kq]u?estions? ?(?:n[°o] ?)?[1-5]\b|(?<![\d.,/])\b[1-5] ?[)°](?=\s))"
    r"\s*[:.,)-]*\s*",
    re.IGNORECASE,
)
_I = r"(?:je|j|on|il|ils|elle|elles)"
_THIS = r"(?:ca|ça|sa|cela)"
_WHAT = r"(?:quoi|koi|kwa)"
# Words that can only ask.
_ASKING = (
    r"est[- ]?ce (?:qu|k)\w*|es[- ]que\b|esk[eu]?\b|qu[e'’ ]+est[- ]ce (?:que|qu)|"
    rf"c['’ ]?(?:est|é|e)? (?:à |a |pour |avec )?(?:{_WHAT}|qui|quand|quel(?:le)?s?)\b|"
    r"(?:ne )?faut[- ](?:t[- ]?)?il\b|faut til\b|combien\b|cb\b|comment\b|koman\b|pourquoi\b|quand est[- ]ce\b|"
    r"quel(?:le)?s?\b|lequel\b|laquelle\b|(?:à|a) (?:qui|quoi)\b|que faire\b|"
    r"qui (?:peut|doit|paie|paye|pay\w+|appeler|contacter|croire|prend|s['’]occupe|d[ée]clare|rembourse|d[ée]cide)\b|"
    r"(?:jusqu['’ ]?(?:à|a)|depuis|(?:à|a) partir de|avant) (?:quand|combien)\b|"
    rf"(?:dois|puis|peut|peuvent|doit|doivent|vais|suis|ai)[- ]{_I}\b|\w+-(?:t-)?{_I}\b|"
    rf"j?{_I}? ?(?:risque\w*|fais|fait|dis|dit|mets|met|r[ée]ponds|(?:peux|peut|dois|doit) \w+) "
    rf"(?:{_WHAT}|combien|comment)\b|{_THIS} (?:change|fait|coute|coûte|donne) (?:{_WHAT}|combien)\b|"
    rf"ils ont le droit\b|j['’ ]?ai (?:le droit|droit (?:à|a) (?:{_WHAT}|combien))\b|"
    r"(?:savoir|me demande|dites?[- ]moi|dis[- ]moi|sais pas) (?:si|sil|s['’]ils?)\b|"
    r"(?:do|does|can|could|should|will|must|am) (?:i|they|he|she|we|it|you)\b|how\b"
)
# Words that ask when they open a sentence…
_OPENING = (
    rf"{_ASKING}|je (?:dois|doit|peux|peut|risque)\b|j(?:dois|peux|risque)\b|faut (?:que|qu)\b|"
    r"si (?:je|j['’]|on|jamais)|(?:qu[e'’] ?est|quest)"
)
_WILL = (
    r"(?:vais|va|vont|dois|doit|doivent|peux|peut|peuvent|risque\w*|pourr\w+|devr\w+|aur(?:ai|a|ont)|ser(?:ai|a|ont)|"
    r"garde\w*|perds?|choisis|continue|envoient?|voient?|transmett?\w*)\b(?! (?:\d|pas\b|plus\b|rien\b))"
)
# … those that do when a half that asks stands beside them…
_ASIDE = (
    rf"j?{_I}? ?{_WILL}|(?:(?:la|le|les|mon|ma|mes|leurs?) |l['’]?)\w+ (?:{_I} )?(?:l[ae] |les )?{_WILL}|"
    rf"j['’ ]?ai (?:le droit|droit) (?:à|a|de|d['’])(?! ?\d)|(?:il )?(?:me |nous )?fau(?:t|dra)\b(?! \d)|"
    rf"{_THIS} (?:change|compte|joue|coute|coûte|marche|passe|va|pose|baisse|bloque|risque|peut|rapporte|vaut)\b|"
    r"c['’ ]?(?:est|é|e)? ?(?:l[ée]gal|normal|possible|obligatoire|grave|trop tard|autoris[ée]|interdit|risqu[ée]|"
    r"une arnaque|une fraude|de la fraude)\b|(?:il )?y ?['’]?a (?:un risque|moyen|un d[ée]lai|une amende)"
)
# … and those that ask when they open the second half of one whose first half does.
_GOING_ON = (
    rf"{_OPENING}|{_ASIDE}|jpeu\b|o[uù] (?!pas\b|non\b|bien\b|alors\b)|(?:il )?y['’ ]?a\b|"
    rf"si (?:{_THIS}|ils?|elles?|non|oui|jamais)\b|quand (?:{_I}|est)\b|"
    r"what\b|which\b|where\b|who\b|is it\b|c[oó]mo\b|cu[aá]nto\b|d[oó]nde\b|wach\b|kifach\b|ch7al\b|chhal\b"
)
_ALSO = r"aussi|puis|du coup|surtout|sinon|en plus|après|apres|enfin|ensuite|au fait|autre (?:chose|question)"
_LINK = rf"(?:(?:et|mais|puis|also|and|y)(?: (?:{_ALSO}))*|au fait|sinon|autre (?:chose|question))[,: ]?"
# Nothing but these words stands between two questions of many messages: « je mets quoi est ce que je perds ma prime ».
_BARE = (
    r"(?<!qu)(?<!que)(?<!quoi)(?<!quand)(?<!comment)(?<!combien)(?<!pourquoi)(?<!temps)(?<!où)(?<!ou)(?<!et)(?<!mais)"
    r"(?<!savoir)(?<!\d)"
    r"\s+(?=est[- ]ce (?:qu|k)\w*|faut[- ](?:t[- ]?)?il\b|faut til\b)|"
    rf"(?<=\s(?:quoi))\s+(?={_I}\b|j(?:dois|peux|risque)\b|c['’ ]?(?:est)?\b|faut\b|est[- ]ce\b)"
)
_AND_ASKS = re.compile(rf"[,;]?\s+{_LINK}\s*(?={_GOING_ON})|[,;]\s+(?={_ASKING})|{_BARE}", re.IGNORECASE)
_ASKS = re.compile(rf"\b(?:{_ASKING})", re.IGNORECASE)
_MAY_ASK = re.compile(rf"\b(?:{_ASIDE})", re.IGNORECASE)
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
_SHORT_QUESTION = 14
"""Words of a question after which another may begin with nothing between the two."""
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

    is_sure: bool = True
    """Whether its words ask; those of « et la CFE je vais la payer » may only go on telling."""

    @property
    def whole(self) -> str:
        return f"{self.told} {self.question}".strip()


def split(text: str, most: int) -> list[Asked]:
    """The questions of a message, in order, ``most`` at most; the message as one when it asks one thing."""
    questions: list[Asked] = []
    told: list[str] = []
    since: list[str] = []  # told after the last question
    for piece, is_half in _pieces(text):
        asks = is_half or piece.endswith("?") or bool(_OPENS_ASKING.search(piece))
        if asks and _says_enough(piece, stands_alone=not (questions or is_half)):
            question = _asked(piece, questions, told, since)
            questions.append(replace(question, is_sure=not is_half or bool(_ASKS.search(piece))))
            told += since
            since = []
        elif asks and questions and not since:  # « … de 50 ? de rien ? » goes on asking the same
            questions[-1] = replace(questions[-1], question=f"{questions[-1].question} {piece}")
        else:
            since.append(piece)
    if len(questions) < 2:
        return [Asked(text)]
    if len(questions) > most:  # the last ones are looked up together
        rest = " ".join(question.question for question in questions[most - 1 :])
        questions = [*questions[: most - 1], replace(questions[most - 1], question=rest, is_sure=True)]
    last = questions[-1]
    return [*questions[:-1], replace(last, question=" ".join([last.question, *since]))]


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
        halves: list[str] = []
        start = 0
        for link in _AND_ASKS.finditer(sentence):
            left, right = sentence[start : link.start()], sentence[link.end() :]
            if _asks_beside(left, link[0], right, bool(halves)) and _says_enough(right):
                halves.append(left.strip())
                start = link.end()
        halves.append(sentence[start:].strip())
        found += [(half, len(halves) > 1) for half in halves]
    return found


def _asks_beside(left: str, link: str, right: str, follows_a_question: bool) -> bool:
    """Whether ``left`` asks something of its own, before ``right``, which opens like a question."""
    if len(stems(left)) < _LEAST_STEMS:
        return False
    asked = list(_ASKS.finditer(left))
    if not link.strip():  # only the words tell: a question that ends just there, not one of the story's beginning
        return bool(asked) and len(left[asked[-1].start() :].split()) <= _SHORT_QUESTION
    if asked or not link.strip(" ,;"):  # a comma alone also parts what is told from what is asked
        return bool(asked)
    return bool(_MAY_ASK.search(left)) and (follows_a_question or bool(_ASKS.match(right)))


def _told_within(piece: str) -> list[str]:
    """What a question tells before it asks."""
    match = _ASKS.search(piece)
    before = piece[: match.start()].strip(" ,;") if match else ""
    return [before] if len(before.split()) >= _TOLD_WORDS else []
