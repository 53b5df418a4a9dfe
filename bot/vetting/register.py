"""The public register of companies, asked about the numbers that an offer gives. Optional, off by default.

Nine digits leave the machine and nothing else. The answer is a sentence beside the verdict: a company that exists
proves nothing about who wrote the message, so that no answer makes a verdict milder.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Literal

import httpx
from pydantic import BaseModel

from bot import metrics
from bot.settings import Settings
from bot.vetting.verdict import RegisterNote
from detection.entities import Kind, entities
from detection.normalise import normalise
from knowledge.model import format_date
from knowledge.text import STOPWORDS, words

log = logging.getLogger(__name__)

COMPANIES_MAX = 2
"""Numbers of one message that are looked up."""
RETRY_AFTER_MAX_S = 3600.0
NAME_LEAST = 3
"""Letters under which a name (« RH ») is found in any message."""
JOINED_LEAST = 6
"""Letters from which a name written in one word (« francetravail ») is recognised."""
HIDDEN = "[NON-DIFFUSIBLE]"
"""What the register writes in place of a name that its owner does not let it show."""

# Nine digits alone may be anything, a telephone number among others: the word that says what they are stands right
# before them, with no other number between, or right after.
_SAID_BEFORE = re.compile(r"\b(?:siren|siret|rcs|tva|registre|immatricul\w+)\b\D{0,40}(?:FR ?\d\d ?)?$", re.IGNORECASE)
_SAID_AFTER = re.compile(r"\W{0,3}(?:rcs|siren|siret)\b", re.IGNORECASE)
_FORMS = frozenset("sa sas sasu sarl eurl snc sci selarl scop gie ei eirl".split())


class RegisterError(Exception):
    """The register did not answer, or not as it says it does."""


class _Office(BaseModel):
    nom_commercial: str | None = None
    liste_enseignes: list[str] | None = None


class Company(BaseModel):
    """A company as the register gives it (``recherche-entreprises.api.gouv.fr``, July 2026)."""

    siren: str
    nom_complet: str | None = None
    """With the trade name and the initials in parentheses."""
    nom_raison_sociale: str | None = None
    etat_administratif: Literal["A", "C"]
    """Active, or closed (« cessée »)."""
    date_creation: date | None = None
    date_fermeture: date | None = None
    siege: _Office | None = None

    @property
    def name(self) -> str | None:
        """None when it is not public."""
        return None if not self.nom_complet or HIDDEN in self.nom_complet else self.nom_complet

    def names(self) -> list[str]:
        """Every name it goes by."""
        office = self.siege or _Office()
        apart = re.split(r"[()]", self.name or "")
        names = [*apart, self.nom_raison_sociale, office.nom_commercial, *(office.liste_enseignes or [])]
        return [name for name in names if name]


class _Page(BaseModel):
    results: list[Company]


class CompanyRegister:
    """Asks the register, remembers what it said for a while, and leaves it alone after a failure."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        by = f"ClicDroit ({settings.contact})" if settings.contact else "ClicDroit"
        self._http = httpx.AsyncClient(
            base_url=settings.company_register_url,
            headers={b"User-Agent": by.encode(), b"Accept": b"application/json"},
            timeout=settings.company_register_timeout_s,
        )
        self._remembered: dict[str, tuple[float, Company | None]] = {}
        self._quiet_until = 0.0

    async def close(self) -> None:
        await self._http.aclose()

    async def notes(self, text: str, says: Mapping[str, str], today: date) -> list[RegisterNote]:
        """What the register says of the company numbers of a message, in the words ``says``."""
        # In a thread: a message made to be slow to read stops nobody else.
        sirens = await asyncio.to_thread(sirens_in, text)
        return [await self._note(siren, text, says, today) for siren in sirens[:COMPANIES_MAX]]

    async def _note(self, siren: str, text: str, says: Mapping[str, str], today: date) -> RegisterNote:
        number, day = f"{siren[:3]} {siren[3:6]} {siren[6:]}", format_date(today)
        try:
            company = await self.company(siren)
        except RegisterError:
            return RegisterNote(text=says["unreached"].format(number=number), is_found=False)
        if company is None:
            return RegisterNote(text=says["unknown"].format(number=number, day=day), is_found=False)
        said = _said_of(company, text, says)
        return RegisterNote(text=says["known"].format(number=number, company=said, day=day), is_found=True)

    async def company(self, siren: str) -> Company | None:
        """None when the register does not know it. Raises ``RegisterError``."""
        now = self._clock()
        asked_at, known = self._remembered.get(siren, (None, None))
        if asked_at is not None and now - asked_at < self._settings.company_register_cache_hours * 3600:
            return known
        if now < self._quiet_until:
            metrics.REGISTER.labels("left alone").inc()
            raise RegisterError("left alone")
        try:
            async with asyncio.timeout(self._settings.company_register_timeout_s):
                found = await self._ask(siren)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            self._leave_alone(error)
            raise RegisterError(type(error).__name__) from error
        metrics.REGISTER.labels("known" if found else "unknown").inc()
        self._remember(siren, found)
        return found

    async def _ask(self, siren: str) -> Company | None:
        """Raises ``HTTPError``, or ``ValueError`` for an answer that is not one."""
        asked = {"q": siren, "minimal": "true", "include": "siege", "page": "1", "per_page": "1"}
        answer = await self._http.get("/search", params=asked)
        if answer.status_code != httpx.codes.OK:
            raise httpx.HTTPStatusError(str(answer.status_code), request=answer.request, response=answer)
        found = _Page.model_validate_json(answer.content).results
        if found and found[0].siren != siren:
            raise ValueError("another company")
        return found[0] if found else None

    def _leave_alone(self, error: Exception) -> None:
        """Nobody waits for it again for a while: the time it asks for, or ours."""
        metrics.REGISTER.labels("failed").inc()
        log.warning("le registre des entreprises ne répond pas (%s)", type(error).__name__)
        asked = error.response.headers.get("Retry-After", "") if isinstance(error, httpx.HTTPStatusError) else ""
        wait = min(float(asked), RETRY_AFTER_MAX_S) if asked.isdecimal() else 0.0
        self._quiet_until = self._clock() + max(wait, self._settings.company_register_pause_s)

    def _remember(self, siren: str, company: Company | None) -> None:
        self._remembered.pop(siren, None)
        while len(self._remembered) >= self._settings.company_register_cache_max:
            self._remembered.pop(next(iter(self._remembered)))
        self._remembered[siren] = (self._clock(), company)


def register_of(settings: Settings) -> CompanyRegister | None:
    """None where it is off."""
    return CompanyRegister(settings) if settings.company_register else None


def sirens_in(text: str) -> list[str]:
    """The company numbers that a message says are such, nine digits each, in order."""
    read = normalise(text).text
    found = [
        entity.value[:9]
        for entity in entities(read)
        if entity.kind is Kind.COMPANY_NUMBER
        and (_SAID_BEFORE.search(read, 0, entity.start) or _SAID_AFTER.match(read, entity.end))
    ]
    return list(dict.fromkeys(found))


def _said_of(company: Company, text: str, says: Mapping[str, str]) -> str:
    """« de « LA POSTE », inscrite depuis le 1er janvier 1991 »."""
    is_open = company.etat_administratif == "A"
    day = company.date_creation if is_open else company.date_fermeture
    state = says["open" if is_open else "closed"]
    since = says["since"].format(date=format_date(day)) if day else ""
    if company.name is None:
        return f"{says['hidden']}{state}{since}"
    other = "" if _cites(text, company.names()) else says["other_name"]
    return f"{says['named'].format(name=' '.join(company.name.split()))}{state}{since}{other}"


def _cites(text: str, names: Iterable[str]) -> bool:
    said = words(normalise(text).text)
    joined = "".join(said)
    for name in names:
        own = [word for word in words(name) if word not in _FORMS and word not in STOPWORDS]
        whole = "".join(own)
        if len(whole) >= NAME_LEAST and (set(own) <= set(said) or (len(whole) >= JOINED_LEAST and whole in joined)):
            return True
    return False
