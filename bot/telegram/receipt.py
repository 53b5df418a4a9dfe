"""What an answer showed, packed into the 64 bytes of a button: nothing about an answer has to be kept to rate it.

``<generation>:<status><fiche><fact>…``: the last characters of the generation's id, one letter, then places in
the generation, three characters each.
"""

from __future__ import annotations

from bot.answering.answer import Answer, Status
from bot.storage.opinions import AnswerRef
from knowledge.generation import Generation

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
_PLACE_CHARS = 3
_GENERATION_CHARS = 8
FACTS_MAX = 15
"""Facts that fit; an answer of several questions may show more, the first ones are named."""
_STATUSES = {
    "a": Status.ANSWERED,
    "p": Status.PARTIAL,
    "n": Status.ABSTAINED,
    "d": Status.REDIRECTED,
    "r": Status.REFUSED,
}
_LETTERS = {status: letter for letter, status in _STATUSES.items()}
RATED = frozenset(_LETTERS)


def pack(answer: Answer, generation: Generation) -> str:
    """Raises ``KeyError`` for a status that is not rated."""
    fiche = next((part.fiche for part in answer.parts if part.fiche in generation.fiches), None)
    places = [0 if fiche is None else 1 + list(generation.fiches).index(fiche)]
    known = {fact_id: place for place, fact_id in enumerate(generation.facts)}
    places += [known[c.fact_id] for c in answer.citations if c.fact_id in known][:FACTS_MAX]
    return f"{_short(generation)}:{_LETTERS[answer.status]}{''.join(map(_encode, places))}"


def unpack(receipt: str, generation: Generation) -> AnswerRef:
    """Raises ``ValueError`` when it is not of this generation, ``KeyError`` or ``IndexError`` when it is forged."""
    short, _, rest = receipt.partition(":")
    if short != _short(generation) or len(rest) % _PLACE_CHARS != 1 or len(rest) < 1 + _PLACE_CHARS:
        raise ValueError(receipt)
    known = list(generation.facts)
    fiche, *facts = [_decode(rest[at : at + _PLACE_CHARS]) for at in range(1, len(rest), _PLACE_CHARS)]
    return AnswerRef(
        status=_STATUSES[rest[0]],
        fiche=list(generation.fiches)[fiche - 1] if fiche else None,
        fact_ids=tuple(known[place] for place in facts),
        generation=generation.manifest.id,
    )


def _short(generation: Generation) -> str:
    return generation.manifest.id[-_GENERATION_CHARS:]


def _encode(place: int) -> str:
    return "".join(_ALPHABET[place >> shift & 63] for shift in (12, 6, 0))


def _decode(text: str) -> int:
    place = 0
    for char in text:
        place = place << 6 | _ALPHABET.index(char)
    return place
