"""The day whose rules and amounts a question asks for.

People name last year to tell what they earned far more often than to ask what the rules were. So a year counts only
where an amount is asked for: a message is read clause by clause, and in doubt the answer is today's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from knowledge.text import fold

_LAST_YEAR = re.compile(r"\b(l'an(nee)? (derniere?|passee?)|annee derniere|annee passee|an dernier|last year)\b")
_NEXT_YEAR = re.compile(r"\b(l'an(nee)? prochaine?|annee prochaine|an prochain|next year)\b")
_YEAR = re.compile(r"\b(20[12]\d)\b")
_FAR = 5
"""Years away from which no amount is kept."""

# « arrivé en 2023 », « depuis 2019 »: a year of somebody's life, not of the rules asked about.
_LIFE_EVENT = re.compile(
    r"\b(depuis|since|arrive\w*|nee?|entree?|venue?|installe\w*|divorce\w*|marie\w*|licencie\w*|diplome\w*)\b"
    r"[^.?!]{0,25}?\b20[12]\d\b"
)
# What is owed, forgotten or disputed since that year is settled by the rules of today.
_STILL_OPEN = re.compile(
    r"\b((me|nous|lui) (doit|doivent|devait)|impay\w*|reclam\w*|(pas|jamais) (ete |encore )?paye\w*|oubli\w*|"
    r"rattrap\w*|regularis\w*|corrig\w*|rectifi\w*|controle\w*|tribunal|prud\w*|trop[- ]percu|amende|sanction\w*|"
    r"(pas|jamais|rien) (ete )?declar\w*)\b"
)
_NOW = re.compile(r"\b(maintenant|actuel\w*|aujourd'hui|desormais|cette annee|en ce moment|a present|this year|now)\b")

# A clause ends at a mark, and where a question or a circumstance begins: people leave out the marks.
# « je paie combien de cotisations » is one clause, « … combien je touche » begins one.
_CLAUSE_END = re.compile(
    r"[.?!;:,()\n]+|\s(?=(?:combien (?!d)|quel|est-ce|est ce|comment|si |sachant|avec |vu |car |parce|mais |alors que|"
    r"selon|d'apres|par rapport))"
)
_AMOUNT_ASKED = re.compile(
    r"\b(combien|seuils?|plafonds?|taux|montants?|smic|baremes?|abattements?|tranches?|cotisations?|pourcentages?|"
    r"limites?|maximum|how much|cuanto)\b"
)
_ASKED_IN_THE_PAST = re.compile(
    r"\b(etait|etaient|prenait|prenaient|fallait|valait|payait|payais|devait|devais|j?aurai[st] du|cotisai[st]|"
    r"pouvai[st]|s'appliquait|coutait|touchai[st]|was|were)\b"
)
# « j'ai fait 14000 », « mes gains », « on a commencé »: the clause tells something about somebody.
_TOLD = re.compile(r"\b(j|jai|g|je|m|me|on|il|elle|ils|nous|mon|ma|mes|ca \d+|\d{2,}(?<!20\d\d))\b")
_ONLY_A_DATE = 5
"""Words up to which a clause may say nothing but when: « et pour l'année dernière »."""
# What is worked out on the income of that very year.
_OF_THAT_INCOME = re.compile(r"\b(abattements?|impots?|imposables?|baremes?|tranches?|trimestres?|depass\w*)\b")
# What is paid to people from the day they ask for it, whatever year it is worked out on.
_BENEFIT = re.compile(
    r"\b(touche(?:r|rai|rais)?|recevoir|recevrai|indemnit\w*|ij|allocations?|aides?|caf|rsa|apl|prime|chomage|are|aah|"
    r"arret|conge|maternite|pension|par jour)\b"
)


def asked_day(text: str, today: date) -> tuple[date, bool]:
    """The day whose rules are asked for, and whether the question names it: the last day of a past year, the first of
    a coming one, else today."""
    folded = _LIFE_EVENT.sub(" ", fold(text))
    if _STILL_OPEN.search(folded) or _NOW.search(folded) or str(today.year) in _YEAR.findall(folded):
        return today, False
    clauses = [_Clause(part.strip()) for part in _CLAUSE_END.split(folded) if part.strip()]
    benefit = _BENEFIT.search(folded) is not None
    for clause, after in zip(clauses, [*clauses[1:], None], strict=True):
        year = clause.year(today)
        if year is None or abs(year - today.year) > _FAR:
            continue
        if _is_asked_of(clause, after, clauses, benefit):
            return (date(year, 12, 31) if year < today.year else date(year, 1, 1)), True
    return today, False


@dataclass(frozen=True)
class _Clause:
    text: str

    def year(self, today: date) -> int | None:
        if _LAST_YEAR.search(self.text):
            return today.year - 1
        if _NEXT_YEAR.search(self.text):
            return today.year + 1
        named = _YEAR.findall(self.text)
        return int(named[-1]) if named else None

    @property
    def asks(self) -> bool:
        return bool(_AMOUNT_ASKED.search(self.text))

    @property
    def asks_in_the_past(self) -> bool:
        return self.asks and bool(_ASKED_IN_THE_PAST.search(self.text))

    @property
    def tells(self) -> bool:
        return bool(_TOLD.search(self.text)) or len(self.text.split()) > _ONLY_A_DATE


def _is_asked_of(clause: _Clause, after: _Clause | None, clauses: list[_Clause], benefit: bool) -> bool:
    """The year of ``clause`` is the one asked about. ``after``: the clause that follows; ``benefit``: the message is
    about money that somebody receives."""
    if any(other.asks_in_the_past for other in clauses):
        return True
    if clause.asks:
        return not (benefit and clause.tells)
    if clause.tells:
        return not benefit and any(o.asks and _OF_THAT_INCOME.search(o.text) for o in clauses)
    return after is None or after.asks  # « et en 2025 ? », « en 2025, quel taux ? »
