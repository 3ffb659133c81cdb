"""The child process that opens a workbook: a hostile file may kill it, never the run.

``python -I workbook_child.py FILE FOLDER [SHEET]`` writes one Arrow file per sheet that is not empty into
FOLDER, all cells as text, and prints a JSON list of ``{sheet, file, rows}``. One cell at XFD1048576 makes the reader
ask for 512 GiB and abort; the address space limit turns that into an end of this process.
"""

from __future__ import annotations

import json
import resource
import sys
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
    try:
        reader = fastexcel.read_excel(Path(path).read_bytes())
        names = rest or reader.sheet_names
        unknown = [name for name in names if name not in reader.sheet_names]
        if unknown:
            json.dump({"unknown": unknown, "sheets": reader.sheet_names}, sys.stdout)
            return 0
        for number, name in enumerate(names):
            sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            if not sheet.width or not sheet.height:
                continue
            table = pa.Table.from_batches([pa.record_batch(sheet)])
            file = Path(folder) / f"sheet-{number}.arrow"
            with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
            found.append({"sheet": name, "file": file.name, "rows": table.num_rows})
    except MemoryError:
        sys.stderr.write("memory")
        return 5
    except Exception as error:
        sys.stderr.write(type(error).__name__)
        return 5
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
