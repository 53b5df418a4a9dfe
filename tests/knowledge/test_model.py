from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from knowledge.model import Fact, Figure, Role, Unit, format_date, format_number


def figure(**changes: object) -> Figure:
    series = [
        {"value": "24.6", "valid_from": "2025-01-01", "valid_to": "2025-12-31", "sources": ["a"]},
        {"value": "25.6", "valid_from": "2026-01-01", "sources": ["a"]},
    ]
    return Figure.model_validate({"id": "taux", "label": "Taux d'essai", "unit": "percent", "series": series} | changes)


def fact(text: str, **changes: object) -> Fact:
    data = {"fiche": "f", "slug": "s", "text": text, "role": Role.RULE, "sources": ["a"], "expires_on": "2027-01-01"}
    return Fact.model_validate(data | changes)


def test_the_date_chooses_the_value() -> None:
    sentence = fact("Le taux est de {taux} depuis le {taux.from} (avant : {taux@2025-06-01}).")
    figures = {"taux": figure()}
    assert (
        sentence.render(figures, date(2026, 5, 1))
        == "Le taux est de 25,6 % depuis le 1er janvier 2026 (avant : 24,6 %)."
    )
    assert "24,6 % depuis le 1er janvier 2025" in (sentence.render(figures, date(2025, 12, 31)) or "")


def test_no_value_on_that_day_means_no_sentence() -> None:
    assert fact("Le taux d'essai est de {taux}.").render({"taux": figure()}, date(2024, 12, 31)) is None
    assert fact("Le taux tient jusqu'au {taux.to}.").render({"taux": figure()}, date(2026, 5, 1)) is None


def test_overlapping_periods_are_refused() -> None:
    series = [
        {"value": 1, "valid_from": "2025-01-01", "sources": ["a"]},
        {"value": 2, "valid_from": "2026-01-01", "sources": ["a"]},
    ]
    with pytest.raises(ValidationError, match="chevauchent"):
        figure(series=series)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("83600", Unit.EURO, "83 600 €"),
        ("1823.03", Unit.EURO, "1 823,03 €"),
        ("12.3", Unit.EURO, "12,30 €"),
        ("25.6", Unit.PERCENT, "25,6 %"),
        ("964", Unit.HOURS, "964 heures"),
        ("-5", Unit.NUMBER, "-5"),
    ],
)
def test_amounts_read_as_french(value: str, unit: Unit, text: str) -> None:
    assert figure(unit=unit).format(Decimal(value)) == text


def test_dates_read_as_french() -> None:
    assert format_date(date(2026, 8, 1)) == "1er août 2026"
    assert format_date(date(2026, 12, 21)) == "21 décembre 2026"
    assert format_number(Decimal("1234567.5")) == "1 234 567,5"


def test_a_rule_holds_in_its_period_only() -> None:
    past = fact("Cette règle d'essai est finie.", valid_to="2024-12-31")
    future = fact("Cette règle d'essai commence plus tard.", valid_from="2027-01-01")
    assert past.holds_on(date(2024, 12, 31)) and not past.holds_on(date(2025, 1, 1))
    assert not future.holds_on(date(2026, 11, 21)) and future.holds_on(date(2027, 1, 1))


def test_a_misspelt_field_is_an_error() -> None:
    with pytest.raises(ValidationError):
        fact("Une phrase d'essai assez longue.", valide_to="2027-01-01")
