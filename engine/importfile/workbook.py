"""The sheet of a workbook that holds import rows, every cell as text.

Opened in a child process with a limit on its memory, like every workbook that comes from outside.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from engine.errors import SourceError
from engine.importfile.layout import HEADER_WITHIN, Layout, is_header, no_header, read_header

_LARGEST_UNPACKED = 2 << 30
_SECONDS = 600
_CHILD = Path(__file__).resolve().parent.parent / "workbook_child.py"


def read_sheet(path: Path, aliases: Mapping[str, str], scratch: Path) -> tuple[pa.Table, Layout]:
    """The first sheet with a header row of field codes, whole, and where its table stands.

    Raises:
        SourceError: damaged, too large when unpacked, or no sheet has a header row.
    """
    try:
        with zipfile.ZipFile(path) as container:
            if sum(part.file_size for part in container.infolist()) > _LARGEST_UNPACKED:
                raise SourceError(f"{path.name} is too large when unpacked", hint="Save it as CSV (UTF-8).")
        command = [sys.executable, "-I", str(_CHILD), str(path.resolve()), str(scratch)]
        child = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        if child.returncode != 0:
            raise SourceError(f"{path.name} cannot be read as a workbook", hint="Save it again, or as CSV (UTF-8).")
    except (zipfile.BadZipFile, subprocess.TimeoutExpired, NotImplementedError, RuntimeError):
        raise SourceError(f"{path.name} is damaged: it cannot be read as a workbook") from None
    for entry in json.loads(child.stdout):
        file = scratch / entry["file"]
        with pa.OSFile(str(file)) as unpacked:
            table = pa.ipc.open_file(unpacked).read_all()
        file.unlink()
        head = [[cell or "" for cell in row.values()] for row in table.slice(0, HEADER_WITHIN).to_pylist()]
        for number, row in enumerate(head, start=1):
            if is_header(row, aliases):
                columns, unknown, renamed = read_header(row, aliases, path.name)
                return table, Layout("", "xlsx", number, columns, unknown, renamed)
    raise no_header(path.name)
