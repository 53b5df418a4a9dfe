"""Charts as SVG inside the page, drawn here by pygal: nothing to load, and they show without JavaScript.

Colours are those of the page (CSS variables), so they follow its light and dark theme. Lines also differ by
their dashes, bars carry their values, and the page gives every chart as a table: colour never tells alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pygal
from pygal.style import Style

from ingest.report.state import CONFIDENCES, ONE, Point, State
from knowledge.model import Confidence, format_number

WIDTH = 420
"""In units of the SVG, near the pixels of a small phone: letters keep their size there."""
BAR_HEIGHT = 32
SERIES = ("var(--one)", "var(--two)", "var(--three)", "var(--four)")
DASHES = ("1, 0", "9, 4", "3, 3", "12, 3, 3, 3")

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def _options(height: int) -> dict[str, Any]:
    """What all charts share."""
    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--ink)",
        foreground_strong="var(--ink)",
        foreground_subtle="var(--line)",
        guide_stroke_color="var(--line)",
        major_guide_stroke_color="var(--line)",
        colors=SERIES,
        value_colors=SERIES,
        font_family="inherit",
        label_font_size=14,
        major_label_font_size=14,
        value_font_size=13,
        opacity="1",
        stroke_opacity="1",
        stroke_width="2.5",
        opacity_hover="1",
        transition="0s",
    )
    return {
        "style": style,
        "js": [],
        "width": WIDTH,
        "height": height,
        "disable_xml_declaration": True,
        "show_legend": False,
        "formatter": _number,
        "no_data_text": "rien à montrer",
        "margin": 6,
        "truncate_label": -1,
    }


def _number(value: float | None) -> str:
    return format_number(Decimal(str(value or 0)))


def _svg(chart: Any, name: str) -> str:
    """``name``: for the chart's identifiers in the page, the same each time."""
    chart.uuid = name
    return _COMMENT.sub("", chart.render(is_unicode=True))


def expiry(state: State) -> tuple[str, list[str]]:
    """Bars by month, stacked by kind: (SVG, what the colours mean in order)."""
    chart = pygal.StackedBar(
        **_options(280), x_label_rotation=50, x_labels_major_every=4, show_minor_x_labels=False, max_scale=6
    )
    chart.x_labels = [month.label for month in state.months]
    names = [what for what in ONE if any(what in month.counts for month in state.months)]
    for name in names:
        chart.add(name, [month.counts.get(name, 0) for month in state.months])
    return _svg(chart, "expiry"), names


def coverage(state: State) -> tuple[str, list[str]]:
    """Facts of each theme by confidence."""
    themes = state.themes[::-1]
    chart = pygal.HorizontalStackedBar(**_options(BAR_HEIGHT * len(themes) + 40), max_scale=5)
    chart.x_labels = [f"{theme.short}, {theme.facts}" for theme in themes]
    for level in CONFIDENCES:
        chart.add(CONFIDENCES[level], [theme.confidence.get(Confidence(level), 0) for theme in themes])
    return _svg(chart, "coverage"), [f"confiance {name}" for name in CONFIDENCES.values()]


def bars(name: str, rows: Sequence[tuple[str, float]], unit: str = "", top: float | None = None) -> str:
    """One bar a row, its value beside its name (a short bar has no room for it); ``top``: the end of the axis."""
    rows = rows[::-1]
    options = _options(BAR_HEIGHT * len(rows) + 40)
    chart = pygal.HorizontalBar(**options, max_scale=5, range=(0, top) if top else None)
    chart.x_labels = [f"{label}, {_number(value)}{unit}" for label, value in rows]
    if top:
        chart.y_labels = [0, top / 2, top]
    chart.add(name, [value for _, value in rows])
    return _svg(chart, name)


def history(name: str, points: list[Point]) -> tuple[str, list[str]]:
    """Each score in per cent over the measures: (SVG, what the lines are in order)."""
    least = min((count[0] / count[1] for point in points for count in point.rates.values()), default=0)
    bottom = int(10 * least) * 10  # the axis starts under the lowest: a fall of three points is seen
    chart = pygal.Line(
        **_options(280), range=(bottom, 100), dots_size=4, x_labels_major_count=2, show_minor_x_labels=False
    )
    chart.x_labels = [point.label.partition(" ")[0] for point in points]  # the day; the table says which
    chart.y_labels = range(bottom, 101, 10)
    names = list(dict.fromkeys(label for point in points for label in point.rates))
    for label, dashes in zip(names, DASHES, strict=False):
        counts = [point.rates.get(label) for point in points]
        values = [round(100 * count[0] / count[1], 1) if count else None for count in counts]
        chart.add(label, values, stroke_style={"dasharray": dashes})
    return _svg(chart, name), names
