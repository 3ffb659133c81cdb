"""Control totals as the customer announces them: in assay.toml beside a source, or as a file.

::

    [[sources]]
    name = "box-office"
    path = "incoming/box-office.csv"
    control = { rows = 12345, filled = { "E-mail" = 9800 }, distinct = { "Client" = 12345 }, sum = { "Total" = 81300 } }

    source;measure;value          incoming/box-office.control.csv, named by  control_file = "..."
    box-office;rows;12345
    box-office;filled E-mail;9800
    box-office;kind individual;11200
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, get_args

from engine.errors import Problem, RuleErrors, SourceError
from engine.project import PROJECT_FILE, Project
from engine.textfile import read_text
from engine.vocabulary import KINDS

Measure = Literal["rows", "filled", "distinct", "sum", "kind"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

_LARGEST = Decimal(10) ** 18


@dataclass(frozen=True, slots=True)
class Control:
    """One total.

    Attributes:
        source: name of the source.
        measure: what was counted.
        subject: header of a column or attribute (filled, distinct, sum), a kind of contact (kind), None (rows).
        expected: the customer's figure.
    """

    source: str
    measure: Measure
    subject: str | None
    expected: Decimal


def read_controls(project: Project) -> tuple[Control, ...]:
    """Every total that the project's assay.toml announces, control files included.

    Raises:
        RuleErrors: totals that are none, all of them with file and line.
        SourceError: a control file cannot be read.
    """
    toml = project.root / PROJECT_FILE
    lines = toml.read_text(encoding="utf-8").splitlines() if toml.is_file() else []
    problems: list[Problem] = []
    controls: list[Control] = []
    for source, entry in zip(project.sources, _entries(project), strict=True):
        place = next((number for number, line in enumerate(lines, 1) if source.name in line), 1)
        for measure, subject, value in _spread(entry.get("control", {})):
            found = _control(source.name, measure, subject, value)
            if isinstance(found, str):
                problems.append(Problem(str(toml), place, f"control of {source.name}: {found}"))
            else:
                controls.append(found)
        if named := entry.get("control_file"):
            try:
                controls += read_control_file(project.root / str(named), source.name)
            except RuleErrors as error:
                problems += error.problems
    if problems:
        raise RuleErrors(problems)
    return tuple(controls)


def read_control_file(path: Path, source: str | None = None) -> tuple[Control, ...]:
    """The totals of a control file: CSV with the columns source, measure and value, in any order and separator.

    Args:
        path: the file.
        source: the source of lines that name none.

    Raises:
        SourceError: it cannot be read.
        RuleErrors: lines that are no totals, all of them.
    """
    text = read_text(path)
    separator = next((sign for sign in ";\t," if sign in text.split("\n", 1)[0]), ";")
    rows = list(csv.reader(text.splitlines(), delimiter=separator))
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if not {"measure", "value"} <= set(header):
        raise SourceError(
            f"{path.name} is no control file", hint="Its first row is source,measure,value; measure is e.g. rows."
        )
    controls, problems = [], []
    for number, row in enumerate(rows[1:], start=2):
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        if not any(cells.values()):
            continue
        measure, _, subject = cells.get("measure", "").partition(" ")
        name = cells.get("source") or source
        found = _control(name, measure, subject.strip() or None, cells.get("value", "")) if name else "names no source"
        if isinstance(found, str):
            problems.append(Problem(str(path), number, found))
        else:
            controls.append(found)
    if problems:
        raise RuleErrors(problems)
    return tuple(controls)


def parse_amount(text: str) -> Decimal | None:
    """A figure as people write it: 12345, 12'345, 81 300,50, 1,234.50. None = not a figure.

    >>> [str(parse_amount(text)) for text in ("12'345", "81 300,50", "1,234.50", "1.234.567", "-7", "a")]
    ['12345', '81300.50', '1234.50', '1234567', '-7', 'None']
    """
    bare = re.sub(r"[\s'’\u00a0\u202f]", "", text)
    if re.fullmatch(r"[-+]?\d{1,3}([.,])\d{3}(\1\d{3})*", bare):
        bare = re.sub(r"[.,]", "", bare)
    else:
        whole, mark, rest = re.fullmatch(r"(.*?)(?:([.,])(\d*))?", bare, re.DOTALL).groups()  # type: ignore[union-attr]
        bare = re.sub(r"[.,]", "", whole) + (f".{rest}" if mark and rest else "")
    try:
        amount = Decimal(bare) if re.fullmatch(r"[-+]?\d+(\.\d{1,6})?", bare) else None
    except InvalidOperation:
        return None
    return amount if amount is not None and abs(amount) < _LARGEST else None


def _entries(project: Project) -> list[Mapping[str, Any]]:
    found = project.settings.get("sources", [])
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _spread(control: Mapping[str, Any]) -> Iterator[tuple[str, str | None, object]]:
    for measure, value in control.items():
        if isinstance(value, dict):
            for subject, amount in value.items():
                yield measure, str(subject), amount
        else:
            yield measure, None, value


def _control(source: str, measure: str, subject: str | None, value: object) -> Control | str:
    """The total, or what is wrong with it."""
    known = next((known for known in MEASURES if known == measure.casefold()), None)
    if known is None:
        near = difflib.get_close_matches(measure, MEASURES, n=1)
        return f'unknown measure "{measure[:40]}"; known: {", ".join(MEASURES)}.' + (
            f"  Did you mean {near[0]}?" if near else ""
        )
    if (subject is None) != (known == "rows"):
        return "rows stands alone" if known == "rows" else f"{known} needs a column: {known} COLUMN"
    if known == "kind" and subject not in KINDS:
        return f"kind is one of {', '.join(KINDS)}"
    amount = None if isinstance(value, bool) else parse_amount(str(value))
    if amount is None:
        return f"the value of {known} is not a figure"
    return Control(source, known, subject, amount)
