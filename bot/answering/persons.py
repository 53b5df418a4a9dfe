"""Who earns and whose benefit it is, in what somebody tells of parents and children; and whom a sentence leaves out.

« mon père touche le chômage, mes tâches le font baisser ? » is not answered by what happens to the chômage of whoever
earns: only a rule on the household, or on parents and children, can say.
"""

from __future__ import annotations

import re

from knowledge.text import flat, stems
from retrieval.questions import may_ask

_RELATIVE = (
    r"(?:pere|mere|papa|maman|parents?|daron\w*|fils|filles?|enfants?|"
    r"gosses?|ado|frere|soeur|petit[- ]fils|petite[- ]fille|grand[- ](?:pere|mere)|mamie|papi)"
)
_RELATIVES = rf"(?:ma|mon|mes|notre|nos|sa|son|ses) (?:petite?s? |grande?s? )?{_RELATIVE}"
_BENEFIT = (
    r"(?:caf|rsa|aah|apl|are|ass|aspa|mva|ppa|prime d ?['’]?activite|chomage|alloc\w*|retraite|pension|bourses?|"
    r"boursi\w+|invalidite|prepare|france travail|pole emploi)"
)
_LINK = (
    r"(?:(?:il|elle|ils|elles|qui|est|sont|a|ont|au|aux|la|le|les|l|d|du|de|en|une?|sa|son|ses|touch\w+|percoi\w+)"
    r" ?['’]?)*"
)
_BENEFIT_OF_A_RELATIVE = re.compile(
    rf"\b{_RELATIVES} {_LINK}{_BENEFIT}\b|\b{_BENEFIT} (?:de |a |d['’ ]?)(?:la |l['’ ]?)?{_RELATIVES}\b"
)
_OWN_BENEFIT = re.compile(
    rf"\b(?:mon|ma|mes) {_BENEFIT}\b|\b(?:je suis|jsuis|chui|je touche|jtouche|j['’ ]?ai|moi) {_LINK}{_BENEFIT}\b"
)
_EARNS = (
    r"(?:gagne\w*|fait|font|travaille\w*|bosse\w*|touche \d+|clique\w*|repond\w*|encaisse\w*|s['’ ]est mis\w*|"
    r"a (?:fait|gagne|commence))"
)
_A_RELATIVE_EARNS = re.compile(rf"\b{_RELATIVES}(?: [\w'’-]+){{0,8}}? {_EARNS}\b")
_I_EARN = re.compile(
    r"\b(?:je|j|jai|j['’ ]?ai) ?(?:en )?(?:fais|fait|gagne\w*|bosse\w*|travaille\w*|encaisse\w*|"
    r"(?:vais|veux|peux) faire)\b|\bjfais\b|\bjpeux faire\b|"
    r"\b(?:mes|mon) (?:gains?|taches?|micro\w*|sondages?|missions?|argent|sous)\b|\bl['’ ]argent de mes\b"
)
_LOWERS_IT = re.compile(r"\b(?:ca|sa|cela) (?:le|la|les|lui|leur) ?\w*(?:baiss|chang|coup|enlev|reti|supprim|saut)")
_OF_A_HOUSEHOLD = re.compile(
    r"\b(?:parents?|enfants?|foyers?|conjoint\w*|couples?|famil\w+|rattach\w+|concubin\w*|menages?|mineure?s?)\b"
)
_LEFT_OUT = re.compile(r"\b(?:sauf|hors|excepte|sans compter) (?:pour )?(?:les |des |aux |un |une )?([A-ZÉ][\w-]{3,})")
_ONLY_WHO = re.compile(
    r"^(?:(?:bonjour|salut|slt|coucou|bjr|hello|moi|alors|en fait|ok|merci|et)[ ,]+)*"
    r"(?:je suis|jsuis|chui\w?|j['’ ]?etais|je vis|jvis|j['’ ]?habite|je touche|jtouche|je percois|"
    r"j['’ ]?ai (?:\d+ ans|le statut|une? (?:micro|auto|carte|titre))|je fais|jfais|je bosse|je travaille)\b"
)
_ONLY_WHO_WORDS = 14


def only_tells_who(text: str) -> bool:
    """Whether a message only tells who writes it (« je suis auto-entrepreneur depuis février »)."""
    is_short = len(text.split()) <= _ONLY_WHO_WORDS
    return is_short and not may_ask(text) and _ONLY_WHO.search(flat(text)) is not None


def crosses_over(text: str) -> bool:
    """Whether a folded text tells that one earns and that a relative gets the benefit, or the other way round."""
    mine, theirs = bool(_OWN_BENEFIT.search(text)), bool(_BENEFIT_OF_A_RELATIVE.search(text))
    # « et le chômage de ma mère, ça le baisse ? »: what lowers it is what was told of oneself.
    i_earn, they_earn = bool(_I_EARN.search(text) or _LOWERS_IT.search(text)), bool(_A_RELATIVE_EARNS.search(text))
    return (theirs and not mine and i_earn and not they_earn) or (mine and not theirs and they_earn and not i_earn)


def is_of_a_household(sentence: str) -> bool:
    """Whether a sentence speaks of those who live together, or of parents and children."""
    return bool(_OF_A_HOUSEHOLD.search(flat(sentence)))


def leaves_out(sentence: str, told: set[str]) -> bool:
    """Whether a sentence says that it does not hold for people whom the stems of a text name: « (sauf Algériens…) »."""
    return any(told.intersection(stems(name)) for name in _LEFT_OUT.findall(sentence))
