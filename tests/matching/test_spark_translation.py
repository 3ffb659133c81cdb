"""Conditions of comparison levels mean the same on Spark, or are refused."""

from __future__ import annotations

import pytest

from engine.matching.comparisons import everything
from engine.matching.spark.job import similarities
from engine.matching.spark.translate import to_spark
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules
from engine.vocabulary import KINDS

RULES = RuleBook().load("matching/model.yml", MatchRules)


@pytest.mark.parametrize("kind", KINDS)
def test_every_condition_of_every_comparison_has_a_spark_form(kind: str) -> None:
    for one in everything(kind, RULES.comparisons):  # type: ignore[arg-type]
        for condition in (one.missing, *(level.condition for level in one.levels)):
            if condition is not None:
                assert to_spark(condition)


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("fn_l = fn_r", "fn_l = fn_r"),
        ("list_has_any(em_l, em_r)", "ARRAYS_OVERLAP(em_l, em_r)"),
        ("jaro_winkler_similarity(ln_l, ln_r) >= 0.9", "ASSAY_JARO_WINKLER(ln_l, ln_r) >= 0.9"),
        ("strlen(ln_l) > 3", "OCTET_LENGTH(ln_l) > 3"),
        ("len(tok_l) > 1", "ARRAY_SIZE(tok_l) > 1"),
        ("length(eu_l) >= 5", "CHAR_LENGTH(eu_l) >= 5"),
        ("len(list_intersect(tq_l, tq_r)) > 2", "ARRAY_SIZE(ARRAY_INTERSECT(tq_l, tq_r)) > 2"),
        (
            "levenshtein(a_l, a_r) <= 1",
            "LEVENSHTEIN(DECODE(ENCODE(a_l, 'UTF-8'), 'ISO-8859-1'), DECODE(ENCODE(a_r, 'UTF-8'), 'ISO-8859-1')) <= 1",
        ),
    ],
)
def test_a_condition_is_translated(duckdb: str, spark: str) -> None:
    assert to_spark(duckdb).upper() == spark.upper()


@pytest.mark.parametrize("condition", ["soundex(ln_l) = soundex(ln_r)", "list_sort(em_l) = em_r", "md5(a_l) = a_r"])
def test_a_function_nobody_has_compared_is_refused(condition: str) -> None:
    with pytest.raises(ValueError, match="no Spark equivalent is known"):
        to_spark(condition)


def test_the_similarity_on_spark_is_duckdb_s_to_the_last_bit() -> None:
    import random

    import duckdb
    import pyarrow as pa

    dice = random.Random(2)

    def word() -> str:
        return "".join(dice.choice("abcdeé -üß1") for _ in range(dice.randint(0, 14)))

    left = [word() for _ in range(3_000)]
    right = [value[:-1] + word()[:2] if dice.random() < 0.5 else word() for value in left]
    table = pa.table({"a": [*left, None, "x"], "b": [*right, "x", None], "i": range(3_002)})
    con = duckdb.connect()
    con.register("given", table)
    expected = con.execute("select jaro_winkler_similarity(a, b) from given order by i").fetchall()
    assert similarities(table["a"].combine_chunks(), table["b"].combine_chunks()).to_pylist() == [
        row[0] for row in expected
    ]
