"""The waterfall of one explanation as an SVG file: offline, no script, names of comparisons only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.presentation.atomic import write_text

_FOR, _AGAINST, _SUM = "#2a9087", "#c25b6e", "#5a72c4"


def write_waterfall(told: dict[str, Any], path: Path) -> None:
    """Draw the steps of an explanation into ``path`` (SVG): what speaks for, against, and the weight they add up to.

    Raises:
        SurroundingsError: the file cannot be written.
    """
    import altair as alt
    import vl_convert

    rows: list[dict[str, Any]] = []
    before = 0.0
    for number, step in enumerate(told["steps"], start=1):
        rows.append(
            {
                "step": f"{number}. {step['name']}",
                "from": before,
                "to": step["so_far"],
                "means": "for" if step["bits"] >= 0 else "against",
                "bits": f"{step['bits']:+.1f}",
            }
        )
        before = step["so_far"]
    weight = told["match_weight"]
    rows.append({"step": "match weight", "from": 0.0, "to": weight, "means": "weight", "bits": f"{weight:+.1f}"})
    for row in rows:
        row["end"] = max(row["from"], row["to"])
    order = [row["step"] for row in rows]
    bars = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("step:N", sort=order, title=None, axis=alt.Axis(labelLimit=320))
    )
    drawn = alt.layer(
        bars.mark_bar().encode(
            x=alt.X(
                "from:Q",
                title="match weight (bits: one more doubles the odds)",
                scale=alt.Scale(padding=40, nice=False),
            ),
            x2="to:Q",
            color=alt.Color(
                "means:N",
                title=None,
                scale=alt.Scale(domain=["for", "against", "weight"], range=[_FOR, _AGAINST, _SUM]),
                legend=alt.Legend(orient="top"),
            ),
        ),
        bars.mark_text(align="left", dx=4).encode(x="end:Q", text="bits:N"),
        *(
            [
                alt.Chart(alt.InlineData(values=[{"at": told["thresholds"]["merge"]}]))
                .mark_rule(strokeDash=[4, 3])
                .encode(x="at:Q")
            ]
            if told["thresholds"]["merge"] is not None
            else []
        ),
    ).properties(width=640, height=26 * len(rows))
    write_text(path, vl_convert.vegalite_to_svg(drawn.to_dict(validate=False)))
