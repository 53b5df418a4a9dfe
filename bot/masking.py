"""Hides personal data in what somebody wrote, before it leaves the conversation.

``mask`` errs on the side of hiding. What a question is about stays: platforms, administrations, amounts,
ages, deadlines. Nothing is looked up anywhere: patterns, ``phonenumbers``, and the lists of ``names.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from phonenumbers import Leniency, PhoneNumberMatcher
from spellchecker import SpellChecker

from detection.entities import registrable
from knowledge.text import fold

NAME, PHONE, NUMBER, IBAN = "[nom]", "[téléphone]", "[numéro]", "[IBAN]"
MAIL, HANDLE, ADDRESS, BIRTH, SECRET = "[e-mail]", "[pseudo]", "[adresse]", "[date de naissance]", "[secret]"
HIDDEN_PATH = "[…]"

RECENT_YEAR = 2014
"""A full date before this year is taken for a date of birth: questions are about recent days."""
LONG_NUMBER = 6
"""Digits from which a number that is no amount, date or year identifies somebody."""
NAME_WORDS = 4
"""Words of a name, at most."""

_ENDLESS_WORD = re.compile(r"(\S{150})\S+")
"""No word of a question is that long; searching one takes time that grows with its square."""
_CAPITAL = "(?-i:[A-ZÀ-Þ])"


def mask(text: str) -> str:
    """``text`` with personal data replaced by what it was, in brackets (« [nom] », « [téléphone] »)."""
    text = text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")
    text = _ENDLESS_WORD.sub(r"\1…", text)
    for step in _STEPS:
        text = step(text)
    return _REPEATED.sub(r"\1", text)


def _any(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


def _compile(*pieces: str) -> re.Pattern[str]:
    return re.compile("".join(pieces), re.IGNORECASE)


# --- mail, links, handles ---------------------------------------------------------------------

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+|[\w.+-]+@[\w.-]+")
_SPOKEN_MAIL = _compile(
    r"(?<![\w-])[\w-]+(?:(?:\s+(?:point|dot|tiret|underscore)\s+|\.)[\w-]+){0,5}",
    r"\s*(?:\(at\)|\[at\]|\barobase\b|\barobas\b|\bat\b)\s*",
    r"[\w-]+(?:\s+(?:point|dot)\s+|\.|\s)(?:fr|com|net|org|eu|be|ch|example)\b",
)
_LINK = _compile(r"(?:https?://|hxxps?://|www\.)[^\s<>«»]+|(?<![\w@.])(?:[\w-]+\.)+[a-z]{2,}/[^\s<>«»]*")
_HANDLE = re.compile(r"(?<![\w@])@\w[\w.-]+|\b[\w.]{2,}#\d{4}\b")
_NETWORK = _any(
    *("insta(?:gram)?", "snap(?:chat)?", "discord", "telegram", "tiktok", "twitter", "facebook", "fb", "skype"),
    *("steam", "pseudo(?:nyme)?", "login", "user(?:name)?", "nom d'utilisateur", "identifiant"),
)
_ACCOUNT = _compile(
    rf"\b(?P<lead>{_NETWORK}(?:\s+(?:sur|de|pour)\s+\w+)?",
    r"\s*(?:(?:\w+\s+)?(?:est|c'est|cest|c|s'appelle)\s+|[:=]\s*))(?P<handle>[\w.@:-]+)",
)
_BARE_ACCOUNT = _compile(
    rf"\b(?P<lead>{_NETWORK}\s+)",
    r"(?P<handle>(?=[\w.:-]*[a-z])(?=[\w.:-]*[\d_])[\w.:-]{4,}|[a-z]+\.[a-z]+)",
)


def _hide_mails(text: str) -> str:
    return _SPOKEN_MAIL.sub(MAIL, _MAIL.sub(MAIL, text))


def _hide_links(text: str) -> str:
    return _LINK.sub(_public_part, text)


def _public_part(link: re.Match[str]) -> str:
    """The site stays; what may point to somebody (path, parameters, a sub-domain) goes."""
    raw = link[0].rstrip(".,;:!?…')")
    scheme, separator, address = raw.rpartition("://")
    host = re.split(r"[/?#]", address, maxsplit=1)[0]
    domain = registrable(host.split("@")[-1].split(":")[0]) or host
    shown = host if host.lower().removeprefix("www.") == domain else f"{HIDDEN_PATH}.{domain}"
    path = f"/{HIDDEN_PATH}" if address[len(host) :].strip("/") else address[len(host) :]
    return scheme + separator + shown + path + link[0][len(raw) :]


def _hide_handles(text: str) -> str:
    text = _HANDLE.sub(HANDLE, text)
    text = _BARE_ACCOUNT.sub(lambda found: found["lead"] + HANDLE, text)
    return _ACCOUNT.sub(_handle, text)


def _handle(found: re.Match[str]) -> str:
    """« mon pseudo est zaza » has a handle, « mon snap est bloqué » has none; names come later."""
    handle = found["handle"]
    plain = fold(handle)
    announced = found["lead"].rstrip().endswith((":", "="))
    marked = re.search(r"[\d_.:]", handle) is not None
    is_word = plain in _vocabulary() or _is_given(plain)
    return found["lead"] + HANDLE if marked or not is_word or (announced and not _is_given(plain)) else found[0]


# --- dates ------------------------------------------------------------------------------------

_DATE = r"(?:0?[1-9]|[12]\d|3[01])\s?[/.-]\s?(?:0?[1-9]|1[0-2])\s?[/.-]\s?(?:\d{4}|\d{2})"
_MONTH = _any("janvier", "f[ée]vrier", "mars", "avril", "mai", "juin", "juillet", "ao[ûu]t", "septembre", "octobre")
_MONTH = _any(_MONTH, "novembre", "d[ée]cembre")
_WRITTEN_DATE = rf"(?:1er|\d{{1,2}})\s+{_MONTH}(?:\s+(?P<year>\d{{4}}))?"
_BORN = _compile(
    r"\b(?P<lead>(?:n[ée]e?|né\(e\)|naissance|anniversaire|ddn|born)\b[^\d\n.;]{0,25})",
    rf"(?P<date>{_DATE}|{_WRITTEN_DATE}|{_MONTH}\s+\d{{4}}|(?:19|20)\d{{2}}|\d{{2}}\b)",
)
_FULL_DATE = re.compile(rf"(?<![\d/]){_DATE}(?![\d/])")
_LONG_DATE = _compile(rf"\b{_WRITTEN_DATE}\b")
_ISO_DATE = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})-\d{2}-\d{2}(?!\d)")


def _hide_births(text: str) -> str:
    text = _BORN.sub(lambda found: found["lead"] + BIRTH, text)
    text = _FULL_DATE.sub(lambda found: BIRTH if _year_of(found[0]) < RECENT_YEAR else found[0], text)
    for pattern in (_LONG_DATE, _ISO_DATE):
        text = pattern.sub(lambda found: BIRTH if int(found["year"] or RECENT_YEAR) < RECENT_YEAR else found[0], text)
    return text


def _year_of(date: str) -> int:
    year = int(re.split(r"\D+", date)[-1])
    return year if year >= 100 else year + (1900 if year > 40 else 2000)


# --- accounts, phones, numbers ----------------------------------------------------------------

_IBAN = _compile(r"\b[A-Z]{2}\s?\d{2}(?:[ .-]?[A-Z0-9]{3,4}){2,7}(?:[ .-]?[A-Z0-9]{1,4}\b)?")
_WALLET = re.compile(
    r"\b(?:0x[0-9a-fA-F]{8,}|bc1[a-z0-9]{10,}|T[1-9A-HJ-NP-Za-km-z]{25,}|[13][1-9A-HJ-NP-Za-km-z]{25,34})\b"
)
_SOCIAL_SECURITY = _compile(r"(?<!\d)[1278]\s?\d{2}\s?\d{2}\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}(?:\s?/?\s?\d{2})?(?!\d)")
_PASSWORD = _any("mot de passe", "mdp", "password")
_CODE = _any("code (?:secret|confidentiel|pin|de carte|re[çc]u)", "digicode", "pin", "cvv", "cvc", "cryptogramme")
_SECRETS = (
    _compile(rf"\b(?P<lead>{_PASSWORD}(?:\s+\w+)?\s*(?:est|c'est|cest|[:=])\s*)(?P<secret>\S+)"),
    _compile(
        rf"\b(?P<lead>{_any(_PASSWORD, _CODE)}(?:\s+(?:de|du|pour|par|sur)\s+\w+)?\s*(?:est|c'est|cest|[:=])?\s*)",
        r"(?P<secret>(?=\S*\d)\S{3,})",
    ),
)
_CIPHER = _any(
    *("zéro", "zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize", "vingts?", "trente", "quarante", "cinquante", "soixante", "cent", "et"),
)
_SPELLED = _compile(rf"\bz[ée]ro(?:[\s,-]+(?:{_CIPHER}|\d{{1,2}})){{4,}}\b")
_HOLDER = _any(
    *("dossier", "n°", "nº", r"no\b", "num(?:[ée]ro)?", "r[ée]f(?:[ée]rence)?", "matricule", "allocataire"),
    *("identifiant", "id", "siret", "siren", "contrat", "permis", "passeport", "passport", "identit[ée]", "cni"),
    *(
        "s[ée]jour",
        "fiscal",
        "client",
        "commande",
        "transaction",
        "ticket",
        "demandeur",
        "plaque",
        "immatriculation",
        "étudiant",
        "ine",
    ),
    *("plainte", "pv", "s[ée]cu", "facture", "worker", "compte"),
)
_FILLER = _any(
    *("de", "d'", "du", "est", "c'est", "le", "la", "mon", "id", "caf", "urssaf", "p[ôo]le emploi", "france travail"),
    *("sécurité", "sociale", _HOLDER),
)
_REFERENCE = _compile(
    rf"\b(?P<lead>{_HOLDER}(?:\s+{_FILLER}\b){{0,6}}\s*[:=#°]?\s*)",
    r"(?P<value>(?=[\w/-]*\d[\w/-]*\d[\w/-]*\d)\w[\w/-]{4,})(?!\s?(?:€|\$|%|eur))",
)
_UNIT = _any(
    *("€", r"\$", "£", "%", r"eur\b", r"euros?\b", r"balles\b", r"dollars?\b", "usdt?", "f?cfa", r"f\b", r"dh\b"),
    *(r"dirhams?\b", r"dinars?\b", r"k\b", "k€", r"points?\b", r"pts\b", r"coins?\b", r"cr[ée]dits?\b", r"h\b"),
    *(r"heures?\b", r"jours?\b", r"ans\b", r"personnes?\b", "abonn[ée]s", "habitants", r"images?\b", r"t[âa]ches?\b"),
    *(r"mots?\b", r"vues\b", r"millions?\b", r"milliards?\b"),
)
_DIGITS = re.compile(r"(?<![\w.,/-])(?:\+|00)?\(?[\doO](?:[ ./_-]{0,3}\(?\d\)?){3,}(?![\w€$£%])")
_PLATE = re.compile(r"\b[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]{2}\b")
_MIXED = re.compile(
    r"(?<![\w/.])(?=[\w-]*\d[\w-]*\d[\w-]*\d)(?=[\w-]*[A-Za-z][\w-]*[A-Za-z])[A-Za-z0-9][\w-]{7,}(?!\w)"
)
_TAX_FORM = _compile(r"20\d\d-?(?:c-?pro|rici|ifi|k)")
_YEAR = r"(?:19|20)\d{2}"
_ORDINARY = (
    re.compile(r"[1-9]\d{0,2}(?: \d{3}){1,2}"),  # an amount: 77 700
    re.compile(r"[1-9]\d*0{3,}"),  # a round number: 150000
    re.compile(r"\d{1,4}\s?[-/]\s?\d{1,4}"),  # a range: 150-400
    re.compile(rf"(?:\d{{1,2}}[ ./-]){{0,2}}{_YEAR}(?:[ ./-]+{_YEAR})*"),  # years, a day of one
    _FULL_DATE,
    _ISO_DATE,
)


def _hide_accounts(text: str) -> str:
    text = _IBAN.sub(lambda found: IBAN if sum(char.isdigit() for char in found[0]) >= 8 else found[0], text)
    return _SOCIAL_SECURITY.sub(NUMBER, _WALLET.sub(NUMBER, text))


def _hide_secrets(text: str) -> str:
    for pattern in _SECRETS:
        text = pattern.sub(lambda found: found["lead"] + SECRET, text)
    return text


def _hide_phones(text: str) -> str:
    for match in reversed(list(PhoneNumberMatcher(text, "FR", leniency=Leniency.POSSIBLE))):
        raw = match.raw_string
        digits = sum(char.isdigit() for char in raw)
        if raw.startswith(("+", "0", "(")) and digits >= 9 and not _FULL_DATE.match(raw):
            text = text[: match.start] + PHONE + text[match.end :]
    return _SPELLED.sub(PHONE, text)


def _hide_numbers(text: str) -> str:
    text = _REFERENCE.sub(lambda found: found[0] if _is_ordinary(found["value"]) else found["lead"] + NUMBER, text)
    text = _DIGITS.sub(_number, text)
    text = _PLATE.sub(NUMBER, text)
    return _MIXED.sub(lambda found: found[0] if _TAX_FORM.fullmatch(found[0]) else NUMBER, text)


def _number(found: re.Match[str]) -> str:
    raw = found[0]
    digits = re.sub(r"\D", "", raw)
    has_unit = re.match(rf"\s?{_UNIT}", found.string[found.end() :], re.IGNORECASE)
    if len(digits) < LONG_NUMBER or has_unit or _is_ordinary(raw):
        return raw
    return PHONE if digits.startswith("0") and 9 <= len(digits) <= 13 else NUMBER


def _is_ordinary(raw: str) -> bool:
    """Years, recent dates, ranges and amounts."""
    return any(pattern.fullmatch(raw.strip()) for pattern in _ORDINARY)


# --- addresses --------------------------------------------------------------------------------

_STREET = _any(
    *("rue", "avenue", r"av\.?", "ave", r"bd\.?", "bld", "boulevard", "all[ée]e", "impasse", "chemin", "quai", "route"),
    *("square", "r[ée]sidence", "lotissement", "sentier", "hameau", "faubourg", "esplanade", "ruelle", "rond-point"),
)
_OTHER_STREET = _any("place", "cours", "passage", "cit[ée]", "villa", "voie", "parc", "clos")
_ARTICLE = r"(?:(?:de la|de l'|des|du|de|d'|les|le|la|l')\s*)?"
_PROPER = rf"{_CAPITAL}[\w'-]*(?:[\s-]{_ARTICLE}{_CAPITAL}[\w'-]*)*"
_STREET_END = (
    r"(?:et|je|j'ai|à|a|est|pour|depuis|mais|car|qui|dans|chez|ou|comment|on|il|ils|nous|ça|ca|c'est|c|avec|faut)\b"
)
_STREETS = (
    _compile(rf"\b\d{{1,4}}\s?(?:bis|ter|quater|[a-d])?\s?,?\s*{_STREET}(?:[\s-]+(?!{_STREET_END})[\w'-]+){{1,5}}"),
    _compile(rf"\b\d{{1,4}}\s?(?:bis|ter|quater)?\s?,?\s*{_OTHER_STREET}\s+{_ARTICLE}{_PROPER}"),
    _compile(rf"\b{_STREET}\s+{_ARTICLE}{_PROPER}"),
)
_POST_CODES = (
    _compile(rf"(?<![\d,.])(?:F-)?\d{{5}}\s*,?\s+{_PROPER}"),
    re.compile(r"\(\d{5}\)"),
    _compile(r"(?<=\[adresse\])[\s,]*(?:à\s+)?\d{5}(?:\s+[\w'-]+)?"),
)
_POST_CODE_SAID = _compile(r"\b(?P<lead>(?:code postal|cp)\s*(?:est|c'est|:)?\s*)\d{5}")
_TOWN_AFTER = _compile(rf"(?<={re.escape(ADDRESS)})(?:\s*,?\s*(?:à|a)?\s*{_CAPITAL}[\w'-]+)+")
_FLAT = _compile(
    r"\b(?:appartement|appart|apt|b[âa]t(?:iment)?|escalier|porte|bo[îi]te|étage)\.?\s*n?°?\s*",
    rf"(?:{_CAPITAL}\d{{0,4}}|\d{{1,4}}[a-z]?)\b|\b\d{{1,2}}\s?(?:e|è|ème|eme|er)\s[ée]tage\b",
)
_LIVES = _compile(
    r"\b(?P<lead>(?:habit(?:e|ons|ait|ant|ais)|j'?habite|je vis|vivons|r[ée]sid(?:e|ant)|domicili[ée]e?|",
    r"demeur(?:e|ant)|j'ai déménagé|je loge|né à|née à)\s+(?:\w+ement\s+|seule?\s+)?",
    r"(?:à|a|sur|près de|vers|au|aux|de)\s+)",
    rf"(?P<town>[\w'-]+(?:[\s-]{_CAPITAL}[\w'-]+)*(?:\s?\(?\d{{2,5}}\)?)?)",
)
_NO_TOWN = frozenset("reunion mayotte france guadeloupe martinique guyane saint-martin monaco".split())


def _hide_addresses(text: str) -> str:
    for pattern in _STREETS:
        text = pattern.sub(ADDRESS, text)
    text = _LIVES.sub(_town, text)
    text = _POST_CODE_SAID.sub(lambda found: found["lead"] + ADDRESS, text)
    for pattern in _POST_CODES:
        text = pattern.sub(ADDRESS, text)
    text = _TOWN_AFTER.sub("", text)
    return _FLAT.sub(ADDRESS, text) if ADDRESS in text else text


def _town(found: re.Match[str]) -> str:
    """« j'habite à Bourges », not « j'habite à la campagne »; overseas territories have rules of their own."""
    first = fold(re.split(r"[\s']", found["town"])[0])
    is_word = first in _vocabulary() and found["town"][0].islower()
    return found[0] if is_word or len(first) < 2 or first in _NO_TOWN else found["lead"] + ADDRESS


# --- names ------------------------------------------------------------------------------------

_WORD = re.compile(r"(?<![\w])[^\W\d_]+(?:['-][^\W\d_]+)*(?![\w])\.?")
_ELISION = re.compile(r"^(?:[dljnmstc]|qu)'", re.IGNORECASE)
_TITLES = frozenset("m mr mme mlle dr me pr monsieur madame mademoiselle docteur maitre professeur famille".split())
_SHORT_TITLES = frozenset("m me pr dr famille".split())
"""Other words too, but for the capitals: « M. Durand », « Famille Roche »."""
_IS_NAMED = _compile(
    r"\b(?:(?:je |j')?m'?\s?appel+e|jm'?appel+e|s'?appel+e(?:nt)?|appelle[zs]?[- ]moi|(?:me|se) nomme|nomm[ée]e?|",
    r"pr[ée]nomm[ée]e?|soussign[ée]e?|mon (?:pr[ée])?nom(?: de famille| complet)*(?:,? (?:est|c'est))?|",
    r"my name is|me llamo|(?:ana )?smiti|moi,? c(?:'?est)?|au nom de|de la part de|à l'attention de|pour le compte de|",
    r"demandez|ask for|sign[ée]|",
    r"(?:nom|pr[ée]nom|titulaire|contact|signature|b[ée]n[ée]ficiaire|demander)\s*:|",
    rf"(?:nom|pr[ée]nom)(?=\s{_CAPITAL}))\s*:?\s*(?=\S)",
)
_SIGNS_OFF = _compile(
    r"\b(?:cordialement|bien [àa] vous|salutations|respectueusement|amicalement|bonne (?:journ|soir)[ée]e|",
    r"merci(?: d'avance| beaucoup| bien| à vous)?|bis(?:es|ous?)|[àa] bient[ôo]t|cdlt|cdt|crdt)",
    r"\s*[,.!\n-]*\s*(?=[^\W\d_])",
)
_GREETS = _compile(
    r"\b(?:bonjour|bonsoir|salut|salam|slt|bjr|bsr|coucou|cc|hello|hi|hey|hola|ch[eè]re?)\s+",
    rf"(?={_CAPITAL}[\w'-]+\s*(?:[,!\n]|$))",
)
_PRESENTS = _compile(
    r"\b(?:c'est|c|ici|je suis|i am)\s+",
    rf"(?={_CAPITAL}[\w'-]+(?:\s+(?:du|de la|de l'|des?\b|d'|from|\()|\s*[!,.\n(]|$))",
)
_SPEAKS_FIRST = frozenset(
    "bonjour bonsoir salut salam slt bjr coucou cc hello hi hey hola soeur frere ici encore".split()
)
_PARTICLES = frozenset("de du des la le van von ben bin el al da dos di d' o' abd abu ould".split())
_SERVICES = frozenset("lydia alma alan alexa claude paul clara rosa".split())
_SERVICE_BEFORE = frozenset("par sur via compte appli application carte avec chez banque virement assurance".split())
_SURNAMES_LIKE_WORDS = frozenset("rose pierre claire marine petit roux blanc noir grand jean victor pascal".split())


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    """The lists of ``names.txt``, folded, by title (what comes before « : »)."""
    found: dict[str, set[str]] = {}
    for line in (Path(__file__).parent / "names.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            words = found.setdefault(line.lstrip("# ").split(":")[0].strip(), set())
        else:
            words.update(fold(line).split())
    return {title: frozenset(words) for title, words in found.items()}


def _listed(title: str) -> frozenset[str]:
    return _lists()[title]


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """French words, folded; hardly a name among them."""
    return frozenset(fold(word) for word in SpellChecker(language="fr").word_frequency.dictionary)


def _is_given(word: str) -> bool:
    given = _listed("Prénoms")
    return word in given or ("-" in word and all(part in given for part in word.split("-")))


def _is_family(word: str) -> bool:
    return word in _listed("Noms de famille")


def _never_a_name(word: str) -> bool:
    return word in _listed("Jamais un nom")


class _Word:
    """A word of the text, and what its writing tells."""

    def __init__(self, match: re.Match[str]) -> None:
        text, raw = match.string, match[0]
        self.abbreviated = raw.endswith(".")
        raw = raw.rstrip(".")
        bare = _ELISION.sub("", raw)
        self.start, self.end = match.start() + len(raw) - len(bare), match.start() + len(raw)
        self.raw, self.plain = bare, fold(bare)
        self.capital = bare[:1].isupper()
        before = text[: match.start()].rstrip(" «\"'([*_-–")
        self.first = not before or before[-1] in ".!?:;\n…" or "\n" in text[len(before) : match.start()]
        self.common = self.plain in _vocabulary()


def _hide_names(text: str) -> str:
    words = list(_words(text))
    marked = _alone(words) | _after_titles(words) | _after_relations(words)
    for pattern, anything in ((_IS_NAMED, True), (_SIGNS_OFF, False), (_GREETS, False)):
        for found in pattern.finditer(text):
            marked |= _full_name(words, found.end(), anything)
    for found in _PRESENTS.finditer(text):
        marked |= _presented(words, found)
    marked |= _beside(words, marked)
    for index in sorted(marked, reverse=True):
        text = text[: words[index].start] + NAME + text[words[index].end :]
    return text


def _words(text: str) -> Iterator[_Word]:
    hidden = [found.span() for found in re.finditer(r"\[[^\[\]\n]{1,25}\]", text)]
    for match in _WORD.finditer(text):
        if not any(start <= match.start() < end for start, end in hidden):
            yield _Word(match)


def _alone(words: Sequence[_Word]) -> set[int]:
    """Known given names, and known family names with a capital, wherever they stand."""
    only_capital = _listed("Prénoms qui sont aussi des mots ailleurs")
    found = set()
    for index, word in enumerate(words):
        before = words[index - 1].plain if index else ""
        if _never_a_name(word.plain) or before in ("saint", "sainte", "st", "ste") or len(word.plain) < 2:
            continue
        if word.plain in _SERVICES and before in _SERVICE_BEFORE:
            continue
        sure = word.capital and not (word.first and word.common)
        lower = not (word.common or word.plain in only_capital or len(word.plain) < 3)
        given = _is_given(word.plain) and (sure or lower)
        if given or (_is_family(word.plain) and word.capital and not word.common):
            found.add(index)
    return found


def _after_titles(words: Sequence[_Word]) -> set[int]:
    """« M. Durand », « madame le goff », « mr benhaddou »."""
    found: set[int] = set()
    for index, word in enumerate(words[:-1]):
        following = words[index + 1]
        capitals = word.raw[0].isupper() and following.capital
        if word.plain not in _TITLES or (word.plain in _SHORT_TITLES and not capitals):
            continue
        if following.plain in _PARTICLES and index + 2 < len(words) and not words[index + 2].common:
            found.add(index + 1)
            following = words[index + 2]
        found |= _full_name(words, following.start, anything=True)
    return found


def _after_relations(words: Sequence[_Word]) -> set[int]:
    """« mon fils Théo », « ma conseillère, Karima Ziani »."""
    found: set[int] = set()
    relations = _listed("Liens et métiers")
    for word, following in pairwise(words):
        near = following.start - word.end <= 2 and not following.first
        acronym = following.raw.isupper() and len(following.raw) <= 5
        if word.plain in relations and near and following.capital and not acronym:
            found |= _full_name(words, following.start, anything=True)
    return found


def _presented(words: Sequence[_Word], found: re.Match[str]) -> set[int]:
    """« Salut c'est Mo du garage »: somebody presents himself; « c'est Toluna » does not."""
    index = next((i for i, word in enumerate(words) if word.start >= found.end()), len(words))
    if index == len(words) or words[index].common or _never_a_name(words[index].plain):
        return set()
    before = [word.plain for word in words[max(0, index - 4) : index]]
    names_itself = found[0].lower().startswith(("je", "i", "ici"))
    greeted = any(word in _SPEAKS_FIRST or _is_given(word) for word in before)
    return _full_name(words, words[index].start, anything=True) if greeted or names_itself else set()


def _full_name(words: Sequence[_Word], start: int, anything: bool) -> set[int]:
    """The words of a name that begins at ``start``; ``anything``: an unknown word in lower case counts."""
    index = next((i for i, word in enumerate(words) if word.start >= start), len(words))
    if index == len(words) or words[index].start - start > 3:
        return set()
    first = words[index]
    known = _is_given(first.plain) or _is_family(first.plain)
    possible = anything or (first.capital and not first.common) or known
    ordinary = first.common and not first.capital and not known and first.plain not in _SURNAMES_LIKE_WORDS
    if _never_a_name(first.plain) or _never_continues(first.plain) or ordinary or not possible:
        return set()
    end = index + 1
    while end < min(len(words), index + NAME_WORDS) and _continues(words, end):
        end += 1
    return set(range(index, end))


def _never_continues(word: str) -> bool:
    return word in _listed("Ne continue jamais un nom")


def _continues(words: Sequence[_Word], index: int) -> bool:
    """The word goes on with the name before it."""
    word, before = words[index], words[index - 1]
    if word.start - before.end > (2 if before.abbreviated and len(before.raw) == 1 else 1) or word.first:
        return False
    if word.plain in _PARTICLES:
        return index + 1 < len(words) and words[index + 1].capital and not _never_a_name(words[index + 1].plain)
    if _never_continues(word.plain) or _never_a_name(word.plain):
        return False
    return word.capital or _is_given(word.plain) or _is_family(word.plain) or not word.common


def _beside(words: Sequence[_Word], marked: set[int]) -> set[int]:
    """The rest of a name of which one word is known: « Sophie LEROY », « DUPONT Marie », « J. Martin »."""
    found: set[int] = set()
    for index in marked:
        place = index + 1
        while place < min(len(words), index + NAME_WORDS) and place not in marked and _continues(words, place):
            found.add(place)
            place += 1
        before = words[index - 1] if index else None
        if before is None or words[index].start - before.end > 2 or not before.capital or before.common:
            continue
        likely = before.raw.isupper() or not before.first
        if likely and not _never_a_name(before.plain) and before.plain not in _TITLES:
            found.add(index - 1)
    return found


_REPEATED = re.compile(r"(\[(?:nom|numéro|téléphone|adresse)\])(?:[\s,.-]{0,2}\1)+")
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
