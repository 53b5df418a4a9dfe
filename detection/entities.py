"""What a message holds that a library can parse: phones, links, e-mail addresses, accounts, pay.

Links are never opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
import tldextract
from antispam_link_shorteners import is_link_shortener
from phonenumbers import PhoneNumberMatcher, PhoneNumberType
from rapidfuzz.distance import DamerauLevenshtein
from stdnum import iban
from stdnum.fr import siren, siret

from detection.normalise import normalise
from knowledge.text import fold

# Calling codes of France and of its overseas territories.
FRENCH_CODES = frozenset({33, 262, 508, 590, 594, 596, 681, 687, 689})
MESSAGING_DOMAINS = frozenset({"wa.me", "t.me", "telegram.me", "whatsapp.com", "signal.me", "signal.group", "m.me"})
FREE_MAIL = frozenset(
    """gmail.com outlook.com outlook.fr hotmail.com hotmail.fr live.com live.fr yahoo.com yahoo.fr ymail.com aol.com
    gmx.com gmx.fr proton.me protonmail.com icloud.com mail.com yandex.com laposte.net orange.fr wanadoo.fr free.fr
    sfr.fr""".split()
)
_RESERVED_SUFFIXES = frozenset({"example", "test", "invalid"})  # RFC 2606: what tests and documents use

_LINK = re.compile(
    r"(?<![\w@.])(?:https?://|www\.)[^\s<>\"«»()\[\]]+|(?<![\w@./-])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/[^\s<>\"«»()\[\]]*)?",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+-]{1,64}\s?@\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b")
_WALLET = re.compile(
    r"\b(?:T[1-9A-HJ-NP-Za-km-z]{33}|0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,60}|[13][1-9A-HJ-NP-Za-km-z]{25,34})\b"
)
_COMPANY_NUMBER = re.compile(r"(?<!\d)\d{3}[ .]?\d{3}[ .]?\d{3}(?:[ .]?\d{5})?(?!\d)")
# The last digits are often hidden by whoever shows the message: « 0899 xx xx xx ».
_DIGIT = r"[ .-]?[\dxX*•_]"
_PREMIUM = re.compile(
    rf"(?<!\d)(?:0[ .-]?8[ .-]?9(?:{_DIGIT}){{7}}"
    r"|(?:(?<=\b[aA]u )|(?<=\b[lL]e ))(?:3[26]\d\d|118 ?\d{3}))(?![\dxX*•_]|\s?(?:€|eur|f\b|k\b))"
)
_PRICE_OF_CALL = re.compile(
    r"\d\s?(?:€|euros?|eur|cts?|centimes?)\s?(?:ttc\s?)?(?:/|par|l['’]|la)\s?(?:appel|min)", re.IGNORECASE
)
_PRICED_NUMBER = re.compile(rf"(?<!\d)0[ .-]?8[ .-]?[12](?:{_DIGIT}){{7}}(?![\dxX*•_])")
_PRICE_REACH = 60
"""Characters between a number and the price of its call."""
PUBLIC_NUMBERS = frozenset({"3230", "3620", "3631", "3639", "3646"})
"""Four digits of the family benefits, the post and the health insurance: known, and at the price of a call."""
_FILE = re.compile(r"\b[\w-]{1,100}\.(?:apk|exe|msi|dmg|scr|bat|zip|rar|iso)\b", re.IGNORECASE)


class Kind(StrEnum):
    PHONE = "phone"
    LINK = "link"
    MAIL = "mail"
    IBAN = "iban"
    WALLET = "wallet"
    COMPANY_NUMBER = "company_number"
    PREMIUM = "premium"
    FILE = "file"


@dataclass(frozen=True)
class Entity:
    """Something parsed in the normalised text, at ``text[start:end]``."""

    kind: Kind
    start: int
    end: int
    value: str
    """E.164 number, registrable domain, compact IBAN or company number."""
    country: str = ""
    """Calling code of a phone, country of an IBAN."""
    host: str = ""
    """Whole host of a link or mail address."""


def entities(text: str) -> list[Entity]:
    """Every entity of a normalised text, by kind."""
    found: list[Entity] = []
    mails = list(_mails(text))
    taken = [(mail.start, mail.end) for mail in mails]
    found += mails
    found += [link for link in _links(text) if not _inside(link, taken)]
    taken += [(link.start, link.end) for link in found]
    found += _ibans(text)
    taken += [(e.start, e.end) for e in found]
    found += [e for e in _company_numbers(text) if not _inside(e, taken)]
    taken += [(e.start, e.end) for e in found if e.kind is Kind.COMPANY_NUMBER]
    found += [phone for phone in _phones(text) if not _inside(phone, taken)]
    found += _phones_of_links(text)
    found += _premium_numbers(text)
    for kind, pattern in ((Kind.WALLET, _WALLET), (Kind.FILE, _FILE)):
        found += [Entity(kind, m.start(), m.end(), m[0]) for m in pattern.finditer(text)]
    return found


def _premium_numbers(text: str) -> Iterator[Entity]:
    """Numbers that cost more than a call, by their first digits or by the price said beside them; the quote holds
    both."""
    for pattern, needs_price in ((_PREMIUM, False), (_PRICED_NUMBER, True)):
        for match in pattern.finditer(text):
            price = _PRICE_OF_CALL.search(text, match.end(), match.end() + _PRICE_REACH)
            if match[0] not in PUBLIC_NUMBERS and (price or not needs_price):
                yield Entity(Kind.PREMIUM, match.start(), price.end() if price else match.end(), match[0])


def _inside(entity: Entity, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= entity.start < end for start, end in spans)


def _phones(text: str) -> Iterator[Entity]:
    for match in PhoneNumberMatcher(text, "FR", leniency=phonenumbers.Leniency.POSSIBLE):
        raw = match.raw_string
        number = match.number
        digits = sum(char.isdigit() for char in raw)
        # « 10 000 000 » or a date is no phone: a French number has its 0 or its country code.
        if not raw.lstrip().startswith(("+", "00", "0", "(+", "(0")) or digits < 9:
            continue
        if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
            if number.country_code not in FRENCH_CODES:  # the French ones are found half hidden too
                yield Entity(Kind.PREMIUM, match.start, match.end, raw)
            continue
        value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        yield Entity(Kind.PHONE, match.start, match.end, value, country=str(number.country_code or ""))


def _phones_of_links(text: str) -> Iterator[Entity]:
    for link in re.finditer(r"wa\.me/\+?(\d{8,15})", text):
        yield Entity(Kind.PHONE, link.start(), link.end(), f"+{link[1]}", country=_calling_code(link[1]))


def _calling_code(digits: str) -> str:
    for length in (1, 2, 3):
        if int(digits[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return digits[:length]
    return ""


@lru_cache(maxsize=1)
def _suffixes() -> tldextract.TLDExtract:
    # The list that comes with the library: nothing is fetched.
    return tldextract.TLDExtract(suffix_list_urls=(), include_psl_private_domains=False, cache_dir=None)


def registrable(host: str) -> str:
    """« www.a.exemple.co.uk » → « exemple.co.uk »; empty when it is no domain."""
    host = host.lower().strip(".")
    parts = _suffixes()(host)
    if parts.domain and parts.suffix:
        return f"{parts.domain}.{parts.suffix}"
    labels = host.split(".")
    return ".".join(labels[-2:]) if len(labels) >= 2 and labels[-1] in _RESERVED_SUFFIXES else ""


def _links(text: str) -> Iterator[Entity]:
    for match in _LINK.finditer(text):
        raw = match[0].rstrip(".,;:!?…'’")
        host = re.sub(r"^(https?://)", "", raw, flags=re.IGNORECASE).split("/")[0].split("?")[0].split(":")[0]
        domain = registrable(host)
        # « fin.Demain » is a missing space: without http, www or a path a link is in lower case.
        bare = not raw.lower().startswith(("http", "www")) and "/" not in raw
        if not domain or (bare and host != host.lower()) or _FILE.fullmatch(raw):
            continue
        yield Entity(Kind.LINK, match.start(), match.start() + len(raw), domain, host=host.lower())


def _mails(text: str) -> Iterator[Entity]:
    for match in _MAIL.finditer(text):
        host = match[0].split("@")[1].strip().lower()
        domain = registrable(host)
        if domain:
            yield Entity(Kind.MAIL, match.start(), match.end(), domain, host=host)


def _ibans(text: str) -> Iterator[Entity]:
    for match in _IBAN.finditer(text):
        compact = match[0].replace(" ", "")
        # The check digits of an example are often wrong: the country tells enough.
        if iban.is_valid(compact) or (len(compact) >= 15 and sum(c.isdigit() for c in compact) >= 10):
            yield Entity(Kind.IBAN, match.start(), match.end(), compact, country=compact[:2])


def _company_numbers(text: str) -> Iterator[Entity]:
    for match in _COMPANY_NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if siret.is_valid(digits) if len(digits) == 14 else siren.is_valid(digits):
            yield Entity(Kind.COMPANY_NUMBER, match.start(), match.end(), digits)


def is_shortener(domain: str) -> bool:
    try:
        return domain not in MESSAGING_DOMAINS and bool(is_link_shortener(domain))
    except ValueError:  # « www.fr »: the library takes the www away, and no host is left
        return False


# --- brands -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Brand:
    """A name that traps borrow, and the registrable domains that are really its own."""

    name: str
    tokens: tuple[str, ...]
    """Folded words or joined words that stand for it in a domain: « francetravail »."""
    domains: frozenset[str]
    words: tuple[str, ...] = ()
    """Ordinary words that are also its name: they count only beside a lure."""


_LURES = re.compile(
    r"(?:recrut\w*|emplois?|jobs?|careers?|carrieres?|rh|hr|drh|embauche\w*|candidat\w*|interview|entretien|offres?|interim|"
    r"comptes?|clients?|securite|secure|paiements?|payment|verif\w*|login|connexion|colis|livraison|remboursement|cadeau\w*|officiel)"
)
"""What a look-alike adds to the name it borrows."""


def imitated(entity: Entity, brands: Sequence[Brand]) -> Brand | None:
    """The brand that the domain of a link or mail address imitates without being one of its own."""
    if any(entity.value in brand.domains for brand in brands) or entity.value in MESSAGING_DOMAINS:
        return None
    host = fold(normalise(_decoded(entity.host)).text)
    suffix = entity.value.split(".", 1)[1]
    labels = [part for part in re.split(r"[.\-_]", host.removesuffix("." + suffix)) if part]
    joined = "".join(labels)
    lured = any(_LURES.fullmatch(label) for label in labels)
    for brand in brands:
        if lured and any(word in labels for word in brand.words):
            return brand
        for token in brand.tokens:
            short = len(token) <= 4
            if token in labels or (not short and token in joined):
                return brand
            if any(label.startswith(token) and _LURES.fullmatch(label[len(token) :]) for label in labels):
                return brand  # « sncfrecrute »
            limit = 0 if len(token) < 7 else 1 if len(token) < 10 else 2
            if limit and any(0 < DamerauLevenshtein.distance(label, token) <= limit for label in labels):
                return brand
    return None


def own_domain(entity: Entity, brands: Sequence[Brand]) -> Brand | None:
    return next((brand for brand in brands if entity.value in brand.domains), None)


def _decoded(host: str) -> str:
    """Punycode read as the letters it shows."""
    try:
        return host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        return host


# --- pay --------------------------------------------------------------------------------------

# Rough rates, only to tell 30 € from 300 €: a message is never judged on a few per cent.
EUROS = {
    "€": 1.0,
    "eur": 1.0,
    "euro": 1.0,
    "euros": 1.0,
    "e": 1.0,
    "balles": 1.0,
    "$": 0.9,
    "usd": 0.9,
    "dollars": 0.9,
    "usdt": 0.9,
    "£": 1.15,
    "gbp": 1.15,
    "livres": 1.15,
    "chf": 1.05,
    "fcfa": 1 / 656,
    "f cfa": 1 / 656,
    "cfa": 1 / 656,
    "f": 1 / 656,
    "dh": 0.092,
    "dhs": 0.092,
    "mad": 0.092,
    "dirhams": 0.092,
    "da": 0.0066,
    "dinars": 0.3,
    "dt": 0.3,
}
_LOCAL = frozenset({"fcfa", "f cfa", "cfa", "f", "dh", "dhs", "mad", "dirhams", "da", "dinars", "dt"})
_HOURS = {
    "heure": 1.0,
    "h": 1.0,
    "hour": 1.0,
    "hr": 1.0,
    "jour": 7.0,
    "j": 7.0,
    "jr": 7.0,
    "day": 7.0,
    "daily": 7.0,
    "soir": 4.0,
    "semaine": 35.0,
    "sem": 35.0,
    "week": 35.0,
    "nhar": 7.0,
    "lyoum": 7.0,
    "chhar": 151.67,
    "mois": 151.67,
    "month": 151.67,
}
_NUMBER = r"(?>\d{1,3}(?:[ .,\u00a0\u202f]\d{3}){1,5}|\d{1,15}(?:[.,]\d{1,2})?)"
_UNIT = "|".join(sorted(map(re.escape, EUROS), key=len, reverse=True))
_PERIOD = "|".join(sorted(_HOURS, key=len, reverse=True))
_PAY = re.compile(
    rf"(?:{_NUMBER}\s*+(?:{_UNIT})?\s*+(?:à|a|-|–|to|et)\s*+)?(?P<prefix>[$£€])?\s?(?P<amount>{_NUMBER})\s*+"
    rf"(?P<unit>{_UNIT})?s?\s*+(?:net(?:s|te)?s?|brut(?:s|e)?s?|max|mini)?\s*+"
    rf"(?:/|par|de l['’]|l['’]|la|le|per|an|a|p\.?|chaque|tous les|f(?: ?l)?)\s*+(?P<period>{_PERIOD})s?\b",
    re.IGNORECASE,
)
MONEY = rf"(?:(?:[$£€]\s?)(?:{_NUMBER})|(?:{_NUMBER})\s?(?:{_UNIT})(?![^\W\d_]))"
"""An amount with its currency, in lower case."""
_FOREIGN = re.compile(
    rf"(?P<amount>{_NUMBER})\s?(?P<unit>f\s?cfa|fcfa|cfa|f|dhs?|mad|dirhams|da|dt|dinars)(?![^\W\d_])", re.IGNORECASE
)
_COUNTS = {name: n for n, name in enumerate("un deux trois quatre cinq six sept huit neuf dix".split(), 1)}
_FOR_DAYS = re.compile(
    rf"(?P<amount>{_NUMBER})\s*(?P<unit>{_UNIT})\s*(?:net|brut)?s?\s*(?:pour|en|for|les)\s+(?P<count>\d{{1,2}}|{'|'.join(_COUNTS)})\s+"
    r"(?P<period>heure|hour|jour|day|semaine|week)s?\b",
    re.IGNORECASE,
)
_SHORT_DAY = re.compile(
    r"(?P<hours>\d{1,2})\s?(?:h|heures?|hours?|swaye3|sa3at)\s?(?:de travail |de taf )?"
    r"(?:/|par|per|a|le|f|w)\s?(?:jour|j|day|nhar|lyoum|(?=\d))\b"
)
_HOUR_A_DAY = re.compile(
    r"\b(?:ghir )?(?:sa3a|une (?:petite )?heure|one hour) (?:f|par|a|le) ?(?:l)?(?:nhar|jour|day)\b"
)
_MINUTES_DAY = re.compile(
    r"(?P<minutes>\d{1,3})\s?(?:min|minutes|mn)\s?(?:de travail )?(?:/|par|per|a|le)\s?(?:jour|j|day)\b"
)


@dataclass(frozen=True)
class Pay:
    """A promised pay, at ``text[start:end]``; ``hourly`` in euros an hour."""

    start: int
    end: int
    period: str
    hourly: float
    is_local: bool = False
    """In the money of a country where pay is a fraction of the French one."""


def pays(text: str) -> list[Pay]:
    """Every amount of money for a time. Hours a day said elsewhere in the text count."""
    folded = text.lower()
    day = _hours_a_day(fold(text))
    found = []
    for match in _PAY.finditer(folded):
        unit = match["unit"] or match["prefix"]
        if unit is None:
            continue
        amount = _number(match["amount"]) * EUROS[unit]
        hours = _HOURS[match["period"]]
        if day and hours > 1:
            hours = hours / 7.0 * day
        found.append(Pay(match.start(), match.end(), match["period"], amount / hours, unit in _LOCAL))
    for match in _FOR_DAYS.finditer(folded):
        count = _COUNTS.get(match["count"]) or int(match["count"])
        amount = _number(match["amount"]) * EUROS[match["unit"]]
        hours = _HOURS[match["period"]]
        hours = hours / 7.0 * day if day and hours > 1 else hours
        found.append(Pay(match.start(), match.end(), match["period"], amount / (hours * max(count, 1))))
    return found


def _hours_a_day(folded: str) -> float | None:
    if match := _SHORT_DAY.search(folded):
        return max(float(match["hours"]), 0.5)
    if _HOUR_A_DAY.search(folded):
        return 1.0
    if match := _MINUTES_DAY.search(folded):
        return max(float(match["minutes"]) / 60, 0.25)
    return None


def _number(text: str) -> float:
    compact = re.sub(r"[ \u00a0\u202f]", "", text)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", compact):
        return float(re.sub(r"[.,]", "", compact))
    return float(compact.replace(",", "."))


def in_euros(text: str) -> str:
    """African and Maghrebi amounts said in euros: « 15 500F » and « 24 € » are the same money to a reader."""

    def converted(match: re.Match[str]) -> str:
        euros = _number(match["amount"]) * EUROS[" ".join(match["unit"].lower().split())]
        return f"{euros:.0f} €" if euros >= 1 else match[0]

    return _FOREIGN.sub(converted, text)
