"""What may leave the conversation of an offer: personal data hidden, links that nobody can tap by mistake."""

from __future__ import annotations

import re
import unicodedata

from bot.masking import HIDDEN_PATH, IBAN, MAIL, NUMBER, PHONE, mask
from detection.entities import Entity, Kind, entities, registrable
from detection.normalise import normalise

_HIDDEN = {
    Kind.PHONE: PHONE,
    Kind.MAIL: MAIL,
    Kind.IBAN: IBAN,
    Kind.WALLET: NUMBER,
    Kind.COMPANY_NUMBER: NUMBER,
}
_LETTERED_PHONE = re.compile(r"(?<!\w)\+?[\dOoIl](?:[ ./_-]{0,3}[\dOoIl]){8,}(?!\w)")
"""« O6 39 98 I2 34 »."""
_DIGITS_LEAST = 5
_LINK = re.compile(r"\b([a-z][a-z0-9+.-]*)://(\S*)", re.IGNORECASE)
_HOST = re.compile(r"(?<![\w-])(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w-])")
_ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)")


def anonymised(text: str) -> str:
    """``text`` with personal data replaced by what it was, in brackets, and its links broken
    (« hxxps://example[.]com »)."""
    return defanged(mask(_without_disguised(text)))


def defanged(text: str) -> str:
    """``text`` with links that no application makes a link of again."""
    text = _LINK.sub(_broken, text)
    text = _ADDRESS.sub(lambda found: found[0].replace(".", "[.]"), text)
    return _HOST.sub(lambda found: found[0].replace(".", "[.]") if _is_host(found) else found[0], text)


def _broken(link: re.Match[str]) -> str:
    """« hxxps://… »; a link that opens an application (« tg://… ») says who is behind it: only its kind stays."""
    scheme = link[1].lower()
    if scheme not in ("http", "https"):
        return f"{scheme}[:]//{HIDDEN_PATH}"
    return f"{scheme.replace('tt', 'xx')}://{link[2]}"


def _is_host(found: re.Match[str]) -> bool:
    """« jobs.example »; « merci.Je » is a missing space, though « .je » is a domain."""
    in_link = found.string[: found.start()].endswith("://")
    return (in_link or not found[0].rpartition(".")[2].istitle()) and bool(registrable(found[0]))


def _without_disguised(text: str) -> str:
    """Numbers and addresses that are written so that a filter does not read them: hidden before the rest is masked,
    which reads the words as they are typed. Invisible characters go: nobody could see what they hide."""
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    text = _LETTERED_PHONE.sub(_lettered, text)
    read = normalise(text)
    found = [entity for entity in entities(read.text) if entity.kind in _HIDDEN and not _in_a_link(entity, read.text)]
    hidden_from = len(text)
    for entity in sorted(found, key=lambda entity: -entity.start):
        start, end = read.span(entity.start, entity.end)
        text = text[:start] + _HIDDEN[entity.kind] + text[min(end, hidden_from) :]
        hidden_from = start
    return text


def _lettered(found: re.Match[str]) -> str:
    raw = found[0]
    digits = sum(char.isdigit() for char in raw)
    return PHONE if digits >= _DIGITS_LEAST and any(char.isalpha() for char in raw) else raw


def _in_a_link(entity: Entity, text: str) -> bool:
    """« wa.me/33… »: the link stays, masking hides its path."""
    return entity.kind is Kind.PHONE and "/" in text[entity.start : entity.end]
