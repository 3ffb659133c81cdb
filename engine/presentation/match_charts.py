"""Diagrams of a match model, as splink draws them, in the page's own colours and language: SVG, offline."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from engine.presentation.catalogue import Catalogue
from engine.presentation.charts import ACCENT, AMBER, CATEGORIES, INK, MUTED, Rows, as_svg

_HALF = 320
_SOURCES = 8


def m_and_u(comparisons: Rows, say: Catalogue) -> Markup:
    """Two columns of bars: how often each level is met among pairs of one contact (m) and of two (u).

    Args:
        comparisons: ``comparison`` and its ``levels``, each with ``level``, ``m`` and ``u``.
    """
    import altair as alt

    long = [
        {
            "level": f"{say.compared('comparison', comparison['comparison'])}: {say.compared('level', level['level'])}",
            "order": number * 100 + place,
            "side": side,
            "share": level[side],
        }
        for number, comparison in enumerate(comparisons)
        for place, level in enumerate(comparison["levels"])
        for side in ("m", "u")
    ]

    def column(side: str, colour: str, *, named: bool) -> Any:
        return (
            alt.Chart(alt.InlineData(values=[row for row in long if row["side"] == side]))
            .mark_bar(color=colour, height={"band": 0.72})
            .encode(
                y=alt.Y(
                    "level:N",
                    title=None,
                    sort=alt.EncodingSortField("order", order="ascending"),
                    axis=alt.Axis(labelLimit=230) if named else None,
                ),
                x=alt.X(
                    "share:Q",
                    title=say.text(f"match.{side}_axis"),
                    scale=alt.Scale(domain=[0, 1]),
                    axis=alt.Axis(format="%", tickCount=4, orient="top"),
                ),
            )
            .properties(width=230, height=alt.Step(15))
        )

    return as_svg(alt.hconcat(column("m", ACCENT, named=True), column("u", AMBER, named=False), spacing=14))


def completeness(rows: Rows, say: Catalogue) -> Markup:
    """A dot per compared attribute and source: the share of records in which it is filled.

    Args:
        rows: ``comparison``, ``source``, ``share``; of many sources the first few are drawn, all stand in the table.
    """
    import altair as alt

    sources = list(dict.fromkeys(_visible(row["source"]) for row in rows))[:_SOURCES]
    values = [
        {
            "attribute": say.compared("comparison", row["comparison"]),
            "source": _visible(row["source"]),
            "share": row["share"],
        }
        for row in rows
        if _visible(row["source"]) in sources
    ]
    chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_point(filled=True, size=80, opacity=0.85)
        .encode(
            y=alt.Y("attribute:N", title=None, sort=None, axis=alt.Axis(grid=True)),
            x=alt.X(
                "share:Q",
                title=say.text("match.filled_axis"),
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%", tickCount=5),
            ),
            color=alt.Color(
                "source:N",
                title=None,
                scale=alt.Scale(domain=sources, range=list(CATEGORIES[: len(sources)])),
                legend=alt.Legend(orient="top", direction="horizontal", columns=4, labelLimit=130)
                if len(sources) > 1
                else None,
            ),
        )
        .properties(width=_HALF, height=alt.Step(22))
    )
    return as_svg(chart)


def threshold_curve(points: Rows, say: Catalogue) -> Markup:
    """Precision and recall on decided pairs by threshold, as trained and recalibrated.

    Args:
        points: ``when`` ("before" or "after"), ``threshold``, ``precision``, ``recall``.
    """
    import altair as alt

    values = [
        {
            "threshold": point["threshold"],
            "measure": say.text(f"match.{measure}"),
            "when": say.text(f"match.{point['when']}"),
            "share": point[measure],
        }
        for point in points
        for measure in ("precision", "recall")
    ]
    chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=alt.X("threshold:Q", title=say.text("match.threshold_axis"), scale=alt.Scale(nice=False)),
            y=alt.Y("share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5)),
            color=alt.Color(
                "measure:N",
                title=None,
                scale=alt.Scale(domain=[say.text("match.precision"), say.text("match.recall")], range=[ACCENT, AMBER]),
                legend=alt.Legend(orient="top", direction="horizontal"),
            ),
            strokeDash=alt.StrokeDash(
                "when:N",
                title=None,
                scale=alt.Scale(domain=[say.text("match.after"), say.text("match.before")], range=[[1, 0], [4, 3]]),
                legend=alt.Legend(orient="top", direction="horizontal", symbolStrokeColor=INK),
            ),
        )
        .properties(width=_HALF, height=200)
    )
    return as_svg(chart)


def promised(points: Rows, say: Catalogue) -> Markup:
    """Stated probability against the share of pairs that clustering joined.

    Args:
        points: ``stated``, ``right`` (the share joined) and ``pairs``.
    """
    return _stated_against([{**point, "when": "joined"} for point in points], ("joined",), "joined_axis", say)


def reliability(points: Rows, say: Catalogue) -> Markup:
    """Stated probability against the share people call a match; on the diagonal the model is right about itself.

    Args:
        points: ``when``, ``stated``, ``right`` and ``pairs``.
    """
    return _stated_against(points, ("before", "after"), "right_axis", say)


def _stated_against(points: Rows, series: tuple[str, ...], axis_text: str, say: Catalogue) -> Markup:
    import altair as alt

    values = [{**point, "when": say.text(f"match.{point['when']}")} for point in points]
    diagonal = (
        alt.Chart(alt.InlineData(values=[{"stated": 0, "right": 0}, {"stated": 1, "right": 1}]))
        .mark_line(color=MUTED, strokeDash=[4, 3], strokeWidth=1.2)
        .encode(x="stated:Q", y="right:Q")
    )
    axis = alt.Axis(format="%", tickCount=5)
    dots = (
        alt.Chart(alt.InlineData(values=values))
        .mark_point(filled=True, opacity=0.9)
        .encode(
            x=alt.X("stated:Q", title=say.text("match.stated_axis"), scale=alt.Scale(domain=[0, 1]), axis=axis),
            y=alt.Y("right:Q", title=say.text(f"match.{axis_text}"), scale=alt.Scale(domain=[0, 1]), axis=axis),
            size=alt.Size("pairs:Q", scale=alt.Scale(range=[40, 400]), legend=None),
            color=alt.Color(
                "when:N",
                title=None,
                scale=alt.Scale(
                    domain=[say.text(f"match.{name}") for name in series], range=[AMBER, ACCENT][-len(series) :]
                ),
                legend=alt.Legend(orient="top", direction="horizontal") if len(series) > 1 else None,
            ),
        )
    )
    return as_svg(alt.layer(diagonal, dots).properties(width=_HALF, height=220))


def _visible(name: str) -> str:
    """A name from outside with its hidden characters made visible: a drawing is not looked at again by the page."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
