"""Searching for what only the erased persons held, and taking their lines out of a source."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.erasing.files import destroy, replace
from engine.erasing.incoming import Held, take_lines_out
from engine.erasing.search import BLOCK, search
from engine.erasing.traces import make_traces

TRACES = make_traces(["Vermeulen", "anna.v@home.ch", "+41 79 111 22 33", "Li", "Anna"])


def zipped(**members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "lines"),
    [
        ("a.csv", b"x\nMrs VERMEULEN\ny\nanna.v@home.ch", [2, 4]),
        ("a.txt", "x\r\ny\r\n+41 79 111 22 33".encode("utf-16"), [3]),
        ("b.txt", "Vermeulen".encode("utf-16-le"), [1]),
        ("a.bin", b"\xff\x00 vermeulen \x00", []),
        ("a.csv.gz", gzip.compress(b"Vermeulen;"), []),
        ("a.xlsx", zipped(sheet=b"<si><r><t>Ver</t></r><r><t>meulen</t></r></si>"), []),
        ("a.zip", zipped(inner=zipped(deep=b"<t>Vermeulen</t>")), []),
        ("b.csv", b"x\n" * (BLOCK // 2 - 2) + b"Vermeulen\n" + b"y\n" * 9, [BLOCK // 2 - 1]),
    ],
    # names by place: the packed bytes hold the second they were packed in, and each worker collects by itself
    ids=["csv", "utf-16", "utf-16-unmarked", "binary", "gzip", "workbook", "zip-in-zip", "across-blocks"],
)
def test_found_wherever_it_is_packed(tmp_path: Path, name: str, data: bytes, lines: list[int]) -> None:
    (tmp_path / name).write_bytes(data)
    found = search(tmp_path, TRACES)
    assert found.holding == {tmp_path / name: lines}
    assert found.unread == []


@pytest.mark.parametrize("text", ["Vermeulens", "Anna Li", "xanna.v@home.ch", "41791112233"])
def test_a_longer_word_or_a_name_of_many_is_no_trace(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert search(tmp_path, TRACES).holding == {}


def test_tables_are_opened_links_are_not_followed_and_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    pq.write_table(pa.table({"a": ["x", "Vermeulen"], "b": [["y"], []]}), root / "t.parquet")
    (tmp_path / "outside.txt").write_text("Vermeulen", encoding="utf-8")
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    (root / "torn.csv.gz").write_bytes(gzip.compress(b"Vermeulen" * 99)[:-9])
    (root / "kept").mkdir()
    (root / "kept" / "a.txt").write_text("Vermeulen", encoding="utf-8")
    found = search(root, TRACES, without=frozenset({"kept"}))
    assert found.holding == {root / "t.parquet": []}
    assert found.unread == [root / "torn.csv.gz"]


def held(path: Path, encoding: str | None, *spans: tuple[int, int]) -> Held:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Held("s", path, None, tuple(first for first, _ in spans), spans, encoding, digest)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_their_lines_leave_the_source_and_every_other_byte_stays(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes('k;n\r\n1;é\r\n2;"two\nlines"\r\n3;c'.encode(encoding))
    digest = take_lines_out(held(path, encoding, (3, 4)))
    assert path.read_bytes() == "k;n\r\n1;é\r\n3;c".encode(encoding)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_cannot_be_given_back_byte_by_byte_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(b"k;n\n1;\xff\n")
    assert take_lines_out(held(path, "utf-8", (2, 2))) is None
    assert take_lines_out(held(path, None, (2, 2))) is None
    changed = held(path, "cp1252", (2, 2))
    path.write_bytes(b"k;n\n1;a\n")
    assert take_lines_out(changed) is None
    assert path.read_bytes() == b"k;n\n1;a\n"


def test_a_replaced_file_is_private_and_its_former_bytes_are_overwritten(tmp_path: Path) -> None:
    path, second = tmp_path / "a.txt", tmp_path / "second-name"
    path.write_text("Vermeulen", encoding="utf-8")
    second.hardlink_to(path)  # the same bytes on the disk, to look at when the name is gone
    replace(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o077 == 0
    assert second.read_bytes() == b"\0" * 9
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.txt", "second-name"]


def test_destroyed_files_are_overwritten_and_what_is_to_be_kept_is_kept(tmp_path: Path) -> None:
    second = tmp_path.with_name(tmp_path.name + "-second")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.txt").write_text("Vermeulen", encoding="utf-8")
    second.hardlink_to(tmp_path / "deep" / "a.txt")
    (tmp_path / "kept.txt").write_text("x", encoding="utf-8")
    assert destroy(tmp_path, keep=frozenset({"kept.txt"})) == 1
    assert second.read_bytes() == b"\0" * 9
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept.txt"]
