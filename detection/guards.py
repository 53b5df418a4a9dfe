"""What a clause does not say although it sounds like it: who is spoken of, and in which direction.

« Ne partagez ce code avec personne » protects, « n'en parlez à personne » isolates; to a model of words they are
neighbours. Each guard takes one signal away from a clause, never a level from a message.
"""

# Patterns are read whole, one a line.
# ruff: noqa: E501
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detection.clauses import Clause
from detection.entities import MONEY, Entity, Kind
from knowledge.text import flat

ALL = "*"
"""Every red flag."""


@dataclass(frozen=True)
class _Guard:
    """``signals`` are not shown by a sentence where ``says`` stands, unless ``but`` does. ``context`` must stand in
    it or before it."""

    signals: tuple[str, ...]
    says: re.Pattern[str]
    but: re.Pattern[str] | None = None
    context: re.Pattern[str] | None = None


def _guard(signals: str, says: str, but: str = "", context: str = "") -> _Guard:
    return _Guard(
        tuple(signals.split()),
        re.compile(says),
        re.compile(but) if but else None,
        re.compile(context) if context else None,
    )


_SECRET = r"\b(?:codes?|mots? de passe|password|pin|otp|passcode|identifiants?|pass)\b"
_ASKED = r"(?:demand|exig|reclam|sollicit|contact|recrut|propos|factur|prelev)\w*"
_PAID_BY_OTHERS = (
    r"pris(?:e|es)? en charge|prend en charge|(?:financ\w+|paye\w*|regle\w*|remboursee?s?) (?:a 100 ?% )?(?:par|integralement par) "
    r"(?:votre |ton |l[ae'] ?|nous|notre |un |les )?(?:cpf|opco|employeur|entreprise|societe|france travail|region|agence|nous|etat|ecole)|"
    r"financable|eligible (?:au )?cpf|aux frais de l"
)
_LEFT_TO_PAY = r"\breste\w* (?:a|votre)|a votre charge|(?<!n')avanc\w+|(?<!aucun )(?<!sans )\bfrais de dossier|acompte|caution|d'abord"
_DEADLINE = (
    r"\b(?:avant|dernier\w*|vite|urgent\w*|reste|plus que|immediat\w*|tout de suite|depech\w*|minuit|last|hurry|now)\b"
)

GUARDS = (
    # A code of one's own, kept to oneself.
    _guard("secrecy ask_code ask_card_or_password invitation_code",
           r"\bne (?:le |la |les )?(?:partag|communiqu|donn|transmett|divulgu|revel|dites|dis |donne)\w*[^.!?]{0,40}\b(?:personne|quiconque|jamais|"
           r"aucun\w*|tiers|pas)\b|\b(?:do not|don't|never) (?:share|give|disclose|tell|forward)\b|garde[rz]?-le (?:pour (?:vous|toi)|secret)",
           but=r"\b(?:banque|police|famille|mari|femme|proches|conjoint|bank|family)\b", context=_SECRET),
    _guard("urgency", r"\b(?:expire|valable|valid|expires)\b", context=_SECRET),
    _guard("urgency", r"\b(?:entre|de) \d{1,2} ?h ?\d{0,2} (?:et|a) \d{1,2} ?h", but=_DEADLINE),
    # A code that the message gives is none that it asks for.
    _guard(
        "ask_code ask_card_or_password invitation_code",
        r"\b(?:your|votre|ton)\b[^.!?]{0,40}\bcode\b[^.!?]{0,30}\b\d{4,8}\b|\bcode de (?:securite|verification|connexion)\b[^.!?]{0,30}\b\d{4,8}\b",
        but=r"\binvit|\bparrain|\bpromo|\b(?:donn|envoy|transmet|communiqu|renvo|repon|send|tell|dict)\w*",
    ),
    # Somebody else pays.
    _guard("pay_to_work spend_own_money", _PAID_BY_OTHERS, but=_LEFT_TO_PAY),
    # A rate for a piece of work, a share of a sale: no pay for a time.
    _guard("unreal_pay", r"\b(?:minutes?|min|heures?) (?:d'|de )?(?:audio|video|enregistrement|bande|transcri\w+)|\baudio (?:minute|hour)|"
           r"(?:\bl[ae] |\bpar |/ ?|\bper |\bchaque )(?:mot|page|feuillet|image|ligne|caractere|signe|word|fiche)\b",
           but=r"(?<![,.\d])\d{2,} ?(?:€|eur)(?! ?(?:l[ae]|par|/) ?(?:page|feuillet))|par (?:jour|heure)|/ ?(?:jour|h\b|heure)"),
    _guard("unreal_pay", r"\d ?% (?:hors taxe )?(?:des?|du|sur|d'|of) ?(?:les |la |le |l'|chaque |the )?(?:honoraires|ventes?|ca\b|chiffre|loyers?|prix|"
           r"montant|commissions?|devis|fees|sales)", but=MONEY),
    # From how much one's earnings are paid out.
    _guard("trial_payment deposit_to_continue fee_to_withdraw pay_to_work easy_money",
           r"\b(?:seuil|minimum|at least|au moins|a partir de|des|once you reach)\b[^.!?]{0,40}\b(?:retrait|retirer|retirables?|virement|versement|"
           r"paiement|cash ?outs?|withdraw\w*|payouts?|paid out)\b|\b(?:retrait|virement|versement|paiement|cash ?out|payout|withdrawal)s?\b[^.!?]{0,30}"
           r"\b(?:seuil|minimum|a partir de|des \d|from)\b",
           but=r"\b(?:depos\w+|recharg\w+|vers(?:ez|er)|pay(?:ez|er)|top up|deposit|send)\b"),
    # A message to pass on is no invitation to talk elsewhere; neither is a group of volunteers or neighbours.
    _guard("moves_to_messaging added_to_group", r"\b(?:partag|transfer|diffus|tourner|forward|share)\w*\b[^.!?]{0,30}\b(?:contacts?|groupes?|amis|proches|friends)\b"),
    _guard("moves_to_messaging added_to_group", r"\bgroupe\b", but=MONEY, context=r"\bbenevol\w*|\bparents d'eleves|\bvoisins?\b"),
    # An identity checked inside one's own account.
    _guard("ask_id_papers ask_selfie_with_id ask_bank_details",
           r"\b(?:depuis|dans|via)\b[^.!?]{0,25}\b(?:parametres|reglages|rubrique|espace|onglet|votre compte|settings)\b",
           but=r"\b(?:https?:|www\.|lien|cliqu\w+|whatsapp|telegram|repon\w+|mail)\b"),
)  # fmt: skip

# Said of oneself: what will never be asked. It covers a whole list, up to what is asked all the same.
_NEVER = re.compile(
    rf"\b(?:ne |n')(?:vous |te |t')?(?:le |la |les |en )?{_ASKED}[^.!?;]{{0,12}}\b(?:jamais|aucune?s?|pas|ni|rien)\b|"
    rf"\b(?:jamais|aucun\w*)\b[^.!?;]{{0,60}}\b(?:ne |n')(?:vous |te )?{_ASKED}|\b(?:will|do|does|would) (?:never|not) (?:ask|contact|request)"
)
_ALL_THE_SAME = re.compile(
    r"\b(?:mais|sauf|hormis|seulement|uniquement|simplement|juste|en revanche|but|except|only|just)\b"
)
_REFUSE = re.compile(
    r"(?<!vous )(?<!tu )(?<!on )(?<!\bje )\b(?:ne |n')(?:lui |leur |y )?(?:pay|vers|donn|communiqu|envo|repond|rappel|cliqu|transmett|regl|install|ouvr)\w*\b (?:jamais|pas|rien|"
    r"aucun\w*|surtout|plus|ni)\b|\b(?:never|do not|don't) (?:pay|send|click|reply)\b"
)
_MEETS_BANK = re.compile(r"\b(?:banque|police|bank)\b")

# A warning tells what others do; a victim who tells the same says « me », and must be heard.
_WARNS = re.compile(
    r"\b(?:arnaqu\w+(?!\w*\s?\?)|escro\w+|mefi\w+|attention (?:a|aux|les|faites)|faites tourner|33 ?700|signal(?:ez|er|e)\b|frauduleu\w+|hameconnage|"
    r"phishing|beware|scam\w*|faux (?:sms|site|recruteur|profil|agent|conseiller|message)s?|soi-disant|usurp\w+|des individus)"
)
_FIRST_PERSON = re.compile(r"\b(?:je|j'|me|m'|moi|mon|ma|mes|i|my|nous a|chez nous)\b|\bj'|\bm'")
_OTHERS = re.compile(
    r"\b(?:ils|elles|des (?:gens|individus|escrocs|inconnus|malins|personnes|petits malins|faux)|les (?:escrocs|arnaqueurs|fraudeurs|faux)|"
    r"un (?:faux|soi-disant|pretendu)|une (?:fausse|soi-disant|pretendue)|quelqu'un|de faux|de fausses|they|scammers|fake)\b|"
    r"\bsi (?:on|un|une|quelqu'un|some)\b|« [^»]+ »"
)

_NEEDED = {
    "never_asks_money": re.compile(
        r"pay|argent|frais|somme|gratuit|€|euro|money|fee|cost|charge|vers|factur|achet|prelev|free|avance|cotis|depens|caution|rien a"
    ),
    "plausible_pay": re.compile(r"\d|smic|convention|tarif|grille|bareme|echelon|taux|minimum wage"),
}
"""What a reassuring sign speaks of, without which nothing reassures."""
_NEEDED_SOMEWHERE = {
    "recovery_fee": re.compile(
        r"recup|retrouv|rembours|restitu|recover|refund|arnaqu|scam|victim|perdu|lost|indemni|fonds|funds|interpol|\bamf\b|bloqu|hack|pirat|gele"
    ),
    "cheque_overpayment": re.compile(r"\bche(?:que|k|ck|c)|mandat|\btrop\b|overpa|surplus|excedent|difference"),
}
"""What a red flag speaks of, which stands somewhere in a message that shows it."""
_BY_A_LINK = re.compile(r"\b(?:cliqu\w+|click\w*|bouton|button|lien|link)\b")


def denied(
    text: str, spans: Sequence[tuple[int, int]], clauses: Sequence[Clause], entities: Sequence[Entity], official: bool
) -> Iterator[tuple[int, str]]:
    """Clause number and signal that it does not show; ``ALL`` for every red flag.

    ``spans``: the sentences. ``official``: the only links are those of official sites.
    """
    plain = flat(text)
    missing = [sign for sign, needed in _NEEDED_SOMEWHERE.items() if not needed.search(plain)]
    reported = bool(_WARNS.search(plain)) and not _FIRST_PERSON.search(plain)
    kinds = {entity.kind for entity in entities}
    if Kind.PREMIUM in kinds:
        missing.append("own_application")
    if Kind.LINK in kinds and not official:
        missing.append("in_your_account")
    for (start, end), numbers in _by_sentence(spans, clauses):
        sentence = plain[start:end]
        of_all = [*missing, *_of_sentence(sentence, plain[:start])]
        if reported and _OTHERS.search(sentence):
            of_all.append(ALL)
        never = _never_asked(plain, start, end)
        for number in numbers:
            clause = clauses[number]
            said = plain[clause.start : clause.end]
            yield from ((number, sign) for sign in of_all)
            yield from ((number, sign) for sign, needed in _NEEDED.items() if not needed.search(said))
            if (never and never[0] < clause.end and clause.start < never[1]) or _refuses(said):
                yield number, ALL


def _by_sentence(
    spans: Sequence[tuple[int, int]], clauses: Sequence[Clause]
) -> Iterator[tuple[tuple[int, int], list[int]]]:
    """Each sentence with the numbers of the clauses that begin in it; its end is theirs when they go on."""
    at = 0
    for start, end in spans:
        numbers = []
        while at < len(clauses) and clauses[at].start < end:
            numbers.append(at)
            at += 1
        if numbers:
            yield (start, max(end, clauses[numbers[-1]].end)), numbers


def _of_sentence(sentence: str, before: str) -> Iterator[str]:
    for guard in GUARDS:
        if _holds(guard, sentence, before):
            yield from guard.signals
    if _BY_A_LINK.search(sentence):
        yield "in_your_account"


def is_denied(plain: str, start: int, end: int) -> bool:
    """Whether ``plain[start:end]``, flat, is said of others or of what is never asked."""
    said = plain[start:end]
    reported = bool(_WARNS.search(plain)) and not _FIRST_PERSON.search(plain) and bool(_OTHERS.search(said))
    never = _NEVER.search(said)
    return reported or _refuses(said) or (never is not None and _ALL_THE_SAME.search(said, never.end()) is None)


def _refuses(said: str) -> bool:
    """« Ne payez rien », when nothing is asked all the same and it is no order to keep from one's bank."""
    refusal = _REFUSE.search(said)
    return refusal is not None and not _MEETS_BANK.search(said) and not _ALL_THE_SAME.search(said, refusal.end())


def _holds(guard: _Guard, sentence: str, before: str) -> bool:
    if not guard.says.search(sentence) or (guard.but and guard.but.search(sentence)):
        return False
    return guard.context is None or bool(guard.context.search(sentence) or guard.context.search(before))


def _never_asked(plain: str, start: int, end: int) -> tuple[int, int] | None:
    """Where a sentence lists what is never asked, up to what is asked all the same."""
    never = _NEVER.search(plain, start, end)
    if never is None:
        return None
    after = _ALL_THE_SAME.search(plain, never.end(), end)
    return never.start(), after.start() if after else end
