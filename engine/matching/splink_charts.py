"""splink's own diagnostic charts of a trained model, as splink specifies them (Vega-Lite): nothing is drawn here.

The model goes to splink as settings; splink makes the records and the specification of each chart. What splink would
count again from all records, pairs by blocking rule and completeness, is given to its charts as it was counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def model_charts(comparisons: Rows, match_share: float) -> dict[str, dict[str, Any]]:
    """The match weights chart and the chart of m and u.

    Args:
        comparisons: ``comparison`` and its ``levels``, strongest first, each with ``level``, ``m`` and ``weight``.
        match_share: share of comparable pairs that match.
    """
    import splink.comparison_level_library as level_library
    import splink.comparison_library as library
    from splink import SettingsCreator

    made: list[Any] = []
    for one in comparisons:
        name, levels = str(one["comparison"]), one["levels"]
        conditions: list[Any] = [
            level_library.CustomLevel(f"{name}_l is null", "missing").configure(is_null_level=True)
        ]
        for place, level in enumerate(levels):
            last = place == len(levels) - 1
            condition = (
                level_library.ElseLevel() if last else level_library.CustomLevel(f"{name}_l = {name}_r or {place} = 0")
            )
            conditions.append(
                condition.configure(
                    m_probability=float(level["m"]),
                    u_probability=float(level["m"]) / 2.0 ** float(level["weight"]),
                    label_for_charts=str(level["level"]),
                )
            )
        made.append(library.CustomComparison(output_column_name=name, comparison_levels=conditions))
    settings: Any = SettingsCreator(
        "dedupe_only",
        comparisons=made,
        probability_two_random_records_match=match_share,
        linker_uid="charts",
    ).get_settings("duckdb")
    return {
        "weights": settings.match_weights_chart().chart_dict,
        "parameters": settings.m_u_parameters_chart().chart_dict,
    }


def blocking_chart(rules: Rows) -> dict[str, Any]:
    """The chart of cumulative comparisons by blocking rule.

    Args:
        rules: ``family`` and ``pairs``, in the order in which they were planned.
    """
    from splink.internals.charts import CumulativeBlockingRuleComparisonsGeneratedChart

    records, proposed = [], 0
    for rule in rules:
        proposed += int(rule["pairs"])
        records.append(
            {
                "blocking_rule": rule["family"],
                "marginal_comparison_count": int(rule["pairs"]),
                "cumulative_comparison_count": proposed,
            }
        )
    return dict(CumulativeBlockingRuleComparisonsGeneratedChart(records).chart_dict)


def completeness_chart(rows: Rows) -> dict[str, Any]:
    """The completeness chart.

    Args:
        rows: ``comparison``, ``source``, ``records`` and ``share`` filled.
    """
    from splink.internals.charts import CompletenessChart

    records = [
        {
            "source_dataset": row["source"],
            "column_name": row["comparison"],
            "total_rows_inc_nulls": int(row["records"]),
            "completeness": float(row["share"]),
        }
        for row in rows
    ]
    return dict(CompletenessChart(records).chart_dict)
