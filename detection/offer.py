"""An offer as it is read: normalised text, its clauses, what libraries parse in it, and the signals these show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

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
from detection.guards import denied, is_denied, unsaid
from detection.normalise import Normalised, normalise
from detection.told import Told, told
from knowledge.catalogue import Catalogue
from knowledge.text import flat, fold

MINIMUM_WAGE = "smic_horaire_brut"
"""The figure that pay is compared with."""
MONEY_SAID = re.compile(MONEY)
UNREAL_FACTOR = 2.5
"""A simple task paid more than this many times the hourly minimum wage is out of proportion."""
LOCAL_SHARE = 0.2
"""What is out of proportion in dirhams or francs CFA, as a share of what is in euros: the minimum wages there are a
tenth of the French one, and the rates of ``entities`` are rough."""
UNREAL_FACTOR_ANY = 8.0
"""Pay an hour above this many times the minimum wage is out of proportion for any work offered by message."""

LOSS = "told_loss"
"""The signal of a story told by its victim."""

_SIMPLE_TASK = re.compile(
    r"\b(tilifoun|men dar\w*|sahla|"
    r"lik\w*|aim\w+|abonn\w*|avis|not\w+ (?:de|des)|clic\w*|cliqu\w*|tach\w*|simple\w*|facile\w*|sans (?:experience|"
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
    r"\b(medecins?|physicians?|doctors?|juristes?|pharmacien\w*|notaires?|dentistes?|lawyers?|chirurgien\w*|avocat\w*|"
    r"formateurs?|formatrices?|developpeu\w+|developer|engineer|"
    r"ingenieur\w*|consultant\w*|freelance|architecte|"
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

    @cached_property
    def plain(self) -> str:
        """``flat``, of the same length."""
        return flat(self.text)

    @cached_property
    def told(self) -> Told | None:
        """What its writer tells of themselves, when something went wrong."""
        return told(self.text, self.sentences)

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
    unreal = _unreal(offer, minimum_wage) if minimum_wage else ()
    of_writer = [Shown(LOSS, offer.told.start, offer.told.end, in_words=True)] if offer.told else []
    return [*found, *unreal, *_parcel_links(offer, brands, warnings), *_demands(offer), *of_writer]


_PARCEL = re.compile(
    r"\b(?:colis|livr(?!et)\w+|parcels?|packages?|delivery|paquets?|envoi|article|commande|point relais)\b"
)
_UNDELIVERED = re.compile(
    r"\bpas (?:pu|de place|rentr\w+)|\b(?:retenu|bloque|suspendu|en attente|manque|incomplete?|affranch\w+|"
    r"reexpedi\w+|reprogramm\w+|regularis\w+|douane|nouveau (?:creneau|passage)|dernier avis|repart|choisi\w+|"
    r"valid(?:er|ez)|confirm(?:er|ez)|on hold|missing|could not|missed|reschedule|update)\b"
)


_FEE_OF_A_PARCEL = re.compile(
    rf"\b(?:frais|affranch\w+|douanes?|droits|taxes?|port|manqu\w+|regl\w+|pay(?:er|ez)|acquitt\w+|fees?|pay|customs|duty)\b[^.!?]{{0,40}}{MONEY}|"
    rf"{MONEY}[^.!?]{{0,40}}\b(?:frais|affranch\w+|douanes?|taxes?|port|manqu\w+|a (?:regler|payer)|fees?|customs|"
    r"duty|missing|due)\b"
)


def _parcel_links(offer: ReadOffer, brands: Sequence[Brand], warnings: Sequence[Clause]) -> Iterator[Shown]:
    """A parcel that waits for a step to take by a link that is no known site's."""
    if _OF_WORK.search(offer.plain):
        return
    for link in (entity for entity in offer.entities if entity.kind is Kind.LINK):
        warned = any(clause.start <= link.start < clause.end for clause in warnings)
        around = _around(offer, link.start)
        said = offer.plain[slice(*around)]
        if not warned and not own_domain(link, brands) and _PARCEL.search(said) and _UNDELIVERED.search(said):
            start = next((start for start, end in offer.sentences if start <= link.start < end), link.start)
            yield Shown("parcel_link", start, max(around[1], link.end), in_words=True)
            if _FEE_OF_A_PARCEL.search(said):
                yield Shown("pay_to_work", *around, in_words=True)
            return


def _around(offer: ReadOffer, place: int) -> tuple[int, int]:
    """The span of the sentence at ``place`` with the two before it."""
    at = next((n for n, (start, end) in enumerate(offer.sentences) if start <= place < end), None)
    if at is None:
        return 0, len(offer.text)
    return offer.sentences[max(0, at - 2)][0], offer.sentences[at][1]


_OF_AN_OFFER = re.compile(
    r"\b(?:poste|emplois?|embauch\w+|recrut\w+|candidat\w*|contrat|cdd|cdi|interim|missions?|jobs?|taf|boulot|"
    r"travail\w*|salaire|remuner\w+|pay(?:e|ee|es)|bonus|prime|commission|offre|revenus?|freelance|stage|formation|entretien|work|hiring|salary|"
    r"earn\w*|comptes?|code|virement|colis|dossier|rib|iban|crypto|gains?|khedma)\b"
)
_OF_WORK = re.compile(
    r"\b(?:postes?|emplois?|embauch\w+|recrut\w+|candidat\w*|contrats?|cd[di]|interim|missions?|jobs?|taf|boulot|travail\w*|salaires?|employ\w+|freelance|stage|"
    r"entretiens?|work\w*|hir(?:e|ed|ing)|salary|kh?e?dma|kh?dem|cherch\w+ \d+|taches?|tasks?|saisie|saison|"
    r"metier|equipe|shifts?|"
    r"agents?|interviews?|assistante?s?|team|par (?:mois|jour)|revenus?|"
    r"visa|annotat\w+|sondages?|business|gagn\w+|remuner\w+|profil|collegues?|chantier|formation|testeu\w+|likes?|avis)\b|عمل|وظيفة"
)
WORK, NOT_WORK = "work", "other"
_HELD_BY_WORDS = {
    "papers": re.compile(
        r"\b(?:pieces? d'identite|cartes? d'identite|cni|cin|passe?port\w*|titre de sejour|rib|iban|selfie|vitale|"
        r"papiers|casier|recto)\b"
    ),
    "code": re.compile(
        r"\b(?:codes?|mots? de passe|password|pin|numero de carte|carte bancaire|identifiants?|login)\b"
    ),
    "fee": re.compile(
        r"\b(?:frais|pay(?:er|ez)|caution|depos\w+|vers(?:er|ez)|regl(?:er|ez)|fee|avanc(?:er|ez)|acompte|cotisation|participation)\b"
    ),
    "company": re.compile(
        r"\b(?:societe|entreprise|agence|cabinet|siret|siren|sarl|sas|groupe|company|drh|charika|"
        r"service (?:rh|recrutement|client))\b"
    ),
    WORK: _OF_WORK,
}
_HELD_BY_KIND = {
    Kind.LINK: "link",
    Kind.MAIL: "mail",
    Kind.PHONE: "phone",
    Kind.IBAN: "papers",
    Kind.COMPANY_NUMBER: "company",
}


def holds(offer: ReadOffer) -> set[str]:
    """What there is to verify in a message: « link », « mail », « phone », « papers », « code », « fee », « company »,
    and « work » or « other »."""
    plain = offer.plain
    by_words = {name for name, words in _HELD_BY_WORDS.items() if words.search(plain)}
    by_words |= set() if WORK in by_words else {NOT_WORK}
    return by_words | {_HELD_BY_KIND[entity.kind] for entity in offer.entities if entity.kind in _HELD_BY_KIND}


_QUESTION = re.compile(
    r"\b(?:est-ce que|est ce que|c'est (?:fiable|serieux|legal|une arnaque|quoi|vrai)|c fiable|comment|combien|"
    r"pourquoi|dois-je|puis-je|ai-je|peut-on|faut-il|quels?|quelles?|is it|how (?:much|do|can)|y a-t-il|"
    r"a-t-(?:il|elle|on)|(?:il|elle|on|ils) a (?:pas )?le droit|j'ai (?:pas )?(?:le )?droit|peut-(?:il|elle)|"
    r"peuvent-ils|c'est normal|c normal|je fais quoi|que (?:faire|fais-je)|quoi faire|vous en pensez|"
    r"qui (?:appeler|contacter|prevenir))\b[^.!]*\?"
)
_OF_ONESELF = re.compile(
    r"\b(?:mon|ma|mes|notre|nos) (?:\w+ )?(?:patron\w*|(?:ex-)?employeu(?:r|se)|chef\w*|boite|manager|entreprise|"
    r"responsable|agence|contrat|salaire|paie|paye|heures?|conges?|preavis|boss|rh)\b"
)
"""Who asks about an employer of theirs says amounts and dates, and has received no offer."""
_TO_THE_READER = re.compile(
    r"\b(?:nous (?:cherch|recrut|propos|offr)\w*|interessee?s?|"
    r"votre (?:candidature|profil|cv|compte|dossier)|tu gagnes|vous gagnez)\b"
)


def likeness(offer: ReadOffer) -> str:
    """« question », « talk » or « offer »: what the message is, whatever it holds."""
    plain = offer.plain
    asks = bool(_QUESTION.search(plain)) and plain.rstrip().endswith("?")
    if asks and not offer.entities and _OF_ONESELF.search(plain) and not _TO_THE_READER.search(plain):
        return "question"
    if offer.entities or MONEY_SAID.search(plain) or _TO_THE_READER.search(plain):
        return "offer"
    if asks:
        return "question"
    return "offer" if _OF_AN_OFFER.search(plain) else "talk"


def names(plain: str, name: str) -> bool:
    """Whether ``plain``, a text already ``flat``, names it in whole words."""
    said, in_whole_words = _whole_words(name)
    return said in plain and in_whole_words.search(plain) is not None


def begins_a_word(plain: str, beginnings: Sequence[str]) -> bool:
    """Whether a word of ``plain``, a text already ``flat``, begins with one of these."""
    return bool(beginnings) and _beginning(tuple(beginnings)).search(plain) is not None


@cache
def _beginning(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})")


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
    return _with_whole_brackets(offer.text, start, end)


def _with_whole_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """A bracket that is cut is quoted whole, from where it opens to where it closes."""
    said = text[start:end]
    if (close := said.find(")")) >= 0 and "(" not in said[:close]:
        opened = text.rfind("(", max(0, start - QUOTE_MAX_CHARS), start)
        start = opened if opened >= 0 and ")" not in text[opened:start] else start
    if (opened := said.rfind("(")) >= 0 and ")" not in said[opened:]:
        closed = text.find(")", end, end + QUOTE_MAX_CHARS)
        end = closed + 1 if closed >= 0 and "(" not in text[end:closed] else end
    return start, end


def _demands(offer: ReadOffer) -> Iterator[Shown]:
    plain = offer.plain
    for demand in demands(offer.text, offer.sentences):
        if not is_denied(plain, demand.start, demand.end, demand.signal):
            yield Shown(demand.signal, demand.start, demand.end, in_words=True)


def denied_signals(offer: ReadOffer, brands: Sequence[Brand]) -> Iterator[tuple[int, str]]:
    """Clause number and signal that it does not show although it sounds like it; ``ALL`` for every red flag."""
    links = [entity for entity in offer.entities if entity.kind is Kind.LINK]
    official = all(own_domain(link, brands) for link in links)
    return denied(offer.text, offer.sentences, offer.clauses, offer.entities, official)


def unsaid_signals(offer: ReadOffer) -> Iterator[tuple[int, str]]:
    """Clause number and signal that its words do not say, whatever they sound like to a model."""
    return unsaid(offer.text, offer.sentences, offer.clauses)


def _signals_of(entity: Entity, offer: ReadOffer, brands: Sequence[Brand]) -> Iterator[tuple[str, str]]:
    match entity.kind:
        case Kind.PHONE:
            if entity.country and int(entity.country) not in FRENCH_CODES and not _is_of_there(offer, entity.country):
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


_THERE = {
    "225": "abidjan|cote d'ivoire|ivoir|yopougon|treichville|bouake",
    "221": "dakar|senegal|thies|pikine",
    "212": "maroc|casa\\b|casablanca|rabat|tanger|marrakech|agadir|\\bfes\\b|\\bdhs?\\b|khedma",
    "213": "algeri|alger\\b|\\boran\\b|constantine",
    "216": "tunis|sfax|sousse",
    "237": "camerou|douala|yaounde",
    "229": "benin|cotonou|calavi",
    "228": "\\btogo|\\blome\\b",
    "226": "burkina|ouaga|bobo",
    "223": "\\bmali\\b|bamako",
    "224": "guinee|conakry",
    "227": "niger|niamey",
    "241": "gabon|libreville",
    "242": "congo|brazzaville",
    "243": "congo|kinshasa|\\brdc\\b|goma",
    "32": "belg|bruxelles|liege|charleroi|\\bgand\\b|namur",
    "41": "suisse|geneve|lausanne|zurich",
    "352": "luxembourg",
    "44": "royaume-uni|angleterre|londres|london|\\buk\\b|manchester",
    "49": "allemagne|berlin|munich|germany",
    "34": "espagne|madrid|barcelon|spain|almeria",
    "39": "italie|milan|rome\\b|italy",
    "351": "portugal|lisbon|porto\\b",
    "1": "canada|montreal|quebec|etats-unis|\\busa\\b|new york",
}
"""Calling code → names of the country and of its towns: a number from where the work is surprises nobody."""


def _is_of_there(offer: ReadOffer, code: str) -> bool:
    there = _THERE.get(code)
    return there is not None and re.search(there, offer.plain) is not None


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
        if pay.hourly > limit * minimum_wage * (LOCAL_SHARE if pay.is_local else 1.0) and pay.period != "mois":
            yield Shown("unreal_pay", pay.start, pay.end, f"{pay.hourly:.0f}")
