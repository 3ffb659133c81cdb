"""Diagrams of what a match model promises and what people decided, in the page's own colours and language."""

from __future__ import annotations

from markupsafe import Markup

from engine.presentation.catalogue import Catalogue
from engine.presentation.charts import ACCENT, AMBER, INK, MUTED, Rows, as_svg

_HALF = 320


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
