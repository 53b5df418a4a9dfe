"""The named formulas, over the dated figures. Each says its result first, then its steps, then for whom it holds.

Every figure is that of the day asked about, and each line cites the fact that states its figure or its rule.
The words are in ``messages.yaml`` (``compute``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bot.answering.quantities import Amount, Currency, Duration, Period, Pieces
from bot.answering.sums import Situation, Sum
from knowledge.model import Figure, format_date, format_number


@dataclass(frozen=True)
class Computed:
    """One line of a result in words, and the fact that states its rule."""

    text: str
    fact_id: str


@dataclass(frozen=True)
class Given:
    """What a formula works on."""

    amount: Amount | None
    duration: Duration | None
    said: Situation
    day: date
    benefit: Amount | None = None
    """What a benefit pays now, when it is told."""
    pieces: Pieces | None = None
    """How many are paid, when ``amount`` is the pay of one."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """« bnc » or « bic », those named; both, most micro-tasks first, when none is."""
        return self.said.kinds or ("bnc", "bic")

    @property
    def kind(self) -> str:
        """« bnc » or « bic »: the first one named; « bnc », most micro-tasks, when none is."""
        return self.kinds[0]


@dataclass(frozen=True)
class _Rate:
    """A share of the receipts: how the step says it, its value in percent, and the fact that states it."""

    name: str
    percent: Decimal
    fact_id: str


_RATES = {
    "bnc": ("cotisations_micro_bnc", "cotisations/taux-bnc"),
    "bic": ("cotisations_micro_bic_services", "cotisations/taux-bic-services"),
}
_ACRE_RATES = {"bnc": "cotisations_acre_bnc", "bic": "cotisations_acre_bic_services"}
_ACRE_REFORM = date(2026, 7, 1)
"""A business created from this day on has a reduced rate of its own; before, a share of the ordinary one."""
_FLAT_TAXES = {"bnc": "versement_liberatoire_bnc", "bic": "versement_liberatoire_bic_services"}
_ALLOWANCES = {"bnc": "abattement_micro_bnc", "bic": "abattement_micro_bic_services"}
_QUARTERS = {"bnc": "trimestre_recettes_bnc", "bic": "trimestre_recettes_bic_services"}
_QUARTERS_MAX = 4
_WHOLE_EUROS_FROM = 20
"""Euros from which a first line is rounded to the euro."""
_MONTHS_OF_A_YEAR = 12


class Formulas:
    """The formulas, over the figures and messages of one generation."""

    def __init__(self, figures: Mapping[str, Figure], messages: Mapping[str, str]) -> None:
        self._figures = figures
        self._messages = messages
        self._by_sum: dict[Sum, Callable[[Given], list[Computed]]] = {
            Sum.CONTRIBUTIONS: self.contributions,
            Sum.NET: self.net,
            Sum.TAXABLE: self.taxable,
            Sum.ALLOWANCE: self.allowance,
            Sum.FLAT_TAX: self.flat_tax,
            Sum.LEVIES: self.levies,
            Sum.QUARTERS: self.quarters,
            Sum.QUARTERS_NEEDED: self.quarters_needed,
            Sum.HOURLY: self.hourly,
            Sum.EARNINGS: self.earnings,
            Sum.THRESHOLDS: self.thresholds,
            Sum.PRORATA: self.prorata,
            Sum.UNEMPLOYMENT: self.unemployment,
            Sum.RSA: self.rsa,
            Sum.DISABILITY: self.disability,
        }

    def work_out(self, asked: Sum, given: Given) -> list[Computed]:
        """The lines of a result; none when an input is missing or does not fit."""
        try:
            if given.amount and given.amount.currency is not Currency.EURO:
                return self.foreign(asked, given)
            return self._by_sum[asked](given)
        except LookupError:  # a figure has no value that day, or an older generation has not these words
            return []

    def contributions(self, given: Given) -> list[Computed]:
        """Receipts × rate (Code de la sécurité sociale, D613-4), + training contribution (Code du travail, L6331-48),
        + flat tax where it was chosen (Code général des impôts, 151-0). With the Acre: D131-6-3."""
        return self._levied("contributions", given)

    def net(self, given: Given) -> list[Computed]:
        """Receipts − what ``contributions`` gives."""
        return self._levied("net", given)

    def _levied(self, name: str, given: Given) -> list[Computed]:
        if given.said.has_no_status and not given.said.kinds:
            return self.levies(given)
        amount, found = self._received(given, given.said.over)
        if amount is None:
            return []
        first, *others = given.kinds
        rates = self._rates(first, given)
        due = sum((_share(amount.value, rate.percent) for rate in rates), Decimal(0))
        name = f"{name}_taxed" if given.said.has_flat_tax else name
        per = self._per(amount.period)
        rest = _about(amount.value - due)
        lines = [self._say(name, rates[0].fact_id, due=_about(due), rest=rest, per=per), *found]
        lines += [self._step(rate, amount, given.day) for rate in rates]
        lines.append(self._say(f"holds_for_{first}", rates[0].fact_id, acre=self._acre_words(given)))
        lines += self._other_acre(first, amount, given)
        return lines + [self._other_kind(kind, amount, given) for kind in others]

    def _rates(self, kind: str, given: Given) -> list[_Rate]:
        figure, fact = _RATES[kind]
        rates = [_Rate("contributions", self._value(figure, given.day), fact)]
        if self._has_acre(given):
            rates = [self._acre_rate(kind, given)]
        if kind == "bnc":
            training = self._value("contribution_formation_micro_bnc", given.day)
            rates.append(_Rate("training", training, "cotisations/formation"))
        if given.said.has_flat_tax:
            rates.append(_Rate("flat", self._value(_FLAT_TAXES[kind], given.day), "versement-liberatoire/taux"))
        return rates

    def _acre_rate(self, kind: str, given: Given) -> _Rate:
        created = given.said.started or given.day
        if created < _ACRE_REFORM:
            less = self._value("acre_exoneration", created)
            ordinary = self._value(_RATES[kind][0], given.day)
            return _Rate("contributions", ordinary * (100 - less) / 100, "acre/taux-50-avant-juillet")
        return _Rate("contributions", self._value(_ACRE_RATES[kind], given.day), "acre/taux-reel")

    def _has_acre(self, given: Given) -> bool:
        """Until the end of the third civil quarter after the one of the creation (D131-6-3)."""
        started = given.said.started
        return given.said.has_acre and (started is None or given.day <= _acre_end(started))

    def _acre_words(self, given: Given) -> str:
        if not self._has_acre(given):
            return self._messages["acre_none"]
        before = (given.said.started or given.day) < _ACRE_REFORM
        return self._messages["acre_before_reform" if before else "acre_since_reform"]

    def _other_acre(self, kind: str, amount: Amount, given: Given) -> list[Computed]:
        """With the Acre and no date of creation: the rate of those who began before its reform."""
        if not self._has_acre(given) or given.said.started or given.day < _ACRE_REFORM:
            return []
        before = replace(given, said=replace(given.said, started=_ACRE_REFORM - timedelta(days=1)))
        rate = self._acre_rate(kind, before)
        return [self._say("other_acre", rate.fact_id, amount=self._money(amount), rate=_percent(rate.percent),
                          result=_euros(_share(amount.value, rate.percent)))]  # fmt: skip

    def _step(self, rate: _Rate, amount: Amount, day: date) -> Computed:
        result = _share(amount.value, rate.percent)
        return self._say(f"step_{rate.name}", rate.fact_id, amount=self._money(amount), rate=_percent(rate.percent),
                         year=str(day.year), result=_euros(result))  # fmt: skip

    def _other_kind(self, kind: str, amount: Amount, given: Given) -> Computed:
        rate = self._rates(kind, given)[0]
        result = _euros(_share(amount.value, rate.percent))
        return self._say(
            f"other_{kind}", rate.fact_id, amount=self._money(amount), rate=_percent(rate.percent), result=result
        )

    def taxable(self, given: Given) -> list[Computed]:
        """Receipts − allowance, at least its minimum (Code général des impôts, 102 ter and 50-0)."""
        amount, found = self._received(given, Period.YEAR)
        if amount is None:
            return []
        kind = given.kind
        if given.said.has_flat_tax:
            return self.flat_tax(given)
        left, step = self._after_allowance(amount.value, given)
        lead = self._say("taxable" if left else "taxable_none", step.fact_id, result=_about(left))
        return [lead, *found, step, self._say(f"taxable_holds_for_{kind}", "declarer-revenus/micro-abattement")]

    def allowance(self, given: Given) -> list[Computed]:
        """What is taken off the receipts of a year before tax: the same rule as ``taxable``."""
        amount, found = self._received(given, Period.YEAR)
        if amount is None or given.said.has_flat_tax:
            return []
        left, step = self._after_allowance(amount.value, given)
        name = "allowance" if left else "taxable_none"
        lead = self._say(name, step.fact_id, allowance=_about(amount.value - left), result=_about(left))
        return [lead, *found, step, self._say(f"taxable_holds_for_{given.kind}", "declarer-revenus/micro-abattement")]

    def _after_allowance(self, receipts: Decimal, given: Given) -> tuple[Decimal, Computed]:
        """What is left of the receipts, and the step that says so."""
        rate = self._value(_ALLOWANCES[given.kind], given.day)
        least = self._value("abattement_micro_minimum", given.day)
        left = receipts - self._allowance(receipts, given.kind, given.day)
        fact, step = "declarer-revenus/petites-sommes", "taxable_step_least" if left else "taxable_step_none"
        if _share(receipts, rate) >= least:
            fact, step = "declarer-revenus/micro-abattement", "taxable_step"
        return left, self._say(step, fact, amount=_euros(receipts), rate=_percent(rate), least=_euros(least),
                               allowance=_euros(receipts - left), result=_euros(left))  # fmt: skip

    def _allowance(self, receipts: Decimal, kind: str, day: date) -> Decimal:
        rate, least = self._value(_ALLOWANCES[kind], day), self._value("abattement_micro_minimum", day)
        return min(max(_share(receipts, rate), least), receipts)

    def flat_tax(self, given: Given) -> list[Computed]:
        """Receipts × flat rate (Code général des impôts, 151-0)."""
        amount, found = self._received(given, given.said.over)
        if amount is None:
            return []
        kind, *others = given.kinds
        fact = "versement-liberatoire/taux"
        rates = {name: self._value(_FLAT_TAXES[name], given.day) for name in given.kinds}
        result = _about(_share(amount.value, rates[kind]))
        return [
            self._say("flat_tax", fact, result=result, per=self._per(amount.period)),
            *found,
            self._step(_Rate("flat", rates[kind], fact), amount, given.day),
            self._say(f"flat_tax_holds_for_{kind}", fact),
            *(self._other_flat_tax(other, rates[other], amount) for other in others),
        ]

    def _other_flat_tax(self, kind: str, rate: Decimal, amount: Amount) -> Computed:
        return self._say(f"other_flat_tax_{kind}", "versement-liberatoire/taux", amount=self._money(amount),
                         rate=_percent(rate), result=_euros(_share(amount.value, rate)))  # fmt: skip

    def levies(self, given: Given) -> list[Computed]:
        """(Receipts − allowance) × social levies, without a micro-entreprise (Code de la sécurité sociale, L136-6 and
        L136-8)."""
        amount, found = self._received(given, Period.YEAR)
        if amount is None:
            return []
        rate, allowance = (
            self._value("prelevements_sociaux_non_pro", given.day),
            self._allowance(amount.value, "bnc", given.day),
        )
        base, fact = amount.value - allowance, "declarer-revenus/prelevements-sociaux"
        result = _share(base, rate)
        return [
            self._say("levies", fact, result=_about(result)),
            *found,
            self._say("levies_step", fact, amount=_euros(amount.value), allowance=_euros(allowance), base=_euros(base),
                      rate=_percent(rate), result=_euros(result)),
            self._say("levies_holds", "declarer-revenus/declaration-activite"),
        ]  # fmt: skip

    def quarters(self, given: Given) -> list[Computed]:
        """Receipts of the year ÷ receipts for one quarter, four at most (Code de la sécurité sociale, R351-9)."""
        amount, found = self._received(given, Period.YEAR)
        if amount is None:
            return []
        fact = "retraite-trimestres/regle-150-heures"
        lines: list[Computed] = []
        for kind in given.kinds:
            threshold = self._value(_QUARTERS[kind], given.day)
            quarters = min(int(amount.value // threshold), _QUARTERS_MAX)
            count = f"{quarters or 'aucun'} trimestre{'s' if quarters > 1 else ''}"
            if not lines:
                lines = [self._say("quarters", fact, result=count, year=str(given.day.year)), *found]
            lines.append(
                self._say(
                    f"quarters_{kind}", fact, amount=_euros(amount.value), threshold=_euros(threshold), result=count
                )
            )
        return lines

    def quarters_needed(self, given: Given) -> list[Computed]:
        """Receipts for one quarter × the quarters wanted in one year."""
        wanted, fact = given.said.quarters, "retraite-trimestres/regle-150-heures"
        if wanted is None:
            return []
        lines: list[Computed] = []
        for kind in given.kinds:
            threshold = self._value(_QUARTERS[kind], given.day)
            values = {"count": str(wanted), "threshold": _euros(threshold), "result": _euros(threshold * wanted)}
            if not lines:
                lines.append(self._say("quarters_needed", fact, year=str(given.day.year), **values))
            lines.append(self._say(f"quarters_needed_{kind}", fact, **values))
        return lines

    def hourly(self, given: Given) -> list[Computed]:
        """Pay ÷ time, beside the minimum wage of the day (Code du travail, L3231-2: for employees)."""
        pay, step = self._per_hour(given)
        if pay is None:
            return []
        wage, fact = self._value("smic_horaire_brut", given.day), "smic-et-microtravail/smic-montant"
        rates = self._rates("bnc", replace(given, said=Situation()))
        due = sum((_share(pay, rate.percent) for rate in rates), Decimal(0))
        compared = "hourly_below" if pay < wage else "hourly_above"
        return [
            self._say(compared, fact, result=_euros(pay), wage=_euros(wage)),
            *([Computed(step, fact)] if step else []),
            self._say("hourly_holds", "smic-et-microtravail/smic-salaries-seulement"),
            self._say("hourly_net", rates[0].fact_id, result=_euros(pay - due), due=_euros(due)),
        ]

    def _per_hour(self, given: Given) -> tuple[Decimal | None, str]:
        """Pay for one hour, and the step that gives it."""
        amount, duration = given.amount, given.duration
        if amount is None:
            return None, ""
        if amount.period is Period.HOUR:
            return amount.value, ""
        if duration is None:
            return None, ""
        over = duration.period or amount.period
        paid = amount.per(over) if over else amount
        worked = Amount(duration.hours, Currency.EURO, period=duration.period)
        if paid is None or (duration.period and not amount.period) or (over and over not in _SAME_BASE):
            return None, ""
        result = _cents(paid.value / worked.value)
        hours = self._hours(duration)
        return result, self._messages["hourly_step"].format(
            amount=self._money(paid), hours=hours, result=_euros(result)
        )

    def earnings(self, given: Given) -> list[Computed]:
        """Pay for one hour × hours, or for one piece × pieces."""
        if given.amount is None:
            return []
        is_by_hour = given.amount.period is Period.HOUR and given.duration is not None
        if not is_by_hour and not given.amount.is_piece:
            return []
        amount, found = self._received(given, given.said.over)
        if amount is None and given.amount.is_piece:
            # By the day, and asked by the month: how many days are worked is not known.
            amount, found = self._received(given, None)
        if amount is None or not found:
            return []
        lead = self._say(
            "earnings",
            "gains-reels/calculer-son-gain-horaire",
            result=_about(amount.value),
            per=self._per(amount.period),
        )
        return [lead, *found]

    def thresholds(self, given: Given) -> list[Computed]:
        """Ceiling − receipts (Code général des impôts, 102 ter), or VAT thresholds − receipts (293 B, now CIBS)."""
        amount, found = self._received(given, Period.YEAR)
        if amount is None:
            return []
        if given.said.names_vat:
            return self._vat(amount, found, given.day)
        ceiling = self._value("plafond_micro_services", given.day)
        fact = "seuils-chiffre-affaires/plafond-services"
        if given.said.started and given.said.started.year == given.day.year:
            ceiling, fact = self._for_days(ceiling, given.said.started), "seuils-chiffre-affaires/prorata"
        name = "ceiling_passed" if amount.value > ceiling else "ceiling_below"
        values = {"amount": _euros(amount.value), "ceiling": _euros(ceiling), "year": str(given.day.year)}
        lines = [self._say(name, fact, **values, result=_euros(abs(ceiling - amount.value))), *found]
        if amount.value > ceiling:
            lines.append(self._say("ceiling_two_years", "seuils-chiffre-affaires/depassement"))
        return lines

    def _vat(self, amount: Amount, found: list[Computed], day: date) -> list[Computed]:
        low, high = self._value("franchise_tva_services", day), self._value("franchise_tva_services_majore", day)
        if amount.value * 10 < low:
            return []
        name = "vat_below" if amount.value <= low else "vat_between" if amount.value <= high else "vat_passed"
        fact = "franchise-tva/seuils" if amount.value <= low else "franchise-tva/depassement"
        values = {"amount": _euros(amount.value), "low": _euros(low), "high": _euros(high)}
        lead = self._say(
            name, fact, **values, result=_euros(abs(low - amount.value)), over=_euros(abs(high - amount.value))
        )
        return [lead, *found, self._say("vat_holds", "franchise-tva/clients-etrangers-hors-seuil")]

    def prorata(self, given: Given) -> list[Computed]:
        """Ceiling × days of activity ÷ days of the year (Code général des impôts, 102 ter)."""
        started, day = given.said.started, given.day
        if started is None or started.year != day.year:
            return []
        ceiling, fact = self._value("plafond_micro_services", day), "seuils-chiffre-affaires/prorata"
        values = {
            "ceiling": _euros(ceiling),
            "days": str(_days_left(started)),
            "in_year": str(_days_left(date(day.year, 1, 1))),
        }
        result = self._for_days(ceiling, started)
        return [
            self._say("prorata", fact, result=_about(result), year=str(day.year), started=format_date(started)),
            self._say("prorata_step", "seuils-chiffre-affaires/plafond-services", **values, result=_about(result)),
        ]

    def unemployment(self, given: Given) -> list[Computed]:
        """Receipts − allowance, × the part of it that is taken from the ARE (rule of the Ministry of Labour)."""
        amount, found = self._received_monthly(given, "are-chomage/part-retiree-de-l-are")
        if amount is None:
            return []
        part, rate = self._value("are_part_revenu_deduite", given.day), self._value("abattement_micro_bnc", given.day)
        income = amount.value - _share(amount.value, rate)
        result, fact = _share(income, part), "are-chomage/part-retiree-de-l-are"
        values = {
            "amount": _euros(amount.value),
            "rate": _percent(rate),
            "income": _euros(income),
            "part": _percent(part),
        }
        return [
            self._unemployment_lead(fact, result, given.benefit),
            *found,
            self._say("unemployment_step", fact, **values, result=_euros(result)),
            self._say("unemployment_holds", "are-chomage/plafond-ancien-salaire"),
        ]

    def _unemployment_lead(self, fact: str, less: Decimal, benefit: Amount | None) -> Computed:
        if benefit is None or benefit.period not in (None, Period.MONTH) or benefit.value < less:
            return self._say("unemployment", fact, result=_about(less))
        return self._say("unemployment_rest", fact, result=_about(less), rest=_about(benefit.value - less))

    def rsa(self, given: Given) -> list[Computed]:
        """Receipts − allowance: what the Caf counts of a micro-entreprise, so the most that the RSA may lose."""
        amount, found = self._received_monthly(given, "rsa/mois-comptes")
        if amount is None:
            return []
        rate = self._value("abattement_micro_bnc", given.day)
        result, fact = amount.value - _share(amount.value, rate), "rsa/abattement-micro"
        name = "rsa" if amount.period else "rsa_if_monthly"
        return [
            self._say(name, "rsa/gains-et-rsa", result=_about(result), amount=_euros(amount.value)),
            *found,
            self._say("rsa_step", fact, amount=_euros(amount.value), rate=_percent(rate), result=_euros(result)),
            self._say("rsa_holds", "rsa/mois-comptes"),
        ]

    def disability(self, given: Given) -> list[Computed]:
        """Monthly earnings − 80 % up to 30 % of the Smic, − 40 % beyond (Code de la sécurité sociale, D821-9)."""
        amount, found = self._received_monthly(given, "aah/calcul-trimestriel")
        if amount is None:
            return []
        low, high = (
            self._value("aah_abattement_bas_revenus", given.day),
            self._value("aah_abattement_au_dela", given.day),
        )
        limit, fact = self._value("aah_seuil_premiere_tranche", given.day), "aah/abattements"
        below, beyond = min(amount.value, limit), max(amount.value - limit, Decimal(0))
        counted = _share(below, 100 - low) + _share(beyond, 100 - high)
        values = {
            "below": _euros(below),
            "low": _percent(100 - low),
            "beyond": _euros(beyond),
            "high": _percent(100 - high),
        }
        return [
            self._say("disability", fact, result=_about(counted)),
            *found,
            self._say(
                "disability_step_beyond" if beyond else "disability_step", fact, **values, result=_euros(counted)
            ),
            self._say("disability_top_up", "aah-mva/gains-et-mva"),
            self._say("disability_holds", "aah/six-premiers-mois"),
        ]

    def foreign(self, asked: Sum, given: Given) -> list[Computed]:
        """An amount in another currency is not converted: the rate is that of the day the money came."""
        if given.amount is None or given.amount.currency is Currency.OTHER:
            return []
        if asked is Sum.HOURLY and given.duration is None and given.amount.period is not Period.HOUR:
            return []
        currency = self._messages[f"currency_{given.amount.currency.value}"]
        lines = [self._say("foreign", "recettes-en-dollars/change", currency=currency)]
        if asked in (Sum.CONTRIBUTIONS, Sum.NET):
            rate = self._rates("bnc", given)[0]
            lines.append(self._say("foreign_step", rate.fact_id, rate=_percent(rate.percent), year=str(given.day.year)))
        if asked is Sum.HOURLY:
            wage = _euros(self._value("smic_horaire_brut", given.day))
            lines.append(self._say("foreign_hourly", "smic-et-microtravail/smic-montant", wage=wage))
            lines.append(self._say("hourly_holds", "smic-et-microtravail/smic-salaries-seulement"))
        return lines

    def _received(self, given: Given, over: Period | None) -> tuple[Amount | None, list[Computed]]:
        """The receipts over the period asked for, and the step that gives them. What came once stands as it is."""
        amount = given.amount
        if amount is None:
            return None, []
        if amount.is_piece and given.pieces:
            return self._received_for_pieces(amount, given.pieces, over)
        if amount.period is Period.HOUR and given.duration:
            return self._received_for_hours(amount, given.duration, over)
        if over is None or amount.period is None or amount.period is over:
            return amount, []
        converted = None if over is Period.YEAR and self._is_partial_year(given) else amount.per(over)
        if converted is None:
            return None, []
        values = {
            "amount": self._money(amount),
            "result": self._money(converted),
            "weeks": self._weeks(amount.period, over),
        }
        return converted, [self._say("over_step", self._period_fact(over), **values)]

    def _received_for_pieces(
        self, price: Amount, pieces: Pieces, over: Period | None
    ) -> tuple[Amount | None, list[Computed]]:
        value = _cents(price.value * pieces.count)
        total = replace(price, value=value, period=pieces.period, is_piece=False, is_each=False)
        received = total.per(over) if over else total
        if received is None:
            return None, []
        values = {"price": _euros(price.value), "result": self._money(received)}
        values |= {"count": format_number(Decimal(pieces.count)), "per": self._per(pieces.period)}
        values["weeks"] = self._weeks(pieces.period, over)
        return received, [self._say("pieces_step", "gains-reels/calculer-son-gain-horaire", **values)]

    def _received_for_hours(
        self, rate: Amount, duration: Duration, over: Period | None
    ) -> tuple[Amount | None, list[Computed]]:
        over = over or (Period.MONTH if duration.period else None)
        total = replace(rate, value=_cents(rate.value * duration.hours), period=duration.period)
        received = total.per(over) if over else total
        if received is None:
            return None, []
        values = {"rate": _euros(rate.value), "hours": self._hours(duration), "result": self._money(received)}
        values["weeks"] = self._weeks(duration.period, over)
        return received, [self._say("hours_step", "gains-reels/calculer-son-gain-horaire", **values)]

    def _weeks(self, period: Period | None, over: Period | None) -> str:
        """How weeks became months, when they did."""
        return self._messages["weeks_to_months"] if period is Period.WEEK and over is Period.MONTH else ""

    def _is_partial_year(self, given: Given) -> bool:
        """« 500 € par mois depuis mars »: twelve months would be too many."""
        said, amount = given.said, given.amount
        began = said.started is not None and said.started.year == given.day.year
        return began or bool(amount and amount.months and amount.months < _MONTHS_OF_A_YEAR)

    def _received_monthly(self, given: Given, fact_id: str) -> tuple[Amount | None, list[Computed]]:
        """For benefits, counted by month, as the fact says; a total over a year says nothing of each month."""
        amount = given.amount
        if amount is None or amount.period is not None or amount.months in (None, 1):
            return self._received(given, Period.MONTH)
        if amount.months >= _MONTHS_OF_A_YEAR:
            return None, []
        monthly = replace(amount, value=_cents(amount.value / amount.months), period=Period.MONTH, months=None)
        values = {"amount": _euros(amount.value), "months": str(amount.months), "result": self._money(monthly)}
        return monthly, [self._say("months_step", fact_id, **values)]

    def _period_fact(self, over: Period) -> str:
        """Receipts are counted over the calendar year, and declared by month or by quarter."""
        return "seuils-chiffre-affaires/argent-encaisse" if over is Period.YEAR else "cotisations/periodicite"

    def _for_days(self, ceiling: Decimal, started: date) -> Decimal:
        return _cents(ceiling * _days_left(started) / _days_left(date(started.year, 1, 1)))

    def _value(self, figure: str, day: date) -> Decimal:
        series = self._figures.get(figure)
        value = series.on(day) if series else None
        if value is None:
            raise LookupError(figure)
        return value.value

    def _say(self, name: str, fact_id: str, **values: str) -> Computed:
        return Computed(self._messages[name].format(**values), fact_id)

    def _per(self, period: Period | None) -> str:
        return f" {self._messages[f'per_{period.value}']}" if period else ""

    def _money(self, amount: Amount) -> str:
        return f"{_euros(amount.value)}{self._per(amount.period)}"

    def _hours(self, duration: Duration) -> str:
        whole = int(duration.hours)
        minutes = int((duration.hours - whole) * 60 + Decimal("0.5"))
        seconds = int(duration.hours * 3600 + Decimal("0.5"))
        said = f"{whole} h {minutes:02}" if whole and minutes else f"{whole} h" if whole else f"{minutes} min"
        return (said if seconds >= 60 else f"{seconds} s") + self._per(duration.period)


_SAME_BASE = (Period.WEEK, Period.MONTH, Period.QUARTER, Period.YEAR)


def _acre_end(started: date) -> date:
    """The last day of the third civil quarter after the one of ``started``."""
    months = (started.month - 1) // 3 * 3 + 12
    return date(started.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)


def _days_left(day: date) -> int:
    """Days from ``day`` to the end of its year, both counted."""
    return (date(day.year, 12, 31) - day).days + 1


def _share(amount: Decimal, percent: Decimal) -> Decimal:
    return _cents(amount * percent / 100)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _percent(rate: Decimal) -> str:
    return f"{format_number(rate.normalize())} %"


def _euros(value: Decimal) -> str:
    return f"{format_number(value, cents=True)} €"


def _about(value: Decimal) -> str:
    """To the euro, unless that would hide too much."""
    return _euros(value.quantize(Decimal(1), ROUND_HALF_UP) if value >= _WHOLE_EUROS_FROM else value)
