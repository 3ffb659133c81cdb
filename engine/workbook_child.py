"""The child process that opens a workbook: a hostile file may kill it, never the run.

``python -I workbook_child.py FILE FOLDER [SHEET]`` writes one Arrow file per sheet that is not empty into FOLDER, all
cells as text, and prints a JSON list of ``{sheet, file, rows}``; of .xlsx also what the text of cells does not tell:
``padded`` (column -> [digits, cells] of numbers shown with leading zeros), ``hidden_rows``, ``hidden``, ``merged``,
``unsolved`` (formulas without a result). The first also says which sheets could not be read (``unread``). One cell at
XFD1048576 makes the reader ask for 512 GiB and abort; the address space limit turns that into an end of this process.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import zipfile
from collections import Counter
from pathlib import Path

ADDRESS_SPACE = 4 << 30
"""Bytes. A sheet of 1,048,576 rows and 15 columns needs about half."""


def main(arguments: list[str]) -> int:
    """Read, write, print; exit code 5 with one word on stderr when the workbook cannot be read."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    import fastexcel
    import pyarrow as pa

    path, folder, *rest = arguments
    found: list[dict[str, object]] = []
    unread: list[str] = []
    try:
        reader = fastexcel.read_excel(Path(path).read_bytes())
        names = rest or reader.sheet_names
        beside = look(Path(path))
        unknown = [name for name in names if name not in reader.sheet_names]
        if unknown:
            json.dump({"unknown": unknown, "sheets": reader.sheet_names}, sys.stdout)
            return 0
        for number, name in enumerate(names):
            try:
                sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            except fastexcel.FastExcelError:
                if len(names) == 1:
                    raise
                unread.append(name)  # a sheet that is a chart has no cells
                continue
            if not sheet.width or not sheet.height:
                continue
            table = pa.Table.from_batches([pa.record_batch(sheet)])
            file = Path(folder) / f"sheet-{number}.arrow"
            with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
            found.append({"sheet": name, "file": file.name, "rows": table.num_rows, **beside.get(name, {})})
    except MemoryError:
        sys.stderr.write("memory")
        return 5
    except Exception as error:
        sys.stderr.write(type(error).__name__)
        return 5
    if unread and not found:
        sys.stderr.write("unread")
        return 5
    if found:
        found[0]["unread"] = unread
    json.dump(found, sys.stdout)
    return 0


_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_CHUNK = 1 << 23


def look(path: Path) -> dict[str, dict[str, object]]:
    """Of each sheet of an .xlsx, what the reader of values does not tell; nothing for other workbooks."""
    if not zipfile.is_zipfile(path):
        return {}
    try:
        with zipfile.ZipFile(path) as container:
            names = set(container.namelist())
            if "xl/workbook.xml" not in names:
                return {}
            padding = _padding(container.read("xl/styles.xml")) if "xl/styles.xml" in names else {}
            return {
                name: _look_at(container, part, padding, hidden)
                for name, part, hidden in _parts(container)
                if part in names
            }
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, RuntimeError, EOFError, NotImplementedError):
        return {}  # the reader of values says what is wrong


def _elements(text: bytes, tag: bytes) -> list[dict[str, str]]:
    import html

    return [
        {key.decode(): html.unescape(value.decode("utf-8", "replace")) for key, value in _ATTRIBUTE.findall(found)}
        for found in re.findall(rb"<(?:\w+:)?" + tag + rb"\b([^>]*)>", text)
    ]


def _parts(container: zipfile.ZipFile) -> list[tuple[str, str, bool]]:
    """Sheets by name, the part that holds each, whether it is hidden."""
    targets = {
        entry.get("Id", ""): entry.get("Target", "")
        for entry in _elements(container.read("xl/_rels/workbook.xml.rels"), b"Relationship")
    }
    found = []
    for sheet in _elements(container.read("xl/workbook.xml"), b"sheet"):
        target = targets.get(sheet.get("r:id", ""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found.append((sheet.get("name", ""), part, sheet.get("state", "visible") != "visible"))
    return found


def _padding(styles: bytes) -> dict[str, int]:
    """Style number -> digits that a number is filled up to: ``00000``, ``0#" "##" "##`` (a French phone number)."""
    widths = {}
    for entry in _elements(styles, b"numFmt"):
        code = re.sub(r'"[^"]*"|\\.|_.|[ ./-]', "", entry.get("formatCode", "").split(";")[0])
        if re.fullmatch(r"0[0#]+", code):
            widths[entry.get("numFmtId", "")] = len(code)
    block = re.search(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", styles, re.DOTALL)
    if block is None or not widths:
        return {}
    return {
        str(number): widths[entry["numFmtId"]]
        for number, entry in enumerate(_elements(block.group(), b"xf"))
        if entry.get("numFmtId") in widths
    }


def _look_at(container: zipfile.ZipFile, part: str, padding: dict[str, int], hidden: bool) -> dict[str, object]:
    styled: Counter[tuple[str, str]] = Counter()
    cell = None
    if padding:
        numbers = "|".join(sorted(padding, key=len, reverse=True)).encode()
        cell = re.compile(rb'<c r="([A-Z]{1,3})\d+" s="(' + numbers + rb')"(?: t="n")?><v>')
    hidden_rows = merged = unsolved = 0
    with container.open(part) as file:
        held = b""
        while chunk := file.read(_CHUNK):
            held += chunk
            cut = held.rfind(b"</row>") + 1 or max(0, len(held) - 65_536)
            ready, held = held[:cut], held[cut:]
            hidden_rows, merged, unsolved = _count(ready, hidden_rows, merged, unsolved)
            if cell is not None:
                styled.update((column.decode(), style.decode()) for column, style in cell.findall(ready))
        hidden_rows, merged, unsolved = _count(held, hidden_rows, merged, unsolved)
        if cell is not None:
            styled.update((column.decode(), style.decode()) for column, style in cell.findall(held))
    columns: dict[str, Counter[int]] = {}
    for (column, style), count in styled.items():
        columns.setdefault(column, Counter())[padding[style]] += count
    padded = {}
    for column, counts in columns.items():
        width, count = max(counts.items(), key=lambda item: (item[1], item[0]))
        padded[column] = [width, count]
    return {
        "padded": padded,
        "hidden_rows": hidden_rows,
        "hidden": hidden,
        "merged": merged,
        "unsolved": unsolved,
    }


def _count(text: bytes, hidden_rows: int, merged: int, unsolved: int) -> tuple[int, int, int]:
    return (
        hidden_rows + len(re.findall(rb'<row [^>]*hidden="(?:1|true)"', text)),
        merged + text.count(b"<mergeCell "),
        unsolved + text.count(b"</f></c>") + len(re.findall(rb"</f><v ?/></c>|</f><v></v></c>", text)),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
