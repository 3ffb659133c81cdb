"""Charts as SVG text that stands in the page: drawn offline, in the page's own colours, light or dark.

Altair describes them and vl-convert draws them; both are imported when the first chart is drawn (1 s together).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from engine.presentation.catalogue import Catalogue

Rows = Sequence[dict[str, Any]]

_INK, _MUTED, _LINE = "#010203", "#020304", "#030405"
"""Stand-ins in the drawing for the page's colours, which change with light and dark."""

_PAGE_COLOURS = {
    _INK: "var(--ink)",
    _MUTED: "var(--muted)",
    _LINE: "var(--line)",
    "#040506": "var(--accent)",
    "#050607": "var(--amber)",
    "#060708": "var(--grey)",
    "#070809": "var(--rose)",
}
_ACCENT, _AMBER, _GREY, _ROSE = "#040506", "#050607", "#060708", "#070809"
INK, MUTED, ACCENT, AMBER, ROSE = _INK, _MUTED, _ACCENT, _AMBER, _ROSE

CATEGORIES = (
    "#2a9087", "#c07d22", "#5a72c4", "#c25b6e", "#7c9a4d", "#8b6bb1", "#4a9cc0", "#b0785a", "#8a949a", "#a08a2a",
)  # fmt: skip
"""Ten colours that keep a contrast of 3:1 at least on the light card and on the dark one (WCAG 1.4.11)."""

_WIDTH = 800
"""Pixels inside a card that is as wide as the page; a smaller window shrinks the drawing."""

_DECADES = [0, *(10**power for power in range(10))]
"""Marks of a logarithmic axis that starts at nothing."""


def warm_up() -> None:
    """Load the drawing libraries, so that the first chart of a page need not wait for them."""
    import altair
    import vl_convert

    vl_convert.vegalite_to_svg(altair.Chart(altair.InlineData(values=[])).mark_bar().to_dict(validate=False))


def weights(rows: Rows, thresholds: dict[str, float | None], say: Catalogue) -> Markup:
    """Histogram of match weights by outcome, with the two thresholds.

    Args:
        rows: ``weight`` (lower edge of a bin one bit wide), ``merge``, ``ask``, ``leave``.
        thresholds: lowest weight that merges, and that asks.
    """
    import altair as alt

    outcomes = ("leave", "ask", "merge")
    named = {outcome: say.text(f"report.matching.outcome.{outcome}") for outcome in outcomes}
    long = [
        {"from": row["weight"], "to": row["weight"] + 1, "outcome": named[outcome], "pairs": row[outcome]}
        for row in rows
        for outcome in outcomes
        if row[outcome]
    ]
    bars = (
        alt.Chart(alt.InlineData(values=long))
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X(
                "from:Q",
                title=say.text("report.matching.weight_axis"),
                bin="binned",
                scale=alt.Scale(nice=False),
            ),
            x2="to:Q",
            y=alt.Y(
                "pairs:Q",
                title=say.text("report.matching.pairs_axis"),
                stack=None,
                scale=alt.Scale(type="symlog"),
                axis=alt.Axis(values=_DECADES, format=",d"),
            ),
            color=alt.Color(
                "outcome:N",
                title=None,
                scale=alt.Scale(domain=list(named.values()), range=[_GREY, _AMBER, _ACCENT]),
                legend=alt.Legend(orient="top", direction="horizontal"),
            ),
        )
    )
    marks = [
        {
            "at": weight,
            "text": say.text("report.matching.threshold", outcome=named[name], weight=say.decimal(weight)),
        }
        for name, weight in thresholds.items()
        if weight is not None
    ]
    rule = (
        alt.Chart(alt.InlineData(values=marks))
        .mark_rule(color=_INK, strokeDash=[4, 3], strokeWidth=1.2)
        .encode(x=alt.X("at:Q"))
    )
    return _svg(alt.layer(bars, rule).properties(width=_WIDTH, height=210))


def cluster_sizes(rows: Rows, say: Catalogue) -> Markup:
    """How many clusters have 1, 2, 3 ... records, on a logarithmic scale with the counts written out."""
    named = [{"size": "10+" if row["size"] == 10 else str(row["size"]), "clusters": row["clusters"]} for row in rows]
    return _columns(
        named,
        "size",
        "clusters",
        say.text("report.matching.in_cluster"),
        say.text("report.matching.clusters_axis"),
        say,
    )


def amounts(rows: Rows, name: str, amount: str, say: Catalogue) -> Markup:
    """Horizontal bars, the order as given, each amount written at the end of its bar."""
    import altair as alt

    values = [{"name": str(row[name]), "amount": row[amount], "shown": say.number(row[amount])} for row in rows]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=230)),
        x=alt.X("amount:Q", title=None, axis=None),
    )
    bars = base.mark_bar(color=_ACCENT, height={"band": 0.66}, cornerRadiusEnd=2)
    texts = base.mark_text(align="left", dx=5, color=_INK).encode(text="shown:N")
    return _svg(alt.layer(bars, texts).properties(width=270, height=alt.Step(25)))


def rules(attributes: Rows, say: Catalogue) -> Markup:
    """For each attribute, the share of its values that each rule decided.

    Args:
        attributes: ``attribute`` and its ``rules``, each with ``rule`` and ``choices``.
    """
    import altair as alt

    totals: dict[str, int] = {}
    for attribute in attributes:
        for entry in attribute["rules"]:
            totals[entry["rule"]] = totals.get(entry["rule"], 0) + entry["choices"]
    ranked = sorted(totals, key=lambda rule: (-totals[rule], rule))
    named, rest = ranked[: len(CATEGORIES) - 1], ranked[len(CATEGORIES) - 1 :]
    other = say.text("report.golden.other_rules")
    shown = [say.choice(rule) for rule in named] + ([other] if rest else [])
    long: dict[tuple[str, str], int] = {}
    for attribute in attributes:
        for entry in attribute["rules"]:
            key = (
                say.attribute(attribute["attribute"]),
                say.choice(entry["rule"]) if entry["rule"] in named else other,
            )
            long[key] = long.get(key, 0) + entry["choices"]
    values = [
        {"attribute": attribute, "rule": rule, "order": shown.index(rule), "choices": choices}
        for (attribute, rule), choices in long.items()
    ]
    chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar(height={"band": 0.72})
        .encode(
            y=alt.Y(
                "attribute:N", title=None, sort=[say.attribute(attribute["attribute"]) for attribute in attributes]
            ),
            x=alt.X("choices:Q", title=None, stack="normalize", axis=alt.Axis(format="%", tickCount=5)),
            color=alt.Color(
                "rule:N",
                title=None,
                scale=alt.Scale(domain=shown, range=list(CATEGORIES[: len(shown)])),
                legend=alt.Legend(orient="top", direction="horizontal", columns=4, labelLimit=190),
            ),
            order=alt.Order("order:Q"),
        )
        .properties(width=_WIDTH - 60, height=alt.Step(20))
    )
    return _svg(chart)


def _columns(rows: Rows, name: str, amount: str, name_title: str, amount_title: str, say: Catalogue) -> Markup:
    import altair as alt

    values = [{"name": row[name], "amount": row[amount], "shown": say.number(row[amount])} for row in rows]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("name:N", title=name_title, sort=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y(
            "amount:Q",
            title=amount_title,
            scale=alt.Scale(type="symlog"),
            axis=alt.Axis(labels=False, ticks=False, grid=False),
        ),
    )
    bars = base.mark_bar(color=_ACCENT, width={"band": 0.7}, cornerRadiusEnd=2)
    texts = base.mark_text(dy=-7, color=_INK).encode(text="shown:N")
    return _svg(alt.layer(bars, texts).properties(width=alt.Step(64), height=150))


_CONFIG = {
    "background": "transparent",
    "font": "sans-serif",
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _MUTED,
        "titleColor": _MUTED,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": _LINE,
        "domainColor": _LINE,
        "tickColor": _LINE,
    },
    "legend": {"labelColor": _INK, "labelFontSize": 12, "symbolType": "square"},
    "header": {"labelColor": _INK, "labelFontSize": 12},
    "text": {"fontSize": 12},
}


def _svg(chart: Any) -> Markup:
    """The chart as SVG to stand in HTML: labels escaped by the drawing library, colours those of the page."""
    # not validated: the specifications are ours, and validating them takes a third of the time
    return drawn(chart.to_dict(validate=False))


def drawn(spec: dict[str, Any]) -> Markup:
    """A Vega-Lite specification as SVG to stand in HTML, with the page's fonts and colours in place of its own."""
    import vl_convert

    return Markup(_for_the_page(vl_convert.vegalite_to_svg({**spec, "config": _CONFIG})))


as_svg = _svg
"""For the diagrams of other modules of this package."""


def _for_the_page(svg: str) -> str:
    """Page colours in place of stand-ins; a width that shrinks with the window; ids that repeat from run to run."""
    for stand_in, colour in _PAGE_COLOURS.items():
        svg = svg.replace(stand_in, colour)
    # the figure around it speaks to screen readers; hundreds of labels on single marks would only be noise
    svg = re.sub(r' (?:aria-[a-z]+|role|xmlns:xlink)="[^"]*"', "", svg)
    svg = _own_ids(svg)
    head, rest = svg.split(">", 1)
    width = re.search(r'width="([\d.]+)"', head)
    head = re.sub(r' (width|height)="[\d.]+"', "", head)
    limit = f"{float(width.group(1)):.0f}" if width else str(_WIDTH)
    return f'{head} style="max-width:{limit}px" aria-hidden="true" focusable="false">{rest}'


def _own_ids(svg: str) -> str:
    """Ids from the drawing's content: vl-convert counts them through the whole process, and a page has many charts."""
    ids = list(dict.fromkeys(re.findall(r' id="([^"]+)"', svg)))
    for place, name in enumerate(ids):
        svg = re.sub(rf'(id="|url\(#){re.escape(name)}(?=["\)])', rf"\g<1>@{place}@", svg)
    mark = hashlib.sha256(svg.encode("utf-8")).hexdigest()[:8]
    return re.sub(r'(id="|url\(#)@(\d+)@', rf"\g<1>c{mark}-\g<2>", svg)
