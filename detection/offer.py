"""An offer as it is read: normalised text, its clauses, what libraries parse in it, and the signals these show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from detection.clauses import Clause, clauses
from detection.entities import (
    FREE_MAIL,
    FRENCH_CODES,
    Brand,
    Entity,
    Kind,
    Pay,
    entities,
    imitated,
    is_shortener,
    own_domain,
    pays,
)
from detection.normalise import Normalised, normalise
from knowledge.catalogue import Catalogue
from knowledge.text import fold

MINIMUM_WAGE = "smic_horaire_brut"
"""The figure that pay is compared with."""
UNREAL_FACTOR = 2.5
"""A simple task paid more than this many times the hourly minimum wage is out of proportion."""
UNREAL_FACTOR_ANY = 8.0
"""Pay an hour above this many times the minimum wage is out of proportion for any work offered by message."""

_SIMPLE_TASK = re.compile(
    r"\b(lik\w*|aim\w+|abonn\w*|avis|not\w+ (?:de|des)|clic\w*|cliqu\w*|tach\w*|simple\w*|facile\w*|sans (?:experience|"
    r"diplome)|aucune (?:experience|competence)|depuis (?:chez|votre|ton) \w+|telephone|captures?|videos?|optimis\w*|"
    r"temps libre|heures? par jour|minutes? par jour|easy|tasks?|no experience|from home|saisie|"
    r"questionnaires?)\b"
)
# Words that say that the number or link is quoted to warn about it, not given to be used.
_WARNING = re.compile(
    r"\b(ne (?:rappel|repond|cliqu|versez|paye|communiqu|donn|envoy|transmet|install|appel)\w*|n (?:envoy|ouvr|install|"
    r"appel)\w*|mefi\w*|attention|arnaque\w*|fraud\w*|frauduleu\w*|hameconnage|phishing|jamais|signal\w+|faux|fausse|"
    r"scam|never|beware|fake)\b"
)
_HIGHLY_SKILLED = re.compile(
    r"\b(medecin|chirurgien|avocat\w*|developpeu\w+|developer|engineer|ingenieur\w*|consultant\w*|freelance|architecte|"
    r"expert\w*|senior|lead|devops|data scientist|traduct\w+|tjm|interprete|plombier|electricien|infirmi\w+)\b"
)


@dataclass(frozen=True)
class ReadOffer:
    normalised: Normalised
    clauses: list[Clause]
    entities: list[Entity]
    pays: list[Pay]

    @property
    def text(self) -> str:
        return self.normalised.text

    @property
    def said(self) -> str:
        """All that the models read."""
        return "\n".join(clause.said for clause in self.clauses)


@dataclass(frozen=True)
class Shown:
    """A signal shown by ``text[start:end]`` of the normalised text."""

    signal: str
    start: int
    end: int
    detail: str = ""


def read(original: str, emoji_words: Mapping[str, str] | None = None) -> ReadOffer:
    normalised = normalise(original, emoji_words)
    text = normalised.text
    found = entities(text)
    read_clauses = [replace(clause, said=_said(clause, found)) for clause in clauses(text)]
    return ReadOffer(normalised, read_clauses, found, pays(text))


_SAID = {Kind.LINK: "lien", Kind.MAIL: "adresse"}


def _said(clause: Clause, found: Sequence[Entity]) -> str:
    said = clause.text
    for entity in sorted(found, key=lambda entity: -entity.start):
        if entity.kind in _SAID and clause.start <= entity.start and entity.end <= clause.end:
            said = said[: entity.start - clause.start] + _SAID[entity.kind] + said[entity.end - clause.start :]
    return said


def brands_of(catalogue: Catalogue) -> list[Brand]:
    return [Brand(b.name, tuple(b.tokens), frozenset(b.domains)) for b in catalogue.brands]


def entity_signals(offer: ReadOffer, brands: Sequence[Brand], minimum_wage: float | None) -> list[Shown]:
    """The signals that parsed entities show. ``minimum_wage``: gross, in euros an hour; pay is not judged without."""
    found: list[Shown] = []
    warnings = [clause for clause in offer.clauses if _WARNING.search(fold(clause.text))] if offer.entities else []
    for entity in offer.entities:
        warned = any(clause.start <= entity.start < clause.end for clause in warnings)
        for signal, detail in _signals_of(entity, offer, brands):
            if not warned or signal in ("legal_identity", "official_domain"):
                found.append(Shown(signal, entity.start, entity.end, detail))
    return [*found, *(_unreal(offer, minimum_wage) if minimum_wage else ())]


def _signals_of(entity: Entity, offer: ReadOffer, brands: Sequence[Brand]) -> Iterator[tuple[str, str]]:
    match entity.kind:
        case Kind.PHONE:
            if entity.country and int(entity.country) not in FRENCH_CODES:
                yield "foreign_number", f"+{entity.country}"
        case Kind.PREMIUM:
            yield "premium_number", ""
        case Kind.LINK | Kind.MAIL:
            yield from _signals_of_domain(entity, offer, brands)
        case Kind.IBAN:
            if entity.country != "FR":
                yield "private_iban", entity.country
        case Kind.WALLET:
            yield "crypto_payment", ""
        case Kind.COMPANY_NUMBER:
            yield "legal_identity", ""
        case Kind.FILE:
            yield "install_file", ""
        case _:
            return


def _signals_of_domain(entity: Entity, offer: ReadOffer, brands: Sequence[Brand]) -> Iterator[tuple[str, str]]:
    if entity.kind is Kind.MAIL and entity.value in FREE_MAIL:
        # A small employer writes from gmail too: only a name in the address that is a known brand's counts.
        local = fold(offer.text[entity.start : entity.end].split("@")[0])
        joined = re.sub(r"[^a-z0-9]", "", local)
        brand = next((b for b in brands if any(len(t) > 4 and t in joined for t in b.tokens)), None)
        if brand:
            yield "free_mail_for_company", brand.name
        return
    if is_shortener(entity.value):
        yield "short_link", ""
    elif brand := imitated(entity, brands):
        yield "lookalike_domain", brand.name
    elif (brand := own_domain(entity, brands)) and _speaks_of(offer, brand, entity):
        yield "official_domain", brand.name


def _speaks_of(offer: ReadOffer, brand: Brand, entity: Entity) -> bool:
    """The message names the brand elsewhere than in this link."""
    return fold(brand.name).split()[0] in fold(offer.text.replace(entity.host, " "))


def _unreal(offer: ReadOffer, minimum_wage: float) -> Iterator[Shown]:
    folded = fold(offer.text)
    if _HIGHLY_SKILLED.search(folded):
        return
    limit = UNREAL_FACTOR if _SIMPLE_TASK.search(folded) else UNREAL_FACTOR_ANY
    for pay in offer.pays:
        if pay.hourly > limit * minimum_wage and pay.period != "mois":
            yield Shown("unreal_pay", pay.start, pay.end, f"{pay.hourly:.0f}")
