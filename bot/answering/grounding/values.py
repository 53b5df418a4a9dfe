"""What can be compared as a value: amounts, durations, dates, frequencies, addresses, numbers of articles.

« 77 700 € » and « 77700 euros » give the same value; « un an » and « 12 mois » too, because a year is twelve
months whatever the rule. Days, weeks and months are never converted into each other, except a week into seven days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from knowledge.model import MONTHS
from knowledge.text import fold


class Kind(StrEnum):
    MAIL = "mail"
    LINK = "link"
    CODE = "code"
    """A form, an article of law, a regulation, a box of a tax return."""
    DATE = "date"
    WEEKDAY = "weekday"
    EVERY = "every"
    """How often."""
    NEXT = "next"
    """« le mois suivant », « l'année d'avant »."""
    UNIT = "unit"
    """A unit of time without a number: « par mois commencé »."""
    DURATION = "duration"
    HOURS = "hours"
    MONEY = "money"
    PERCENT = "percent"
    ORDINAL = "ordinal"
    NUMBER = "number"


class Bound(StrEnum):
    """Which side of a value is meant: « plus de 300 € » is up, « au plus tard le 30 » is down."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Value:
    """A value found at ``start:end`` of the folded text."""

    kind: Kind
    key: tuple[str, ...]
    """What is compared: amount and unit, or the parts of a date."""
    start: int
    end: int
    bound: Bound | None = None
    per: str | None = None
    """« par mois », « de l'heure »: the unit of time of a rate."""
    side: str | None = None
    """« avant » or « après », where the value counts from something."""

    def same_as(self, other: Value) -> bool:
        """Equal as values. A bare number may leave out the unit that the other one has."""
        if self.kind is Kind.NUMBER and self.key[0] == other.key[0]:
            return other.kind not in (Kind.DATE, Kind.CODE, Kind.LINK, Kind.MAIL)
        if self.kind is Kind.UNIT and other.kind in (Kind.NEXT, Kind.UNIT, Kind.EVERY):
            return self.key[0] in other.key
        return self.kind is other.kind and self.key == other.key


_SMALL = (
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "dix-sept dix-huit dix-neuf"
).split()
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}


def _numerals() -> dict[str, int]:
    """French number words from 2 to 99, hyphenated; 100 and 1000 besides."""
    words = {word: number for number, word in enumerate(_SMALL) if number >= 2}
    for base, name in _TENS.items():
        words[name] = base
        words[f"{name}s"] = base
        for unit in range(1, 20 if base in (60, 80) else 10):
            joint = f"{name}-et" if unit in (1, 11) and base != 80 else name
            words[f"{joint}-{_SMALL[unit]}"] = base + unit
    return words | {"cent": 100, "mille": 1000}


NUMERALS = _numerals()
_NUMERAL = "|".join(sorted(NUMERALS, key=len, reverse=True))
_ORDINALS = {
    "premier": 1, "premiere": 1, "deuxieme": 2, "second": 2, "troisieme": 3, "quatrieme": 4, "cinquieme": 5,
    "sixieme": 6, "septieme": 7, "huitieme": 8, "neuvieme": 9, "dixieme": 10,
}  # fmt: skip
_DIGITS = r"\d+(?:[ \u00a0\u202f.](?=\d{3}(?!\d))\d{3}|[ \u00a0\u202f]\d{2,3}(?!\d))*(?:,\d+)?"
_MONTH = "|".join(fold(month) for month in MONTHS)
_TIME = r"jours?|semaines?|mois|trimestres?|semestres?|annees?|ans?|heures?|minutes?"
_UNITS = {"jour": "day", "semaine": "week", "mois": "month", "trimestre": "quarter", "semestre": "semester",
          "annee": "year", "an": "year", "heure": "hour", "minute": "minute"}  # fmt: skip
_ADJECTIVES = {"quotidien": "day", "journalier": "day", "hebdomadaire": "week", "mensuel": "month",
               "trimestriel": "quarter", "annuel": "year", "horaire": "hour"}  # fmt: skip
_MONEY = {"€": "eur", "euro": "eur", "euros": "eur", "eur": "eur", "$": "usd", "dollar": "usd", "dollars": "usd",
          "usd": "usd", "£": "gbp", "livre": "gbp", "livres": "gbp"}  # fmt: skip
_WEEKDAYS = "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("mail", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("link", r"(?:https?://|www\.)[^\s<>«»()]+|(?<![\w@.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,6}(?:/[^\s«»()]*)?(?![\w@-])"),
    ("suffix", r"(?<![\w.])\.[a-z]{2,6}\b"),
    ("article", r"\b[lrda]\. ?\d+(?:-\d+)*\b|\barticles? (?:n° ?)?(?:[lrda] )?\d+(?:-\d+)*\b"),
    ("code", r"\b(?:\d+(?:-[a-z]+)+|\d{3,}/\d+|[a-z]{1,3}-?\d+[a-z]*(?:-\d+)*|\d(?!er\b|re\b)[a-z]{2,3})\b"),
    ("date", rf"\b(?P<d>\d{{1,2}}|1er) (?P<m>{_MONTH})(?: (?P<y>\d{{4}}))?\b"),
    ("month", rf"\b(?P<mm>{_MONTH})(?: (?P<my>\d{{4}}))?\b"),
    ("year", r"\b(?:19|20)\d{2}\b(?! ?(?:€|\$|%|euros?|dollars?))"),
    ("weekday", rf"\b(?:{_WEEKDAYS})s?\b"),
    ("every", rf"\b(?:tous les|toutes les|chaque) (?:(?P<en>\d+|{_NUMERAL}) )?(?P<eu>{_TIME})\b"),
    ("next", rf"\b(?P<nu>{_TIME}) (?P<nd>suivante?s?|qui sui(?:t|vent)|d'apres|precedente?s?|d'avant|en cours)\b"),
    ("measure", rf"(?P<n>{_DIGITS}|\b(?:{_NUMERAL}|une?)\b) ?(?P<u>€|\$|£|%|pour cent\b|euros?\b|eur\b|dollars?\b|usd\b|livres?\b|h\b|j\b|(?:{_TIME})\b)"),
    ("within", rf"\bdans (?:le|la|l')\s?(?P<wu>{_TIME})\b"),
    ("ordinal", rf"\b(?P<o>\d+)(?:er|re|e|eme)\b|\b(?P<ow>{'|'.join(_ORDINALS)})s?\b"),
    ("adjective", rf"\b(?:{'|'.join(_ADJECTIVES)})(?:le|ne|s|les|nes|aux)?\b|\bjournaliere?s?\b"),
    ("unit", rf"\b(?:{_TIME})\b"),
    ("number", rf"{_DIGITS}|\b(?:{_NUMERAL})\b"),
)  # fmt: skip
_ANY = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS))

_PER = re.compile(rf"^(?:(?! et | ou |[,;:.\d]).){{0,45}}?(?:\bpar |/|\bde l'|\ba l')(?P<u>{_TIME})\b")
# A negated bound is the other one: « ne dépasse pas », « ne peut pas être inférieure à ».
_UP = r"plus (?:de|d')|depass\w+|superieure?s? (?:a|aux)|attei\w+|exced\w+"
_DOWN = r"moins (?:de|d')|inferieure?s? (?:a|aux)"
_FROM = (
    r"au-dela (?:de|d'|des)|au moins|au minimum|minim\w+(?: [\w']+){0,3} (?:est|de|a)|minimum|a partir (?:de|du|d')|a compter (?:de|du)|"
    r"depuis (?:le|les|l'|plus de)?|(?P<after>(?<!d')apres (?:le|les)?)"
)
_UNTIL = (
    r"en dessous (?:de|d'|des)|au plus(?: tard)?|au maximum|maxim\w+(?: [\w']+){0,3} (?:est|de|a)|maximum|(?:limit|plafonn)ee?s? a|jusqu'(?:a|au|aux)|"
    r"(?<!mois )(?<!jour )(?<!jours )(?<!an )(?P<ahead>avant (?:le|les|l'age de)?)"
)
_FILLER = r"(?:\s*(?:environ|a|au|aux|de|du|d'|le|les|l'|la|des|au moins|l'age de|la limite de|pres de)\b)*\s*"
_BEFORE = re.compile(
    rf"(?:(?P<not>\b(?:(?:ne |n')\s?(?:\w+ ){{0,3}}?(?:pas|jamais) (?:\w+ ){{0,2}}|pas ))?(?:(?P<up>\b(?:{_UP}))|(?P<down>\b(?:{_DOWN})))"
    rf"(?P<pas> pas)?|(?P<from>\b(?:{_FROM}))|(?P<until>\b(?:{_UNTIL}))){_FILLER}$"
)
_AFTER = re.compile(
    r"^(?: [\w.-]+){0,2}? ?(?:(?P<from>au moins|au minimum|minimum|ou plus|et plus)|"
    r"(?P<until>au plus(?! tot)|au maximum|maximum|ou moins))"
)
_LATEST = re.compile(r"^(?: [\w'-]+){0,5} au plus (?P<when>tot|tard)")
_SIDE = re.compile(r" (?:ouvres? |ouvrables? )?(avant|apres)\b")
_BOUNDED = frozenset({Kind.DATE, Kind.DURATION, Kind.HOURS, Kind.MONEY, Kind.PERCENT, Kind.NUMBER, Kind.ORDINAL})


def find_values(text: str) -> list[Value]:
    """Every value of a folded text, in order."""
    found = []
    for match in _ANY.finditer(text):
        for kind, key in _read(match):
            found.append(
                Value(
                    kind,
                    key,
                    match.start(),
                    match.end(),
                    bound=_bound(text, match, kind),
                    per=_per(text, match.end(), kind),
                    side=side[1] if (side := _SIDE.match(text, match.end())) else None,
                )
            )
    return found


def _read(match: re.Match[str]) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    name, raw = match.lastgroup or "", match[0]
    # The last group may be an inner one: find the alternative that matched.
    name = next(name for name, _ in _PATTERNS if match[name] is not None)
    if name == "mail":
        yield Kind.MAIL, (raw.rstrip("."),)
    elif name == "link":
        yield Kind.LINK, (re.sub(r"^(https?://)?(www\.)?", "", raw).rstrip("/.,;"),)
    elif name == "suffix":
        yield Kind.LINK, (raw,)
    elif name == "article":
        yield Kind.CODE, (re.sub(r"articles?|n°|[ .]", "", raw),)
    elif name == "code":
        yield Kind.CODE, (raw,)
    elif name == "date":
        yield Kind.DATE, (match["d"].removesuffix("er"), match["m"], match["y"] or "")
    elif name == "month":
        yield Kind.DATE, ("", match["mm"], match["my"] or "")
    elif name == "year":
        yield Kind.DATE, ("", "", raw)
    elif name == "weekday":
        yield Kind.WEEKDAY, (raw.removesuffix("s"),)
    elif name == "every":
        yield Kind.EVERY, _duration(_amount(match["en"] or "1"), match["eu"])
    elif name == "next":
        yield Kind.NEXT, (_unit(match["nu"]), _direction(match["nd"]))
    elif name == "measure":
        yield from _measure(match["n"], match["u"])
    elif name == "within":
        yield Kind.DURATION, _duration(Decimal(1), match["wu"])
    elif name == "ordinal":
        yield Kind.ORDINAL, (str(match["o"] or _ORDINALS[match["ow"]]),)
    elif name == "adjective":
        stem = next(stem for stem in _ADJECTIVES if raw.startswith(stem[:-1]))
        if stem != "horaire":
            yield Kind.EVERY, _duration(Decimal(1), next(k for k, v in _UNITS.items() if v == _ADJECTIVES[stem]))
    elif name == "unit":
        yield Kind.UNIT, (_unit(raw),)
    else:
        yield Kind.NUMBER, (str(_amount(raw)),)


def _measure(number: str, unit: str) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    amount = _amount(number)
    if unit in _MONEY:
        # « un euro » is an amount only with a digit: « à l'euro le plus proche ».
        if number not in ("un", "une"):
            yield Kind.MONEY, (str(amount), _MONEY[unit])
    elif unit in ("%", "pour cent"):
        yield Kind.PERCENT, (str(amount),)
    elif unit in ("h", "heure", "heures"):
        yield Kind.HOURS, (str(amount),)
    elif unit == "j":
        yield Kind.DURATION, (str(amount), "day")
    else:
        yield Kind.DURATION, _duration(amount, unit)


def _duration(amount: Decimal, word: str) -> tuple[str, str]:
    """In days or months: a year is twelve months, a quarter three, a week seven days."""
    unit = _unit(word)
    months = {"year": 12, "semester": 6, "quarter": 3}
    if unit in months:
        return str(amount * months[unit]), "month"
    if unit == "week":
        return str(amount * 7), "day"
    return str(amount), unit


def _unit(word: str) -> str:
    return _UNITS[word if word == "mois" else word.removesuffix("s")]


def _direction(word: str) -> str:
    if word == "en cours":
        return "now"
    return "after" if word.startswith(("suiv", "qui", "d'apres")) else "before"


def _amount(raw: str) -> Decimal:
    if raw in ("un", "une"):
        return Decimal(1)
    if raw in NUMERALS:
        return Decimal(NUMERALS[raw])
    plain = re.sub(r"[ \u00a0\u202f.]", "", raw).replace(",", ".")
    return Decimal(plain).normalize() + 0 if Decimal(plain) else Decimal(0)


def _bound(text: str, match: re.Match[str], kind: Kind) -> Bound | None:
    if kind not in _BOUNDED:
        return None
    rest = text[match.end() : match.end() + 60]
    latest = _LATEST.match(rest)
    if latest:
        return Bound.UP if latest["when"] == "tot" else Bound.DOWN
    found = _AFTER.match(rest) or _BEFORE.search(text[max(0, match.start() - 70) : match.start()])
    if not found:
        return None
    placed = found.groupdict().keys() & {"after", "ahead"} and (found["after"] or found["ahead"])
    if placed and kind is not Kind.DATE and not match[0].endswith("ans"):
        return None  # « un mois avant », « après 10 jours »: a place in time, no limit
    if found["from"] or found["until"]:
        return Bound.UP if found["from"] else Bound.DOWN
    negated = bool(found["not"] or found["pas"])
    return Bound.UP if bool(found["up"]) != negated else Bound.DOWN


def _per(text: str, end: int, kind: Kind) -> str | None:
    if kind not in (Kind.MONEY, Kind.HOURS):
        return None
    match = _PER.match(text[end : end + 60])
    return _unit(match["u"]) if match else None
