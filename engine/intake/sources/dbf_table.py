"""The layout of a dBase, FoxPro or Clipper table: header, fields, and its rows one by one with their mark.

After the published descriptions of dBase III to V and Visual FoxPro. Numbers of a field are text as the program wrote
them; what Visual FoxPro keeps as bytes (integers, currency, days with a time) is written out.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

FOXPRO = frozenset((0x30, 0x31, 0x32))
"""Versions of Visual FoxPro: they have binary numbers, and rows with null flags."""

VERSIONS = frozenset((0x03, 0x43, 0x63, 0x83, 0x8B, 0x8E, 0xCB, 0xF5, 0xFB)) | FOXPRO
NEWER = frozenset((0x04, 0x8C))
"""dBase 7: other fields at other places."""

KINDS_OF_FIELD = frozenset(b"CDFNLMGBPIYTVQW0")
_HEADER = 32
_FIELD = 32
_NULLABLE = 0x02
_CHUNK = 1 << 20
_EPOCH = date(1970, 1, 1)
_JULIAN_EPOCH = 2_440_588  # Julian day of 1 January 1970

Row = tuple[int, bytes, bytes]
"""A row: its place among all rows of the file (1 = first), its mark (space, or ``*`` = deleted), its bytes."""


class DamagedTableError(ValueError):
    """The header does not add up, or the file ends before its rows do; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a row: ``kind`` is its letter, ``start`` its place behind the row's mark."""

    name: bytes
    kind: str
    start: int
    size: int
    null_bit: int | None = None
    length_bit: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What the header says.

    Attributes:
        path / version / driver: the file, the program that wrote it, its code page (0 = not said).
        rows: how many rows it counts, deleted ones included.
        begins / width: bytes before the first row, and of a row with its mark.
        fields: in order; the one of the null flags is in ``flags``, for it is none of the user's.
    """

    path: Path
    version: int
    driver: int
    rows: int
    begins: int
    width: int
    fields: tuple[Field, ...]
    flags: Field | None

    def records(self) -> Iterator[Row]:
        """Every row in the order of the file, deleted ones too.

        Raises:
            DamagedTableError: the file ends before the rows that its header counts.
        """
        at_once = max(1, _CHUNK // self.width)
        place = 0
        with self.path.open("rb") as file:
            file.seek(self.begins)
            while place < self.rows:
                block = file.read(self.width * min(at_once, self.rows - place))
                for start in range(0, len(block) - self.width + 1, self.width):
                    place += 1
                    yield place, block[start : start + 1], block[start + 1 : start + self.width]
                if len(block) < self.width:
                    raise DamagedTableError(f"it says that it holds {self.rows:,} rows and holds {place:,}: it was cut")

    def beyond(self) -> int:
        """Whole rows behind those that the header counts: what a program left there that did not end well."""
        with self.path.open("rb") as file:
            end = self.begins + self.rows * self.width
            file.seek(end)
            if file.read(1) not in (b" ", b"*"):
                return 0
        return (self.path.stat().st_size - end) // self.width


def read_table(path: Path) -> Table:
    """The header of a table.

    Raises:
        DamagedTableError: it does not add up.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER)
        if len(head) < _HEADER:
            raise DamagedTableError("its header is cut")
        version, rows, begins, width = struct.unpack("<BxxxLHH", head[:12])
        if head[15]:
            raise DamagedTableError("it is encrypted")
        described = file.read(max(0, begins - _HEADER))
    raw = _descriptors(described)
    if not raw:
        raise DamagedTableError("it names no fields")
    # Clipper and FoxPro keep the high byte of a long text's size where other kinds have their decimals
    for long_text in (True, False):
        sizes = [item[16] + (item[17] << 8 if long_text and item[11:12] == b"C" else 0) for item in raw]
        if sum(sizes) + 1 == width:
            break
    else:
        raise DamagedTableError("its fields do not fill its rows")
    fields = _fields(raw, sizes, version)
    flags = next((field for field in fields if field.kind == "0"), None)
    own = tuple(field for field in fields if field.kind != "0")
    if not own:
        raise DamagedTableError("it names no fields")
    return Table(path, version, head[29], rows, begins, width, own, flags)


def _descriptors(described: bytes) -> list[bytes]:
    found = []
    for start in range(0, len(described) - _FIELD + 1, _FIELD):
        if described[start] in (0x0D, 0x0A, 0x00):
            break
        found.append(described[start : start + _FIELD])
    return found


def _fields(raw: Sequence[bytes], sizes: Sequence[int], version: int) -> list[Field]:
    found = []
    start = bit = 0
    for item, size in zip(raw, sizes, strict=True):
        kind = chr(item[11])
        length_bit = null_bit = None
        if version in FOXPRO:
            if kind in "VQ":
                length_bit, bit = bit, bit + 1
            if item[18] & _NULLABLE:
                null_bit, bit = bit, bit + 1
        found.append(Field(item[:11].split(b"\0")[0], kind, start, size, null_bit, length_bit))
        start += size
    return found


def values(table: Table, row: bytes) -> list[bytes | None]:
    """The bytes of each field of a row; None where its null flag is set. Texts of varying length have their own."""
    flags = 0
    if table.flags is not None:
        flags = int.from_bytes(row[table.flags.start : table.flags.start + table.flags.size], "little")
    found: list[bytes | None] = []
    for field in table.fields:
        value: bytes | None = row[field.start : field.start + field.size]
        if field.null_bit is not None and flags >> field.null_bit & 1:
            value = None
        elif field.length_bit is not None and value and flags >> field.length_bit & 1:
            value = value[: min(value[-1], field.size - 1)]
        found.append(value)
    return found


def _integer(value: bytes) -> str | None:
    return str(int.from_bytes(value, "little", signed=True))


def _currency(value: bytes) -> str | None:
    units = int.from_bytes(value, "little", signed=True)
    return f"{'-' if units < 0 else ''}{abs(units) // 10_000}.{abs(units) % 10_000:04d}"


def _double(value: bytes) -> str | None:
    return repr(struct.unpack("<d", value)[0]) if len(value) == 8 else None


def _moment(value: bytes) -> str | None:
    if len(value) != 8 or not value.strip(b" \0"):
        return None
    day, thousandths = struct.unpack("<LL", value)
    try:
        seconds = (thousandths + 500) // 1_000
        shown = _EPOCH + timedelta(days=day - _JULIAN_EPOCH + seconds // 86_400)
    except OverflowError:
        return None
    seconds %= 86_400
    return f"{shown.isoformat()} {seconds // 3_600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def binary_fields(version: int) -> dict[str, Callable[[bytes], str | None]]:
    """How each kind of field that is kept as bytes is written out, by its letter."""
    if version not in FOXPRO:
        return {"I": _integer}
    return {"I": _integer, "Y": _currency, "B": _double, "T": _moment}
