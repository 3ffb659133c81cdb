"""Sources that still hold the persons: the customer's files, read only unless somebody says otherwise."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from engine.erasing.files import replace
from engine.erasing.people import Person
from engine.protection import lines_of
from engine.workspace import Workspace

_LINE_END = re.compile(r"(\r\n|\n|\r)")


@dataclass(frozen=True, slots=True)
class Held:
    """Where a source holds the persons.

    Attributes:
        source: its name.
        path: its file.
        sheet: sheet of a workbook.
        lines: physical lines where their records begin, 1 = first.
        spans: the same as (first, last) physical line of each record.
        encoding: of the text; None = not a text file.
        sha256: of the file as it was read.
    """

    source: str
    path: Path
    sheet: str | None
    lines: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    encoding: str | None
    sha256: str


def sources_holding(ws: Workspace, people: Sequence[Person], paths: dict[str, Path]) -> list[Held]:
    """The sources of the last run with lines of ``people``, joined tables among them, by name.

    Args:
        paths: file of each source by its name; one that is no file (a database) is left out.
    """
    records = sorted(record for person in people for record in person.records)
    ws.put("erasing_record", pa.table({"record_id": pa.array(records, pa.string())}))
    rows = ws.rows(
        f"""
        with begun as (
            select source, line_no, file_line from intake.line
            union -- a line of a joined table that no record used stands in both
            select source, line_no, file_line from intake.held
        ),
        placed as (
            select *, lead(file_line) over (partition by source order by file_line, line_no) - 1 as last_line from begun
        )
        select source.source, sheet, encoding, sha256, delimiter is not null,
            list({{first: placed.file_line, last: placed.last_line}} order by placed.file_line)
        from placed
        semi join ({lines_of("erasing_record")}) using (source, line_no)
        join intake.source as source using (source)
        where placed.file_line is not null
        group by all order by source.source
        """
    )
    ws.drop("erasing_record")
    return [
        Held(
            source=source,
            path=paths[source],
            sheet=sheet,
            lines=tuple(span["first"] for span in spans),
            spans=tuple((span["first"], span["last"] or _END) for span in spans),
            encoding=encoding if delimited else None,
            sha256=sha256,
        )
        for source, sheet, encoding, sha256, delimited, spans in rows
        if source in paths
    ]


_END = 1 << 62


def databases_holding(ws: Workspace, people: Sequence[Person], paths: Collection[str]) -> dict[str, int]:
    """Sources that are no file, as people know them -> lines of ``people`` that the last run read there."""
    records = sorted(record for person in people for record in person.records)
    ws.put("erasing_record", pa.table({"record_id": pa.array(records, pa.string())}))
    rows = ws.rows(
        f"select source, source.file, count(*) from ({lines_of('erasing_record')}) "
        "join intake.source as source using (source) group by all order by source"
    )
    ws.drop("erasing_record")
    return {f"{source} · {shown}": int(lines) for source, shown, lines in rows if source not in paths}


def changed_sources(ws: Workspace, paths: dict[str, Path]) -> list[str]:
    """Sources whose file is not the one the last run read."""
    return [
        source
        for source, digest in ws.rows("select source, sha256 from intake.source order by source")
        if source in paths and (not paths[source].is_file() or _hash(paths[source]) != digest)
    ]


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def take_lines_out(held: Held) -> str | None:
    """Rewrite the file without the persons' lines, every other byte as it was.

    Returns:
        The file's new hash; None when it cannot be done: not a text file, or one the decoding does not give back.
    """
    if held.encoding is None:
        return None
    before = held.path.read_bytes()
    if hashlib.sha256(before).hexdigest() != held.sha256:
        return None
    try:
        text = before.decode(held.encoding)
        if text.encode(held.encoding) != before:
            return None
    except (UnicodeError, LookupError):
        return None
    parts = _LINE_END.split(text)
    lines = [parts[place] + (parts[place + 1] if place + 1 < len(parts) else "") for place in range(0, len(parts), 2)]
    gone = {number for first, last in held.spans for number in range(first, min(last, len(lines)) + 1)}
    after = "".join(line for number, line in enumerate(lines, start=1) if number not in gone).encode(held.encoding)
    replace(held.path, after)
    return hashlib.sha256(after).hexdigest()
