"""What a message says in numbers: amounts, how often they come, durations, and the day somebody started.

People write « 12k », « 1 300 € », « 340e », « 340 balles », « mille euros », « 1500 par mois », « 15h par semaine ».
An amount is kept only with a currency, or as a bare number right where earnings are told (« si je facture 1500 »).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from knowledge.text import fold


class Period(StrEnum):
    """How often an amount or a duration comes."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


PER_YEAR = {Period.WEEK: 52, Period.MONTH: 12, Period.QUARTER: 4, Period.YEAR: 1}
"""Times a year; a day or an hour has none: how many are worked is not known."""


class Currency(StrEnum):
    EURO = "euro"
    DOLLAR = "dollar"
    POUND = "pound"
    OTHER = "other"


class Role(StrEnum):
    """What the words beside an amount say it is."""

    EARNED = "earned"
    BENEFIT = "benefit"
    WAGE = "wage"
    NOT_EARNED = "not_earned"
    """Paid, owed, claimed, blocked, or a difference (« je dépasse de 500 € »)."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Amount:
    value: Decimal
    currency: Currency
    role: Role = Role.UNKNOWN
    period: Period | None = None
    """« par mois »: None when it came once, or when nothing says so."""
    is_piece: bool = False
    """« 3 € la tâche », « 5 missions à 20 € »: pay for one piece, or for all of them."""
    is_each: bool = False
    """« 3 € la tâche », « 200 images à 0,05 € »: for one piece without a doubt."""
    months: int | None = None
    """« en 4 mois », « sur l'année »: the months that a total covers, when they are said."""

    def per(self, period: Period) -> Amount | None:
        """The same money over another period; None when that cannot be told."""
        if self.period is None or self.period == period:
            return self
        if self.period not in PER_YEAR or period not in PER_YEAR:
            return None
        value = (self.value * PER_YEAR[self.period] / PER_YEAR[period]).quantize(Decimal("0.01"))
        return replace(self, value=value, period=period)


@dataclass(frozen=True)
class Duration:
    hours: Decimal
    period: Period | None = None


@dataclass(frozen=True)
class Pieces:
    """« 300 tâches par jour »."""

    count: int
    period: Period | None = None


@dataclass(frozen=True)
class Quantities:
    """The numbers of one message."""

    amounts: tuple[Amount, ...]
    durations: tuple[Duration, ...]
    pieces: tuple[Pieces, ...] = ()
    loose: tuple[Decimal, ...] = ()
    """Other numbers that may be amounts (« 300 sur l'un et 200 sur l'autre »)."""


def read(text: str) -> Quantities:
    """The amounts and durations of a message as it was typed."""
    text = _in_digits(re.sub(r"\s+", " ", fold(text)))
    found = {match.start(): _amount(match, text) for match in _MONEY.finditer(text)}
    taken = [match.span() for match in _MONEY.finditer(text)]
    for match in _BARE.finditer(text):
        start = _start(match)
        if not any(first <= start < last for first, last in taken) and not _is_year(match):
            found[start] = _amount(match, text)
    read_at = [*found, *(first for first, _ in taken), *(match.start() for match in _COUNT.finditer(text))]
    loose = [match for match in _LOOSE.finditer(text) if not _is_near(match.start(), read_at)]
    values = tuple(Decimal(match[0].replace(" ", "")) for match in loose)
    return Quantities(tuple(found[at] for at in sorted(found)), tuple(_durations(text)), _pieces(text), values)


def _pieces(text: str) -> tuple[Pieces, ...]:
    return tuple(
        Pieces(int(match["count"].replace(" ", "")), _period_named(match["name"]) if match["name"] else None)
        for match in _COUNT.finditer(text)
    )


def _is_near(start: int, read_at: list[int]) -> bool:
    """A number that was read, which may begin with its currency (« $ 300 »)."""
    return any(0 <= start - at <= len("$ ") for at in read_at)


def started_on(text: str, today: date) -> date | None:
    """The day an activity began, when it is said; the first of the month when only the month is."""
    match = _STARTED.search(fold(text))
    if not match:
        return None
    month = _MONTHS[match["month"]] if match["month"] else int(match["number"])
    day = int(match["day"] or match["day_number"] or 1)
    year = int(match["year"] or match["year_number"] or today.year)
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    said_year = match["year"] or match["year_number"]
    return found if said_year or found <= today else found.replace(year=year - 1)


def dates_the_start_only(text: str, started: date | None) -> bool:
    """The one year that is named is the one somebody began, not the one whose rules are asked for."""
    years = {int(year) for year in re.findall(r"\b20[12]\d\b", text)}
    return started is not None and years == {started.year}


def asked_period(text: str) -> Period | None:
    """« … ça fait combien par an ? »: the period the result is asked for."""
    match = _ASKED_PERIOD.search(fold(text))
    return _period_named(match["name"]) if match else None


_MONTHS = {
    "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6, "juillet": 7, "aout": 8,
    "septembre": 9, "octobre": 10, "novembre": 11, "decembre": 12,
}  # fmt: skip
_STARTED = re.compile(
    r"\b(?:cree\w*|creation|ouvert\w*|date de|depuis|commenc\w*|inscrit\w*|lance\w*|immatricul\w*|obtenue?|"
    r"demarr\w*|debut\w*|started)\b[^?.!;]{0,30}?"
    r"(?:(?:\b(?P<day>\d{1,2})(?:er)? )?\b(?P<month>" + "|".join(_MONTHS) + r")\b(?: (?P<year>20[12]\d))?"
    r"|\b(?P<day_number>\d{1,2})/(?P<number>\d{1,2})(?:/(?P<year_number>20[12]\d))?\b)"
)

_PERIOD_NAMES = {
    Period.HOUR: r"heures?|h|hours?",
    Period.DAY: r"jours?|day",
    Period.WEEK: r"semaines?|sem|week",
    Period.MONTH: r"mois|month",
    Period.QUARTER: r"trimestres?|quarter",
    Period.YEAR: r"ans?|annees?|year",
}
_PERIOD = r"(?P<name>" + "|".join(_PERIOD_NAMES.values()) + r")(?![a-z])"
_EVERY = (
    r"(?:/ ?|par |chaque |chaques |tous les |toutes les |per |each |every |a l'|a la |an |"
    r"(?:de )?l'? ?(?=heure)|a (?=month|week|year))"
)
# Right after an amount, a few words of what it is for at most; never past a question.
_PERIOD_AFTER = re.compile(r"^(?: (?!combien|cb|reste|fait|et |je |par |chaque )[a-z'\-]+){0,4}? ?" + _EVERY + _PERIOD)
_PERIOD_BEFORE = re.compile(r"\b(?:par|chaque|tous les) " + _PERIOD + r"[^,.;?\d]{0,25}$")
_ADJECTIVES = {"mensuel": Period.MONTH, "annuel": Period.YEAR, "trimestriel": Period.QUARTER, "hebdo": Period.WEEK}
_ADJECTIVE = re.compile(rf"^(?: [a-z]+)? ({'|'.join(_ADJECTIVES)})")
_ADJECTIVE_BEFORE = re.compile(rf"\b({'|'.join(_ADJECTIVES)})\w* ?(?:de |est |d'environ |: ?)*$")
_ASKED_PERIOD = re.compile(
    r"\b(?:combien|cb|quoi|koi|reste\w*|net|how much|fait|donne|base imposable|imposable)\b[^,.;?\d]{0,30}?"
    r"\b(?:par|a l'|sur l'|per|chaque) ?" + _PERIOD
)

_PIECES = (
    r"(?:micro-?)?taches?|sondages?|missions?|tests?|images?|mots?|clics?|likes?|videos?|enquetes?|pages?|"
    r"lignes?|factures?|"
    r"pieces?|unites?|fois|fichiers?|minutes? audio|annotations?|photos?|phrases?|questions?|questionnaires?|captchas?|"
    r"articles?|enregistrements?|tickets?"
)
_PIECE_AFTER = re.compile(
    rf"^ ?(?:(?:la|le|les|par|chaque|/|l') ?(?:{_PIECES})\b|chacun\w*|(?:x|\*|fois) ?\d|pieces?\b)"
)
_PIECE_BEFORE = re.compile(
    rf"\d+ (?:{_PIECES})(?: [a-z]+)?(?: (?:par|chaque) [a-z]+)? (?:a|de|d'|pour)? ?$|\d ?(?:x|\*|fois) ?$"
)
_EACH_BEFORE = re.compile(r"\bchacune?s? ?(?:a|de|d'|:)? ?$")
_SURELY_EACH = Decimal(2)
"""Euros under which « 200 images à 0,05 € » can only be the pay for each."""
_COVERED = re.compile(
    r"^[^\d,.;?]{0,40}\b(?:(?:sur|en|pendant|dans)(?: les| ces| mes)? (?P<months>\d{1,2}|deux|trois|six) ?"
    r"(?:derniers? )?mois\b|(?:ce|sur le|dans le|le|au) trimestre\b|"
    r"(?:cette|sur l'|dans l'|l'|sur lan?|de l'|this) ?(?:annee|nnee|year)\b|sur un an\b)"
)

_NUMBER = (
    r"(?P<number>\d{1,3}(?:[ .]\d{3})+(?!\d)|\d+)(?:[.,](?P<cents>\d{1,2})(?!\d))?(?: ?(?P<kilo>k)(?P<hundreds>\d)?)?"
)
_ALONE = r"(?<![\w,./])"
_CURRENCY = (
    r"(?P<euro>€|euros?|eur|eu|balles?|boules?|(?P<cent>centimes?|cts)|e(?! ?(?:mois|annee|trimestre|fois|"
    r"jour|semaine|age|categorie)\b))"
    r"|(?P<dollar>\$|dollars?|usd|usdt|bucks)|(?P<pound>£|livres?|pounds?|gbp)"
    r"|(?P<other>fcfa|cfa|dh|dirhams?|mad|francs?|chf|bitcoins?|btc|eth|dinars?)"
)
_MONEY = re.compile(
    rf"{_ALONE}(?:(?P<before>[€$£]) ?)?{_NUMBER}(?P<unit> ?(?:{_CURRENCY})(?![a-z0-9]))?"
    r"(?(unit)|(?(before)|(?(kilo)(?![a-z0-9])|(?!))))"
)
_COUNT = re.compile(
    rf"{_ALONE}(?P<count>\d{{1,3}} \d{{3}}|\d{{1,6}}) (?!fois|factures?|unites?)(?:{_PIECES})\b"
    rf"(?:(?: [a-z]+)?(?: ?/ ?| (?:par|chaque|a la|a l'|per|each) ?){_PERIOD})?"
)
_COUNTED = (
    r"(?! ?(?:%|h\b|heures?|ans?\b|jours?|mois\b|semaines?|min|mn\b|sec|taches?|sondages?|personnes?|points?|fois|"
    r"clients?|trimestres?|enfants?|parts?|images?|choses?|trucs?|tests?|missions?|comptes?|annees?|euros?|er\b|eme\b|"
    r"e\b|k\b|/\d|[\d.,]\d))"
)
_BARE = re.compile(
    # « j'en fais 100 par heure » counts pieces.
    r"(?:\b(?:are|chomage|rsa|aah|pension|salaire|(?<!en )fait|(?<!en )fais|(?<!en )fe|gagn\w*|factur\w*|encaiss\w*|"
    r"touch\w*|declar\w*|recettes|ca|affaires|revenus?|c'est|made|"
    r"make|earn\w*|genre|environ|avec|pour|sur|passe\w*|jusqu'a)(?: (?:que|de|d'|a|environ|genre|dans les|pres de|"
    r"peut-etre))*"
    rf" ){_ALONE}{_NUMBER}{_COUNTED}(?=(?: ?(?P<tail>/|par\b|en\b|sur\b|de (?:ca|chiffre|recettes)|bnc|brut|net|"
    rf"bruts|nets))|"
    r" ?[?!.,;)]| ?$| (?:combien|cb|ca |c'est|je |j'|il |avec |a |et |pour |ce mois|ce trimestre|cette annee|l'an))"
    rf"|{_ALONE}(?P<number2>\d{{2,6}}) (?=(?:de ca\b|de chiffre|de recettes|bruts?\b|/ ?mois|par mois|par an\b|"
    r"(?:de |d'? ?)(?:are|chomage|allocation|rsa|aah|micro|bnc|sondages|toluna|clickworker|appen|prolific)\b))"
)

_LOOSE = re.compile(
    rf"{_ALONE}(?!20[12]\d\b)(?:\d{{1,3}}(?: \d{{3}})+|[4-9]\d|\d{{3,6}})\b"
    rf"(?! ?[%°]){_COUNTED}(?! (?:{'|'.join(_MONTHS)})\b)(?! ?(?:€|\$))"
)

_SOURCES = (
    r"sondages?|taches?|micro-?taches?|micro-?travail|annotations?|transcriptions?|micro|relecture|clickworker|toluna|"
    r"appen|dataannotation|outlier|prolific|remotasks|recettes?|ca\b|chiffre|missions?|gains?|tests?|plateforme"
)
_BENEFITS = r"are|chomage|rsa|aah|allocations?|pension|retraite|apl|bourse|prime|indemnites?|ass|aspa|droits"
_WAGES = r"salaire|cdi|cdd|fiche de paie|smic|serveu\w+|mi-temps|employeur"
_NOT_EARNED_BEFORE = re.compile(
    r"(?:\b(?:(?:j'ai|jai|g|je|j'avais|faut|dois|de|a) ?(?:deja |tout )?(?:pay(?!er)|vers(?!er|"
    r"ement liber)|depos|envoy|"
    r"vir[eé]|depens)\w*|mettre|mis|"
    r"deposer|depot|(?<!a )payer|(?<!a )verser|envoyer|debite\w*|coute\w*|frais|amende|loyer|caution|reclam\w*|"
    r"demande\w*|doit|doivent|"
    r"dus?|dues?|impaye\w*|rembours\w*|vole\w*|perdu|bloque\w*|retirer|retrait|minimum|dette|saisie|penalite|"
    r"majoration|"
    r"placer|achat|acheter|indu|garantie|facture|avocat|contribution|cheque|credit|renvo\w+|rendre|depass\w* de|"
    r"manque\w*)"
    r"(?: (?!gagn|touch|encaiss)[a-z'\-]+){0,3} ?)$"
)
_NOT_EARNED_AFTER = re.compile(
    r"^(?: (?:de|en) (?:versement|prelevement) liber|(?: (?:de|d'|par mois|en))* ?(?:taxe|frais|caution|"
    r"amende|d'amende|dette|indu|d'indu|de cote|impaye\w*|"
    r"dus?\b|dues?\b|"
    r"volee?s?|bloque\w*|d'urssaf|d'achat|achat|dessus|depot|loyer|usdt|crypto|de depot|minimum|blanchi\w*|la facture))"
)
# « je paie combien sur 600 », « combien je dois payer à l'Urssaf pour 250 € »: asked of what was earned, not paid.
_ASKED_ON = re.compile(r"\b(?:combien|cb)\b[^\d]{0,40}\b(?:sur|pour)(?: (?:environ|mes|les|ces|genre))? ?$")
_EARNED_BEFORE = re.compile(
    r"\b(?:gagn\w*|touch\w*|encaiss\w*|factur(?:e|es|er|ais)\b(?<!la facture)|recettes?|ca|chiffre d'affaires|"
    r"made|earn\w*|"
    r"(?:me|m'a|m'ont) (?:verse|paye)|payee?s?|fait|fe|fais|rapport\w*|virement|salaire d'appen|mission\w*|propose)"
    r"(?: (?!frais|amende)[a-z'\-]+){0,4} ?$"
)


def _amount(match: re.Match[str], text: str) -> Amount:
    groups = match.groupdict()
    number = groups["number"] or groups.get("number2") or ""
    value = Decimal(re.sub(r"[ .]", "", number))
    if groups["cents"]:
        value += Decimal(groups["cents"]) / 10 ** len(groups["cents"])
    if groups["kilo"]:
        value = value * 1000 + int(groups["hundreds"] or 0) * 100
    end = match.end() if not groups.get("number2") else match.end("number2")
    before, after = _clause_before(text[: _start(match)]), text[end:]
    if groups.get("cent"):
        value /= 100
    is_piece = _is_piece(before, after)
    is_each = is_piece and (value < _SURELY_EACH or bool(_PIECE_AFTER.search(after) or _EACH_BEFORE.search(before)))
    period = None if is_each else _period(before, after)
    return Amount(value, _currency(groups), _role(before, after), period, is_piece, is_each, _months(after))


def _start(match: re.Match[str]) -> int:
    """Where the number of an amount begins."""
    return match.start("number") if match["number"] else match.start("number2")


def _is_piece(before: str, after: str) -> bool:
    return any(cue.search(words) for cue, words in
               ((_PIECE_AFTER, after), (_PIECE_BEFORE, before), (_EACH_BEFORE, before)))  # fmt: skip


def _months(after: str) -> int | None:
    match = _COVERED.search(after)
    if not match:
        return None
    if match["months"]:
        return _UNITS.get(match["months"]) or int(match["months"])
    return 3 if "trimestre" in match[0] else 12


def _clause_before(text: str) -> str:
    """The words that belong to an amount: from the last break, or the last other amount, on."""
    return (
        re.split(r"[,;.?!+:(](?!\d)|\d ?(?:€|\$|e\b|euros?\b)|\bet (?=j)", text[-80:])[-1]
        .removesuffix("€")
        .removesuffix("$")
    )


def _currency(groups: dict[str, str | None]) -> Currency:
    named = {"€": Currency.EURO, "$": Currency.DOLLAR, "£": Currency.POUND}.get(groups.get("before") or "")
    found = next((name for name in ("dollar", "pound", "other") if groups.get(name)), "euro")
    return named or Currency(found)


def _role(before: str, after: str) -> Role:
    """What the words right before and after an amount make of it; the nearest and the worst first."""
    source = rf"^(?: ?(?:/ ?|par )(?:mois|an))?(?: (?:de|d'|en|sur|dans|chez|avec))? ?(?:[a-z]+ )?(?:d')?(?:{_SOURCES})"
    is_earned = bool(_EARNED_BEFORE.search(before) or _ASKED_ON.search(before))
    if _NOT_EARNED_AFTER.search(after) or (_NOT_EARNED_BEFORE.search(before) and not is_earned):
        return Role.NOT_EARNED
    if re.search(
        rf"^(?: ?(?:/ ?|par )mois)?(?: bruts?| nets?)?(?: ?(?:/ ?|par )mois)?(?: de| d'| d| en|"
        rf" du)? ?(?:{_BENEFITS})\b",
        after,
    ):
        return Role.BENEFIT
    if re.search(rf"^(?: bruts?| nets?)?(?: ?(?:/ ?|par )mois)?(?: bruts?| nets?)?(?: de| en)? (?:{_WAGES})\b", after):
        return Role.WAGE
    if re.search(source, after):
        return Role.EARNED
    if re.search(rf"\b(?:{_BENEFITS})(?: (?:de|est|c'est|a|taux plein|je crois|que|etait))* ?$", before):
        return Role.BENEFIT
    if re.search(rf"\b(?:{_WAGES})(?: (?:de|est|a|c'est))* ?$", before):
        return Role.WAGE
    return Role.EARNED if is_earned else Role.UNKNOWN


def _period(before: str, after: str) -> Period | None:
    adjective = _ADJECTIVE.search(after) or _ADJECTIVE_BEFORE.search(before)
    if adjective:
        return _ADJECTIVES[adjective[1]]
    match = _PERIOD_AFTER.search(after) or _PERIOD_BEFORE.search(before)
    return _period_named(match["name"]) if match else None


def _period_named(name: str) -> Period:
    return next(period for period, names in _PERIOD_NAMES.items() if re.fullmatch(names, name))


def _is_year(match: re.Match[str]) -> bool:
    number = match["number"] or match["number2"]
    follows = (match["tail"] or "") if match["number"] else "par"
    return bool(re.fullmatch(r"20[1-3]\d", number)) and number != "2000" and follows not in ("/", "par")


_HOURS = re.compile(
    rf"{_ALONE}(?P<whole>\d{{1,3}})(?:[,.](?P<tenths>\d{{1,2}}))? ?(?:h|heures?|hours?)(?:(?P<minutes> ?\d{{2}})\b"
    rf"|(?P<half> et demie?))?(?![a-z0-9])"
)
_SHORTER = re.compile(rf"{_ALONE}(?P<whole>\d{{1,3}}) ?(?P<unit>mn|min|minutes?|s|sec|secondes?|seconds?)(?![a-z0-9])")
_DURATION_PERIOD = re.compile(r"^ ?(?:de travail )?(?:/ ?|par |chaque |a |per |la )?" + _PERIOD)


def _durations(text: str) -> list[Duration]:
    found = []
    for match in _HOURS.finditer(text):
        hours = Decimal(f"{match['whole']}.{match['tenths'] or 0}") + Decimal(match["minutes"] or 0) / 60
        hours += Decimal("0.5") if match["half"] else 0
        found.append(Duration(hours, _duration_period(text[match.end() :])))
    for match in _SHORTER.finditer(text):
        share = 60 if match["unit"].startswith("m") else 3600
        found.append(Duration(Decimal(match["whole"]) / share, _duration_period(text[match.end() :])))
    return [duration for duration in found if duration.hours > 0]


def _duration_period(after: str) -> Period | None:
    match = _DURATION_PERIOD.search(after)
    return _period_named(match["name"]) if match else None


_UNITS = {
    word: number
    for number, word in enumerate(
        "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split()
    )
} | {"une": 1, "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
_NUMBER_WORD = "|".join([*_UNITS, "cents?", "mille", "et"])
_WORDS = re.compile(
    rf"\b((?:(?:{_NUMBER_WORD})[ -])*(?:{_NUMBER_WORD}))(?= (?:euros?|balles?|dollars?|heures?|minutes?|€)\b|"
    rf"\b(?<=mille)$)"
)
_DIGITS_THOUSAND = re.compile(r"\b(\d+) ?mille\b")


def _in_digits(text: str) -> str:
    """« mille cinq cents euros », « une heure », « 2 mille » → digits; other number words stay."""
    text = re.sub(r"\bune? demi[ -]heure\b", "30 min", text)
    text = _DIGITS_THOUSAND.sub(lambda match: f"{match[1]}000", text)
    return _WORDS.sub(lambda match: str(_in_words(match[1]) or match[1]), text)


def _in_words(words: str) -> int:
    """« deux cent douze » → 212, « quatre vingt dix » → 90."""
    total = group = 0
    for word in re.split(r"[ -]", words):
        if word == "mille":
            total, group = total + max(group, 1) * 1000, 0
        elif word.startswith("cent"):
            group = max(group, 1) * 100
        elif word.startswith("vingt") and group % 100 == 4:
            group += 76
        else:
            group += _UNITS.get(word, 0)
    return total + group
