"""What is written can be read, and comes out the same when it is written again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pytest

from engine.importfile import Form, open_import_file, write_import_file
from engine.sql import identifier
from engine.vocabulary import FIELD_CODES

HEAD = (("Global", "", 'Group of "contact"; data'), ("",), ("hint",))
ROWS: list[dict[str, str]] = [
    {"INSTITUTION": "OPERA", "ORGANIZATION": "*", "OPERATION": "INSERT", "CONTACT_NR": "007", "LASTNAME": 'O"N; a,b'},
    {"INSTITUTION": "OPERA", "OPERATION": "UPDATE", "CONTACT_NR": "8", "FIRSTNAME": '"Zoé"', "REMARK": "||one\ntwo"},
    {"INSTITUTION": "OPERA", "OPERATION": "CONFIG", "CRIT01": "COLOUR", "CRIT50": "=1+1"},
    {"INSTITUTION": "OPERA", "OPERATION": "UPDATE", "CONTACT_NR": "0" * 20, "EMAIL1": "=", "CRIT01": "Red|Green"},
]  # fmt: skip


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the table ``given``: :data:`ROWS` in order."""
    with duckdb.connect(":memory:") as connection:
        table = pa.table({code: pa.array([row.get(code) for row in ROWS], pa.string()) for code in FIELD_CODES})
        connection.register("given", table)
        yield connection


def again(connection: duckdb.DuckDBPyConnection, path: Path, form: Form) -> tuple[bytes, list[dict[str, Any]]]:
    """The file read and written once more, and its rows."""
    file = open_import_file(path, {}, path.parent)
    rows = pa.Table.from_batches(list(file.batches()))
    connection.register("read", rows)
    second = path.with_name(f"second.{form.kind}")
    write_import_file(connection, "select * from read order by line_no", second, form)
    return second.read_bytes(), [
        {name: value for name, value in row.items() if value is not None} for row in rows.to_pylist()
    ]


@pytest.mark.parametrize("head", [(), HEAD], ids=["row 1", "row 4"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_write_read_write_gives_the_same_bytes(
    separator: Any, encoding: Any, line_end: Any, head: Any, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    form = Form("csv", head, separator, encoding, line_end)
    path = tmp_path / "first.csv"
    assert write_import_file(connection, "select * from given", path, form) == len(ROWS)
    second, rows = again(connection, path, form)
    assert second == path.read_bytes()
    line = 2 + len(head)
    expected = []
    for row in ROWS:
        # between tabs nothing is quoted: a line end becomes a blank
        kept = {name: cell.replace("\n", " ") if separator == "\t" else cell for name, cell in row.items()}
        expected.append({"line_no": line, **kept})
        line += 1 + sum(cell.count("\n") for cell in kept.values())
    assert rows == expected


def test_utf_8_has_no_byte_order_mark_and_utf_16_has_one(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for encoding, begins in (("utf-8", b"INST"), ("utf-16", b"\xff\xfeI\x00")):
        write_import_file(connection, "select * from given", tmp_path / "f.csv", Form(encoding=encoding))  # type: ignore[arg-type]
        assert (tmp_path / "f.csv").read_bytes().startswith(begins)


def test_a_workbook_holds_text_only_and_comes_out_the_same(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    form = Form("xlsx", HEAD)
    path = tmp_path / "first.xlsx"
    assert write_import_file(connection, "select * from given", path, form) == len(ROWS)
    second, rows = again(connection, path, form)
    assert second == path.read_bytes()
    assert rows == [{"line_no": 5 + number, **row} for number, row in enumerate(ROWS)]
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    filled = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in filled} == {("s", "@")}
    assert sheet["D5"].value == "007"
    assert [cell.value for cell in sheet[4]] == list(FIELD_CODES)
    assert sheet["C1"].value == 'Group of "contact"; data'


def test_the_columns_are_found_by_name_whatever_their_order_in_the_select(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    turned = ", ".join(identifier(code) for code in reversed(FIELD_CODES))
    write_import_file(connection, "select * from given", tmp_path / "a.csv", Form())
    write_import_file(connection, f"select {turned} from given", tmp_path / "b.csv", Form())
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_nothing_is_left_beside_the_file_and_only_its_owner_reads_it(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_import_file(connection, "select * from given", tmp_path / "a.csv", Form())
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o600
