"""An offer as it is read: normalised text, its clauses, what libraries parse in it, and the signals these show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from detection.clauses import Clause, clauses, sentences
from detection.demands import demands
from detection.entities import (
    FREE_MAIL,
    FRENCH_CODES,
    MONEY,
    Brand,
    Entity,
    Kind,
    Pay,
    entities,
    imitated,
    in_euros,
    is_shortener,
    own_domain,
    pays,
)
from detection.guards import denied, is_denied
from detection.normalise import Normalised, normalise
from knowledge.catalogue import Catalogue
from knowledge.text import flat, fold

MINIMUM_WAGE = "smic_horaire_brut"
"""The figure that pay is compared with."""
MONEY_SAID = re.compile(MONEY)
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
    sentences: list[tuple[int, int]]
    """Their spans in the normalised text."""
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
    in_words: bool = False
    """Read in a demand, not parsed by a library."""


def read(original: str, emoji_words: Mapping[str, str] | None = None) -> ReadOffer:
    normalised = normalise(original, emoji_words)
    text = normalised.text
    found = entities(text)
    read_clauses = [replace(clause, said=_said(clause, found)) for clause in clauses(text)]
    return ReadOffer(normalised, read_clauses, sentences(text), found, pays(text))


_SAID = {Kind.LINK: "lien", Kind.MAIL: "adresse"}


def _said(clause: Clause, found: Sequence[Entity]) -> str:
    said = clause.text
    for entity in sorted(found, key=lambda entity: -entity.start):
        if entity.kind in _SAID and clause.start <= entity.start and entity.end <= clause.end:
            said = said[: entity.start - clause.start] + _SAID[entity.kind] + said[entity.end - clause.start :]
    return in_euros(said)


def brands_of(catalogue: Catalogue) -> list[Brand]:
    return [Brand(b.name, tuple(b.tokens), frozenset(b.domains), tuple(b.words)) for b in catalogue.brands]


def entity_signals(offer: ReadOffer, brands: Sequence[Brand], minimum_wage: float | None) -> list[Shown]:
    """The signals that parsed entities show. ``minimum_wage``: gross, in euros an hour; pay is not judged without."""
    found: list[Shown] = []
    warnings = [clause for clause in offer.clauses if _WARNING.search(fold(clause.text))] if offer.entities else []
    for entity in offer.entities:
        warned = any(clause.start <= entity.start < clause.end for clause in warnings)
        for signal, detail in _signals_of(entity, offer, brands):
            if not warned or signal in ("legal_identity", "official_domain"):
                found.append(Shown(signal, entity.start, entity.end, detail))
    return [*found, *(_unreal(offer, minimum_wage) if minimum_wage else ()), *_demands(offer)]


_OF_AN_OFFER = re.compile(
    r"\b(?:poste|emplois?|embauch\w+|recrut\w+|candidat\w*|contrat|cdd|cdi|interim|missions?|jobs?|taf|boulot|"
    r"travail\w*|salaire|remuner\w+|pay(?:e|ee|es)|bonus|prime|commission|offre|revenus?|freelance|stage|formation|entretien|work|hiring|salary|"
    r"earn\w*|comptes?|code|virement|colis|dossier|rib|iban|crypto|gains?|khedma)\b"
)
_QUESTION = re.compile(
    r"\b(?:est-ce que|est ce que|c'est (?:fiable|serieux|legal|une arnaque|quoi|vrai)|c fiable|comment|combien|"
    r"pourquoi|dois-je|puis-je|ai-je|peut-on|faut-il|quels?|quelles?|is it|how (?:much|do|can)|y a-t-il)\b[^.!]*\?"
)
_TO_THE_READER = re.compile(
    r"\b(?:nous (?:cherch|recrut|propos|offr)\w*|interessee?s?|"
    r"votre (?:candidature|profil|cv|compte|dossier)|tu gagnes|vous gagnez)\b"
)


def likeness(offer: ReadOffer) -> str:
    """« question », « talk » or « offer »: what the message is, whatever it holds."""
    plain = flat(offer.text)
    if offer.entities or MONEY_SAID.search(plain) or _TO_THE_READER.search(plain):
        return "offer"
    if _QUESTION.search(plain) and plain.rstrip().endswith("?"):
        return "question"
    return "offer" if _OF_AN_OFFER.search(plain) else "talk"


def names(plain: str, name: str) -> bool:
    """Whether ``plain``, a text already ``flat``, names it in whole words."""
    said, in_whole_words = _whole_words(name)
    return said in plain and in_whole_words.search(plain) is not None


@cache
def _whole_words(name: str) -> tuple[str, re.Pattern[str]]:
    """Made once a name: a message is searched for hundreds of them, all of the catalogue or the registry of sources."""
    said = flat(name)
    return said, re.compile(rf"(?<!\w){re.escape(said)}(?!\w)")


QUOTE_MAX_CHARS = 160
"""A quotation is the whole sentence up to this length, so that it is not cut before what is asked."""
_ASK_AFTER = re.compile(
    r"\W*(?:merci de )?(?:me |nous )?\w+(?:ez|er|e|s)?[- ](?:le|la|les|moi|nous)\b|"
    r"\W*(?:pouvez|peux)[- ](?:vous|tu) (?:me |nous )?l[ae' ]"
)
"""« Transmettez-le-moi » tells what the sentence before was for."""


def whole_saying(offer: ReadOffer, clause: Clause) -> tuple[int, int]:
    """What to quote of a clause: its sentence when it is short enough, else the clause and what follows it there,
    with the next sentence when that one asks for « it »."""
    at = next((n for n, (start, end) in enumerate(offer.sentences) if start <= clause.start < end), None)
    if at is None:
        return clause.start, clause.end
    start, end = offer.sentences[at][0], max(offer.sentences[at][1], clause.end)
    if end - start > QUOTE_MAX_CHARS:
        start = clause.start
        following = [c.end for c in offer.clauses if clause.end <= c.end <= min(end, start + QUOTE_MAX_CHARS)]
        end = max(following, default=clause.end)
    elif at + 1 < len(offer.sentences):
        after = offer.sentences[at + 1]
        if after[1] - start <= QUOTE_MAX_CHARS and _ASK_AFTER.match(flat(offer.text[slice(*after)])):
            end = after[1]
    return start, end


def _demands(offer: ReadOffer) -> Iterator[Shown]:
    plain = flat(offer.text)
    for demand in demands(offer.text, offer.sentences):
        if not is_denied(plain, demand.start, demand.end):
            yield Shown(demand.signal, demand.start, demand.end, in_words=True)


def denied_signals(offer: ReadOffer, brands: Sequence[Brand]) -> Iterator[tuple[int, str]]:
    """Clause number and signal that it does not show although it sounds like it; ``ALL`` for every red flag."""
    links = [entity for entity in offer.entities if entity.kind is Kind.LINK]
    official = all(own_domain(link, brands) for link in links)
    return denied(offer.text, offer.sentences, offer.clauses, offer.entities, official)


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
