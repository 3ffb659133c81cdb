"""The steps of a mapping: transformations of whole columns, in order, each with ``do:`` and what it needs.

A step sees the columns of its source by their headers, those joined from other tables and those made by earlier steps.
It never sees which row it is on: ``record_id`` and ``line_no`` are no columns, and a condition on a source's own key is
refused, since it would name single rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from engine.rulebook.load import RuleModel
from engine.transform import MistakeError, Node, parse_arithmetic, parse_condition, parse_expression, parse_formula
from engine.transform.cells import references_of
from engine.transform.sandbox import check_date_form, check_pattern, groups_of

StandardiserName = Literal[
    "email", "website", "language", "phone", "birth_date", "date", "title", "gender", "country", "organisation",
    "siret", "siren", "vat", "identifier", "clean",
]  # fmt: skip
"""Standardisers a step may call by name; engine.standardise makes them."""

Otherwise = Literal["keep", "empty"]
"""What stands where a value is refused: the value as it was, or nothing."""

NAMES_A_ROW = frozenset({"record_id", "line_no", "file_line", "source_key", "rowid", "row_number"})
"""Names that would tell one row from another."""

ROW_MESSAGE = (
    "a mapping changes whole columns, never single rows. Correct the value in the source, or decide about the record "
    "(assay review, decisions.jsonl)"
)


def _no_row(name: str) -> str:
    if name.strip().lower() in NAMES_A_ROW:
        raise ValueError(f'"{name}" names a row: {ROW_MESSAGE}')
    return name


def _text(value: Any) -> Any:
    """YAML reads 01 or no as a number or a truth value: only what is sure to be meant is taken."""
    if isinstance(value, bool):
        raise ValueError('YAML reads this word as true or false: put it in quotes, such as "no"')
    if isinstance(value, int | float):
        return str(value)
    return value


def _pattern(value: str) -> str:
    check_pattern(value)
    return value


def _form(value: str) -> str:
    check_date_form(value)
    return value


def _parsed(parse: Any) -> Any:
    def check(value: str) -> str:
        for name in parse(value).columns:
            _no_row(name)
        return value

    return AfterValidator(check)


Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_no_row)]
"""A column by its header."""

_AS_TEXT = WithJsonSchema({"type": ["string", "number"], "maxLength": 2_000})
Text = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=2_000), _AS_TEXT]
Pattern = Annotated[str, StringConstraints(min_length=1), AfterValidator(_pattern)]
DateForm = Annotated[str, StringConstraints(min_length=2, max_length=40), AfterValidator(_form)]
Condition = Annotated[str, _parsed(parse_condition)]


class Step(RuleModel):
    """What every step may say.

    Attributes:
        when: condition over the columns of the row; where it does not hold, nothing changes.
        why: a reason for the reader of the protocol.
    """

    when: Condition | None = None
    why: str = ""

    @property
    def reads(self) -> tuple[str, ...]:
        """Columns it reads, its condition's included."""
        return tuple(dict.fromkeys((*self.inputs, *(self.condition.columns if self.condition else ()))))

    @property
    def inputs(self) -> tuple[str, ...]:
        """Columns its values are made of."""
        raise NotImplementedError

    @property
    def makes(self) -> tuple[str, ...]:
        """Columns it writes."""
        raise NotImplementedError

    @property
    def condition(self) -> Node | None:
        """Its condition as a tree."""
        return parse_condition(self.when) if self.when else None

    @property
    def expression(self) -> Node | None:
        """Its expression as a tree, where it has one."""
        return None


class OneColumn(Step):
    """A step from one column to itself or another."""

    column: Name
    to: Name | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def makes(self) -> tuple[str, ...]:
        return (self.to or self.column,)


class Rename(RuleModel):
    """``{do: rename, column: NOM, to: Nom}``: the column is called otherwise from here on."""

    do: Literal["rename"]
    column: Name
    to: Name
    why: str = ""

    @property
    def reads(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)


class Constant(Step):
    """``{do: constant, to: Pays, value: CH}``: every row gets the value, or every row that meets ``when``."""

    do: Literal["constant"]
    to: Name
    value: Text

    @property
    def inputs(self) -> tuple[str, ...]:
        return ()

    @property
    def makes(self) -> tuple[str, ...]:
        return (self.to,)


class Lookup(OneColumn):
    """``{do: lookup, column: Code, to: Titre, table: titles}``, or ``entries: {1: M., 2: Mme}`` written out.

    Attributes:
        table: name under ``tables:``.
        entries: value to value.
        match: ``exact``, or ``folded``: without regard to case, accents and outer blanks.
        otherwise: where the value is not in the table.
    """

    do: Literal["lookup"]
    table: str | None = None
    entries: Annotated[dict[Text, Text], Field(max_length=20_000)] | None = None
    match: Literal["exact", "folded"] = "exact"
    otherwise: Otherwise = "keep"

    @model_validator(mode="after")
    def _one_table(self) -> Lookup:
        if (self.table is None) == (self.entries is None):
            raise ValueError("a lookup needs table: (a name under tables:) or entries: (written out), one of them")
        return self


class Split(Step):
    """``{do: split, column: Nom complet, by: ",", into: [Nom, Prénom]}``; what is over stays in the last part.

    With ``from: end`` it is cut from the end, and what is over stays in the first part.
    """

    do: Literal["split"]
    column: Name
    by: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    into: Annotated[tuple[Name, ...], Field(min_length=2, max_length=20)]
    start: Literal["start", "end"] = Field("start", alias="from")

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def makes(self) -> tuple[str, ...]:
        return self.into

    @model_validator(mode="after")
    def _different(self) -> Split:
        if len(set(self.into)) != len(self.into):
            raise ValueError("into names a column twice")
        return self


class Join(Step):
    """``{do: join, columns: [Rue, No], to: Adresse, between: " "}``: empty cells are left out."""

    do: Literal["join"]
    columns: Annotated[tuple[Name, ...], Field(min_length=2, max_length=30)]
    to: Name
    between: Annotated[str, StringConstraints(max_length=20)] = " "

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.columns

    @property
    def makes(self) -> tuple[str, ...]:
        return (self.to,)


class Case(OneColumn):
    """``{do: case, column: Nom, form: proper}``: upper, lower or proper."""

    do: Literal["case"]
    form: Literal["upper", "lower", "proper"]


class Regex(OneColumn):
    """``{do: regex, column: Tel, find: "[^0-9+]", replace: ""}``, or without ``replace`` what the pattern finds.

    Attributes:
        find: pattern of RE2; it needs no protection against slow patterns.
        replace: text for every place; ``\\1`` is the first group. Absent = keep what the first group, or the whole,
            finds.
        ignore_case: upper and lower case are the same.
        otherwise: without ``replace``: where the pattern does not fit.
    """

    do: Literal["regex"]
    find: Pattern
    replace: Text | None = None
    ignore_case: bool = False
    otherwise: Otherwise = "empty"

    @model_validator(mode="after")
    def _groups(self) -> Regex:
        if self.replace is not None:
            if len(self.replace) > 40:
                raise ValueError("replace has 40 signs at most")
            if (named := max(references_of(self.replace), default=0)) > groups_of(self.find):
                raise ValueError(f"replace names group {named}, which find has not")
        return self


class Date(OneColumn):
    """``{do: date, column: Naissance, reads: ["%d.%m.%Y"], writes: "%Y-%m-%d"}``: the first form that fits."""

    do: Literal["date"]
    forms: Annotated[tuple[DateForm, ...], Field(min_length=1, max_length=12, alias="reads")]
    writes: DateForm = "%Y-%m-%d"
    otherwise: Otherwise = "keep"


class _Computed(Step):
    """A step whose value is computed; ``otherwise`` says what stands where that fails: nothing, or what was there."""

    to: Name
    otherwise: Otherwise = "empty"

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.expression.columns if self.expression else ()

    @property
    def makes(self) -> tuple[str, ...]:
        return (self.to,)


class Arithmetic(_Computed):
    """``{do: arithmetic, to: Net, value: "round(\\"Brut\\" / 1.081, 2)", decimals: 2}``."""

    do: Literal["arithmetic"]
    value: Annotated[str, BeforeValidator(_text), _parsed(parse_arithmetic), _AS_TEXT]
    decimals: int | None = Field(None, ge=0, le=9)

    @property
    def expression(self) -> Node:
        return parse_arithmetic(self.value)


class Sql(_Computed):
    """``{do: sql, to: Tel, value: "coalesce(\\"Tel privé\\", \\"Tel prof\\")"}``: scalar functions over the row."""

    do: Literal["sql"]
    value: Annotated[str, _parsed(parse_expression)]

    @property
    def expression(self) -> Node:
        return parse_expression(self.value)


class Formula(_Computed):
    """``{do: formula, to: Pays, value: '=SI([Pays]="";"CH";[Pays])'}``: as in a spreadsheet."""

    do: Literal["formula"]
    value: Annotated[str, _parsed(parse_formula)]

    @property
    def expression(self) -> Node:
        return parse_formula(self.value)


class Standardise(OneColumn):
    """``{do: standardise, column: Mail, with: email}``: one of Assay's own standardisers, before its turn."""

    do: Literal["standardise"]
    standardiser: StandardiserName = Field(alias="with")
    otherwise: Otherwise = "keep"


AnyStep = Annotated[
    Rename | Constant | Lookup | Split | Join | Case | Regex | Date | Arithmetic | Sql | Formula | Standardise,
    Field(discriminator="do"),
]

STEPS: Mapping[str, type[RuleModel]] = {
    "rename": Rename, "constant": Constant, "lookup": Lookup, "split": Split, "join": Join, "case": Case,
    "regex": Regex, "date": Date, "arithmetic": Arithmetic, "sql": Sql, "formula": Formula,
    "standardise": Standardise,
}  # fmt: skip
"""Word after ``do:`` -> its model."""


def _same_names(value: Any) -> Any:
    """``on: [id]``: the key is called the same in both tables."""
    return {name: name for name in value} if isinstance(value, list) else value


_KEYS = WithJsonSchema(
    {
        "anyOf": [
            {"type": "object", "additionalProperties": {"type": "string"}},
            {"type": "array", "items": {"type": "string"}},
        ]
    }
)
_Keys = Annotated[dict[Name, str], BeforeValidator(_same_names), _KEYS]


class JoinedTable(RuleModel):
    """Rows of another source brought into each record.

    Attributes:
        table: name of the other source.
        keys: column of this source -> column of the other one, which hold the same key (``on:`` in the file); a list
            where both are called the same.
        where: which of its rows, a condition over its columns.
        how: ``one``: the first row by ``order``; ``many``: up to ``most`` rows, in numbered columns (``Tel 1``,
            ``Tel 2``) or, with ``into: list``, side by side in one column.
        order: its columns that decide which row is first; ``-`` before a name turns the order round.
        take: column of the other source -> what it is called here; every column as ``table.column`` when absent.
        most: rows taken at most with ``many``.
        into: see ``how``.
        between: what stands between the values of a list.
        why: a reason for the reader of the protocol.
    """

    table: str = Field(min_length=1)
    keys: _Keys = Field(alias="on", min_length=1, max_length=5)
    where: Condition | None = None
    how: Literal["one", "many"] = "one"
    order: tuple[str, ...] = ()
    take: dict[str, Name] | None = None
    most: int = Field(3, ge=1, le=20)
    into: Literal["columns", "list"] = "columns"
    between: Annotated[str, StringConstraints(min_length=1, max_length=10)] = " ; "
    why: str = ""

    @property
    def condition(self) -> Node | None:
        """Which rows, as a tree."""
        return parse_condition(self.where) if self.where else None


class LookupTable(RuleModel):
    """A lookup table: ``entries:`` written out, or a CSV ``file:`` beside the mapping with columns key and value."""

    entries: Annotated[dict[Text, Text], Field(max_length=20_000)] | None = None
    file: Annotated[str, StringConstraints(pattern=r"^[\w][\w .-]*\.csv$")] | None = None
    key: str | None = None
    value: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> LookupTable:
        if (self.entries is None) == (self.file is None):
            raise ValueError("a table needs entries: or file: (a CSV beside this mapping), one of them")
        return self


__all__ = [
    "NAMES_A_ROW",
    "ROW_MESSAGE",
    "STEPS",
    "AnyStep",
    "JoinedTable",
    "LookupTable",
    "MistakeError",
    "Rename",
    "Step",
]
