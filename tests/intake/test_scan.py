"""The exact reader by itself: text in, records and reasons out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.intake.scan import Dialect, scan

SEMICOLON = Dialect(";")


def read(text: str, dialect: Dialect = SEMICOLON, width: int | None = None) -> list[list[str] | str]:
    lines = text.splitlines(keepends=True)
    return [record.reason or record.cells for record in scan(lines, dialect, width=width)]


def test_blanks_around_a_quoted_cell_are_no_part_of_it() -> None:
    assert read('1; "a;b" ;3\n') == [["1", "a;b", "3"]]


def test_backslashes_escape_quotes_where_the_dialect_says_so() -> None:
    assert read('1;"a \\"b\\"; c";3\n', Dialect(";", backslash=True)) == [["1", 'a "b"; c', "3"]]


def test_without_a_quote_every_quote_is_text() -> None:
    assert read('1;"a;3\n', Dialect(";", quote=None)) == [["1", '"a', "3"]]


def test_single_quotes_can_be_the_quote() -> None:
    assert read("1;'a;b';3\n", Dialect(";", quote="'")) == [["1", "a;b", "3"]]


def test_places_are_physical_lines() -> None:
    records = list(scan(['a;"x\n', 'y";c\n', "\n", "d;e;f\n"], SEMICOLON, first=10))
    assert [(record.file_line, record.lines) for record in records] == [(10, 2), (13, 1)]


def test_an_unclosed_quote_at_the_end_of_the_file_costs_one_line() -> None:
    assert read('1;2\n3;"4\n5;6\n') == [["1", "2"], "unclosed_quote", ["5", "6"]]


def test_a_record_with_too_many_cells_keeps_its_newlines_when_no_line_stands_alone() -> None:
    assert read('1;"a\nb";3;4;5\n', width=3) == [["1", "a\nb", "3", "4", "5"]]


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from('ab;" \n\\'), max_size=60), st.integers(1, 4))
def test_every_line_with_text_belongs_to_exactly_one_record(text: str, width: int) -> None:
    lines = text.splitlines(keepends=True)
    records = list(scan(lines, SEMICOLON, width=width))
    covered = [number for record in records for number in range(record.file_line, record.file_line + record.lines)]
    assert len(covered) == len(set(covered))
    blank = {number for number, line in enumerate(lines, start=1) if not line.strip()}
    assert set(range(1, len(lines) + 1)) - set(covered) <= blank
