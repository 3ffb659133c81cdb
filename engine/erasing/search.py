"""Search a folder for traces: every file is opened, compressed and zipped ones too, and said where it holds one."""

from __future__ import annotations

import bz2
import gzip
import html
import io
import lzma
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from engine.erasing.traces import Traces

BLOCK = 1 << 22
"""Bytes of text looked at together."""

LARGEST_MEMBER = 1 << 30
"""Bytes a member of an archive may say it unpacks to; a larger one is named as not searched."""

_TAG = re.compile(r"<[^>]{0,2000}>")
_OPENERS: Mapping[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_LINED = frozenset(
    {".csv", ".txt", ".tsv", ".jsonl", ".yml", ".yaml", ".toml", ".json", ".html", ".md", ".log", ".xml", ".ics"}
)


@dataclass(slots=True)
class Searched:
    """What a search found.

    Attributes:
        files / bytes: looked at.
        holding: path -> lines that hold a trace; no lines where a file has none of its own (xlsx, parquet ...).
        unread: files that could not be looked into.
    """

    files: int = 0
    bytes: int = 0
    holding: dict[Path, list[int]] = field(default_factory=dict)
    unread: list[Path] = field(default_factory=list)


_DATABASES = frozenset({".duckdb", ".db", ".sqlite", ".sqlite3", ".mdb", ".accdb"})
"""Compressed in their own ways: that a text is not found in their bytes proves nothing."""


def search(root: Path, traces: Traces, *, without: frozenset[str] = frozenset()) -> Searched:
    """Look into every file below ``root`` except what ``without`` names: paths from there. Links are not followed."""
    found = Searched()
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        left_out = relative.parts[0] in without or relative.as_posix() in without
        if left_out or path.is_symlink() or not path.is_file():
            continue
        if path.suffix.lower() in _DATABASES:
            found.unread.append(path)
            continue
        found.files += 1
        found.bytes += path.stat().st_size
        try:
            lines = _lines_of(path, traces)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile, lzma.LZMAError, NotImplementedError, RuntimeError):
            found.unread.append(path)
            continue
        if lines is not None:
            found.holding[path] = lines
    return found


def _lines_of(path: Path, traces: Traces) -> list[int] | None:
    """Lines that hold a trace; [] = the file holds one that has no line; None = it holds none."""
    if path.suffix.lower() == ".parquet":
        return [] if any(traces.holds(text) for text in _parquet_texts(path)) else None
    if zipfile.is_zipfile(path):
        return [] if _zip_holds(path.read_bytes(), traces) else None
    if opener := _OPENERS.get(path.suffix.lower()):
        with opener(path, "rb") as packed:
            return [] if _stream_lines(packed, traces) else None
    with path.open("rb") as file:
        lines = _stream_lines(file, traces)
    if not lines:
        return None
    return lines if path.suffix.lower() in _LINED else []


def _stream_lines(reader: IO[bytes], traces: Traces) -> list[int]:
    start = reader.read(4)
    encoding = _wide(start)
    rest, number = start, 1
    found: list[int] = []
    while True:
        block = reader.read(BLOCK)
        data = rest + block
        if encoding is None and block:
            # whole lines only: a trace may lie across two blocks
            cut = data.rfind(b"\n") + 1
            if not cut and len(data) < 16 * BLOCK:
                rest = data
                continue
            cut = cut or len(data)
            data, rest = data[:cut], data[cut:]
        elif block:
            rest = data
            continue
        else:
            rest = b""
        lines = re.split(r"\r\n|\n|\r", _decoded(data, encoding))
        found += traces.lines(lines, number)
        number += len(lines) - 1
        if not block:
            return found


def _wide(start: bytes) -> str | None:
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if len(start) == 4 and start[0] and not start[1] and start[2] and not start[3]:
        return "utf-16-le"
    if len(start) == 4 and not start[0] and start[1] and not start[2] and start[3]:
        return "utf-16-be"
    return None


def _decoded(data: bytes, encoding: str | None) -> str:
    if encoding is not None:
        return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", errors="replace") + "\n" + data.decode("cp1252", errors="replace")


def _parquet_texts(path: Path) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=20_000):
            for column in batch.columns:
                texts = column.cast(pa.string()) if not pa.types.is_nested(column.type) else None
                values = texts.to_pylist() if texts is not None else map(str, column.to_pylist())
                yield "\n".join(value for value in values if value)


def _zip_holds(data: bytes, traces: Traces, depth: int = 0) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.file_size > LARGEST_MEMBER:
                raise ValueError("too large to look into")
            content = archive.read(member)
            if depth < 2 and zipfile.is_zipfile(io.BytesIO(content)):
                if _zip_holds(content, traces, depth + 1):
                    return True
                continue
            text = _decoded(content, _wide(content[:4]))
            # the text of a cell may stand in several runs: <r><t>Du</t></r><r><t>pont</t></r>
            if traces.holds(html.unescape(text)) or traces.holds(html.unescape(_TAG.sub("", text))):
                return True
            if traces.holds(html.unescape(_TAG.sub(" ", text))):
                return True
    return False
