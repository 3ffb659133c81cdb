"""Expectation suites: ``expectations/<suite>.yml``, in Great Expectations' own words, checked without importing it.

A suite names a table and the expectations its records must meet. ``type``, ``kwargs`` and ``row_condition`` are
Great Expectations' (its serialised form, ``$PARAMETER`` included); ``severity`` is ours (error, warning, info);
``meta`` says what a failure means to a customer. A project's ``expectations/`` overlays the shipped ones like any
rule: same name replaces, ``enabled: false`` switches off (an expectation, or a whole suite), a new name adds.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from engine.errors import Problem, RuleErrors
from engine.rulebook.load import RuleBook, RuleModel
from engine.tables import table
from engine.vocabulary import Severity

Dimension = Literal["completeness", "validity", "uniqueness", "consistency", "accuracy", "timeliness"]

Owner = Literal["customer", "import", "product"]

CheckedTable = Literal["intake.record", "standardise.record", "golden.contact", "delivery.operation"]
"""Tables a suite may be about, in the order of a row's road."""

PARAMETERS: tuple[str, ...] = ("as_of",)
"""What ``{$PARAMETER: name}`` may name: the day the run is made for."""

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


@dataclass(frozen=True, slots=True)
class ExpectationType:
    """A type a suite may use: the keyword arguments it takes, and whether it judges records one by one.

    Attributes:
        required / optional: keyword arguments, as the class in Great Expectations names them.
        by_record: each failure is a record, so it becomes findings; else the table as a whole passes or fails.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    by_record: bool = True


_COLUMN = ("column",)
_PAIR = ("column_A", "column_B")
_RANGE = ("min_value", "max_value", "strict_min", "strict_max")
_MAP = ("mostly", "row_condition")

TYPES: Mapping[str, ExpectationType] = {
    "expect_column_values_to_not_be_null": ExpectationType(_COLUMN, _MAP),
    "expect_column_values_to_be_null": ExpectationType(_COLUMN, _MAP),
    "expect_column_values_to_be_in_set": ExpectationType((*_COLUMN, "value_set"), _MAP),
    "expect_column_values_to_not_be_in_set": ExpectationType((*_COLUMN, "value_set"), _MAP),
    "expect_column_values_to_match_regex": ExpectationType((*_COLUMN, "regex"), _MAP),
    "expect_column_values_to_not_match_regex": ExpectationType((*_COLUMN, "regex"), _MAP),
    "expect_column_values_to_match_regex_list": ExpectationType((*_COLUMN, "regex_list"), ("match_on", *_MAP)),
    "expect_column_values_to_not_match_regex_list": ExpectationType((*_COLUMN, "regex_list"), _MAP),
    "expect_column_values_to_match_like_pattern": ExpectationType((*_COLUMN, "like_pattern"), ("escape", *_MAP)),
    "expect_column_values_to_not_match_like_pattern": ExpectationType((*_COLUMN, "like_pattern"), ("escape", *_MAP)),
    "expect_column_value_lengths_to_be_between": ExpectationType(_COLUMN, (*_RANGE, *_MAP)),
    "expect_column_value_lengths_to_equal": ExpectationType((*_COLUMN, "value"), _MAP),
    "expect_column_values_to_be_between": ExpectationType(_COLUMN, (*_RANGE, *_MAP)),
    "expect_column_values_to_be_unique": ExpectationType(_COLUMN, _MAP),
    "expect_column_values_to_be_standardised": ExpectationType(_COLUMN, ("apart_from", "or_without_reason", *_MAP)),
    "expect_column_values_to_fit_country": ExpectationType((*_COLUMN, "country_column", "patterns"), _MAP),
    "expect_column_values_to_have_valid_check_digits": ExpectationType((*_COLUMN, "scheme"), _MAP),
    "expect_column_values_to_be_real_dates": ExpectationType((*_COLUMN, "formats"), ("not_after", *_MAP)),
    "expect_column_values_to_be_plausibly_frequent": ExpectationType((*_COLUMN, "max_share", "at_least"), _MAP),
    "expect_column_pair_values_to_be_equal": ExpectationType(_PAIR, ("ignore_row_if", *_MAP)),
    "expect_column_pair_values_a_to_be_greater_than_b": ExpectationType(_PAIR, ("or_equal", "ignore_row_if", *_MAP)),
    # takes a row condition too, but its metric leaves it out of its domain keys: it would be ignored in silence
    "expect_column_pair_values_to_be_in_set": ExpectationType((*_PAIR, "value_pairs_set"), ("ignore_row_if", "mostly")),
    "expect_compound_columns_to_be_unique": ExpectationType(("column_list",), ("ignore_row_if", *_MAP)),
    "expect_select_column_values_to_be_unique_within_record": ExpectationType(
        ("column_list",), ("ignore_row_if", *_MAP)
    ),
    "unexpected_rows_expectation": ExpectationType(("unexpected_rows_query",)),
    "expect_table_row_count_to_be_between": ExpectationType((), (*_RANGE, "row_condition"), by_record=False),
    "expect_column_unique_value_count_to_be_between": ExpectationType(
        _COLUMN, (*_RANGE, "row_condition"), by_record=False
    ),
    "expect_column_proportion_of_unique_values_to_be_between": ExpectationType(
        _COLUMN, (*_RANGE, "row_condition"), by_record=False
    ),
    "expect_column_proportion_of_non_null_values_to_be_between": ExpectationType(
        _COLUMN, (*_RANGE, "row_condition"), by_record=False
    ),
    "expect_column_distinct_values_to_be_in_set": ExpectationType(
        (*_COLUMN, "value_set"), ("row_condition",), by_record=False
    ),
    "expect_column_min_to_be_between": ExpectationType(_COLUMN, (*_RANGE, "row_condition"), by_record=False),
    "expect_column_max_to_be_between": ExpectationType(_COLUMN, (*_RANGE, "row_condition"), by_record=False),
}
"""The types a suite may use. Ours, ``..._standardised`` and the four after it: see engine/quality/own_types.py."""


class NamedColumn(RuleModel):
    """A column in a row condition."""

    name: str


class Comparison(RuleModel):
    """``{type: comparison, column: {name: kind}, operator: "==", parameter: relay}``."""

    type: Literal["comparison"]
    column: NamedColumn
    operator: Literal["==", "!=", "<", "<=", ">", ">=", "IN", "NOT_IN"]
    parameter: str | int | float | list[str] | list[int]


class Nullity(RuleModel):
    """``{type: nullity, column: {name: email}, is_null: false}``."""

    type: Literal["nullity"]
    column: NamedColumn
    is_null: bool


Simple = Annotated[Comparison | Nullity, Field(discriminator="type")]


class And(RuleModel):
    """``{type: and, conditions: [...]}``."""

    type: Literal["and"]
    conditions: tuple[Simple, ...] = Field(min_length=2)


class Or(RuleModel):
    """``{type: or, conditions: [...]}``; a condition may be an ``and``, never another ``or``."""

    type: Literal["or"]
    conditions: tuple[Annotated[Comparison | Nullity | And, Field(discriminator="type")], ...] = Field(min_length=2)


RowCondition = Annotated[Comparison | Nullity | And | Or, Field(discriminator="type")]


class Sentence(RuleModel):
    """What a failure means, in words a customer understands; the same in four languages."""

    en: str = Field(min_length=1)
    fr: str = Field(min_length=1)
    de: str = Field(min_length=1)
    it: str = Field(min_length=1)


class Meta(RuleModel):
    """What a failure is about.

    Attributes:
        dimension: dimension of quality it counts under.
        column: attribute a finding names; None = the whole record.
        reason: reason code of a finding.
        reason_column: column whose code, where there is one, takes the place of ``reason``.
        sentence: what it means.
        owner: who answers for it: the customer (wrong in the source), import staff (mapping, rules), the product.
    """

    dimension: Dimension
    column: str | None = None
    reason: Code
    reason_column: str | None = None
    sentence: Sentence
    owner: Owner = "customer"


class Kwargs(RuleModel):
    """Keyword arguments; which of them a type takes stands in :data:`TYPES`."""

    column: str | None = None
    column_A: str | None = None
    column_B: str | None = None
    column_list: list[str] | None = None
    value_set: list[str | int | float] | None = None
    value_pairs_set: list[tuple[str, str]] | None = None
    regex: str | None = None
    regex_list: list[str] | None = None
    match_on: Literal["any", "all"] | None = None
    like_pattern: str | None = None
    escape: str | None = None
    value: int | None = None
    min_value: int | float | date | str | dict[str, str] | None = None
    max_value: int | float | date | str | dict[str, str] | None = None
    strict_min: bool | None = None
    strict_max: bool | None = None
    or_equal: bool | None = None
    ignore_row_if: str | None = None
    apart_from: list[Code] | None = None
    or_without_reason: bool | None = None
    country_column: str | None = None
    patterns: dict[str, str] | None = None
    scheme: Literal["siren", "siret", "vat"] | None = None
    formats: list[str] | None = Field(default=None, min_length=1)
    not_after: date | str | dict[str, str] | None = None
    max_share: float | None = Field(default=None, ge=0, le=1)
    at_least: int | None = Field(default=None, ge=1)
    unexpected_rows_query: str | None = None
    mostly: float | None = Field(default=None, ge=0, le=1)
    row_condition: RowCondition | None = None

    @field_validator("min_value", "max_value", "not_after")
    @classmethod
    def _parameter_is_known(cls, value: object) -> object:
        if isinstance(value, dict) and (set(value) != {"$PARAMETER"} or value["$PARAMETER"] not in PARAMETERS):
            raise ValueError(f"a parameter is written {{$PARAMETER: name}}; known names: {', '.join(PARAMETERS)}")
        return value

    @field_validator("unexpected_rows_query")
    @classmethod
    def _query_reads_the_batch(cls, query: str | None) -> str | None:
        if query is not None:
            fields = {name for _, name, _, _ in Formatter().parse(query) if name is not None}
            if fields != {"batch"}:
                raise ValueError("a query reads {batch} and has no other braces (double them: {{ }})")
        return query

    def given(self) -> dict[str, Any]:
        """The arguments that were given, as plain values."""
        return self.model_dump(exclude_none=True, mode="json")

    def columns(self) -> Iterator[str]:
        """Every column named, row condition included; not those inside a query."""
        named = (self.column, self.column_A, self.column_B, self.country_column, *(self.column_list or ()))
        yield from (name for name in named if name is not None)
        if self.row_condition is not None:
            yield from condition_columns(self.row_condition)


def condition_columns(condition: Comparison | Nullity | And | Or) -> Iterator[str]:
    """The columns a row condition reads."""
    if isinstance(condition, And | Or):
        for part in condition.conditions:
            yield from condition_columns(part)
    else:
        yield condition.column.name


class ExpectationRule(RuleModel):
    """One expectation of a suite.

    Attributes:
        name: name within the suite; an overlay replaces by it.
        type: a key of :data:`TYPES`.
        kwargs: its keyword arguments.
        severity: error (would be refused or lost at import), warning (somebody should look), info (good to know).
        listed: false = failures are counted, but make no findings: nobody corrects from a list of a million records
            without a birth date.
        meta: what a failure means.
    """

    name: Code
    type: str
    kwargs: Kwargs = Kwargs()
    severity: Severity
    listed: bool = True
    meta: Meta

    @field_validator("type")
    @classmethod
    def _type_is_known(cls, name: str) -> str:
        if name not in TYPES:
            raise ValueError(_unknown("expectation type", name, TYPES))
        return name

    @model_validator(mode="after")
    def _kwargs_fit_the_type(self) -> ExpectationRule:
        allowed = TYPES[self.type]
        given = self.kwargs.model_fields_set
        missing = [name for name in allowed.required if name not in given]
        stray = sorted(given - {*allowed.required, *allowed.optional})
        wrong = [f"kwargs lack {name}" for name in missing] + [f"kwargs: {self.type} takes no {name}" for name in stray]
        if self.type == "expect_column_values_to_be_standardised" and not str(self.kwargs.column).endswith("_raw"):
            wrong.append("kwargs: column must be a raw value (<attribute>_raw)")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def by_record(self) -> bool:
        """Whether it judges records one by one, not the table as a whole."""
        return TYPES[self.type].by_record

    @property
    def looks_at_values_only(self) -> bool:
        """Whether it is true of a column without any value: missing values are not looked at."""
        return self.type.startswith("expect_column_value") and not self.type.endswith("_null")


class Suite(RuleModel):
    """One file of ``expectations/``.

    Attributes:
        suite: its name, the same as the file's.
        table: the table it is about.
        why: what the suite is for.
        enabled: false in an overlay switches the whole suite off.
        expectations: what must hold.
    """

    suite: Code
    table: CheckedTable
    why: str
    enabled: bool = True
    expectations: tuple[ExpectationRule, ...]


def suite_names(book: RuleBook) -> tuple[str, ...]:
    """Names of all suites of ``book``, shipped and added, sorted."""
    return tuple(sorted({path.stem for path in book.files() if path.suffix == ".yml"}))


def load_suites(book: RuleBook, names: Sequence[str] | None = None) -> tuple[Suite, ...]:
    """The suites called ``names`` (all when None) that are not switched off, sorted by name.

    Args:
        book: a rule book whose base is ``shipped("expectations")``.
        names: suites wanted.

    Raises:
        RuleErrors: every mistake of every suite, with file and line; also a name that no suite has.
    """
    known = suite_names(book)
    problems = [
        Problem(str(book.roots[0]), 1, _unknown("suite", name, known)) for name in names or () if name not in known
    ]
    suites = []
    for name in known if names is None else sorted(set(names) & set(known)):
        try:
            suite = book.load(f"{name}.yml", Suite)
        except RuleErrors as error:
            problems += error.problems
            continue
        problems += _names_that_do_not_exist(book, name, suite)
        suites.append(suite)
    if problems:
        raise RuleErrors(problems)
    return tuple(suite for suite in suites if suite.enabled)


def problem_at(book: RuleBook, suite: str, number: int, message: str) -> Problem:
    """A mistake of expectation ``number`` (from 0) of ``suite``, with its place."""
    file, line = book.document(f"{suite}.yml").place(("expectations", number))
    return Problem(file, line, message)


def _names_that_do_not_exist(book: RuleBook, name: str, suite: Suite) -> Iterator[Problem]:
    if suite.suite != name:
        yield Problem(*book.document(f"{name}.yml").place(("suite",)), f'suite is "{suite.suite}", the file "{name}"')
    columns = table(suite.table).column_names
    attributes = {re.sub(r"_(raw|reason)$", "", column) for column in columns}
    for number, rule in enumerate(suite.expectations):
        named = [*rule.kwargs.columns(), *([rule.meta.reason_column] if rule.meta.reason_column else [])]
        for column in dict.fromkeys(named):
            if column not in columns:
                yield problem_at(book, name, number, f"{rule.name}: {_unknown('column', column, columns)}")
        if rule.meta.column is not None and rule.meta.column not in attributes:
            yield problem_at(book, name, number, f"{rule.name}: {_unknown('column', rule.meta.column, attributes)}")


def _unknown(what: str, name: str, known: Mapping[str, object] | Sequence[str] | set[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    few = f"; known: {', '.join(sorted(known))}" if len(known) <= 12 else ""
    return f'unknown {what} "{name}"' + (f".  Did you mean {near[0]}?" if near else few)
