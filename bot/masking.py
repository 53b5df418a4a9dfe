"""Hides personal data in what somebody wrote, before it leaves the conversation.

``mask`` errs on the side of hiding. What a question is about stays: platforms, administrations, amounts,
ages, deadlines. Nothing is looked up anywhere: patterns, ``phonenumbers``, and a list of names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import phonenumbers
from phonenumbers import Leniency, PhoneNumberMatcher
from spellchecker import SpellChecker

from detection.entities import registrable
from knowledge.text import fold

NAME, PHONE, NUMBER, IBAN = "[nom]", "[téléphone]", "[numéro]", "[IBAN]"
MAIL, HANDLE, ADDRESS, BIRTH, SECRET = "[e-mail]", "[pseudo]", "[adresse]", "[date de naissance]", "[secret]"
HIDDEN_PATH = "[…]"

RECENT_YEAR = 2014
"""A full date before this year is taken for a date of birth: microwork questions are about recent days."""
LONG_NUMBER = 6
"""Digits from which a number that is no amount, date or year identifies somebody."""


def mask(text: str) -> str:
    """``text`` with personal data replaced by what it was, in brackets (« [nom] », « [téléphone] »)."""
    text = text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")
    for step in _STEPS:
        text = step(text)
    return _REPEATED.sub(r"\1", text)


# --- links, mail, handles ---------------------------------------------------------------------

_MAIL = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+|[\w.+-]+@[\w.-]+")
_SPOKEN_MAIL = re.compile(
    r"[\w-]+(?:(?:\s+(?:point|dot|tiret|underscore)\s+|\.)[\w-]+)*\s*(?:\(at\)|\[at\]|\barobase\b|\barobas\b|\bat\b)\s*"
    r"[\w-]+(?:\s+(?:point|dot)\s+|\.|\s)(?:fr|com|net|org|eu|be|ch|example)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:https?://|hxxps?://|www\.)[^\s<>«»]+|(?<![\w@.])(?:[\w-]+\.)+[a-z]{2,}/[^\s<>«»]*", re.IGNORECASE
)
_HANDLE = re.compile(r"(?<![\w@])@\w[\w.-]+|\b[\w.]{2,}#\d{4}\b")
_ACCOUNT = re.compile(
    r"\b(?P<lead>(?:(?:mon|son|ton|le|un|ma|sa)\s+)?(?:pseudo(?:nyme)?|login|username|user|nom d'utilisateur|identifiant|insta(?:gram)?|"
    r"snap(?:chat)?|discord|telegram|tiktok|twitter|facebook|fb|skype|steam)\s*(?:(?:\w+\s+)?(?:est|c'est|cest|c|s'appelle)\s+|[:=]\s*))"
    r"(?P<handle>[\w.@-]+)",
    re.IGNORECASE,
)
_BARE_ACCOUNT = re.compile(
    r"\b(?P<lead>(?:insta(?:gram)?|snap(?:chat)?|discord|telegram|tiktok|twitter|pseudo|login|skype|identifiant)\s+)"
    r"(?P<handle>(?=[\w.-]*[a-z])(?=[\w.-]*[\d_])[\w.-]{4,}|[a-z]+\.[a-z]+)",
    re.IGNORECASE,
)


def _hide_mails(text: str) -> str:
    return _SPOKEN_MAIL.sub(MAIL, _MAIL.sub(MAIL, text))


def _hide_links(text: str) -> str:
    return _LINK.sub(_public_part, text)


def _public_part(link: re.Match[str]) -> str:
    """The site stays; what points to somebody (path, parameters, a sub-domain) goes."""
    raw = link[0].rstrip(".,;:!?…')")
    tail = link[0][len(raw) :]
    scheme, host, rest = re.fullmatch(r"((?:\w+://)?)([^/?#]*)(.*)", raw, re.DOTALL).groups()  # type: ignore[union-attr]
    domain = registrable(host.split("@")[-1].split(":")[0]) or host
    private = host.lower().removeprefix("www.") != domain
    shown = f"{HIDDEN_PATH}.{domain}" if private else host
    return scheme + shown + (f"/{HIDDEN_PATH}" if rest.strip("/") else rest) + tail


def _hide_handles(text: str) -> str:
    text = _HANDLE.sub(HANDLE, text)
    text = _BARE_ACCOUNT.sub(lambda found: found["lead"] + HANDLE, text)
    return _ACCOUNT.sub(_account, text)


def _account(found: re.Match[str]) -> str:
    handle = found["handle"]
    is_word = fold(handle) in _vocabulary() and not re.search(r"[\d_.@]", handle)
    return found[0] if is_word and ":" not in found["lead"] and "=" not in found["lead"] else found["lead"] + HANDLE


# --- numbers ----------------------------------------------------------------------------------

_IBAN = re.compile(r"\b[A-Z]{2}\s?\d{2}(?:[ .-]?[A-Z0-9]{3,4}){2,7}(?:[ .-]?[A-Z0-9]{1,4}\b)?", re.IGNORECASE)
_WALLET = re.compile(
    r"\b(?:0x[0-9a-fA-F]{8,}|bc1[a-z0-9]{10,}|T[1-9A-HJ-NP-Za-km-z]{25,}|[13][1-9A-HJ-NP-Za-km-z]{25,34})\b"
)
_SOCIAL_SECURITY = re.compile(
    r"(?<!\d)[1278]\s?\d{2}\s?\d{2}\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}(?:\s?/?\s?\d{2})?(?!\d)", re.IGNORECASE
)
_DATE = r"(?:0?[1-9]|[12]\d|3[01])\s?[/.-]\s?(?:0?[1-9]|1[0-2])\s?[/.-]\s?(?:\d{4}|\d{2})"
_MONTH = "janvier|fevrier|février|mars|avril|mai|juin|juillet|aout|août|septembre|octobre|novembre|decembre|décembre"
_WRITTEN_DATE = rf"(?:1er|\d{{1,2}})\s+(?:{_MONTH})(?:\s+(?P<year>\d{{4}}))?"
_BORN = re.compile(
    rf"\b(?P<lead>(?:né|née|né\(e\)|ne|nee|naissance|anniversaire|ddn|naissance est|born)\b[^\d\n.;]{{0,25}})"
    rf"(?P<date>{_DATE}|{_WRITTEN_DATE}|(?:{_MONTH})\s+\d{{4}}|(?:19|20)\d{{2}}|\d{{2}}(?=\b))",
    re.IGNORECASE,
)
_FULL_DATE = re.compile(rf"(?<![\d/]){_DATE}(?![\d/])")
_LONG_DATE = re.compile(rf"\b(?:{_WRITTEN_DATE})\b", re.IGNORECASE)
_ISO_DATE = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})-\d{2}-\d{2}(?!\d)")
_UNIT = (
    r"(?:€|\$|£|%|eur\b|euros?\b|balles\b|dollars?\b|usd|usdt|fcfa|f?\s?cfa|dh\b|dirhams?\b|dinars?\b|k\b|k€|points?\b|"
    r"pts\b|coins?\b|crédits?\b|credits?\b|h\b|heures?\b|min|mois\b|jours?\b|ans\b|trimestres?\b|personnes?\b|abonnés|"
    r"abonnes|habitants|images?\b|taches?\b|tâches?\b|mots?\b|vues\b|millions?\b|milliards?\b)"
)
_DIGITS = re.compile(r"(?<![\w.,/-])(?:\+|00)?\(?[\doO](?:[ ./_-]{0,3}\(?\d\)?){3,}(?![\w€$£%])")
_NUMBER_WORD = (
    "zéro|zero|un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|"
    "quarante|cinquante|soixante|septante|nonante|cent|et"
)
_SPELLED = re.compile(rf"\b(?:zéro|zero)(?:[\s,-]+(?:{_NUMBER_WORD}|\d{{1,2}})){{4,}}\b", re.IGNORECASE)
_SECRET = re.compile(
    r"\b(?P<lead>(?:mot de passe|mdp|password|code (?:secret|confidentiel|pin|de carte|reçu|recu)|digicode|pin|cvv|cvc|cryptogramme)"
    r"(?:\s+(?:de|du|pour)\s+\w+)?\s*(?:est|c'est|cest|[:=])?\s*)(?P<secret>(?=\S*\d)\S{3,})",
    re.IGNORECASE,
)
_SECRET_WORD = re.compile(
    r"\b(?P<lead>(?:mot de passe|mdp|password)\s*(?:est|c'est|cest|[:=])\s*)(?P<secret>\S+)", re.IGNORECASE
)
_REFERENCE = re.compile(
    r"\b(?P<lead>(?:dossier|n°|nº|no\b|num(?:éro|ero)?|réf(?:érence)?|ref(?:erence)?|matricule|allocataire|identifiant|\bid|siret|"
    r"siren|contrat|permis|passeport|passport|identité|identite|cni|titre de séjour|séjour|fiscal|client|commande|transaction|ticket|"
    r"demandeur|plaque|immatriculation|étudiant|ine|plainte|pv|sécu|facture|worker|compte)"
    r"(?:\s+(?:de|d'|du|est|c'est|le|la|mon|numéro|n°|id|nº|caf|fiscal|allocataire|client|urssaf|pôle emploi|pole emploi|france travail|"
    r"dossier|sécurité|sociale|sécu|plainte|compte|commande|worker|séjour|identité)\b)*\s*[:=#°]?\s*)"
    r"(?P<value>(?=[\w/-]*\d[\w/-]*\d[\w/-]*\d)[\w][\w/-]{4,})(?!\s?(?:€|\$|%|eur))",
    re.IGNORECASE,
)
_MIXED = re.compile(
    r"(?<![\w/.])(?=[\w-]*\d[\w-]*\d[\w-]*\d)(?=[\w-]*[A-Za-z][\w-]*[A-Za-z])[A-Za-z0-9][\w-]{7,}(?![\w])"
)
_PLATE = re.compile(r"\b[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]{2}\b")
_FORM = re.compile(r"20\d\d-?(?:c-?pro|rici|ifi|k)", re.IGNORECASE)


def _hide_accounts(text: str) -> str:
    text = _IBAN.sub(lambda found: IBAN if sum(c.isdigit() for c in found[0]) >= 8 else found[0], text)
    return _SOCIAL_SECURITY.sub(NUMBER, _WALLET.sub(NUMBER, text))


def _hide_secrets(text: str) -> str:
    for pattern in (_SECRET_WORD, _SECRET):
        text = pattern.sub(lambda found: found["lead"] + SECRET, text)
    return text


def _hide_births(text: str) -> str:
    text = _BORN.sub(lambda found: found["lead"] + BIRTH, text)
    text = _FULL_DATE.sub(lambda found: BIRTH if _is_old(found[0]) else found[0], text)
    for pattern in (_LONG_DATE, _ISO_DATE):
        text = pattern.sub(lambda found: BIRTH if int(found["year"] or RECENT_YEAR) < RECENT_YEAR else found[0], text)
    return text


def _is_old(date: str) -> bool:
    year = int(re.split(r"\D+", date)[-1])
    if year < 100:
        year += 1900 if year > 40 else 2000
    return year < RECENT_YEAR


def _hide_phones(text: str) -> str:
    found = [
        match
        for match in PhoneNumberMatcher(text, "FR", leniency=Leniency.POSSIBLE)
        if match.raw_string.startswith(("+", "00", "0", "("))
        and sum(c.isdigit() for c in match.raw_string) >= 9
        and not _FULL_DATE.match(match.raw_string)
    ]
    for match in reversed(found):
        text = text[: match.start] + PHONE + text[match.end :]
    return _SPELLED.sub(PHONE, text)


def _hide_numbers(text: str) -> str:
    text = _REFERENCE.sub(lambda found: found[0] if _is_ordinary(found["value"]) else found["lead"] + NUMBER, text)
    text = _DIGITS.sub(lambda found: _number(found, text), text)
    text = _PLATE.sub(NUMBER, text)
    return _MIXED.sub(lambda found: found[0] if _FORM.fullmatch(found[0]) else NUMBER, text)


def _number(found: re.Match[str], text: str) -> str:
    raw = found[0]
    digits = re.sub(r"\D", "", raw)
    amount = re.match(rf"\s?{_UNIT}", text[found.end() :], re.IGNORECASE)
    if len(digits) < LONG_NUMBER or amount or _is_ordinary(raw):
        return raw
    return PHONE if digits.startswith("0") and 9 <= len(digits) <= 13 else NUMBER


def _is_ordinary(raw: str) -> bool:
    """Years, recent dates, forms and amounts below ten million."""
    raw = raw.strip()
    if _FULL_DATE.fullmatch(raw) or _ISO_DATE.fullmatch(raw):
        return True
    groups = re.findall(r"\d+", raw)
    if raw.replace(" ", "").isdigit() and re.fullmatch(r"[1-9]\d{0,2}(?: \d{3})+", raw) and len("".join(groups)) <= 7:
        return True
    if len(groups) == 1 and len(groups[0]) <= 7 and re.fullmatch(r"[1-9]\d*0{3,}", raw):
        return True
    return all(re.fullmatch(r"(?:19|20)\d{2}|\d{1,2}", group) for group in groups) and any(
        re.fullmatch(r"(?:19|20)\d{2}", group) for group in groups
    )


# --- addresses --------------------------------------------------------------------------------

_STREET = (
    r"rue|avenue|av\.?|ave|bd\.?|bld|boulevard|all[ée]e|impasse|chemin|quai|route|square|résidence|residence|lotissement|"
    r"sentier|hameau|faubourg|esplanade|ruelle|rond-point|mail|promenade"
)
_AMBIGUOUS_STREET = r"place|cours|passage|cité|cite|villa|voie|parc|clos"
_STREET_NAME = r"(?:[\s-]+(?!(?:et|je|j'ai|à|a|est|pour|depuis|mais|car|qui|dans|chez|ou|comment|on|il|ils|nous|ça|ca|c'est|c|avec|faut)\b)[\w'’-]+){1,5}"
_NUMBERED = re.compile(
    rf"\b\d{{1,4}}\s?(?:bis|ter|quater|[a-d])?\s?,?\s*(?:{_STREET}){_STREET_NAME}"
    rf"|\b\d{{1,4}}\s?(?:bis|ter|quater)?\s?,?\s*(?:{_AMBIGUOUS_STREET})\s+(?:(?:de la|de l'|des|du|de|d')\s*)?(?-i:[A-ZÀ-Þ])[\w'-]*(?:[\s-](?-i:[A-ZÀ-Þ])[\w'-]*)*",
    re.IGNORECASE,
)
_UNNUMBERED = re.compile(
    rf"\b(?:{_STREET})\s+(?:(?:de la|de l'|des|du|de|d')\s*)?(?-i:[A-ZÀ-Þ])[\w'-]*(?:[\s-](?:(?:de la|de l'|des|du|de|d')\s?)?(?-i:[A-ZÀ-Þ])[\w'-]*)*",
    re.IGNORECASE,
)
_POST_CODE = re.compile(
    r"(?<![\d,.])(?:F-)?\d{5}\s*,?\s+(?-i:[A-ZÀ-Þ])[\w'-]+(?:[\s-](?-i:[A-ZÀ-Þ])[\w'-]+)*|\(\d{5}\)|(?<=\[adresse\])[\s,]*(?:à\s+)?\d{5}(?:\s+[\w'-]+)?"
)
_POST_CODE_SAID = re.compile(r"\b(?P<lead>(?:code postal|cp)\s*(?:est|c'est|:)?\s*)\d{5}", re.IGNORECASE)
_FLAT = re.compile(
    r"\b(?:appartement|appart|apt|bât(?:iment)?|bat(?:iment)?|escalier|porte|boîte|boite|étage|etage)\.?\s*n?°?\s*(?:(?-i:[A-Z])\d{0,4}|\d{1,4}[a-zA-Z]?)\b"
    r"|\b\d{1,2}\s?(?:e|è|ème|eme|er)\s(?:étage|etage)\b(?:\s(?:gauche|droite))?",
    re.IGNORECASE,
)
_TERRITORIES = frozenset(
    """l la le les etranger reunion mayotte campagne ville domicile hotel france guadeloupe martinique guyane
    saint-martin maison distance mes ma mon ses une un cote chez paris-plage monaco""".split()
)
_LIVES = re.compile(
    r"\b(?P<lead>(?:j'habite|jhabite|j'habitai[st]|habite|habitant|habitons|je vis|vit|vivons|je réside|réside|résidant|domicilié[e]?|domicilie[e]?|"
    r"j'ai déménagé|je loge|demeurant|demeure|né à|née à|natif de)\s+(?:actuellement\s+|seul[e]?\s+|maintenant\s+)?(?:à|a|sur|près de|vers|au|aux|de)\s+)"
    r"(?P<city>[\w'-]+(?:[\s-](?-i:[A-ZÀ-Þ])[\w'-]+)*(?:\s?\(?\d{2,5}\)?)?)",
    re.IGNORECASE,
)
_FROM_POST_CODE = re.compile(rf"(?<={re.escape(ADDRESS)})(?:\s*,?\s*(?:à|a)?\s*(?-i:[A-ZÀ-Þ])[\w'-]+(?:-[\w'-]+)*)+")


def _hide_addresses(text: str) -> str:
    text = _NUMBERED.sub(ADDRESS, text)
    text = _UNNUMBERED.sub(ADDRESS, text)
    text = _LIVES.sub(_city, text)
    text = _POST_CODE_SAID.sub(lambda found: found["lead"] + ADDRESS, text)
    text = _POST_CODE.sub(ADDRESS, text)
    text = _FROM_POST_CODE.sub("", text)
    return _FLAT.sub(ADDRESS, text) if ADDRESS in text else text


def _city(found: re.Match[str]) -> str:
    first = fold(re.split(r"[\s']", found["city"])[0])
    is_word = first in _vocabulary() and found["city"][0].islower()
    return found[0] if first in _TERRITORIES or is_word or ADDRESS[1:-1] in found["city"] else found["lead"] + ADDRESS


# --- names ------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*\.?")
_TITLES = frozenset(
    "m. mr mr. mme mme. mlle mlle. dr dr. me me. pr pr. monsieur madame mademoiselle docteur maitre professeur".split()
)
_INTRODUCTIONS = re.compile(
    r"\b(?:je m'appel+e|je mappel+e|j'm'appel+e|jmappel+e|jm'appel+e|m'appel+e|mappel+e|(?:il|elle|qui|recruteur|recruteuse) s'appel+e|s'appel+ent|sappel+e|"
    r"appelez[- ]moi|appelle[- ]moi|je me nomme|se nomme|nommé[e]?|prénommé[e]?|prenom+e[e]?|soussigné[e]?|soussigne[e]?|"
    r"mon nom(?: de famille)?(?: complet)?(?: est| c'est|,? c'est)?|mon prénom(?: est| c'est)?|mon prenom(?: est| c'est)?|my name is|"
    r"(?:nom(?: de famille)?|prénom|prenom|nom et prénom|titulaire|contact|signé|signe|signature|bénéficiaire|beneficiaire|de la part de|demandez|demander)\s*:"
    r"|au nom de|de la part de|signé|me llamo|ana smiti|smiti|moi c'est|moi cest|moi c|à l'attention de|demandez|pour le compte de)\s*:?\s*(?=\S)",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"(?:cordialement|bien à vous|bien a vous|salutations|respectueusement|amicalement|sincèrement|bonne (?:journée|soirée|journee|soiree)|"
    r"merci(?: d'avance| beaucoup| bien| à vous)?|bisous?|à bientôt|a bientot|cdlt|cdt|crdt)\s*[,.!\n-]*\s*(?=[^\W\d_])",
    re.IGNORECASE,
)
_RELATIONS = frozenset(
    """fils fille femme mari copain copine ami amie pote frere soeur mere pere cousin cousine voisin voisine neveu niece oncle tante
    compagnon compagne conjoint conjointe fiance fiancee epoux epouse bebe enfant petit-fils petite-fille grand-mere grand-pere
    maman papa mamie papy tonton tata beau-frere belle-soeur beau-pere belle-mere collegue conseiller conseillere patron patronne
    chef cheffe recruteur recruteuse responsable manager manageuse tuteur tutrice prof assistante assistant referent referente
    interlocuteur interlocutrice formateur formatrice parrain marraine proprietaire coloc colocataire ex avocat avocate
    comptable client cliente docteur medecin juge collegues gerant gerante directeur directrice""".split()
)
_PARTICLES = frozenset("de du des la le van von ben bin el al da dos di d' o' abd abu ould".split())
# Written with a capital and never somebody's name.
_NOT_NAMES = frozenset(
    """france travail pole emploi urssaf caf cpam ameli carsat agirc arrco dgfip cnil dgccrf insee siret siren rsa are aah apl smic
    bnc bic cfe tva acre cipav msa crous unedoc mdph pajemploi cesu dac ccas rsi opco bpi sasu eurl sarl sas ei eirl rib iban cv
    whatsapp telegram facebook instagram tiktok snapchat messenger discord signal youtube google amazon apple microsoft paypal
    payoneer wise revolut lydia wero vinted leboncoin uber deliveroo stuart binance western union moneygram pcs transcash neosurf
    appen crowdgen clickworker prolific toloka mindrift toluna outlier remotasks alignerr dataannotation mercor telus lionbridge
    oneforma centific welocalize isahit wirk foule factory yappers roamler bemyeye mobeye ipsos isay yougov swagbucks freecash
    ysense mturk mechanical turk uhrs testapic ferpection usertesting utest testbirds respondent rev gotranscript surge scale
    linkedin indeed hellowork malt fiverr upwork temu shein microworkers figure eight lifepoints loonea maximiles mistplay moolineo
    bonjour bonsoir merci salut cordialement madame monsieur je j' tu il elle on nous vous ils elles le la les un une des mon ma mes
    ton ta tes son sa ses notre votre leur leurs ce cet cette ces et ou mais donc or ni car est c'est j'ai qui que quoi comment
    pourquoi quand combien si oui non dois-je puis-je est-ce faut-il svp rdv bjr slt pb""".split()
)
_SERVICES = frozenset("lydia alma alan alexa claude paul clara rosa".split())
_SERVICE_BEFORE = frozenset(
    "par sur via compte appli application carte avec chez banque virement assurance mutuelle".split()
)
_AFTER_NAME_STOPS = frozenset(
    """et je j ai suis est a au aux de du des la le les un une pour dans avec chez sur par mais car donc que qui quoi comment ou
    il elle on nous vous ils elles me m te t se s ne n pas plus ca c ce cette mon ma mes ton ta son sa ses depuis habite travaille
    ans auto micro etudiant etudiante salarie salariee merci svp stp bonjour demande demandait dit veut peut doit fait va vient
    responsable charge chargee du service rh recruteur recruteuse conseiller conseillere gerant gerante mere pere maman papa
    celibataire marie mariee divorce divorcee jai jsuis jhabite g c'est cest si quand comme tout tous tres bien encore alors aussi
    entrepreneur entrepreneuse retraite retraitee chomeur chomeuse and from i am the im y soy""".split()
)


@lru_cache(maxsize=1)
def _names() -> tuple[frozenset[str], frozenset[str]]:
    """Given names and family names, folded."""
    given: set[str] = set()
    family: set[str] = set()
    group: set[str] = set()
    for line in (Path(__file__).parent / "names.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            group = family if "famille" in line else given
        else:
            group.update(line.split())
    return frozenset(given), frozenset(family)


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """French words, folded; it holds no name that is not also a word."""
    return frozenset(fold(word) for word in SpellChecker(language="fr").word_frequency.dictionary)


def _hide_names(text: str) -> str:
    words = list(_words(text))
    marked = _given_names(words)
    marked |= _after_titles(words)
    for pattern in (_INTRODUCTIONS, _SIGN_OFF):
        for found in pattern.finditer(text):
            said = pattern is _INTRODUCTIONS
            marked |= _full_name(words, found.end(), anything=said)
    marked |= _after_relations(words)
    marked |= _beside(words, marked)
    return _replace(text, words, marked)


class _Token:
    """A word of the text and what its writing tells."""

    def __init__(self, text: str, match: re.Match[str]) -> None:
        self.start, self.raw = match.start(), match[0]
        if self.raw.endswith(".") and fold(self.raw) not in _TITLES and len(self.raw) != 2:
            self.raw = self.raw[:-1]
        self.end = self.start + len(self.raw)
        self.plain = re.sub(r"^(?:[dljnmstc]|qu)'", "", fold(self.raw))
        bare = re.sub(r"^(?:[dljnmstcDLJNMSTC]|qu|Qu)'", "", self.raw)
        self.start += len(self.raw) - len(bare)
        self.capital = bare[:1].isupper()
        before = text[: self.start].rstrip(" «\"'([*_-–")
        self.first = not before or before[-1] in ".!?:;\n…" or "\n" in text[len(before) : self.start]
        self.gap = text[match.end() : match.end() + 1]


def _words(text: str) -> Iterator[_Token]:
    hidden = [(found.start(), found.end()) for found in re.finditer(r"\[[^\[\]\n]{1,25}\]", text)]
    for match in _WORD.finditer(text):
        if not any(start <= match.start() < end for start, end in hidden):
            yield _Token(text, match)


def _is_given(word: str) -> bool:
    given, _ = _names()
    return word in given or ("-" in word and all(part in given for part in word.split("-")))


def _given_names(words: list[_Token]) -> set[int]:
    """Given names and family names that stand alone."""
    _, family = _names()
    found = set()
    for index, word in enumerate(words):
        before = words[index - 1].plain if index else ""
        if word.plain in _NOT_NAMES and word.plain not in _SERVICES:
            continue
        if before in ("saint", "sainte", "st", "ste") or (word.plain in _SERVICES and before in _SERVICE_BEFORE):
            continue
        common = word.plain in _vocabulary() or len(word.plain) < 3
        if _is_given(word.plain) and (not common or (word.capital and not word.first)):
            found.add(index)
        elif word.plain in family and not common and word.capital:
            found.add(index)
    return found


def _after_titles(words: list[_Token]) -> set[int]:
    found: set[int] = set()
    for index, word in enumerate(words[:-1]):
        title = fold(word.raw)
        if title.rstrip(".") in ("m", "me", "pr", "dr") and not (word.raw[0].isupper() and words[index + 1].capital):
            continue
        if title in _TITLES or title == "m":
            found |= _full_name(words, words[index + 1].start, anything=words[index + 1].capital or title != "m")
    return found


def _full_name(words: list[_Token], start: int, anything: bool) -> set[int]:
    """Up to four words of a name that begins at ``start``; ``anything``: even in lower case."""
    index = next((i for i, word in enumerate(words) if word.start >= start), len(words))
    found: set[int] = set()
    if index == len(words) or words[index].start - start > 3:
        return found
    first = words[index]
    known = _is_given(first.plain) or first.plain in _names()[1]
    if first.plain in _AFTER_NAME_STOPS or first.plain in _NOT_NAMES or not (anything or first.capital or known):
        return found
    if not first.capital and not known and first.plain in _vocabulary() and first.plain not in _SURELY_NAMED:
        return found
    for offset in range(4):
        if index + offset >= len(words):
            break
        word = words[index + offset]
        if offset and not _continues(words, index + offset):
            break
        found.add(index + offset)
    return found


_SURELY_NAMED = frozenset("rose pierre claire marine petit roux blanc noir grand jean victor pascal".split())


def _continues(words: list[_Token], index: int) -> bool:
    """The word goes on with the name before it."""
    word, before = words[index], words[index - 1]
    if word.start - before.end > 1 or before.gap not in (" ", "-"):
        return False
    if word.plain in _PARTICLES:
        return index + 1 < len(words) and words[index + 1].capital and words[index + 1].plain not in _NOT_NAMES
    if word.plain in _AFTER_NAME_STOPS or word.plain in _NOT_NAMES:
        return False
    if word.capital:
        return True
    return _is_given(word.plain) or word.plain in _names()[1] or word.plain not in _vocabulary()


def _after_relations(words: list[_Token]) -> set[int]:
    """« mon fils Théo », « ma conseillère, Mme … », « mon collègue karim »."""
    found: set[int] = set()
    for index, word in enumerate(words[:-1]):
        if word.plain not in _RELATIONS:
            continue
        following = words[index + 1]
        if following.start - word.end > 2 or following.first:
            continue
        if (
            following.capital
            and following.plain not in _NOT_NAMES
            and not (following.raw.isupper() and len(following.raw) <= 5)
        ):
            found |= _full_name(words, following.start, anything=True)
    return found


def _beside(words: list[_Token], marked: set[int]) -> set[int]:
    """The rest of a name of which one word is known: « Sophie LEROY », « DUPONT Marie », « J. Martin »."""
    found: set[int] = set()
    for index in marked:
        place = index + 1
        while place < len(words) and place < index + 4 and place not in marked and _continues(words, place):
            if not words[place].capital and words[place].plain in _vocabulary():
                break
            found.add(place)
            place += 1
        if index and index - 1 not in marked:
            before = words[index - 1]
            close = words[index].start - before.end <= 1 and before.gap in (" ", "-", ".")
            named = before.capital and before.plain.rstrip(".") not in _NOT_NAMES and before.plain not in _TITLES
            if close and named and (before.raw.isupper() or not before.first) and before.plain not in _vocabulary():
                found.add(index - 1)
    return found


def _replace(text: str, words: list[_Token], marked: set[int]) -> str:
    for index in sorted(marked, reverse=True):
        text = text[: words[index].start] + NAME + text[words[index].end :]
    return text


_REPEATED = re.compile(r"(\[(?:nom|numéro|téléphone|adresse)\])(?:[\s,-]{0,2}\1)+")
_STEPS: tuple[Callable[[str], str], ...] = (
    _hide_mails,
    _hide_links,
    _hide_handles,
    _hide_accounts,
    _hide_secrets,
    _hide_births,
    _hide_phones,
    _hide_addresses,
    _hide_numbers,
    _hide_names,
)
