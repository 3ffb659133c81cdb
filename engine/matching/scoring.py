"""Scoring: splink compares and scores each distinct pattern with the trained m and u; each is corrected once."""

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
from engine.matching.patterns import Floats, Patterns, compare, gather
from engine.matching.training import Model, probability, weigh
from engine.rulebook.matching import MatchRules
from engine.workspace import Workspace

if TYPE_CHECKING:
    from splink import SettingsCreator

DECIMALS = 9
_BITS_APART = 1e-7  # two levels of one comparison never have the same weight, so that a weight names its level


def predict(ws: Workspace, model: Model, rules: MatchRules) -> str:
    """Compare the pairs of ``m_block``, let splink score them; makes ``m_pair``, returns the model as splink's JSON.

    ``m_pair`` (unit_l, unit_r, code) holds the pairs whose sum of weights reaches the floor below which pairs are
    forgotten: corrections only lower a weight. Pairs at the same level of every comparison weigh the same, so splink
    compares and scores the first pair of each pattern, by its own conditions over ``m_key``.
    """
    ws.execute(
        "create or replace temp table m_blocked as select distinct l.unit as unit_l, r.unit as unit_r "
        "from m_block as l join m_block as r on r.key = l.key and l.unit < r.unit"
    )
    compare(ws, model.comparisons, "m_blocked", "m_coded")
    ws.execute(
        "create or replace temp table m_shown as select pair.unit_l, pair.unit_r, code "
        "from (select code, min({'unit_l': unit_l, 'unit_r': unit_r}) as pair from m_coded group by code)"
    )
    text = _score_shown(ws, model, rules)
    ws.execute(
        "create or replace temp table m_pair as select unit_l, unit_r, code from m_coded semi join m_kept using (code)"
    )
    ws.drop("m_blocked", "m_coded", "m_shown", "m_kept")
    return text


def _score_shown(ws: Workspace, model: Model, rules: MatchRules) -> str:
    """Let splink compare and score the pairs of ``m_shown``; makes ``m_kept`` (code) of those that reach the floor."""
    from splink import DuckDBAPI, Linker

    weights = distinct_weights(model.level_weights(rules))
    columns = sorted(set().union(*(one.columns() for one in model.comparisons)))
    ws.execute(
        f"create or replace temp view m_splink as select unit, {', '.join(columns)}, []::ubigint[] as bk from m_key "
        "where unit in (select unit_l from m_shown union all select unit_r from m_shown)"
    )
    ws.execute(
        "create or replace temp view m_splink_pair as "
        "select '0' as match_key, unit_l as join_key_l, unit_r as join_key_r from m_shown"
    )
    database = DuckDBAPI(ws.connection)
    settings = splink_settings(model, weights)
    linker = Linker(database.register("m_splink"), settings, log_level=logging.ERROR, validate_settings=False)
    linker.table_management.register_blocked_pairs_for_predict(database.register("m_splink_pair"))
    found = linker.inference.predict(threshold_match_weight=rules.thresholds.keep.value)
    ws.execute(
        f"create or replace temp table m_kept as select {code_sql(model.comparisons, weights)} as code "
        f"from {found.physical_name}"
    )
    text = json.dumps(linker.misc.save_model_to_json(), sort_keys=True)
    found.drop_table_from_database_and_remove_from_cache()
    ws.execute("drop view m_splink")
    ws.execute("drop view m_splink_pair")
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
        linker_uid=model.kind,  # else drawn at random, and the saved model would differ at every run
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
