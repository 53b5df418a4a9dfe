"""Named formulas over the dated figures: « 340 € ce mois-ci, je paie combien ? » gets a result with its steps.

A formula is tried only on one clear amount in euros and the words that ask for it; anything else has no result.
What is said is in ``messages.yaml`` (``compute``), the figures are those of the day asked about, and each
result cites the facts that state its rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from knowledge.generation import Generation
from knowledge.model import format_number
from knowledge.text import fold
from retrieval.rewrite import Query

_EUROS = re.compile(r"(?<![\w,.])(\d{1,3}(?:[ .]\d{3})+|\d+)(?:[,.](\d{1,2}))?\s*(?:€|e|eur|euros?|balles)(?![a-z0-9])")
_OTHER_MONEY = re.compile(r"\$|£|\b(dollars?|usd|usdt|gbp|livres?|pounds?|fcfa|cfa|dirhams?|bitcoins?)\b")
_HOURS = re.compile(r"(?<![\w,.])(\d{1,3})(?:[,.](\d{1,2}))?\s*(?:h|heures?|hours?)\s*(\d{2})?(?![a-z0-9])")
_MINUTES = re.compile(r"(?<![\w,.])(\d{1,3})\s*(?:mn|min|minutes?)(?![a-z])")
_HOW_MUCH = re.compile(r"\b(combien|cb|cmb|kombien|quoi|reste|calcul\w*|how much|net)\b")
_CONTRIBUTIONS = re.compile(
    r"\b(urssaf|cotis\w*|charges?|je (?:vais )?(?:paie|paye|payer|verse|verser|dois payer|dois verser|reverse)|"
    r"reste (?:net|apres|combien|en poche|a moi)|me reste|prend\w*|preleve\w*|retien\w*)\b"
)
_EARNED = re.compile(
    r"\b(gagn\w*|touche\w*|encaiss\w*|recettes?|chiffre d'affaires|ca|fait|recu\w*|paye\w*|facture\w*|earn\w*|made)\b"
)
_QUARTERS = re.compile(r"\btrimestres?\b")
_RETIREMENT = re.compile(r"\b(valid\w*|retraite|cotis\w*)\b")
_TAXABLE = re.compile(r"\b(imposables?|impots?|abattement)\b")
_MICRO = re.compile(r"\b(micro|micro-\w+|auto[- ]?entrepren\w*|bnc|siret|recettes?)\b")
_HOURLY = re.compile(
    r"\b(combien|heure|smic|rentable|vaut|correct|normal|legal|paye|payes?|ca fait|arnaque|worth|hourly|derisoire)\b"
)
_FOR_SO_LONG = re.compile(r"(?:€|e|euros?|balles)\s*(?:pour|en|/)\s*\d")
_BNC, _BIC = re.compile(r"\b(bnc|liberale?s?)\b"), re.compile(r"\b(bic|commercia\w*|artisan\w*)\b")
# Benefits have their own sums, with steps that a single rate does not give.
_ELSEWHERE = re.compile(r"\b(rsa|prime|aah|are|chomage|caf|apl|bourse|allocation|pension|tva|amende|cfe)\b")


# Kind of activity → the figure and the fact that states its rule.
_RATES = {
    "bnc": ("cotisations_micro_bnc", "cotisations/taux-bnc"),
    "bic": ("cotisations_micro_bic_services", "cotisations/taux-bic-services"),
}
_QUARTER_RECEIPTS = {
    "bnc": ("trimestre_recettes_bnc", "retraite-trimestres/regle-150-heures"),
    "bic": ("trimestre_recettes_bic_services", "retraite-trimestres/regle-150-heures"),
}


@dataclass(frozen=True)
class Computed:
    """A result in words, and the fact that states its rule."""

    text: str
    fact_id: str


class Calculator:
    """The formulas, over the figures and messages of one generation."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._messages: dict[str, str] = generation.messages.get("compute", {})
        self._formulas: list[Callable[[Query, str, Decimal], list[Computed]]] = [
            self._quarters,
            self._hourly,
            self._contributions,
            self._taxable,
        ]

    def compute(self, query: Query) -> list[Computed]:
        """The results of the first formula that fits the question; usually none."""
        # As it was typed: spelling out takes « 12,50 » apart.
        text = fold(f"{query.asked}\n{query.text}")
        amounts = _amounts(fold(query.asked))
        if len(amounts) != 1 or _OTHER_MONEY.search(text) or _ELSEWHERE.search(text):
            return []
        for formula in self._formulas:
            results = [computed for computed in formula(query, text, amounts[0]) if self._is_known(computed)]
            if results:
                return results
        return []

    def _is_known(self, computed: Computed) -> bool:
        return computed.fact_id in self._generation.facts

    def _kinds(self, text: str) -> list[str]:
        """The kinds of activity that the result depends on: the one that is named, else both."""
        named = [kind for kind, cue in (("bnc", _BNC), ("bic", _BIC)) if cue.search(text)]
        return named or ["bnc", "bic"]

    def _contributions(self, query: Query, text: str, amount: Decimal) -> list[Computed]:
        """Receipts × rate (Code de la sécurité sociale, D613-4)."""
        if not (_HOW_MUCH.search(text) and _CONTRIBUTIONS.search(text) and _EARNED.search(text)):
            return []
        if _TAXABLE.search(text) or _QUARTERS.search(text):
            return []
        found = []
        for kind in self._kinds(text):
            figure, fact = _RATES[kind]
            rate = self._value(figure, query.day)
            if rate is not None:
                due = _cents(amount * rate / 100)
                values = {"amount": _euros(amount), "rate": f"{format_number(rate)} %", "result": _euros(due)}
                found.append(self._say(f"contributions_{kind}", fact, **values, rest=_euros(amount - due)))
        return found

    def _quarters(self, query: Query, text: str, amount: Decimal) -> list[Computed]:
        """Receipts ÷ receipts for one quarter, four at most (Code de la sécurité sociale, R351-9)."""
        if not (_QUARTERS.search(text) and _RETIREMENT.search(text)):
            return []
        found = []
        for kind in self._kinds(text):
            figure, fact = _QUARTER_RECEIPTS[kind]
            threshold = self._value(figure, query.day)
            if threshold is not None:
                quarters = min(int(amount // threshold), 4)
                values = {"amount": _euros(amount), "threshold": _euros(threshold), "result": str(quarters)}
                found.append(self._say(f"quarters_{kind}", fact, **values, plural="s" if quarters > 1 else ""))
        return found

    def _hourly(self, query: Query, text: str, amount: Decimal) -> list[Computed]:
        """Pay ÷ time, beside the minimum wage of the day."""
        hours = _hours(fold(query.asked))
        wage = self._value("smic_horaire_brut", query.day)
        if not hours or wage is None or _CONTRIBUTIONS.search(text):
            return []
        if not (_HOURLY.search(text) or _FOR_SO_LONG.search(text)):
            return []
        duration = format_number(hours, cents=True)
        values = {"amount": _euros(amount), "hours": duration, "result": _euros(_cents(amount / hours))}
        return [self._say("hourly", "smic-et-microtravail/smic-montant", **values, wage=_euros(wage))]

    def _taxable(self, query: Query, text: str, amount: Decimal) -> list[Computed]:
        """Receipts − allowance, at least its minimum (Code général des impôts, 102 ter)."""
        rate = self._value("abattement_micro_bnc", query.day)
        least = self._value("abattement_micro_minimum", query.day)
        if rate is None or least is None or not (_TAXABLE.search(text) and _HOW_MUCH.search(text)):
            return []
        if not (_MICRO.search(text) and _EARNED.search(text)):
            return []
        allowance = min(max(_cents(amount * rate / 100), least), amount)
        values = {"amount": _euros(amount), "rate": f"{format_number(rate)} %", "least": _euros(least)}
        return [
            self._say("taxable", "declarer-revenus/micro-abattement", **values, allowance=_euros(allowance),
                      result=_euros(amount - allowance))
        ]  # fmt: skip

    def _value(self, figure: str, day: date) -> Decimal | None:
        series = self._generation.figures.get(figure)
        value = series.on(day) if series else None
        return value.value if value else None

    def _say(self, name: str, fact_id: str, **values: str) -> Computed:
        return Computed(self._messages[name].format(**values), fact_id)


def _amounts(text: str) -> list[Decimal]:
    return [Decimal(f"{re.sub(r'[ .]', '', whole)}.{cents or 0}") for whole, cents in _EUROS.findall(text)]


def _hours(text: str) -> Decimal | None:
    """The one duration of the text, in hours."""
    found = [
        Decimal(f"{whole}.{tenths or 0}") + Decimal(minutes or 0) / 60
        for whole, tenths, minutes in _HOURS.findall(text)
    ]
    found += [Decimal(minutes) / 60 for minutes in _MINUTES.findall(text)]
    return found[0] if len(found) == 1 and found[0] > 0 else None


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _euros(value: Decimal) -> str:
    return f"{format_number(value, cents=True)} €"
