"""The state as one HTML page that stands alone: no address is loaded, charts are inside, every chart is a table too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ingest.report import charts
from ingest.report.state import CONFIDENCES, ONE, Point, State
from ingest.report.summary import headlines, said
from ingest.screen import percent
from knowledge.model import format_date


@dataclass(frozen=True)
class Table:
    caption: str
    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Chart:
    id: str
    said: str
    """What the chart shows, in a sentence: also what a screen reader reads in its place."""
    svg: Markup
    legend: list[str]
    """What each colour means, in order; empty when there is one."""
    lines: bool
    """Lines, told apart by their dashes too; bars otherwise."""
    table: Table


def render(state: State) -> str:
    """The whole page."""
    environment = Environment(
        loader=PackageLoader("ingest.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["day"] = format_date
    return environment.get_template("page.html").render(
        state=state,
        oldest_read=format_date(date.fromisoformat(read)) if (read := state.manifest.oldest_read) else "aucune",
        headlines=headlines(state),
        expiry=_expiry(state),
        coverage=_coverage(state),
        served=_served(state),
        kinds=_kinds(state),
        hosts=_hosts(state),
        scores=[chart for chart in _scores(state) if chart],
        links=_links(state),
    )


def _chart(
    name: str,
    text: str,
    drawn: str | tuple[str, list[str]],
    head: list[str],
    rows: list[list[str]],
    lines: bool = False,
) -> Chart:
    svg, legend = drawn if isinstance(drawn, tuple) else (drawn, [])
    return Chart(name, text, Markup(svg), legend, lines, Table(text, head, rows))


def _expiry(state: State) -> Chart:
    shown = [what for what in ONE if any(what in month.counts for month in state.months)]
    rows = [[month.label, *(str(month.counts.get(what, 0)) for what in shown)] for month in state.months if month.total]
    return _chart("echeances", said(state)["expiry"], charts.expiry(state), ["mois", *shown], rows)


def _coverage(state: State) -> Chart:
    rows = [
        [
            theme.title,
            str(theme.fiches),
            str(theme.facts),
            *(str(theme.confidence.get(level, 0)) for level in CONFIDENCES),
        ]
        for theme in state.themes
    ]
    head = ["thème", "fiches", "faits", *(f"confiance {name}" for name in CONFIDENCES.values())]
    return _chart("couverture", said(state)["coverage"], charts.coverage(state), head, rows)


def _served(state: State) -> Chart | None:
    measured = [(theme, theme.served) for theme in state.themes if theme.served and theme.served[1]]
    if not measured:
        return None
    rows = [[theme.title, f"{right} sur {total}", percent((right, total))] for theme, (right, total) in measured]
    drawn = charts.bars(
        "served", [(theme.short, round(100 * right / total)) for theme, (right, total) in measured], " %", 100
    )
    return _chart("essai", said(state)["served"], drawn, ["thème", "questions servies", "part"], rows)


def _kinds(state: State) -> Chart:
    rows = [[kind.name, str(kind.sources), str(kind.facts), format_date(kind.oldest_read)] for kind in state.kinds]
    drawn = charts.bars("kinds", [(kind.name, kind.sources) for kind in state.kinds])
    head = ["genre", "sources", "faits qui s'y appuient", "lecture la plus ancienne"]
    return _chart("genres", said(state)["kinds"], drawn, head, rows)


def _hosts(state: State) -> Table:
    rows = [[host.name, str(host.sources), str(host.facts), format_date(host.oldest_read)] for host in state.hosts]
    text = f"Les {len(rows)} sites les plus cités, sur {state.host_count}"
    return Table(text, ["site", "sources", "faits", "lecture la plus ancienne"], rows)


def _scores(state: State) -> list[Chart | None]:
    return [
        _history("notes-generations", "Notes de chaque génération, sur les questions de réglage.", state.by_generation),
        _history("notes-gardees", "Notes sur les questions gardées à part, à chaque mesure.", state.unseen),
    ]


def _history(name: str, text: str, points: list[Point]) -> Chart | None:
    if not points:
        return None
    names = list(dict.fromkeys(label for point in points for label in point.rates))
    rows = [
        [point.label, *(percent(point.rates[label]) if label in point.rates else "—" for label in names)]
        for point in points
    ]
    return _chart(name, text, charts.history(name, points), ["mesure", *names], rows, lines=True)


def _links(state: State) -> Chart | None:
    if not state.links:
        return None
    drawn = charts.bars("links", list(state.links.items()))
    rows = [[name, str(count)] for name, count in state.links.items()]
    return _chart("liens", said(state)["links"], drawn, ["état", "pages"], rows)
