"""A story told in one breath → what it asks.

« j'ai ouvert ma micro en mars la cfe je la paye et ils vont me couper l'aspa ma banque elle rend » has neither mark nor
question word. People who type so put what they ask in the future (« ils vont me couper »), after what they heard (« on
m'a dit que je devais tout rendre »), before « ou pas », or in a noun taken up by a pronoun (« ma banque elle rend »).
None of that is sure: what these clauses bring is shown where the base answers them, and named where it does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from knowledge.text import flat, stems
from retrieval.questions import ASIDE, ASKING, Asked
from retrieval.subjects import Subjects

LONG = 22
"""Words from which one question is a story that may ask several things."""
_LONGEST = 18
"""Words of a clause that asks; a longer one goes on telling."""
_LEAST_TOLD = 8
"""Words of what is told from which names alone, after it, ask."""
_GOES_ON = 6
"""Words of a clause that goes on with what was asked (« … et la carte de transport gratuite »)."""

_I = r"(?:je|j|on|il|ils|elle|elles|ca|sa|cela)"
_SOMEBODY = r"(?:(?:mon|ma|mes|leurs?|la|les?|un|une|cette?|ces) |[ld]['’ ]?)[\w-]+(?: (?!(?:me|te|se|lui)\b)[\w-]+)?"
_CLITICS = r"(?:(?:me|m|te|se|lui|leur|nous|l[ae]|les|en|y|ne|n)[ '’])*"
_TELLS = (
    r"(?:a|ont|est|etait|sont|avait|dit|disent|veut|veulent|repond\w*|demande\w*|reclame\w*|touche\w*|fait|gagne\w*|"
    r"travaille\w*|vit|habite\w*|\d\w*)"
)
_WILL = (
    r"(?:vais|va|vont|dois|doit|doivent|devais?|devrai\w*|peux|peut|peuvent|pourr\w+|risque\w*|garde\w*|perds?|perdent|"
    r"saute\w*|baisse\w*|(?!aur|ser)\w{2,}(?:erai|eras|era|eront|irai|ira|iront))"
)
_NOT_TOLD = r"(?! (?:\d|pas\b|plus\b|rien\b|jamais\b))"
# « ils vont me couper l'aspa », « la préfecture elle peut me refuser le renouvellement »
_PROSPECT = rf"(?:{_SOMEBODY} )?(?:{_I} |j){_CLITICS}{_WILL}\b{_NOT_TOLD}|{_SOMEBODY} {_CLITICS}{_WILL}\b{_NOT_TOLD}"
_OWN = r"(?:mon|ma|mes|la|les?|l['’ ]) ?[\w-]+(?: [\w-]+)?"
# « mes apl ca bouge », « ma banque elle rend »
_TAKEN_UP = (
    rf"{_OWN} (?:ca|sa) {_CLITICS}(?!{_TELLS}\b)\w+{_NOT_TOLD}|"
    rf"{_OWN} (?:il|ils|elle|elles|je|on) {_CLITICS}(?!{_TELLS}\b)(?!\w+(?:ait|aient)\b)\w{{3,}}{_NOT_TOLD}"
    r"(?=(?: [\w'’]+){0,3}$)"
)
_HEARD = (
    r"(?:[\w-]+ (?:me |m['’ ]?|nous )?(?:a |ont )?(?:dit|disent|parait)|j['’ ]?ai (?:lu|vu|entendu)|"
    r"il parait|j['’ ]?ai peur|je (?:crains|flippe)) (?:et )?(?:que |qu['’ ]?)"
)
_NOT_SURE = (
    r"(?:je |j)?(?:ne |n['’])?(?:sais?|c) (?:meme |toujours |vraiment |trop |du tout )?pas "
    r"(?:si|sil|quoi|koi|comment|ou|lequel|laquelle|quel)\b"
)
_NOT_UNDERSTOOD = r"(?:j['’ ]?y |je |j)(?:comprends?|capte|pige|connais) (?:rien|pas)\b"
_TOO = rf"^{_SOMEBODY}(?: [\w'’]+){{0,4}} aussi(?: du coup)?[ ?]*$"
_OR_ELSE = r"^(?:[\w'’]+ ){2,10}ou (?:je(?! sais)|ca|sa|faut|c['’ ]est|cest)\b"
_OR_NOT = rf"(?:c['’ ]?est|cest|faut|{_I}|j['’]?\w+)(?: [\w'’]+){{1,7}} ou (?:pas|non)\b"
_HEARD_CLAUSE = re.compile(_HEARD)
_SURE = re.compile(rf"\b(?:{_NOT_SURE}|{_OR_NOT})|\b(?:{ASKING})")
_IMPLIED = re.compile(
    rf"(?<![\w'’])(?:{_PROSPECT}|{_TAKEN_UP})|\b(?:{ASIDE})|{_TOO}|{_OR_ELSE}|^.{{2,40}}?{_NOT_UNDERSTOOD}"
)
_LINK = re.compile(
    r"[,;]?\s+(?:(?:et|mais|puis|pis|sinon|du coup|donc)(?: (?:aussi|puis|pis|du coup|surtout|sinon|en plus|apres|"
    rf"la(?= {_I}\b)))*|en plus|au fait|moi(?= (?:je|j)\b))\s+|[,;]\s+|(?<=[.!?…])\s+|\n+"
)
_TOLD_AGAIN = re.compile(
    r"(?<!\bsi)(?<!\bque)(?<!\bquand)(?<!\bcomme)(?<!\bou)(?<!\btemps)(?<!\bcombien)"
    r"\s(?=(?:je suis|jsuis|chui|j['’ ]?habite|je touche|jtouche|"
    r"je fais|jfais|j['’ ]?ai|moi (?:je|j))\b)"
)
_NOT_UNDERSTOOD_AT_ALL = re.compile(rf" ?{_NOT_UNDERSTOOD}.*")
_IF = re.compile(r"(?:si|quand|meme si)\b")
_BEGINS = re.compile(rf"(?:{_I}|j|j['’]\w+|jai|jsuis|jfais|chui)$")
_SOMEBODY_ACTS = re.compile(rf"(?:{_I}|j)\b")
_SAYS_LITTLE = frozenset(
    stems(
        "je tu il elle on ça faire fais fait quoi"
        " comment combien oui non pas sais prendre vrai si même raison faux bon du"
        " coup bref croire légal normal grave permis possible obligatoire droit risque gratuit payant qu dit"
    )
)
_LEAST_STEMS = 2
"""Content words of a clause that asks; with fewer, it asks about what is told just before it."""
_WORDS_BEFORE = 12
_LEAST_WORDS_BEFORE = 4


def unrolled(questions: Sequence[Asked], most: int, subjects: Subjects) -> list[Asked]:
    """``questions``, those that are long stories cut into what they ask; ``most`` at most, the sure ones kept where
    there are more."""
    found = [piece for asked in questions for piece in _asks_of(asked, subjects)]
    if len(found) <= max(most, len(questions)):
        return found
    kept = sorted(range(len(found)), key=lambda place: not found[place].is_sure)[:most]
    return [found[place] for place in sorted(kept)]


def _asks_of(asked: Asked, subjects: Subjects) -> list[Asked]:
    if len(asked.question.split()) < LONG:
        return [asked]
    clauses = [_Clause.of(text, subjects) for text in _clauses(asked.question)]
    told = [asked.told] if asked.told else []
    found: list[Asked] = []
    follows = False  # what comes just before asks
    for before, clause in pairwise([_Clause(""), *clauses]):
        is_new = all(clause.question != each.question for each in found)
        is_told = subjects.ends_told_of(before.text) or not (found or len(" ".join(told).split()) >= _LEAST_TOLD)
        asks = clause.asks and is_new and not (clause.is_named and is_told)
        if asks and found and clause.says_little:
            found[-1] = replace(found[-1], question=f"{found[-1].question} {clause.text}", is_sure=True)
        elif asks:
            question, story = clause.question, clause.before
            if clause.says_little:
                question = f"{_end_of(' '.join([*told[-1:], story]))} {question}".strip()
            told += [story] if story else []
            found.append(Asked(question, is_sure=clause.is_sure))
        elif follows and clause.goes_on:
            found[-1] = replace(found[-1], question=f"{found[-1].question} et {clause.text}")
        else:
            told.append(clause.text)
        follows = bool(asks)
    story = " ".join(told)
    is_of_names = len(found) > 1 and all(_is_a_name(each.question, subjects) for each in found)
    if is_of_names and len(story.split()) >= _LEAST_TOLD:
        found.insert(0, Asked(story, is_sure=False, only_tells=True))
    if len(found) < 2:
        return [asked]
    return [each if each.only_tells else replace(each, told=story) for each in found]


@dataclass(frozen=True)
class _Clause:
    """A clause of a story: what it tells first and what it asks, if it asks."""

    text: str
    before: str = ""
    question: str = ""
    is_sure: bool = False
    """Its words ask."""
    is_named: bool = False
    """It is the name of a subject, and little else."""

    @property
    def asks(self) -> bool:
        return bool(self.question)

    @property
    def says_little(self) -> bool:
        """It asks about what was told just before it (« je fais quoi », « c'est vrai »)."""
        return not self.is_named and _says_little(self.question)

    @property
    def goes_on(self) -> bool:
        """Too short to tell anything, it goes on with what was asked (« … et la carte de transport gratuite »)."""
        return len(self.text.split()) <= _GOES_ON and not _SOMEBODY_ACTS.match(flat(self.text))

    @classmethod
    def of(cls, text: str, subjects: Subjects) -> _Clause:
        is_over = text.endswith((".", "!", "…"))  # who marks the end of what they tell marks what they ask
        if subjects.is_bare(text) and not is_over:
            return cls(text, question=text, is_sure=text.endswith("?"), is_named=True)
        plain = flat(text)
        sure, implied, heard = (cue.search(plain) for cue in (_SURE, _IMPLIED, _HEARD_CLAUSE))
        is_marked = text.endswith("?")
        starts = [match.start() for match in (sure, implied) if match]
        if _IF.match(plain) and (starts or heard):
            starts = [0]
        elif heard and (not sure or heard.start() < sure.start()):
            starts = [heard.end()]
        elif not starts and is_marked:
            starts = [0]
        if not starts or (is_over and not sure):
            return cls(text)
        start = min(starts)
        again = _TOLD_AGAIN.search(plain, start + 1) if start else None
        end = again.start() if again else len(text)
        question = text[start:end].strip()
        if len(question.split()) > _LONGEST and not sure:  # it goes on telling
            return cls(text)
        before = f"{text[:start].strip(' ,;')} {text[end:]}".strip()
        if heard and starts == [heard.end()]:
            is_whole = _says_little(question)  # « sur la succession on m'a dit qu'ils reprennent »
            return cls(text, "" if is_whole else before, text if is_whole else question, is_marked)
        return cls(text, before, question, sure is not None or is_marked)


def _is_a_name(question: str, subjects: Subjects) -> bool:
    """« la CFE », « la retraite je comprends rien »."""
    return subjects.is_bare(_NOT_UNDERSTOOD_AT_ALL.sub("", flat(question)))


def _says_little(question: str) -> bool:
    return len(set(stems(question)) - _SAYS_LITTLE) < _LEAST_STEMS


def _end_of(story: str) -> str:
    """The last words of what was told, from one that can begin a clause."""
    words = story.split()[-_WORDS_BEFORE:]
    enough = words[: max(len(words) - _LEAST_WORDS_BEFORE + 1, 0)]
    start = max((place for place, word in enumerate(enough) if _BEGINS.match(flat(word))), default=0)
    return " ".join(words[start:])


def _clauses(text: str) -> Iterator[str]:
    """Cut at its links, but for what a condition leads to (« si mon client me donne des horaires et me vire… »)."""
    start = 0
    plain = flat(text)
    for link in _LINK.finditer(plain):
        clause = text[start : link.start()].strip()
        is_condition = _IF.match(plain, start) and not _SURE.search(flat(clause)) and not _IMPLIED.search(flat(clause))
        if is_condition or not re.search(r"\w", clause):
            continue
        yield clause
        start = link.end()
    yield text[start:].strip()
