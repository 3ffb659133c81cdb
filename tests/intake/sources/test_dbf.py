"""dBase and FoxPro tables: rows as written under their own number, memos of all three layouts, nothing lost unsaid."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import SourceError
from engine.intake import SourceFile
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import Stage

Write = Callable[[str, str | bytes], Path]
Fields = tuple[tuple[bytes, bytes, int, int], ...]

PLAIN: Fields = ((b"NOM", b"C", 10, 0), (b"NAISSANCE", b"D", 8, 0), (b"SOLDE", b"N", 8, 2), (b"ACTIF", b"L", 1, 0))
WITH_MEMO: Fields = ((b"NOM", b"C", 10, 0), (b"NOTE", b"M", 10, 0))


def dbf(
    records: list[tuple[bytes, ...]],
    *,
    fields: Fields = PLAIN,
    version: int = 3,
    driver: int = 0,
    marks: str | None = None,
    counted: int | None = None,
) -> bytes:
    """A table as the format's description says. A field is (name, kind, size, decimals)."""
    width = 1 + sum(size for _, _, size, _ in fields)
    begins = 32 + 32 * len(fields) + 1
    rows_said = len(records) if counted is None else counted
    head = struct.pack("<BBBBLHH17xBxx", version, 99, 5, 17, rows_said, begins, width, driver)
    body = b"".join(struct.pack("<11sc4xBB14x", name, kind, size, decimals) for name, kind, size, decimals in fields)
    lines = b""
    for mark, record in zip((marks or " " * len(records)).encode(), records, strict=True):
        padded = [cell.ljust(size) for cell, (_, _, size, _) in zip(record, fields, strict=True)]
        lines += bytes([mark]) + b"".join(padded)
    return head + body + b"\r" + lines + b"\x1a"


def cells(ws: Workspace) -> list[list[str | None]]:
    return [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")]


def headers(ws: Workspace) -> list[str]:
    return list(ws.rows("select headers from intake.source")[0][0])


def test_fields_stay_as_written_in_the_code_page_of_dos(ws: Workspace, stage: Stage, write: Write) -> None:
    report = stage(write("clients.dbf", dbf([("Zoé".encode("cp850"), b"19701231", b"    1.50", b"T")])))
    assert headers(ws) == ["NOM", "NAISSANCE", "SOLDE", "ACTIF"]
    assert cells(ws) == [["Zoé", "19701231", "1.50", "T"]]
    assert any("read as cp850" in note for note in report.notes)


def test_a_table_of_windows_that_names_no_code_page_is_known_by_its_letters(
    ws: Workspace, stage: Stage, write: Write
) -> None:
    stage(write("clients.dbf", dbf([("Hélène".encode("cp1252"), b"", b"", b""), (b"Moser", b"", b"", b"")])))
    assert [row[0] for row in cells(ws)] == ["Hélène", "Moser"]


def test_the_language_driver_is_believed(ws: Workspace, stage: Stage, write: Write) -> None:
    report = stage(write("clients.dbf", dbf([("Zoé".encode("cp1252"), b"", b"", b"?")], driver=0x03)))
    assert cells(ws) == [["Zoé", None, None, None]]
    assert report.notes == ()


def test_an_encoding_that_nobody_knows_is_refused(stage: Stage, write: Write) -> None:
    path = write("clients.dbf", dbf([(b"Zoe", b"", b"", b"")]))
    with pytest.raises(SourceError, match="unknown encoding 'windows-9'"):
        stage(SourceFile(path, encoding="windows-9"))


def test_a_deleted_row_is_held_under_the_number_it_has_in_the_file(ws: Workspace, stage: Stage, write: Write) -> None:
    three = [(name, b"", b"", b"") for name in (b"First", b"Gone", b"Third")]
    report = stage(write("clients.dbf", dbf(three, marks=" * ")))
    assert rows(ws, "intake.line", "line_no", "file_line", "cells") == [
        {"line_no": 1, "file_line": 1, "cells": ["First", None, None, None]},
        {"line_no": 3, "file_line": 3, "cells": ["Third", None, None, None]},
    ]
    assert rows(ws, "intake.held", "line_no", "line_no", "file_line", "reason") == [
        {"line_no": 2, "file_line": 2, "reason": "deleted_row"}
    ]
    assert (report.rows_in, report.rows_out, report.rows_held) == (3, 2, 1)


def test_a_row_with_a_mark_that_nobody_knows_is_held(ws: Workspace, stage: Stage, write: Write) -> None:
    stage(write("clients.dbf", dbf([(b"A", b"", b"", b""), (b"B", b"", b"", b"")], marks=" #")))
    assert rows(ws, "intake.held", "line_no", "line_no", "reason") == [{"line_no": 2, "reason": "unknown_mark"}]


def test_two_fields_of_one_name_keep_their_own_values(ws: Workspace, stage: Stage, write: Write) -> None:
    twice: Fields = ((b"TEL", b"C", 5, 0), (b"TEL", b"C", 5, 0))
    stage(write("clients.dbf", dbf([(b"*11", b"22")], fields=twice)))
    assert (headers(ws), cells(ws)) == (["TEL", "TEL_2"], [["*11", "22"]])


def test_a_number_too_long_for_its_field_is_empty(ws: Workspace, stage: Stage, write: Write) -> None:
    stage(write("clients.dbf", dbf([(b"*VIP*", b"", b"********", b"")])))
    assert cells(ws) == [["*VIP*", None, None, None]]


def test_a_cut_table_is_refused(stage: Stage, write: Write) -> None:
    whole = dbf([(b"A", b"", b"", b""), (b"B", b"", b"", b"")])
    with pytest.raises(SourceError, match="says that it holds 2 rows and holds 1: it was cut"):
        stage(write("clients.dbf", whole[:-10]))


def test_rows_behind_those_that_are_counted_are_told(ws: Workspace, stage: Stage, write: Write) -> None:
    report = stage(write("clients.dbf", dbf([(b"A", b"", b"", b""), (b"B", b"", b"", b"")], counted=1)))
    assert len(cells(ws)) == 1
    assert report.notes == ("clients.dbf: 1 row behind the 1 that its header counts, not read",)


def test_an_encrypted_table_and_one_of_dbase_7_are_refused(stage: Stage, write: Write) -> None:
    content = bytearray(dbf([(b"A", b"", b"", b"")]))
    content[15] = 1
    with pytest.raises(SourceError, match="it is encrypted"):
        stage(write("clients.dbf", bytes(content)))
    newer = struct.pack("<BBBBLHH20x", 0x8C, 99, 5, 17, 1, 117, 6) + b"DB437US0".ljust(36, b"\0")
    newer += b"NOM".ljust(32, b"\0") + b"C\x05" + bytes(14) + b"\r" + b" Zoe  \x1a"
    with pytest.raises(SourceError, match="a dBase 7 table"):
        stage(write("newer.dbf", newer))


# -- memo files -----------------------------------------------------------------------------------


def dbt_iii(*memos: bytes) -> bytes:
    return bytes(512) + b"".join((memo + b"\x1a\x1a").ljust(512, b"\0") for memo in memos)


def dbt_iv(*memos: bytes, block: int = 64) -> bytes:
    head = bytearray(block)
    head[20:22] = block.to_bytes(2, "little")
    packed = (b"\xff\xff\x08\x00" + (len(memo) + 8).to_bytes(4, "little") + memo for memo in memos)
    return bytes(head) + b"".join(item.ljust(block, b"\x1f") for item in packed)


def fpt(*memos: bytes, block: int = 64, kind: int = 1) -> bytes:
    head = bytearray(512)
    head[6:8] = block.to_bytes(2, "big")
    packed = (kind.to_bytes(4, "big") + len(memo).to_bytes(4, "big") + memo for memo in memos)
    return bytes(head) + b"".join(item.ljust(block, b"\0") for item in packed)


LONG = "Zoé rappelle, très fâchée.".encode("cp850")


@pytest.mark.parametrize(
    ("version", "beside", "content", "first"),
    [
        (0x83, "clients.dbt", dbt_iii(LONG, b"two"), 1),
        (0x03, "clients.DBT", dbt_iii(LONG, b"two"), 1),
        (0x8B, "clients.dbt", dbt_iv(LONG, b"two"), 1),
        (0x8B, "clients.dbt", dbt_iv(LONG, b"two", block=512), 1),
        (0xF5, "clients.FPT", fpt(LONG, b"two"), 8),
    ],
    ids=["dBase III", "dBase III, old version", "dBase IV", "dBase IV, large blocks", "FoxPro"],
)
def test_memos_of_every_layout_are_read(
    ws: Workspace, stage: Stage, write: Write, version: int, beside: str, content: bytes, first: int
) -> None:
    write(beside, content)
    people = [(b"Zoe", str(first).rjust(10).encode()), (b"Max", b""), (b"Lea", str(first + 1).rjust(10).encode())]
    report = stage(write("clients.dbf", dbf(people, fields=WITH_MEMO, version=version)))
    assert cells(ws) == [["Zoe", "Zoé rappelle, très fâchée."], ["Max", None], ["Lea", "two"]]
    assert not any("memo" in note for note in report.notes)


def test_a_memo_that_cannot_be_found_is_empty_and_counted(ws: Workspace, stage: Stage, write: Write) -> None:
    write("clients.dbt", dbt_iii(LONG))
    people = [(b"Zoe", b"         1"), (b"Max", b"       999"), (b"Lea", b"??????????")]
    report = stage(write("clients.dbf", dbf(people, fields=WITH_MEMO, version=0x83)))
    assert [row[1] for row in cells(ws)] == ["Zoé rappelle, très fâchée.", None, None]
    assert any("2 memos cannot be read" in note for note in report.notes)


def test_a_picture_in_a_memo_is_no_text(ws: Workspace, stage: Stage, write: Write) -> None:
    write("clients.fpt", fpt(b"\x89PNG", kind=0))
    stage(write("clients.dbf", dbf([(b"Zoe", b"         8")], fields=WITH_MEMO, version=0xF5)))
    assert cells(ws) == [["Zoe", None]]


def test_a_memo_file_that_is_not_there_is_told(ws: Workspace, stage: Stage, write: Write) -> None:
    report = stage(write("clients.dbf", dbf([(b"Zoe", b"         1")], fields=WITH_MEMO, version=0x83)))
    assert cells(ws) == [["Zoe", None]]
    assert any("is not beside it" in note for note in report.notes)


def test_a_memo_of_a_megabyte_holds_its_row_only(ws: Workspace, stage: Stage, write: Write) -> None:
    write("clients.dbt", dbt_iii(b"short", b"x" * 1_000_000))
    people = [(b"Zoe", b"         1"), (b"Max", b"         2")]
    stage(write("clients.dbf", dbf(people, fields=WITH_MEMO, version=0x83)))
    assert cells(ws) == [["Zoe", "short"]]
    assert rows(ws, "intake.held", "line_no", "line_no", "reason") == [{"line_no": 2, "reason": "cell_too_long"}]


# -- Visual FoxPro --------------------------------------------------------------------------------


def test_what_visual_foxpro_keeps_as_bytes_is_written_out(ws: Workspace, stage: Stage, write: Write) -> None:
    fields: Fields = (
        (b"ID", b"I", 4, 0), (b"PRIX", b"Y", 8, 4), (b"TAUX", b"B", 8, 2), (b"VU", b"T", 8, 0), (b"NOTE", b"M", 4, 0),
    )  # fmt: skip
    # Julian day 2,440,588 is 1 January 1970; an hour has 3,600,000 thousandths of a second
    moment = struct.pack("<LL", 2_440_588 + 365, 3_600_000 * 13 + 61_000)
    record = (struct.pack("<i", -7), struct.pack("<q", -125_000), struct.pack("<d", 0.5), moment, struct.pack("<L", 8))
    write("clients.fpt", fpt("Zoé".encode("cp1252")))
    stage(write("clients.dbf", dbf([record], fields=fields, version=0x30, driver=0x03)))
    assert cells(ws) == [["-7", "-12.5000", "0.5", "1971-01-01 13:01:01", "Zoé"]]


def test_null_flags_and_texts_of_varying_length_are_understood(ws: Workspace, stage: Stage, write: Write) -> None:
    fields: Fields = ((b"NOM", b"V", 8, 0), (b"VILLE", b"C", 6, 0), (b"_NullFlags", b"0", 1, 0))
    short = b"Zoe junk"[:7] + bytes([3])  # the last byte is the length when the first flag is set
    content = bytearray(
        dbf(
            [(short, b"Bern", b"\x01"), (b"Maxmilia", b"Bern", b"\x00"), (short, b"gone", b"\x03")],
            fields=fields, version=0x32, driver=0x03,
        )
    )  # fmt: skip
    content[32 + 32 + 18] = 0x02  # VILLE may be null
    stage(write("clients.dbf", bytes(content)))
    assert headers(ws) == ["NOM", "VILLE"]
    assert cells(ws) == [["Zoe", "Bern"], ["Maxmilia", "Bern"], ["Zoe", None]]
