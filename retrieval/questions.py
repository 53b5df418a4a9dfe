"""One message → the questions it asks, each with what was told before it.

« j'ai 16 ans et je fais des sondages, est-ce que je dois déclarer et est-ce que mon père risque une amende » asks two
things of one person: each is looked up with the story, without the other one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from knowledge.text import stems
from retrieval.subjects import NO_SUBJECTS, Subjects

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
ASKING = (
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
    rf"{_I} (?:(?:me|lui|leur|nous|l[ae]|les) )?\w+ (?:{_WHAT}\b|quand(?=\s*(?:$|[?,;]|(?:et|[aà]|aux?)\s)))|"
    rf"{_I} (?:\w+ ){{1,3}}o[uù](?=\s*(?:$|[?,;]|(?:et|[aà]|aux?)\s))|"
    r"(?:do|does|can|could|should|will|must|am) (?:i|they|he|she|we|it|you)\b|how\b"
)
# Words that ask when they open a sentence…
_OPENING = (
    rf"{ASKING}|je (?:dois|doit|peu[xt]?|risque)\b|j(?:dois|peux?|risque)\b|faut (?:que|qu)\b|"
    r"si (?:je|jai|j['’]|on|jamais)|(?:qu[e'’] ?est|quest)"
)
_WILL = (
    r"(?:vais|va|vont|dois|doit|doivent|peux|peut|peuvent|risque\w*|pourr\w+|devr\w+|aur(?:ai|a|ont)|ser(?:ai|a|ont)|"
    r"garde\w*|perd(?:s|ent|ons)?|choisis|continue|envoient?|voient?|transmett?\w*)\b(?! (?:\d|pas\b|plus\b|rien\b))"
)
# What one cannot do any more asks for help, after a question.
_CANNOT = (
    r"(?:j['’ ]?arrive|je m['’ ]?en sors|jmen sors) (?:plus|pas|m[eê]me plus)\b|"
    r"(?:je )?(?:n['’])?(?:j['’ ]?)?ai (?:plus|pas) (?:rien|de quoi|d['’ ]?argent)\b"
)
# … those that do when a half that asks stands beside them…
ASIDE = (
    rf"j?{_I}? ?{_WILL}|(?:(?:la|le|les|mon|ma|mes|leurs?) |l['’]?)\w+ (?:{_I} )?(?:l[ae] |les )?{_WILL}|"
    rf"j['’ ]?ai (?:encore |toujours |quand m[eê]me )?(?:le droit|droit)"
    r"(?: (?:à|a|de|d['’])(?! ?\d)(?!(?: \S+){1,3} \d)|(?=\s*(?:$|[?,;])))|"
    rf"(?:il )?(?:me |nous )?fau(?:t|dra)\b(?! \d)|"
    rf"{_THIS} (?:change|compte|joue|coute|coûte|marche|passe|va|pose|baisse|bloque|risque|peut|rapporte|vaut)\b|"
    r"c['’ ]?(?:est|é|e)? ?(?:l[ée]gal|normal|possible|obligatoire|grave|trop tard|autoris[ée]|interdit|risqu[ée]|"
    r"une arnaque|une fraude|de la fraude)\b|(?:il )?y ?['’]?a (?:un risque|moyen|un d[ée]lai|une amende)|"
    rf"{_CANNOT}"
)
_CANNOT_FIRST = re.compile(rf"^(?:et |mais |en plus |et en plus )?(?:{_CANNOT})", re.IGNORECASE)
# … and those that ask when they open the second half of one whose first half does.
_GOING_ON = (
    rf"{_OPENING}|{ASIDE}|jpeu\b|o[uù] (?!pas\b|non\b|bien\b|alors\b)|(?:il )?y['’ ]?a\b|"
    rf"si (?:{_THIS}|ils?|elles?|non|oui|jamais)\b|quand (?:{_I}|est)\b|"
    r"what\b|which\b|where\b|who\b|is it\b|c[oó]mo\b|cu[aá]nto\b|d[oó]nde\b|wach\b|kifach\b|ch7al\b|chhal\b"
)
_ALSO = r"aussi|puis|pis|du coup|surtout|sinon|en plus|après|apres|enfin|ensuite|au fait|autre (?:chose|question)"
_LINK = rf"(?:(?:et|mais|puis|pis|also|and|y)(?: (?:{_ALSO}))*|au fait|sinon|autre (?:chose|question))[,: ]?"
# Nothing but these words stands between two questions of many messages: « je mets quoi est ce que je perds ma prime ».
_BARE = (
    r"(?<!qu)(?<!que)(?<!quoi)(?<!quand)(?<!comment)(?<!combien)(?<!pourquoi)(?<!temps)(?<!où)(?<!\bou)(?<!\bet)"
    r"(?<!mais)(?<!savoir)(?<!\d)"
    r"\s+(?=est[- ]ce (?:qu|k)\w*|faut[- ](?:t[- ]?)?il\b|faut til\b)|"
    rf"(?<=\s(?:quoi))\s+(?={_I}\b|j(?:dois|peux|risque)\b|c['’ ]?(?:est)?\b|faut\b|est[- ]ce\b)"
)
# « … et mon patron il peut le savoir comment »: somebody or something, and words that ask, before the next half.
_SOMEBODY = rf"(?:s['’]?ils?|{_I}|{_THIS}|c['’ ]?est|mon|ma|mes|l[ae]s?|un|une)\b|[jl]['’]"
_ASKS_NEXT = rf"(?=(?:{_SOMEBODY})(?:(?!\s(?:et|mais|puis|pis)\s|[,;?]).){{0,50}}?\b(?:{ASKING}))"
_CHANGES = r"(?:(?:et|mais) )?(?:au fait|(?:une )?(?:autre|derni[eè]re) (?:chose|question))"
_AND_ASKS = re.compile(
    rf"[,;]?\s+{_LINK}\s*(?={_GOING_ON})|[,;]?\s+{_LINK}\s*{_ASKS_NEXT}|[,;]\s+(?={ASKING}|{ASIDE})|"
    rf"[,;]\s+{_ASKS_NEXT}|{_BARE}|"
    rf"[,;]?\s+{_CHANGES}[,:]?\s+(?=\w)",
    re.IGNORECASE,
)
# After what is asked, with nothing between the two: « est-ce que j'ai le droit jsuis en master ».
_TOLD_AFTER = re.compile(
    r"(?<!\bsi)(?<!\bque)(?<!\bquand)(?<!\bcomme)(?<!\bcar)(?<!\bdonc)(?<!\bou)(?<!\boù)(?<!\bet)(?<!\bmais)"
    r"(?<!\bcombien)(?<!\bquoi)"
    r"\s+(?=(?:je suis|jsuis|chui|je vis|jvis|j['’ ]?habite|je touche|jtouche|je fais|jfais)\b(?! ?(?:quoi|combien)))",
    re.IGNORECASE,
)
# « et quand j'aurai mes papiers », « et pour un mineur »: a question, after another one.
_AND_WHAT_OF = re.compile(
    r"^(?:et|mais|pis|puis) (?:du coup |aussi )?(?:quand|m[eê]me si|si|pour|niveau|avec|sans|apr[eè]s)\b", re.IGNORECASE
)
_WHAT_OF_WORDS = 7
"""Words of such a question, at most; a longer sentence goes on telling."""
# A message that only tells says by these words what it is about.
_TROUBLE = re.compile(
    r"\bj['’ ]?ai (?:\w+ )?(?:peur|la trouille)\b(?! ?(?:d[e'’]|qu|que|quil|pour))|"
    r"\b(?:je |j)(?:panique|stresse|flippe|m['’ ]?inqui[eèé]te)\b|"
    r"\b(?:j|je |chui |suis )(?:suis )?(?:perdue?|inqui[eè]te?|paniqu[ée]e?|stress[ée]e?|coinc[ée]e?)\b|"
    r"\b(?:je |j)?(?:ne |n['’])?(?:sais?|c) (?:pas|plus) (?:quoi|koi) (?:faire|dire|mettre)\b|"
    r"\bj['’ ]?y (?:comprends?|capte) (?:rien|pas|plus)\b|\b(?:aide[rz]?|help)[- ](?:moi|me)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"\b(?:{ASKING})", re.IGNORECASE)
_MAY_ASK = re.compile(rf"\b(?:{ASIDE})", re.IGNORECASE)
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
# « ok merci c'est clair. », « merci pour tout, », « salut ça va ? »: said before the question, for no other reason.
_THANKS = r"(?:merci\w*|mrc|cimer|thanks|thank you|thx|choukran|chokran|gracias)"
_KINDLY = (
    r"(?:beaucoup|bcp|bien|infiniment|encore|vraiment|mille fois|d['’ ]?avance|[àa] (?:vous|toi|tous)|"
    r"pour (?:tout|(?:la|ta|votre|vos|ces|les|cette|tes|l['’ ]?) ?\w+)|"
    r"(?:c['’ ]?est|cest|c) (?:tr[eè]s |plus |trop )?(?:clair|compris|bon|not[ée]|gentil|super|cool))"
)
_HELLO = (
    r"(?:bonjour|bjr|bonsoir|bsr|salut|slt|coucou|cc|hello|hey|salam) (?:(?:tout le monde|l['’ ]?[ée]quipe) )?[çc]a va"
)
_COURTESY = re.compile(
    rf"^(?:(?:ok|okay|ah|bon|super|top|parfait|g[ée]nial|d['’ ]?accord|dac|oui|bonjour|bonsoir|salut)[ ,.!]*)*"
    rf"(?:{_THANKS}(?! (?:de|par)\b| d['’ ](?!avance))(?: {_KINDLY})*|{_HELLO})\b(?:[ ,.!?;:…]*{_KINDLY})*[ ,.!?;:…]+",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\bapr[eèé]s\W*$|^(?:et|mais|du coup|par contre|sinon) .*\?|^\w+(?: \w+){0,3} ?\?$", re.IGNORECASE
)
"""Short as it is, it asks for more: « merci ! et après ? », « merci, combien ? »."""
_SHORT_STEMS = 4
"""Content words up to which a question that says « ça » or « leur » is not understood without the one before it."""
_SHORT_QUESTION = 14
"""Words of a question after which another may begin with nothing between the two."""
_STORY_WORDS = 8
"""Words after the last question from which they are the story of them all."""
_TOLD_WORDS = 4
"""Words before what is asked, in its sentence, from which they tell something: « si je gagne 30 € par mois, … »."""
_CLAUSE_END = re.compile(r"[.!…,;\n]\s*")
_ACTS = re.compile(rf"\s(?:{_I}|{_THIS}) \w")
_NEXT_HALF = re.compile(r"\s(?:et|mais|puis|pis)\s|[,;?]")


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
    only_tells: bool = False
    """It is what was told before names alone (« rien déclaré et la CFE et la TVA »): maybe a matter of its own."""

    @property
    def whole(self) -> str:
        return f"{self.told} {self.question}".strip()


def split(text: str, most: int, subjects: Subjects = NO_SUBJECTS) -> list[Asked]:
    """The questions of a message, in order, ``most`` at most; the message as one when it asks one thing.
    ``subjects``: what is asked about by its name alone."""
    questions: list[Asked] = []
    told: list[str] = []
    since: list[str] = []  # told after the last question
    for piece, is_half in _pieces(text, subjects):
        is_bare = bool(questions or since) and subjects.is_bare(piece)
        asks = is_half or is_bare or _sentence_asks(piece, follows_a_question=bool(questions))
        if asks and is_bare and questions:
            questions.append(_asked_of_another(piece, questions, told, since, subjects))
        elif asks and _says_enough(piece, stands_alone=not (questions or is_half)):
            is_sure = bool(_ASKS.search(piece)) or not (is_half or _CANNOT_FIRST.match(piece))
            each = subjects.one_by_one(piece, _where_it_asks(piece))
            questions += [replace(_asked(one, questions, told, since), is_sure=is_sure) for one in each]
        elif asks and not questions and len(" ".join(since).split()) >= _TOLD_WORDS:  # « … . je peux ? »
            questions.append(Asked(piece, " ".join(since)))
        elif asks and questions and not since:  # « … de 50 ? de rien ? » goes on asking the same
            questions[-1] = replace(questions[-1], question=f"{questions[-1].question} {piece}")
        else:
            since.append(piece)
            continue
        told += since
        since = []
    if not questions:
        return _several_at_once(text, subjects) or [_troubled(text)]
    if len(questions) < 2:
        return [Asked(text)]
    if len(questions) > most:  # the last ones are looked up together
        rest = " ".join(question.question for question in questions[most - 1 :])
        questions = [*questions[: most - 1], replace(questions[most - 1], question=rest, is_sure=True)]
    *others, last = questions
    story = " ".join(since)
    if len(story.split()) >= _STORY_WORDS and not told and len(questions[0].question.split()) <= _SHORT_QUESTION:
        return [replace(question, told=story) for question in questions]  # asked first, told after
    return [*others, replace(last, question=" ".join([last.question, *since]))]


def asks(text: str) -> bool:
    """Whether anything in it asks; else it only tells (« je suis étudiante étrangère »)."""
    return "?" in text or bool(_ASKS.search(text))


def may_ask(text: str) -> bool:
    """Whether it asks, or opens like a question (« je peux m'inscrire »)."""
    return asks(text) or bool(_OPENS_ASKING.search(text))


def after_courtesy(text: str) -> str:
    """A message without the thanks that it begins with, where something follows; else itself."""
    rest = text[match.end() :] if (match := _COURTESY.match(text)) else ""
    return rest if len(stems(rest)) >= _LEAST_STEMS or _GOES_ON.search(rest) else text


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
    return Asked(piece, " ".join(dict.fromkeys([*told, *within, *since])) or last)


def _asked_of_another(piece: str, before: list[Asked], told: list[str], since: list[str], subjects: Subjects) -> Asked:
    """The question before, asked of what ``piece`` names: « je perds mes APL ? et ma bourse ? »."""
    if _ASKS.search(piece):
        return _asked(piece, before, told, since)
    last = before[-1].question
    if subjects.is_bare(last) and before[-1].told:  # « pour la Caf ? niveau impôts ? »
        return Asked(piece, before[-1].told, is_sure="?" in piece)
    if subjects.is_another_matter(piece):
        return replace(_asked(piece, before, told, since), is_sure="?" in piece)
    same = subjects.put(last[_where_it_asks(last) :], piece)
    if same and (_ACTS.search(piece) or len(same.split()) > _SHORT_QUESTION):  # a verb of its own; a whole story
        same = None
    asked = _asked(same or piece, before, told, since)
    if same is None and last not in asked.told:
        asked = replace(asked, told=f"{asked.told} {last}".strip())
    return replace(asked, is_sure="?" in piece)


def _sentence_asks(sentence: str, follows_a_question: bool) -> bool:
    if sentence.endswith("?") or _OPENS_ASKING.search(sentence):
        return True
    asks_what_of = bool(_AND_WHAT_OF.match(sentence)) and len(sentence.split()) <= _WHAT_OF_WORDS
    return follows_a_question and (asks_what_of or bool(_CANNOT_FIRST.match(sentence)))


def _where_it_asks(question: str) -> int:
    """The place of the first words that ask, or of the name before them: « caf et impots je declare où »."""
    match = _ASKS.search(question) or _MAY_ASK.search(question)
    start = match.start() if match else question.rfind(", ") + 1
    before = question[:start].rstrip()
    return start if before.endswith((",", ";", ".")) or len(before.split()) >= _TOLD_WORDS else 0


def _several_at_once(text: str, subjects: Subjects) -> list[Asked]:
    """What one clause asks about several subjects, in a message where nothing else asks."""
    may_ask = _ASKS.search(text) or next(reversed([*_MAY_ASK.finditer(text)]), None)
    each = subjects.one_by_one(text, may_ask.start()) if may_ask else []
    return [Asked(one) for one in each] if len(each) > 1 else []


def _troubled(text: str) -> Asked:
    """A message that only tells: what worries is what it asks about, the rest is told."""
    trouble = _TROUBLE.search(text)
    if not trouble or _ASKS.search(text):
        return Asked(text)
    before = text[: trouble.start()].rstrip(" .!…,;\n")
    start = max((mark.end() for mark in _CLAUSE_END.finditer(before)), default=0)
    question = text[start : trouble.end()]
    rest = f"{text[:start]}{text[trouble.end() :]}".strip()
    is_long = len(text[start : trouble.start()].split()) >= _TOLD_WORDS and len(rest.split()) >= _TOLD_WORDS
    return Asked(question, rest) if is_long else Asked(text)


def _says_enough(piece: str, stands_alone: bool = False) -> bool:
    if stands_alone:
        return len(stems(piece)) >= _LEAST_STEMS
    return len([stem for stem in stems(piece) if stem not in _QUESTION_WORDS and not stem.isdigit()]) >= _LEAST_MORE


def _pieces(text: str, subjects: Subjects) -> list[tuple[str, bool]]:
    """The sentences and the questions with a number, those that ask two things cut in two; and whether each is such a
    half or such a question."""
    told, *numbered = _NUMBERED.split(text) if len(_NUMBERED.findall(text)) > 1 else [text]
    pieces = [*_sentences(told, subjects), *((question.strip(), True) for question in numbered if question.strip())]
    return [cut for piece, is_half in pieces for cut in _without_what_is_told_after(piece, is_half)]


def _sentences(text: str, subjects: Subjects) -> list[tuple[str, bool]]:
    found = []
    for sentence in filter(None, (part.strip() for part in SENTENCE_END.split(text))):
        halves: list[str] = []
        start = 0
        for begin, end in sorted({*(link.span() for link in _AND_ASKS.finditer(sentence)), *subjects.links(sentence)}):
            left, right = sentence[start:begin], sentence[end:]
            if begin < start or not _says_enough(right):
                continue
            if _asks_beside(left, sentence[begin:end], right, bool(halves), subjects) and (
                _AND_ASKS.match(sentence, begin) or _opens_on_a_subject(_first_half(right), subjects)
            ):
                halves.append(left.strip())
                start = end
        halves.append(sentence[start:].strip())
        found += [(half, len(halves) > 1) for half in halves]
    return found


def _opens_on_a_subject(half: str, subjects: Subjects) -> bool:
    return subjects.is_bare(half) or (subjects.opens(half) and bool(_ASKS.search(half)))


def _first_half(text: str) -> str:
    return _NEXT_HALF.split(text, maxsplit=1)[0]


def _without_what_is_told_after(piece: str, is_half: bool) -> list[tuple[str, bool]]:
    asked = _ASKS.search(piece)
    after = _TOLD_AFTER.search(piece, asked.end()) if asked and not piece.endswith("?") else None
    if not asked or not after or len(piece[: after.start()].split()) < _TOLD_WORDS:
        return [(piece, is_half)]
    return [(piece[: after.start()], True), (piece[after.end() :], False)]


def _asks_beside(left: str, link: str, right: str, follows_a_question: bool, subjects: Subjects) -> bool:
    """Whether ``left`` asks something of its own, before ``right``, which opens like a question."""
    if follows_a_question and subjects.is_bare(left):
        return True
    if len(stems(left)) < (_LEAST_MORE if follows_a_question else _LEAST_STEMS):
        return False
    asked = list(_ASKS.finditer(left))
    if not link.strip():  # only the words tell: a question that ends just there, not one of the story's beginning
        return bool(asked) and len(left[asked[-1].start() :].split()) <= _SHORT_QUESTION
    if not link.strip(" ,;"):  # a comma alone also parts what is told from what is asked
        clause = re.split(r"[,;]\s", left)[-1]
        is_list = right.endswith("?") and bool(_MAY_ASK.match(clause))  # « j'ai le droit, il faut un siret ? »
        return is_list or (bool(asked) and bool(_ASKS.search(_first_half(right))))
    if asked:
        return True
    return bool(_MAY_ASK.search(left)) and (follows_a_question or bool(_ASKS.match(right)))


def _told_within(piece: str) -> list[str]:
    """What a question tells before it asks; all of a long one that only its mark shows."""
    match = _ASKS.search(piece) or next(reversed([*_MAY_ASK.finditer(piece)]), None)
    if match is None or (not _ASKS.search(piece) and len(piece[match.start() :].split()) > _SHORT_QUESTION):
        story = piece.rpartition(", ")[0] or piece  # « j'habite à La Réunion, pour la TVA ? »
        return [story] if len(piece.split()) > _SHORT_QUESTION else []
    before = piece[: match.start()].strip(" ,;")
    return [before] if len(before.split()) >= _TOLD_WORDS else []
