"""Files into intake.line and intake.held: what is read, what is held, what is refused."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import SourceError
from engine.intake import SourceFile, delimited, stage_sources
from engine.progress import Silent
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import BOOK, Stage

Write = Callable[[str, str | bytes], Path]


def cells(ws: Workspace) -> list[list[str | None]]:
    return [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")]


def held(ws: Workspace) -> list[tuple[int, int | None, str]]:
    return [
        (row["line_no"], row["file_line"], row["reason"])
        for row in rows(ws, "intake.held", "line_no", "file_line", "reason")
    ]


def source(ws: Workspace) -> dict[str, object]:
    (row,) = rows(ws, "intake.source")
    return row


def test_cells_are_kept_as_written_and_empty_ones_are_null(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", 'nom;prénom;cp\n Dupont ;"";01000\n'))
    assert cells(ws) == [[" Dupont ", None, "01000"]]


def test_line_numbers_count_records_and_file_lines_count_physical_lines(
    ws: Workspace, write: Write, stage: Stage
) -> None:
    stage(write("a.csv", 'nom,adresse\nA,"1 rue\nBât. B"\nB,2 rue\n'))
    assert [(r["line_no"], r["file_line"]) for r in rows(ws, "intake.line", "line_no", "file_line")] == [(1, 2), (2, 4)]


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman", "cp850"]
)
def test_the_encoding_is_found(ws: Workspace, write: Write, stage: Stage, codec: str) -> None:
    names = ["Hélène", "François", "Zoë", "Jérôme", "Günther", "Éléonore", "Benoît", "Mário", "Noël", "Françoise"]
    text = "nom;prénom;ville\n" + "".join(
        f"Dupré{n};{name};Genève près de la forêt, élégante\n" for n, name in enumerate(names * 4)
    )
    stage(write("a.csv", text.encode(codec)))
    assert cells(ws)[0] == ["Dupré0", "Hélène", "Genève près de la forêt, élégante"]


def test_windows_quotes_and_euro_signs_survive(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", b"nom;ville;montant\n" + "L’Hôte;Orléans;10 €\n".encode("cp1252") * 30))
    assert cells(ws)[0] == ["L’Hôte", "Orléans", "10 €"]


def test_a_few_windows_bytes_in_a_utf8_file_are_repaired(ws: Workspace, write: Write, stage: Stage) -> None:
    good = "Hélène;Zoë\n".encode() * 50
    stage(write("a.csv", b"nom;autre\n" + good + "Né;x\n".encode("cp1252")))
    assert cells(ws)[-1] == ["Né", "x"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_among_commas_in_cells(
    ws: Workspace, write: Write, stage: Stage, delimiter: str
) -> None:
    lines = [["nom", "adresse", "cp"], *(["Du, pont", "1, rue; haute|basse, x", "75001"] for _ in range(20))]
    text = "".join(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in line) + "\n" for line in lines)
    stage(write("a.csv", text))
    assert source(ws)["delimiter"] == delimiter
    assert cells(ws)[0] == ["Du, pont", "1, rue; haute|basse, x", "75001"]


def test_ragged_rows_are_held_and_the_others_read(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", "a;b;c\n1;x;\n2;x\n3;x;y;z\n4;x;y;\n5;x;y\n"))
    assert held(ws) == [(2, 3, "too_few_cells"), (3, 4, "too_many_cells")]
    assert [row[0] for row in cells(ws)] == ["1", "4", "5"]


def test_rows_without_their_trailing_empty_cells_are_filled_up(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", "a;b;c\n1;x;y\n2;x\n3\n4;x;y\n5;;z\n"))
    assert held(ws) == []
    assert cells(ws)[1:3] == [["2", "x", None], ["3", None, None]]


def test_an_unclosed_quote_holds_its_line_only(ws: Workspace, write: Write, stage: Stage) -> None:
    body = "".join(f"{n};Dupont;x\n" for n in range(2, 50))
    stage(write("a.csv", f'id;nom;note\n1;"Dupont;x\n{body}50;"Le ""Grand""";y\n'))
    assert held(ws) == [(1, 2, "unclosed_quote")]
    assert len(cells(ws)) == 49
    assert cells(ws)[-1] == ["50", 'Le "Grand"', "y"]


def test_a_quote_that_swallows_whole_records_is_told_from_a_long_cell(
    ws: Workspace, write: Write, stage: Stage
) -> None:
    stage(write("a.csv", 'id;nom;note\n1;"Dupont;x\n2;Meier;y"\n3;Rossi;"deux\nlignes"\n'))
    assert held(ws)[0] == (1, 2, "unclosed_quote")
    assert cells(ws)[-1] == ["3", "Rossi", "deux\nlignes"]


def test_stray_quotes_inside_a_cell_are_part_of_it(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", 'id;nom;x\n1;O"Brien;y\n2;"O"Brien";y\n3;12" x;z\n'))
    assert [row[1] for row in cells(ws)] == ['O"Brien', 'O"Brien', '12" x']


def test_a_giant_cell_is_held_with_its_place_but_not_its_value(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", f"id,nom\n1,a\n2,{'x' * 3_000_000}\n3,c\n"))
    (row,) = rows(ws, "intake.held")
    assert (row["line_no"], row["reason"]) == (2, "cell_too_long")
    assert row["detail"] == "cell 2 holds 3000000 characters"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends_of_every_system(ws: Workspace, write: Write, stage: Stage, end: str) -> None:
    stage(write("a.csv", end.join(["a,b", "1,x", "2,y", ""])))
    assert cells(ws) == [["1", "x"], ["2", "y"]]


def test_mixed_line_ends_blank_lines_nul_and_control_z(ws: Workspace, write: Write, stage: Stage) -> None:
    report = stage(write("a.csv", b"a,b\r\n1,x\n\n2,y\0z\r\n  \n3,w\n\x1a"))
    assert cells(ws) == [["1", "x"], ["2", "yz"], ["3", "w"]]
    assert "a.csv: 1 NUL character left out" in report.notes


@pytest.mark.parametrize("last", ["3,4,5", "3,4,5,6"], ids=["fast", "exact"])
def test_only_newline_and_carriage_return_end_a_line(ws: Workspace, write: Write, stage: Stage, last: str) -> None:
    stage(write("a.csv", f"a,b,c\n1,x\u2028y,\x0bz\n2,\x85v,\x1cw\n{last}\n"))
    assert cells(ws)[:2] == [["1", "x\u2028y", "\x0bz"], ["2", "\x85v", "\x1cw"]]
    assert len(cells(ws)) + len(held(ws)) == 3


def test_a_preamble_is_reported_and_the_header_found_below(ws: Workspace, write: Write, stage: Stage) -> None:
    report = stage(write("a.csv", "Export des contacts\nle 12.11.2026;;\n\nNom;Prénom;Ville\nA;B;C\nD;E;F\n"))
    assert source(ws)["header_line"] == 4
    assert cells(ws) == [["A", "B", "C"], ["D", "E", "F"]]
    assert any("above it, read as no record" in note for note in report.notes)


def test_the_sep_line_of_excel_names_the_delimiter(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", "sep=|\nNom|Prénom\nA|B\n"))
    assert source(ws)["headers"] == ["Nom", "Prénom"]
    assert cells(ws) == [["A", "B"]]


def test_total_line_blank_row_and_repeated_header_are_held(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", "Nom;Prénom;Ville\nA;B;C\n;;\nNom;Prénom;Ville\nD;E;F\nTotal : 2;;\n"))
    assert [reason for *_, reason in held(ws)] == ["blank_row", "repeated_header", "total_line"]
    assert len(cells(ws)) == 2


def test_a_person_called_total_stays(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", "Nom;Prénom;Ville\nA;B;C\nD;E;F\nTotal;Jean;Paris\n"))
    assert held(ws) == []


def test_a_file_without_header_gets_numbered_columns(ws: Workspace, write: Write, stage: Stage) -> None:
    report = stage(write("a.csv", "1;Dupont;jean@x.ch;1970-01-02\n2;Meier;eva@y.ch;1980-03-04\n"))
    assert source(ws)["header_line"] is None
    assert source(ws)["headers"] == ["column_1", "column_2", "column_3", "column_4"]
    assert len(cells(ws)) == 2
    assert any("no header found" in note for note in report.notes)


def test_unknown_header_words_are_still_a_header(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", "alpha;beta\n12;x\n13;y\n"))
    assert source(ws)["header_line"] == 1


def test_a_delimiter_at_the_end_of_every_line_is_no_column(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", "nom;ville;\nA;B;\nC;D;\n"))
    assert source(ws)["headers"] == ["nom", "ville"]


def test_one_column_is_a_table_too(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", "email\na@x.ch\n\nb@x.ch\n"))
    assert cells(ws) == [["a@x.ch"], ["b@x.ch"]]


def test_a_name_with_brackets_does_not_read_another_file(ws: Workspace, write: Write, stage: Stage) -> None:
    wanted = write("export [2024]*.csv", "id,nom\n1,right\n")
    write("export 2_x.csv", "id,nom\n99,wrong\n")
    stage(wanted)
    assert cells(ws) == [["1", "right"]]


def test_files_of_one_stem_get_names_of_their_own(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("a.csv", "nom,cp\nA,1\n"), write("b/a.csv", "nom,cp\nB,2\n"), write("c/A.txt", "nom,cp\nC,3\n"))
    assert [row["source"] for row in rows(ws, "intake.source", "source")] == ["A_3", "a", "a_2"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n \n", "holds no text"),
        ("header.csv", b"nom;ville\n", "no data rows"),
        ("binary.csv", bytes(range(256)) * 20, "binary"),
        ("scan.csv", b"%PDF-1.7\nxx", "a PDF"),
        ("twins.csv", b"nom;ville;nom\nA;B;C\n", '"nom" (columns 1, 3)'),
        ("zip.xlsx", b"PK\x03\x04broken", "damaged"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "damaged"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(
    write: Write, stage: Stage, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(SourceError) as caught:
        stage(write(name, content))
    assert name in caught.value.message
    assert says in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 3


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path, stage: Stage) -> None:
    with pytest.raises(SourceError, match="is a folder"):
        stage(tmp_path)
    with pytest.raises(SourceError, match="no such file"):
        stage(tmp_path / "none.csv")


def test_the_user_may_force_encoding_and_delimiter(ws: Workspace, write: Write, stage: Stage) -> None:
    path = write("a.csv", "nom,x;ville\nDupré,1;Bâle\nZ,2;Y\n".encode("cp850"))
    stage(SourceFile(path, encoding="cp850", delimiter=";"))
    assert cells(ws)[0] == ["Dupré,1", "Bâle"]
    with pytest.raises(SourceError, match="unknown encoding"):
        stage(SourceFile(path, encoding="klingon"))


def test_large_files_keep_their_order(ws: Workspace, write: Write, stage: Stage) -> None:
    ws.execute("set preserve_insertion_order = false")
    stage(write("a.csv", "id,nom,x\n" + "".join(f"{n},nom{n},{'y' * 40}\n" for n in range(1, 150_001))))
    assert (
        ws.value("select count(*) from intake.line where cells[1]::bigint <> line_no or file_line <> line_no + 1") == 0
    )
    assert ws.value("select current_setting('preserve_insertion_order')") is False


def _read(ws: Workspace, path: Path, *, exact: bool) -> list[tuple[object, ...]]:
    with pytest.MonkeyPatch.context() as patch:
        if exact:
            patch.setattr(delimited, "_plain", lambda body: False)
        stage_sources(ws, [SourceFile(path)], scratch=path.parent, watcher=Silent(), book=BOOK).check()
    return ws.rows("select line_no, file_line, cells from intake.line order by line_no")


_CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=8)
_ROWS = st.lists(st.lists(_CELL, min_size=2, max_size=2), min_size=1, max_size=12)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(_ROWS, st.sampled_from([",", ";", "\t", "|"]))
def test_both_paths_read_a_clean_file_alike(
    ws: Workspace, tmp_path: Path, data: list[list[str]], delimiter: str
) -> None:
    quoted = [["key", *row] for row in data]
    lines = [["id", "nom", "ville"], *quoted]
    text = "".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) + "\n" for line in lines)
    path = tmp_path / "clean.csv"
    path.write_bytes(text.encode())
    fast, exact = _read(ws, path, exact=False), _read(ws, path, exact=True)
    assert [row[2] for row in fast] == [[cell or None for cell in row] for row in quoted]
    assert [row[0::2] for row in fast] == [row[0::2] for row in exact]
    assert all(left[1] is None or left[1] == right[1] for left, right in zip(fast, exact, strict=True))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.binary(max_size=400), st.integers(0, 2**32))
def test_no_file_makes_the_reader_fail_otherwise_than_by_a_source_error(
    ws: Workspace, tmp_path: Path, junk: bytes, seed: int
) -> None:
    lines = [b'%d;"D""u";x' % n for n in range(8)]
    broken = bytearray(b"\n".join([b"id;nom;ville", *lines]) + b"\n")
    chance = random.Random(seed)
    for byte in junk[:20]:
        broken[chance.randrange(len(broken))] = byte
    path = tmp_path / "junk.csv"
    path.write_bytes(bytes(broken) + junk)
    with contextlib.suppress(SourceError):
        _read(ws, path, exact=False)
        assert ws.value("select lines - loaded - held from intake.source") == 0


def test_duckdb_is_pinned_to_a_version_whose_reader_refuses_ragged_rows(write: Write) -> None:
    path = write("a.csv", "1;2;3\n1;2\n")
    columns = "{'a': 'VARCHAR', 'b': 'VARCHAR', 'c': 'VARCHAR'}"
    with pytest.raises(duckdb.InvalidInputException):
        duckdb.execute(f"select * from read_csv('{path}', auto_detect=false, columns={columns}, delim=';')").fetchall()
