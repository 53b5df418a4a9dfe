"""``ingest figures``: the amounts of ``figures.yaml`` against the dated parameters of OpenFisca-France.

``knowledge/openfisca.yaml`` says which parameter states which figure, and explains each difference that is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from pydantic import Field

from ingest.checks import Report
from ingest.official.openfisca import Parameter, value_on
from knowledge import library as libraries
from knowledge.library import Library, LibraryError, Problem
from knowledge.model import Content, Figure, FigureId, Unit

FILE = "openfisca.yaml"
CENT = Decimal("0.01")


class Match(Content):
    """A figure, and how OpenFisca states the same thing."""

    id: FigureId
    """Of the figure."""
    parameters: list[str] = Field(min_length=1)
    """Paths of parameters, added up."""
    factor: Decimal = Decimal(1)
    """The figure is this many times the parameter."""
    fixed_on_january_first: bool = False
    """The figure follows the parameter's value of 1 January for the whole year."""
    rounded_up: bool = False
    """To the next euro; otherwise to the nearest cent."""
    explained: dict[date, str] = {}
    """Day from which the two differ → why the figure is right."""


@dataclass(frozen=True)
class Difference:
    """From ``day`` the figure and the parameter say different things (None: no value)."""

    day: date
    figure: Decimal | None
    openfisca: Decimal | None


def read_matches(library: Library) -> tuple[dict[str, Match], dict[str, tuple[str, int]]]:
    """``openfisca.yaml`` by figure, and where each entry stands. Raises ``LibraryError``."""
    matches, lines = libraries.read_records(Match, library.folder / FILE)
    unknown = [
        Problem(*lines[name], f"le montant « {name} » n'existe pas dans figures.yaml")
        for name in matches.keys() - library.figures.keys()
    ]
    if unknown:
        raise LibraryError(unknown)
    return matches, lines


def check_figures(library: Library, parameters: dict[str, Parameter], today: date) -> Report:
    """Errors: a difference nobody explained. Warnings: an explanation that no longer has a difference."""
    matches, lines = read_matches(library)
    report = Report()
    for name, match in matches.items():
        figure = library.figures[name]
        differences = list(differences_of(figure, match, [parameters[path] for path in match.parameters], today))
        for difference in differences:
            if difference.day not in match.explained:
                report.errors.append(Problem(*library.lines[name], _said(figure, difference)))
        for day in match.explained.keys() - {difference.day for difference in differences}:
            report.warnings.append(Problem(*lines[name], f"{name} : plus de différence le {day} : ôtez l'explication"))
    report.errors.sort()
    report.warnings.sort()
    return report


def differences_of(figure: Figure, match: Match, parameters: list[Parameter], today: date) -> Iterator[Difference]:
    """Each day, from the first value of the figure to ``today``, on which the two begin to differ."""
    first = figure.series[0].valid_from
    days = {first, *(value.valid_from for value in figure.series), *(start for p in parameters for start in p)}
    days |= {value.valid_to + timedelta(days=1) for value in figure.series if value.valid_to}
    days |= {date(year, 1, 1) for year in range(first.year + 1, today.year + 1)}
    previous: tuple[Decimal | None, Decimal | None] | None = None
    for day in sorted(day for day in days if first <= day <= today):
        here = figure.on(day)
        value = here.value if here else None
        theirs = _stated(figure.unit, match, parameters, day)
        if value != theirs and previous != (value, theirs):
            yield Difference(day, value, theirs)
        previous = (value, theirs)


def _stated(unit: Unit, match: Match, parameters: list[Parameter], day: date) -> Decimal | None:
    """What OpenFisca says of the figure on ``day``."""
    at = date(day.year, 1, 1) if match.fixed_on_january_first else day
    values = [value_on(parameter, at) for parameter in parameters]
    if any(value is None for value in values):
        return None
    total = sum((value for value in values if value is not None), Decimal(0)) * match.factor
    if unit is Unit.PERCENT:
        total *= 100  # OpenFisca writes shares
    return total.quantize(Decimal(1), ROUND_CEILING) if match.rounded_up else total.quantize(CENT, ROUND_HALF_UP)


def _said(figure: Figure, difference: Difference) -> str:
    ours, theirs = (
        figure.format(value) if value is not None else "aucune valeur"
        for value in (difference.figure, difference.openfisca)
    )
    return (
        f"{figure.id} : depuis le {difference.day}, {ours} ici et {theirs} dans OpenFisca : corrigez le montant si une "
        f"source le permet, ou expliquez la différence dans {FILE} (explained: {{{difference.day}: …}})"
    )
