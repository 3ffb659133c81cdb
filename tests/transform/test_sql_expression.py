"""SQL expressions of staff: scalar functions over the columns of a row, and nothing else."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.transform import MistakeError, parse_arithmetic, parse_condition, parse_expression
from engine.transform.node import GROWTH_LIMIT
from tests.transform.conftest import Row


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ('coalesce("Tel privé", "Tel prof")', {"Tel privé": None, "Tel prof": "022"}, "022"),
        ("upper(a) || ' {0} ' || b", {"a": "x", "b": "y"}, "X {0} y"),
        ("case when a = 'x' then 'yes' when a in ('y', 'z') then 'perhaps' else b end", {"a": "y", "b": ""}, "perhaps"),
        ("substring(a from 2 for 3)", {"a": "abcdef"}, "bcd"),
        ("trim(both '-' from a)", {"a": "--x--"}, "x"),
        ("position('b' in a)", {"a": "abc"}, "2"),
        ("cast(a as decimal(10,2)) * 1.10", {"a": "10"}, "11.0000"),
        ("strftime(strptime(a, '%d.%m.%Y'), '%Y-%m-%d')", {"a": "1.3.2026"}, "2026-03-01"),
        ("extract(year from try_cast(a as date))", {"a": "2026-03-01"}, "2026"),
        ("regexp_replace(a, '(\\d+) (\\w+)', '\\2 \\1', 'g')", {"a": "12 rue"}, "rue 12"),
        ("a is distinct from b", {"a": None, "b": "x"}, "true"),
        ("a not like '%x%' and a between 'a' and 'm'", {"a": "b"}, "true"),
        ("cast(a as integer)", {"a": "no number"}, None),
        ("a -- a remark\n", {"a": "x"}, "x"),
        ("-1.50", {}, "-1.50"),
    ],
)
def test_an_expression_gives_what_sql_gives(row: Row, text: str, cells: dict[str, Any], expected: str | None) -> None:
    assert row.value(parse_expression(text), cells) == expected


HOSTILE = [
    "read_csv('/etc/passwd')", "(select 1)", "exists(select 1)", "a in (select b from t)", "(select * from 'x.csv')",
    "1) from read_csv('x') --", "1) from (select 1", "a) , (b", "a; drop table x", "1; attach 'x.db'",
    "copy x to 'y'", "glob('*')", "read_text('/etc/passwd')", "read_blob('x')", "getenv('HOME')", "getvariable('x')",
    "current_setting('threads')", "pg_read_file('x')", "query('select 1')", "query_table('x')",
    "list_transform([1], x -> x)",
    "[1, 2]", "{'a': 1}", "map {'a': 1}", "a[1]", "a.b", "*", "columns('*')", "unnest([1])", "sum(a)", "count(*)",
    "row_number() over ()", "random()", "uuid()", "now()", "nextval('s')", "$1", "?", "repeat(a, 1000000000)",
    "lpad(a, 1000000000, 'x')", "lpad(a, 10, '')", "replace(a, 'x', a)", "range(1000000000)", "a::blob", "a::json",
    "error('x')", "try(a)", "a collate nocase", "current_user", "load_extension('x')", "printf('%s', a)",
    "format('{}', a)", "chr(0)", "regexp_replace(a, '(', '')", "regexp_replace(a, '(a{1000}){1000}', '')",
    "regexp_replace(a, b, '')", "regexp_extract(a, 'x', 3)", "strftime(a, '%Q')", "system.main.lower(a)",
    "lower(distinct a)", "a\x00b", "", "select", "'" , "1e999", "(" * 900 + "a" + ")" * 900 + "x", "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_reaches_outside_the_row_is_refused(text: str) -> None:
    if text == "current_user":
        assert parse_expression(text).columns == ("current_user",)  # a column of that name, which no source has
        return
    with pytest.raises(MistakeError):
        parse_expression(text)


def test_an_unknown_function_gets_the_nearest_known_one() -> None:
    with pytest.raises(MistakeError, match="Did you mean lower"):
        parse_expression("lowr(a)")


def test_growth_is_bounded_before_anything_runs() -> None:
    parse_expression(" || ".join(["a"] * GROWTH_LIMIT))
    with pytest.raises(MistakeError, match="too long"):
        parse_expression(" || ".join(["a"] * (GROWTH_LIMIT + 1)))
    with pytest.raises(MistakeError, match="too long"):
        parse_expression("replace(a, 'x', '" + "y" * 100 + "')")
    nested = "a"
    for _ in range(8):
        nested = f"replace({nested}, 'x', 'xx')"
    with pytest.raises(MistakeError, match="too long"):
        parse_expression(nested)


def test_a_condition_is_true_or_false() -> None:
    assert parse_condition('"Pays" = \'CH\' or "Pays" is null').columns == ("Pays",)
    with pytest.raises(MistakeError, match="no condition"):
        parse_condition("upper(a)")


@pytest.mark.parametrize(
    ("text", "pinned"),
    [
        ("id = '417'", {"id"}),
        ("'417' = id", {"id"}),
        ("id in ('1', '2')", {"id"}),
        ("lower(trim(id)) like 'a17'", {"id"}),
        ("case when id = '1' then true else false end", {"id"}),
        ("regexp_matches(id, '^417$')", {"id"}),
        ("left(id, 1) = 'P'", set()),
        ("id = other", set()),
        ("id is null", set()),
        ("id || 'x' = '4x'", {"id"}),
    ],
)
def test_a_whole_column_compared_with_a_fixed_value_is_known(text: str, pinned: set[str]) -> None:
    assert parse_condition(text).pinned() == pinned


@pytest.mark.parametrize("text", ["a || b", "lower(a)", "a > 1", "'x'", "cast(a as integer)", "(select 1)", "sqrt(a)"])
def test_arithmetic_takes_numbers_only(text: str) -> None:
    with pytest.raises(MistakeError):
        parse_arithmetic(text)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1'234,50", "1234.5"),
        (" 12 ", "12.0"),
        ("-3", "-3.0"),
        ("1.234,5", None),
        ("abc", None),
        ("", None),
        ("1e5", None),
    ],
)
def test_a_number_is_read_as_people_write_it(row: Row, cell: str, number: str | None) -> None:
    assert row.value(parse_arithmetic("a + 0"), {"a": cell}) == number


_WORDS = st.sampled_from(
    ["a", "b", "'x'", "1", "(", ")", "||", "+", "/", "=", "and", "not", "case when", "then", "end", "in", "like",
     "lower(", "left(", "coalesce(", "cast(", "as integer", "regexp_replace(", ",", "is null", ";", "--", "select",
     "from", "null"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_WORDS, max_size=10).map(" ".join))
def test_any_text_is_an_expression_over_the_row_or_refused(text: str) -> None:
    try:
        node = parse_expression(text)
    except MistakeError:
        return
    assert set(node.columns) <= {"a", "b"}


_RUNS = [
    parse_expression(text)
    for text in (
        "cast(a as integer) / cast(b as integer)", "strptime(a, '%d.%m.%Y')", "make_date(cast(a as int), 1, 1)",
        "left(a, -3) || right(b, 2)", "split_part(a, b, 1)", "substr(a, cast(b as integer), 3)",
        "regexp_replace(a, '(a|aa)+$', 'x', 'g')", "lpad(a, 5, '0')", "round(cast(a as double), 2)",
    )
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_RUNS), st.data())
def test_no_value_makes_an_expression_raise(row: Row, node: Any, data: st.DataObject) -> None:
    cells = st.one_of(
        st.none(),
        st.text(max_size=12).filter(lambda text: "\x00" not in text and text.isprintable()),
        st.sampled_from(["0", "-1", "9" * 30, "inf", "nan", "31.12.9999", "99999"]),
    )
    row.value(node, {name: data.draw(cells) for name in node.columns})


def test_the_parser_itself_can_reach_no_file() -> None:
    from engine.transform.sandbox import _closed

    for statement in ("select * from read_csv('/etc/passwd')", "attach 'x.db'", "copy (select 1) to '/tmp/x'",
                      "install httpfs", "set enable_external_access = true"):  # fmt: skip
        with pytest.raises(duckdb.Error):
            _closed().cursor().execute(statement)


def test_a_pattern_that_stalls_other_engines_takes_no_time(row: Row) -> None:
    node = parse_expression("regexp_matches(a, '^(a+)+$')")
    assert row.value(node, {"a": "a" * 50_000 + "!"}) == "false"
