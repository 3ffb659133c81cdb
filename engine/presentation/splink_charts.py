"""splink's own diagnostic charts in the page: its specifications, in the page's colours and language, drawn offline.

splink says what is drawn (:mod:`engine.matching.splink_charts`); only words, colours and sizes are changed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from engine.matching import splink_charts as made_by_splink
from engine.presentation.catalogue import Catalogue
from engine.presentation.charts import ACCENT, AMBER, INK, ROSE, Rows, drawn
from engine.presentation.wording import visible

_SOURCES = 8
_RULES = 12


def weights(kind: Mapping[str, Any], say: Catalogue) -> Markup:
    """splink's match weights chart: the prior, and what each level of each comparison says for or against, in bits."""
    spec = _model(kind, say)["weights"]
    prior, levels = spec["vconcat"]
    colour = {"condition": {"test": "datum.log2_bayes_factor >= 0", "value": ACCENT}, "value": ROSE}
    for part in (prior, levels):
        part["encoding"]["color"] = colour
        part["width"] = 240
        part.pop("params", None)  # moving with the mouse
    prior["encoding"]["y"]["axis"] = {"title": None, "labels": False, "ticks": False, "domain": False}
    prior["encoding"]["x"]["axis"] = {"title": say.text("match.prior_axis"), "orient": "top"}
    levels["encoding"]["x"]["axis"] = {"title": say.text("report.matching.evidence_axis")}
    _rows(levels, height=16)
    return drawn(spec)


def m_and_u(kind: Mapping[str, Any], say: Catalogue) -> Markup:
    """splink's chart of m and u: how often each level is met among pairs of one contact and of two."""
    spec = _model(kind, say)["parameters"]
    for part, side, colour in zip(spec["hconcat"], ("m", "u"), (ACCENT, AMBER), strict=True):
        part["encoding"]["color"] = {"value": colour}
        part["encoding"]["x"]["axis"] = {"title": say.text(f"match.{side}_axis"), "format": "%", "tickCount": 4}
        part.pop("title")
        if side == "u":  # the levels stand beside m already
            part["encoding"]["y"]["axis"] = {"title": None, "labels": False, "ticks": False}
        _rows(part, height=15)
    return drawn(spec)


def blocking(blocks: Rows, say: Catalogue) -> Markup:
    """splink's chart of cumulative comparisons: what each rule adds to those above it.

    Args:
        blocks: ``family`` and ``pairs``; of many rules the first few are drawn, all stand in the table.
    """
    named = [{**block, "family": say.compared("family", block["family"])} for block in blocks[:_RULES]]
    spec = _plain(made_by_splink.blocking_chart(named))
    spec["encoding"]["x"]["title"] = say.text("match.cumulative_axis")
    spec["encoding"]["x"]["axis"] = {"tickCount": 4, "format": "~s"}
    spec["encoding"]["y"] |= {"title": None, "sort": None}
    spec["encoding"]["y"]["axis"] = {"labelLimit": 230}
    spec |= {"width": 280, "mark": {"type": "bar", "color": ACCENT}}
    return drawn(spec)


def completeness(rows: Rows, say: Catalogue) -> Markup:
    """splink's completeness chart: a cell per compared attribute and source, the share of records filled.

    Args:
        rows: ``comparison``, ``source``, ``records``, ``share``; of many sources the first few are drawn.
    """
    sources = list(dict.fromkeys(visible(row["source"]) for row in rows))[:_SOURCES]
    named = [
        {**row, "source": visible(row["source"]), "comparison": say.compared("comparison", row["comparison"])}
        for row in rows
        if visible(row["source"]) in sources
    ]
    spec = _plain(made_by_splink.completeness_chart(named))
    cells, shares = spec["layer"]
    cells.pop("title")
    for part in (cells, shares):  # attributes down, sources across: names are longer than figures
        place = part["encoding"]
        place["x"], place["y"] = place["y"], place["x"]
        place["x"] |= {"title": None, "axis": {"labelAngle": 0, "orient": "top", "labelLimit": 120}}
        place["y"] |= {"title": None, "axis": {"labelAngle": 0}}
    cells["encoding"]["color"] = {"value": ACCENT}
    cells["encoding"]["opacity"] = {
        "field": "completeness", "type": "quantitative", "legend": None,
        "scale": {"domain": [0, 1], "range": [0.05, 0.55]},
    }  # fmt: skip
    shares["encoding"]["color"] = {"value": INK}
    spec |= {"width": {"step": 130}, "height": {"step": 22}}
    return drawn(spec)


def _model(kind: Mapping[str, Any], say: Catalogue) -> dict[str, dict[str, Any]]:
    specs = made_by_splink.model_charts(kind["parameters"], float(kind["figures"].get("match_share") or 1e-6))
    for spec in specs.values():
        for record in spec["data"]["values"]:
            record["comparison_name"] = (
                record["comparison_name"]
                if record["comparison_name"] == "probability_two_random_records_match"
                else say.compared("comparison", record["comparison_name"])
            )
            record["label_for_charts"] = say.compared("level", record["label_for_charts"] or "")
    return {name: _plain(spec) for name, spec in specs.items()}


def _plain(spec: dict[str, Any]) -> dict[str, Any]:
    """Without what a drawing cannot show, and without a title: the figure has one."""
    spec.pop("title", None)
    for part in _parts(spec):
        part.get("encoding", {}).pop("tooltip", None)
    return spec


def _parts(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield spec
    for name in ("vconcat", "hconcat", "layer"):
        for part in spec.get(name, ()):
            yield from _parts(part)


def _rows(part: dict[str, Any], *, height: int) -> None:
    """Names of comparisons beside their levels, without splink's column name above them."""
    part["height"] = {"step": height}
    row = part["encoding"]["row"]
    row["title"] = None
    row["spacing"] = 8
    if row["header"].get("labels", True):
        row["header"] = {"labelAngle": 0, "labelAlign": "left", "labelFontWeight": "bold", "labelLimit": 110}
