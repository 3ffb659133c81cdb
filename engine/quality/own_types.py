"""Expectation types made here, each a condition computed with all others in one scan.

Like Great Expectations' own: a metric that says which values are fine, an expectation that names it, missing values not
looked at, ``mostly`` and row conditions taken. Importing this module imports Great Expectations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)

from engine.quality.check_digits import SCHEMES

_True = sa.true()


class ColumnValuesStandardised(ColumnMapMetricProvider):
    """The condition of :class:`ExpectColumnValuesToBeStandardised`."""

    condition_metric_name = "column_values.standardised"
    condition_value_keys = ("apart_from", "or_without_reason")

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls, column: Any, apart_from: list[str] | None = None, or_without_reason: bool = False, **kwargs: Any
    ) -> Any:
        attribute = str(column.name).removesuffix("_raw")
        reason: sa.ColumnClause[str] = sa.column(f"{attribute}_reason")
        fine: sa.ColumnElement[bool] = sa.column(attribute).isnot(None)
        if apart_from:
            fine = fine | sa.func.coalesce(reason, "").in_(apart_from)
        return fine | reason.is_(None) if or_without_reason else fine


class ExpectColumnValuesToBeStandardised(ColumnMapExpectation):
    """Expect every raw value of the column to have a standard value beside it.

    ``column`` is a raw column such as ``email_raw``; the standard value stands in ``email``, its reason code in
    ``email_reason``. Empty raw values are not looked at.

    Args:
        apart_from: reason codes that another expectation judges.
        or_without_reason: a value without a standard value beside it is fine when there is no reason code: it was
            read, and belongs elsewhere.
    """

    apart_from: list[str] | None = None
    or_without_reason: bool = False
    map_metric = "column_values.standardised"
    success_keys = ("mostly", "apart_from", "or_without_reason")
    args_keys = ("column", "apart_from", "or_without_reason")


class ColumnValuesFitCountry(ColumnMapMetricProvider):
    """The condition of :class:`ExpectColumnValuesToFitCountry`."""

    condition_metric_name = "column_values.fit_country"
    condition_value_keys = ("country_column", "patterns")

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: Any, country_column: str, patterns: Mapping[str, str], **kwargs: Any) -> Any:
        country: sa.ColumnClause[str] = sa.column(country_column)
        return sa.case(
            *((country == code, sa.func.regexp_matches(column, pattern)) for code, pattern in sorted(patterns.items())),
            else_=_True,
        )


class ExpectColumnValuesToFitCountry(ColumnMapExpectation):
    """Expect every value to match the regular expression of its row's country.

    Rows of a country without a pattern, and rows without a country, are fine.

    Args:
        country_column: column with the country's code.
        patterns: regular expression (RE2, searched) by country code.
    """

    country_column: str
    patterns: dict[str, str]
    map_metric = "column_values.fit_country"
    success_keys = ("mostly", "country_column", "patterns")
    args_keys = ("column", "country_column", "patterns")


class ColumnValuesCheckDigit(ColumnMapMetricProvider):
    """The condition of :class:`ExpectColumnValuesToHaveValidCheckDigits`."""

    condition_metric_name = "column_values.check_digit"
    condition_value_keys = ("scheme",)

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: Any, scheme: str, **kwargs: Any) -> Any:
        return SCHEMES[scheme](column)


class ExpectColumnValuesToHaveValidCheckDigits(ColumnMapExpectation):
    """Expect every value to have the form of a numbering scheme and the check digits it asks for.

    Args:
        scheme: ``siren``, ``siret``, or ``vat`` (Swiss UID, Belgian and French numbers; others by form only).
    """

    scheme: Literal["siren", "siret", "vat"]
    map_metric = "column_values.check_digit"
    success_keys = ("mostly", "scheme")
    args_keys = ("column", "scheme")


class ColumnValuesRealDate(ColumnMapMetricProvider):
    """The condition of :class:`ExpectColumnValuesToBeRealDates`."""

    condition_metric_name = "column_values.real_date"
    condition_value_keys = ("formats", "not_after")

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls, column: Any, formats: Sequence[str], not_after: str | date | None = None, **kwargs: Any
    ) -> Any:
        day = sa.cast(sa.func.coalesce(*(sa.func.try_strptime(column, form) for form in formats)), sa.Date)
        # DuckDB's %d and %m read one digit too: the written form must come out again
        same = sa.or_(*(sa.func.strftime(sa.func.try_strptime(column, form), form) == column for form in formats))
        fine = day.isnot(None) & sa.func.coalesce(same, sa.false())
        return fine if not_after is None else fine & (day <= sa.cast(sa.literal(str(not_after)), sa.Date))


class ExpectColumnValuesToBeRealDates(ColumnMapExpectation):
    """Expect every text to be a day of the calendar, written in one of the given forms.

    Great Expectations' ``expect_column_values_to_match_strftime_format`` knows data frames only.

    Args:
        formats: strftime forms, e.g. ``%d.%m.%Y``; digits must be written in full.
        not_after: the last day allowed.
    """

    formats: list[str]
    not_after: Any = None
    map_metric = "column_values.real_date"
    success_keys = ("mostly", "formats", "not_after")
    args_keys = ("column", "formats", "not_after")


class ColumnValuesFrequency(ColumnMapMetricProvider):
    """The condition of :class:`ExpectColumnValuesToBePlausiblyFrequent`."""

    condition_metric_name = "column_values.plausibly_frequent"
    condition_value_keys = ("max_share", "at_least")

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: Any, max_share: float, at_least: int, _table: Any = None, **kwargs: Any) -> Any:
        given = sa.select(sa.func.count(column)).select_from(_table).scalar_subquery()
        frequent = (
            sa.select(column)
            .select_from(_table)
            .where(column.isnot(None))
            .group_by(column)
            .having((sa.func.count(column) >= at_least) & (sa.func.count(column) > max_share * given))
        )
        return column.notin_(frequent)


class ExpectColumnValuesToBePlausiblyFrequent(ColumnMapExpectation):
    """Expect no value to stand on implausibly many rows, as placeholders and defaults do.

    Args:
        max_share: largest share of the filled rows that one value may have.
        at_least: rows below which no value is suspected, whatever its share.
    """

    max_share: float
    at_least: int
    map_metric = "column_values.plausibly_frequent"
    success_keys = ("mostly", "max_share", "at_least")
    args_keys = ("column", "max_share", "at_least")
