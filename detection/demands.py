"""Who must pay, send or lend what: demands said in so many words, whatever the language mixed in.

A trained model reads meaning, but on a few words of slang or Darija it has little to go by, while « pay », an
amount and « to go on » are the same three things everywhere. Each rule reads one sentence or two in a row.
"""

# Patterns are read whole, one a line.
# ruff: noqa: E501
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detection.entities import MONEY
from knowledge.text import flat

# What tells the reader to part with money: an order, or what is left for them to do. Accents are gone here, so that
# « paye » may be « payé »: an order to « tu » is one only where a sentence or a clause begins with it.
_PAY = (
    r"(?:pa[iy]|regl|vers|envo[iy]|depos|recharg|t?charg|vir|avanc|acquitt|transf|particip|mett|lach|cal|inject|approvisionn|"
    r"aliment|send|deposit|fund|top(?:ped)? up|t?sift|t?khell?es|t?vers|tdepos|tpay)"
)
_MUST = (
    r"(?:il )?(?:vous |te |t'|nous |me )?(?:faut|faudra|reste(?:ra)? (?:juste )?a|suffit de)|(?:vous |tu |je |on )?(?:dev(?:ez|rez|rai?t?)|"
    r"dois|doit)|merci de|demandons (?:seulement |juste |simplement )?(?:de|d')|priere de|needs? to|must|have to|please|kindly|(?:demande|demandent|dit|disent|dis|propose|proposent) (?:de|d')|(?:veut|veulent|demande|demandent|faut) que (?:je |j'|tu |vous )|khass?e?k|khasse?k?|lazem|bach|bch"
)
_ORDER = (
    # The slang of paying, which is nothing else when an amount follows.
    rf"(?:\b(?:lache|cale|mets?|balance|pose|rajoute|injecte) (?:juste |seulement |encore )?{MONEY}|"
    rf"\bsi (?:vous|tu) ne {_PAY}\w+ pas\b|\b(?:{_MUST})\s?(?:[^.!?,;]{{0,40}}\s)?{_PAY}\w*|(?<!ne )(?<!n')\b{_PAY}\w*ez\b|\ben {_PAY}\w*ant\b|"
    rf"(?:^|[,;:.!?(>\n] ?|\b(?:et|puis|alors|donc|ensuite|tu|juste|and|then|just) )(?:paye|verse|recharge|depose|envoie?|regle|vire|mets|"
    r"met|avance|transfere|lache|cale|pay|send|deposit|top up|fund|sift\w*|charge)\b)"
)
_ANY_MONEY = rf"(?:{MONEY}|\b\d{{1,3}} ?%|\bmeme (?:montant|somme)|\bsame amount)"
_CHARGE = r"\b(?:frais|taxes?|caution|penalite|provision|cotisation|fees?|tax|rsoum)\b"

_HELD = (
    r"\b(?:retraits?|retirer|debloqu\w+|deblok\w*|gel(?:e|ee|es)|bloque\w*|gains|solde|vos fonds|tes fonds|mes fonds|withdraw\w*|"
    r"release|tjbed|tjib|nsahb|encaisse(?:r|ment)|cash ?out|titulaire|commissions? (?:disponibles?|accumulees?))\b"
)
_GO_ON = (
    r"\b(?:debloqu\w+|deblok\w*|continuer|suite|terminer|finir|finaliser|activer|activation|commandes?|tournee|palier|niveau|level|"
    r"vip ?\d?|missions?|taches?|tasks?|orders?|serie|set|bundle|lot|produit combine|compte de travail|plateforme|platform|"
    r"account needs|t7el|tkammel|tkemel|f (?:l )?compte|commission)\b"
)
_FEE = (
    r"\b(?:frais|fees?|participation|rsoum|droits?) (?:d['e]s? ?|de l[a'] ?|d'|for |l )?(?:\w+ )?(?:dossier|ouverture|etude|inscription|"
    r"enregistrement|visa|traitement|formation|constitution|adhesion|affiliation|badge|legalisation|processing|registration|"
    r"training|file|melf|dossiers|port|livraison|transport|expedition|assurance)\b"
)
_EARNED = (
    r"\b(?:gains?|gagn\w+|commissions?|missions?|taches?|tasks?|palier|vip ?\d?|niveau|level|plateforme|platform|job|boulot|taf|travail\w*|retir\w+|"
    r"retrait|solde|usdt|crypto\w*|serie|recrut\w+|mentor|tut(?:eur|rice)|tjbed|khedma|commandes? dyal|prime|bundle|repart|bonus)\b"
)
# Money that is owed for something else than work.
_OWED_ELSEWHERE = re.compile(
    r"\b(?:loyer|bail|scolarite|universite|concours|cotisation|abonnement|en magasin|espace client|navigo|mutuelle)\b"
)
_OF_MONEY = frozenset({"deposit_to_continue", "fee_to_withdraw", "pay_to_work"})

_HIRED = (
    r"\b(?:poste|emploi|embauch\w+|recrut\w+|candidatur\w+|retenue?s?|contrat|travail\w*|job|mission|convocation|entretien|"
    r"employeur|engag\w+|diplome|cv|par mois|visa|khedma|boulot|taf|teletravail\w*|selection\w*|salaire|position|hired|hiring|lmia|contract)\b"
)


@dataclass(frozen=True)
class Demand:
    """``signal`` is shown by ``text[start:end]``."""

    signal: str
    start: int
    end: int


@dataclass(frozen=True)
class _Rule:
    """All of ``needs`` in a window of ``reach`` sentences, none of ``unless``; the whole message holds ``about``."""

    signal: str
    needs: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None = None
    about: re.Pattern[str] | None = None
    reach: int = 1


def _rule(signal: str, *needs: str, unless: str = "", about: str = "", reach: int = 1) -> _Rule:
    return _Rule(
        signal,
        tuple(re.compile(need) for need in needs),
        re.compile(unless) if unless else None,
        re.compile(about) if about else None,
        reach,
    )


_EMPLOYER_PAYS = (
    r"pris(?:e|es)? en charge|finance\w* par|remboursee? par|aux frais de l|offert|gratuit|depot de garantie|sans frais|"
    r"aucune?s? (?:frais|cout|somme)|no fee|free of charge|prend en charge|regle\w* par|payee?s? par"
)
RULES = (
    _rule("fee_to_withdraw", _HELD, _ORDER, rf"{_CHARGE}|{_ANY_MONEY}", unless=r"\bseuil\b|\bminimum\b|at least", reach=2,
          about=rf"{_CHARGE}|\bmeme (?:montant|somme)|same amount"),
    _rule("deposit_to_continue", _ORDER, MONEY, _GO_ON, unless=rf"{_EMPLOYER_PAYS}|\bcv\b|\brib\b|\bfacture\b|\binvoice\b|nous rembours\w+|salaire|je (?:vous|te) (?:regl|pai|vers)",
          about=_EARNED),
    _rule("deposit_to_continue", r"\b(?:tache|mission|commande)s? (?:\w+ )?(?:pre-?payee?s?|a prepayer)|\bprepaid (?:task|order)s?"),
    _rule("deposit_to_continue", rf"\bdepots? (?:initial |minimum |minimal |de depart |unique )?(?:de |d'|: ?)?{MONEY}",
          unless=r"garantie|loyer|consigne|livret", about=rf"{_HIRED}|{_EARNED}|par jours?\b|facile"),
    _rule("pay_to_work", _FEE, rf"{MONEY}|\b\d{{1,3}}[ .]?000\b", unless=_EMPLOYER_PAYS, about=_HIRED),
    _rule("pay_to_work", _FEE, _ORDER, unless=_EMPLOYER_PAYS, about=_HIRED),
    _rule("pay_to_work", r"\b(?:reste(?:ra)?|reste juste) a (?:regler|payer|verser|financer)|\ba votre charge\b|at your expense",
          rf"{MONEY}|\b(?:deposit|frais|caution|fee|legalisation|visa)\b", unless=r"loyer|facture|impots?\b|\baucun", about=_HIRED),
    _rule("forward_money", r"\b(?:gard|conserv|prend|retien)\w{0,4}\b[^.!?]{0,60}\b(?:ren[dv]\w*|renvo\w+|revers\w+|remett?\w*|transf\w+|"
          r"envo\w+|fai\w+ suivre)[^.!?]{0,25}\b(?:reste|rest|difference|solde|surplus)\b",
          unless=r"\bcompta\w*|\baccueil\b"),
    _rule("forward_money", r"\bkeep\b[^.!?]{0,60}\b(?:send|forward|return|transfer|use|wire)\b[^.!?]{0,25}\b(?:rest|balance|remainder|difference)\b"),
    _rule("rent_account", r"\b(?:je|on|nous|i|we|nos equipes|my team|our team)(?:'d| would| will|'ll)? ?(?:\w+ )?(?:fais|fait|ferai|faisons|"
          r"realisons|effectuons|m'occupe|nous occupons|do|work|handle)\b(?: \w+){0,2} (?:travail|boulot|taf|taches|missions|tasks?|work|jobs?|projets?)|"
          r"\b(?:je|on|nous|i|we|nos equipes|my team|our team) (?:travaill\w+|work\w*|opere\w*|operate\w*) (?:sur|avec|depuis|on|with|from|under) (?:votre|ton|your) (?:\w+ ){0,2}(?:profil|compte|"
          r"account|profile|nom|name)",
          r"\b(?:compte|account|profil|profile|identite verifiee|inscription|verification faciale|verified)\b",
          r"\b(?:partag\w+|split|\d{1,2} ?[/-] ?\d{2}|touch\w+ \d{1,2} ?%|\d{1,2} ?%|moitie|half)", reach=3),
    _rule("ask_code", r"\b(?:codes?|chiffres|numero de confirmation|digits?)\b",
          r"\b(?:me|nous) (?:le |la |les |l')(?:recopi|communiqu|transmett|donn|envoy|renvoy|dict|li)\w*|"
          r"\b(?:recopi|communiqu|transmett|donn|envo[iy]|renvo[iy]|dict)\w*[- ](?:le|la|les)[- ](?:moi|nous)\b|\b(?:send|give|forward|read) (?:it|them) (?:to me|here|back)",
          unless=r"jamais|code postal|code promo|personne|ne me l'|pas a me", reach=2),
    _rule("ask_selfie_with_id", r"\b(?:banque|neobanque|bank|compte en ligne)\b",
          r"\b(?:verification|identification) (?:video|faciale|d'identite|du visage)|\bvideo verification|\bselfie\b",
          r"\b(?:cliqu\w+|lien|link|suiv\w+ les etapes|ouvr\w+|follow)\b", about=_HIRED, reach=2),
    _rule("ask_intimate_images", r"\b(?:lingerie|sous-vetements?|denudee?s?|nue?s?|topless|deshabill\w+|coquin\w*|intimes?|nudes?|underwear|naked)\b",
          r"\b(?:visio|cam|camera|webcam|photos?|videos?|cliches?|enregistr\w+|film(?:ez|er|e)\w*|pictures?)\b",
          unless=r"aucune?|jamais|ne paies pas|boutique|vendeu\w+|magasin|rayon|refus\w+|n'envoy\w+|fabricant", about=rf"{_HIRED}|casting|mannequin\w*|model\w*|shooting|hotesses?"),
    _rule(
        "threat",
        r"\b(?:ou|sinon|or else|or) (?:alors )?(?:je |j'|on |nous |i |we )(?:'ll |will )?(?:l[ae]s? |l'|te |t')?(?:publi|envo|balanc|diffus|"
          r"post|montr|partag|port\w+ plainte|send|share|publish|expose)"),
    _rule("recruiting_pays", r"\brecrut\w* \d+ (?:personnes?|amis|membres|filleuls)[^.!?]{0,20}(?:qui|et|=)"),
)  # fmt: skip


_ASKS = re.compile(
    rf"{_ORDER}|\b(?:donn|communiqu|confirm|saisi|indiqu|repond|cliqu|appel|rappel|ajout|contact|rejoign|inscri|telecharg|install|remplis|achet|"
    r"partag|ecri|envoy)\w*(?:ez|s-moi|e-moi|r)\b|\b(?:click|contact|reply|add|join|call|write|share|install|buy|give) (?:me|us|on|the|your|to|here|this)\b"
)


def asks(text: str) -> bool:
    """Whether the words ask for money, data or a step."""
    return bool(_ASKS.search(flat(text)))


def demands(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Demand]:
    """What ``text`` demands; ``spans``: its sentences."""
    plain = flat(text)
    for rule in RULES:
        if rule.about and not rule.about.search(plain):
            continue
        if rule.signal in _OF_MONEY and _OWED_ELSEWHERE.search(plain):
            continue
        found = next(_windows(plain, spans, rule), None)
        if found:
            yield Demand(rule.signal, *found)


def _windows(plain: str, spans: Sequence[tuple[int, int]], rule: _Rule) -> Iterator[tuple[int, int]]:
    """The shortest runs of sentences in which the whole rule stands."""
    for reach in range(1, rule.reach + 1):
        for at in range(len(spans) - reach + 1):
            start, end = spans[at][0], spans[at + reach - 1][1]
            window = plain[start:end]
            if all(need.search(window) for need in rule.needs) and not (rule.unless and rule.unless.search(window)):
                yield start, end
