"""Functions of formulas on days: DATE, YEAR, EDATE, DATEDIF ..."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.transform.formula_values import (
    Build,
    as_date,
    as_number,
    written_out,
)
from engine.transform.node import MistakeError, Node


def _date(_: str, given: Sequence[Node]) -> Node:
    parts = tuple(as_number(node) for node in given)
    # months and days beyond their ends roll over, as in Excel
    template = (
        "(case when {0} between 1 and 9999 and abs({1}) < 10000 and abs({2}) < 100000 then "
        "(make_date({0}::integer, 1, 1) + to_months({1}::integer - 1))::date + ({2}::integer - 1) end)"
    )
    return Node(template, parts, type="date")


def _date_value(_: str, given: Sequence[Node]) -> Node:
    return as_date(given[0])


def _of_date(part: str) -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        return Node(f"{part}({{0}})::double", (as_date(given[0]),), type="number", role="shorten")

    return build


def _moved_month(end: bool) -> Build:
    def build(_: str, given: Sequence[Node]) -> Node:
        moved = "({0} + to_months(trunc({1})::integer))::date"
        template = f"(case when abs({{1}}) < 10000 then {f'last_day({moved})' if end else moved} end)"
        return Node(template, (as_date(given[0]), as_number(given[1])), type="date")

    return build


def _days(_: str, given: Sequence[Node]) -> Node:
    return Node("(({0} - {1})::double)", (as_date(given[0]), as_date(given[1])), type="number")


def _date_difference(name: str, given: Sequence[Node]) -> Node:
    """DATEDIF: whole years, months or days between two days, the later one second."""
    unit = written_out(name, given[2], "the unit").upper()
    parts = {"Y": "year", "M": "month", "D": "day"}
    if unit not in parts:
        raise MistakeError(f'{name}: the unit is "Y", "M" or "D"')
    template = f"(case when {{0}} <= {{1}} then datesub('{parts[unit]}', {{0}}, {{1}})::double end)"
    return Node(template, (as_date(given[0]), as_date(given[1])), type="number")


def _weekday(name: str, given: Sequence[Node]) -> Node:
    kind = written_out(name, given[1], "the way to count") if len(given) > 1 else "1"
    ways = {"1": "dayofweek({0}) + 1", "2": "isodow({0})", "3": "isodow({0}) - 1"}
    if kind not in ways:
        raise MistakeError(f"{name}: the way to count is 1 (Sunday is 1), 2 (Monday is 1) or 3 (Monday is 0)")
    return Node(f"(({ways[kind]})::double)", (as_date(given[0]),), type="number", role="shorten")


DATES: Mapping[str, tuple[int, int, Build]] = {
    "DATE": (3, 3, _date),
    "DATEVALUE": (1, 1, _date_value),
    "YEAR": (1, 1, _of_date("year")),
    "MONTH": (1, 1, _of_date("month")),
    "DAY": (1, 1, _of_date("day")),
    "EDATE": (2, 2, _moved_month(end=False)),
    "EOMONTH": (2, 2, _moved_month(end=True)),
    "DAYS": (2, 2, _days),
    "DATEDIF": (3, 3, _date_difference),
    "WEEKDAY": (1, 2, _weekday),
    "ISOWEEKNUM": (1, 1, _of_date("week")),
}
"""English name -> fewest and most arguments, and what builds the tree."""
