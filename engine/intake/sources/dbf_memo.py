"""Memo files of dBase (.dbt) and FoxPro (.fpt): long texts that a table points into by the number of a block."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from engine.intake.scan import LONGEST_CELL

_ENDINGS = (".fpt", ".FPT", ".Fpt", ".dbt", ".DBT", ".Dbt")
_LONGEST = 4 * LONGEST_CELL + 1
"""Bytes read of one memo: a cell that is too long is held, however much longer it is."""

_BLOCK = 512
_OF_DBASE_IV = b"\xff\xff\x08\x00"
_TEXT = 1
_END = b"\x1a"
_PIECE = 4_096  # bytes read at once of a memo that ends at a mark


def memo_beside(table: Path) -> Path | None:
    """The memo file of a table: the same name, another ending."""
    return next((path for ending in _ENDINGS if (path := table.with_suffix(ending)).is_file()), None)


class Memos:
    """An opened memo file. Which of the three layouts a memo has is seen from the file, not from the table's version.

    dBase III ends a memo with 0x1A; dBase IV begins its block with ``FF FF 08 00`` and a length; FoxPro's .fpt says
    whether a block is text, and its length, with the high byte first.
    """

    def __init__(self, path: Path) -> None:
        self._foxpro = path.suffix.lower() == ".fpt"
        self._file = path.open("rb")
        self._size = path.stat().st_size
        head = self._file.read(_BLOCK)
        said = int.from_bytes(head[6:8], "big") if self._foxpro else int.from_bytes(head[20:22], "little")
        self._fourth = said or _BLOCK  # block of dBase IV; dBase III writes nothing there, its blocks have 512
        self._block = max(1, said) if self._foxpro else _BLOCK

    def __enter__(self) -> Memos:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def text(self, number: int) -> bytes | None:
        """The memo that begins in block ``number``; None when it holds something else than text.

        Raises:
            LookupError: the file has no such block, or ends within it.
        """
        return self._of_foxpro(number) if self._foxpro else self._of_dbase(number)

    def _of_foxpro(self, number: int) -> bytes | None:
        head = self._at(number * self._block, 8)
        if int.from_bytes(head[:4], "big") != _TEXT:
            return None
        return self._whole(number * self._block + 8, int.from_bytes(head[4:], "big"))

    def _of_dbase(self, number: int) -> bytes:
        for block in dict.fromkeys((self._fourth, _BLOCK)):
            start = number * block
            if start + 8 <= self._size and (head := self._at(start, 8))[:4] == _OF_DBASE_IV:
                return self._whole(start + 8, max(0, int.from_bytes(head[4:], "little") - 8))
        self._at(number * _BLOCK, 1)
        self._file.seek(number * _BLOCK)
        text = b""
        while len(text) < _LONGEST and (piece := self._file.read(_PIECE)):
            begins, end, _ = piece.partition(_END)
            text += begins
            if end:
                break
        return text

    def _whole(self, start: int, length: int) -> bytes:
        if start + length > self._size:
            raise LookupError
        self._file.seek(start)
        return self._file.read(min(length, _LONGEST))

    def _at(self, start: int, length: int) -> bytes:
        if start + length > self._size:
            raise LookupError
        self._file.seek(start)
        return self._file.read(length)
