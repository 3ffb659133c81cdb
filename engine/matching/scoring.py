"""Scoring: splink blocks, compares and scores with the trained m and u; each distinct pattern is corrected once."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from engine.matching.case import Case
from engine.matching.corrections import correct
from engine.matching.evidence import sentences
from engine.matching.levels import Comparison
from engine.matching.patterns import Floats, Patterns, gather
from engine.matching.training import Model, probability, weigh
from engine.rulebook.matching import MatchRules
from engine.workspace import Workspace

if TYPE_CHECKING:
    from splink import SettingsCreator

DECIMALS = 9
_BITS_APART = 1e-7  # two levels of one comparison never have the same weight, so that a weight names its level


def predict(ws: Workspace, model: Model, rules: MatchRules) -> str:
    """Run splink over ``m_key`` and ``m_block``; makes ``m_pair`` and returns the model as splink's JSON.

    ``m_pair`` (unit_l, unit_r, code) holds the pairs whose sum of weights reaches the floor below which pairs are
    forgotten: corrections only lower a weight.
    """
    from splink import DuckDBAPI, Linker

    weights = distinct_weights(model.level_weights(rules))
    ws.execute(f"create or replace temp view m_splink as {units_sql(model)}")  # splink makes its own copy
    settings = splink_settings(model, weights)
    database = DuckDBAPI(ws.connection)
    linker = Linker(database.register("m_splink"), settings, log_level=logging.ERROR, validate_settings=False)
    found = linker.inference.predict(threshold_match_weight=rules.thresholds.keep.value)
    ws.execute(
        "create or replace temp table m_pair as select least(unit_l, unit_r) as unit_l, "
        f"greatest(unit_l, unit_r) as unit_r, {code_sql(model.comparisons, weights)} as code from {found.physical_name}"
    )
    text = json.dumps(linker.misc.save_model_to_json(), sort_keys=True)
    found.drop_table_from_database_and_remove_from_cache()
    ws.execute("drop view m_splink")
    database.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]
    return text


def units_sql(model: Model) -> str:
    """What splink reads: units with a key (those without meet nobody), what the comparisons need, and their keys."""
    columns = sorted(set().union(*(one.columns() for one in model.comparisons)))
    return (
        f"select k.unit, {', '.join(f'k.{name}' for name in columns)}, b.bk "
        "from m_key as k join (select unit, list(key order by key) as bk from m_block group by unit) as b using (unit)"
    )


def splink_settings(model: Model, weights: Sequence[Floats], translate: Callable[[str], str] = str) -> SettingsCreator:
    """The trained model in splink's words.

    Args:
        weights: of each level by comparison, weakest first, no two of one comparison alike (:func:`distinct_weights`).
        translate: gives a condition in the SQL of the backend that will run it.
    """
    import splink.comparison_level_library as level_library
    import splink.comparison_library as library
    from splink import SettingsCreator, block_on

    comparisons: list[Any] = []
    for one, m, weight in zip(model.comparisons, model.m, weights, strict=True):
        levels: list[Any] = [
            level_library.CustomLevel(translate(one.missing), label_for_charts="missing").configure(is_null_level=True)
        ]
        for place, level in enumerate(one.levels):
            number = len(one.levels) - 1 - place
            made = (
                level_library.ElseLevel()
                if level.condition is None
                else level_library.CustomLevel(translate(level.condition), label_for_charts=level.name)
            )
            levels.append(
                made.configure(m_probability=float(m[number]), u_probability=float(m[number] / np.exp2(weight[number])))
            )
        comparisons.append(library.CustomComparison(output_column_name=one.name, comparison_levels=levels))
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on("bk", arrays_to_explode=["bk"])],
        unique_id_column_name="unit",
        probability_two_random_records_match=model.match_share,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )


def score(ws: Workspace, model: Model, rules: MatchRules, coded: str, into: str) -> None:
    """Make ``into`` (code, match_weight, match_probability, apart, loose, evidence): a row per pattern of ``coded``."""
    codes, patterns = gather(ws, model.comparisons, coded)
    case, weight, added = corrected(model, patterns, rules)
    ws.put(
        into,
        pa.table(
            {
                "code": pa.array(codes, pa.int64()),
                "match_weight": pa.array(weight, pa.float64()),
                "match_probability": pa.array(np.round(probability(weight), DECIMALS), pa.float64()),
                "apart": pa.array(case.apart, pa.bool_()),
                "loose": pa.array(case.loose, pa.bool_()),
                "evidence": pa.array(
                    sentences(case, keep=weight >= rules.thresholds.keep.value, added=added), pa.string()
                ),
            }
        ),
    )


def corrected(model: Model, patterns: Patterns, rules: MatchRules) -> tuple[Case, Floats, Floats]:
    """Patterns corrected, the match weight of each, rounded, and the part of it that people's decisions added."""
    case = weigh(patterns, model.level_weights(rules), model.match_share, rules)
    correct(model.kind, case, rules.corrections, model.homes)
    weight = case.total() + model.prior_weight
    added = model.learned.of(case, weight) if model.learned is not None else np.zeros(len(weight))
    return case, np.round(weight + added, DECIMALS), added


def distinct_weights(weights: Sequence[Floats]) -> list[Floats]:
    """The weights, nudged by ten-millionths of a bit where two levels, or a level and "missing" (0), would be equal."""
    nudged = []
    for levels in weights:
        seen = [0.0]
        for weight in levels:
            value = float(weight)
            while any(abs(value - other) < _BITS_APART for other in seen):
                value += _BITS_APART
            seen.append(value)
        nudged.append(np.array(seen[1:]))
    return nudged


def code_sql(compared: Sequence[Comparison], weights: Sequence[Floats]) -> str:
    """Name the level behind each of splink's ``mw_`` columns and pack them into the pattern code (any dialect)."""
    parts, stride = [], 1
    for one, levels in zip(compared, weights, strict=True):
        whens = " ".join(
            f"when abs(mw_{one.name} - ({float(weight)!r})) < {_BITS_APART / 4} then {number + 1}"
            for number, weight in enumerate(levels)
        )
        parts.append(f"cast(case {whens} else 0 end as bigint) * {stride}")
        stride *= len(one.levels) + 1
    return " + ".join(parts)
