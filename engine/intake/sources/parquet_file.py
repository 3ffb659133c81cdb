"""Parquet: columns with types; every value as DuckDB writes it as text, which for text is the text."""

from __future__ import annotations

import duckdb

from engine.intake.lines import read_select
from engine.intake.sources.contract import Head, Kind, Loaded
from engine.intake.sources.file_source import FileSource, plain_headers, refuse_width
from engine.sql import identifier, literal, one_file
from engine.workspace import Workspace


class ParquetFile(FileSource):
    """A Parquet file, read by DuckDB."""

    title = "a Parquet file"

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """Its rows in the order of the file. Binary columns are left empty: no text of a contact is in them."""
        read = f"read_parquet({literal(one_file(self.path))})"
        try:
            columns = [(str(row[0]), str(row[1])) for row in ws.rows(f"describe select * from {read}")]
            refuse_width(self.source.file, len(columns))
            cells = ", ".join(
                "null" if type_ == "BLOB" else f"{identifier(column)}::varchar" for column, type_ in columns
            )
            rows = int(ws.value(f"select count(*) from {read}"))
            read_select(ws, f"select [{cells}]::varchar[] as cells from {read}", ordered=True)
        except duckdb.Error as error:
            self.damaged(error)
        binary = [column for column, type_ in columns if type_ == "BLOB"]
        notes = (f"{self.source.file}: {', '.join(binary)} hold bytes and were left empty",) if binary else ()
        return Loaded(plain_headers(column for column, _ in columns), rows=rows, typed=True, notes=notes)


def _parquet(head: Head) -> bool:
    return head.first.startswith(b"PAR1")


KINDS = (Kind("parquet", ParquetFile.title, ParquetFile, recognise=_parquet, single=True),)
