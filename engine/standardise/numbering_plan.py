"""National numbering plans as SQL: libphonenumber's own patterns, compiled into expressions DuckDB runs on all rows.

The patterns hold no look-around, so RE2 takes them as they are. One million numbers take about two seconds; the
library needs twenty-five. What the expressions refuse goes to the library (engine/standardise/phone_numbers.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.sql import literal

SPECIAL_KINDS = (
    "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail",
)  # fmt: skip
"""Kinds libphonenumber tests before landline and mobile, in its order; here they all are ``other``."""


def kind_sql(region: str, number: str) -> str:
    """Kind of national significant ``number`` (an expression) in one region, as an expression; NULL = not valid.

    ``fixed``, ``mobile``, ``both`` (the plan does not tell them apart, as in North America) or ``other``
    (free, shared cost, voice over IP ...). Same order of tests as libphonenumber's ``number_type``.
    """
    plan = _plan(region)
    special = " or ".join(_fits(getattr(plan, name), number) for name in SPECIAL_KINDS)
    fixed, mobile = _fits(plan.fixed_line, number), _fits(plan.mobile, number)
    if plan.same_mobile_and_fixed_line_pattern:
        mobile = fixed
    return (
        f"case when not {_fits(plan.general_desc, number)} then null when {special} then 'other' "
        f"when {fixed} then case when {mobile} then 'both' else 'fixed' end when {mobile} then 'mobile' end"
    )


def _fits(description: Any, number: str) -> str:
    if description is None or not description.national_number_pattern:
        return "false"
    pattern = f"regexp_full_match({number}, {literal(description.national_number_pattern)})"
    lengths = ", ".join(str(length) for length in description.possible_length if length > 0)
    return f"(length({number}) in ({lengths}) and {pattern})" if lengths else f"({pattern})"


def national_prefix(region: str) -> str:
    """Digits dialled before a national number inside the region, '' = none ("0" in France, "1" in the US)."""
    return _plan(region).national_prefix or ""


def calling_code(region: str) -> str:
    """Calling code of the region: "33" for FR."""
    return str(_plan(region).country_code)


def by_region(regions: Sequence[str], column: str, expression: Callable[[str], str]) -> str:
    """``case column when 'FR' then ... end``, the expression of each region."""
    cases = " ".join(f"when {literal(region)} then {expression(region)}" for region in regions)
    return f"case {column} {cases} end"


def _plan(region: str) -> Any:
    from phonenumbers import PhoneMetadata

    plan = PhoneMetadata.metadata_for_region(region, None)
    assert plan is not None, region
    return plan
