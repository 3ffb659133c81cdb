"""The text of an SQL script: its encoding, and bytes among the text that are none.

A dump says its encoding in a statement (SET NAMES, client_encoding); a dump without --hex-blob holds raw bytes
besides. So the file is decoded in a way that can be taken back byte by byte, and each cell is made good later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.errors import SourceError
from engine.intake.encoding import decide_encoding
from engine.intake.sources.contract import HEAD, Head
from engine.intake.sources.script_flavours import Flavour

_DECLARED = re.compile(
    r"SET\s+client_encoding\s*(?:=|TO)\s*'([\w-]+)'|SET\s+NAMES\s+'?(\w+)'?|/\*!40101\s+SET\s+NAMES\s+(\w+)",
    re.IGNORECASE,
)
_CODECS = {
    "utf8": "utf-8", "utf8mb3": "utf-8", "utf8mb4": "utf-8", "unicode": "utf-8", "sql_ascii": "utf-8",
    "binary": "utf-8", "latin1": "latin-1", "win1252": "cp1252", "latin9": "iso8859-15", "iso_8859_1": "latin-1",
    "iso88591": "latin-1", "latin2": "iso8859-2", "win1250": "cp1250", "win1251": "cp1251", "macroman": "mac_roman",
    "cp850": "cp850",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScriptText:
    """How a script is decoded.

    Attributes:
        codec: Python's name.
        why: how it was decided.
        exact: decoding can be taken back byte by byte: surrogates stand for bytes that are no UTF-8.
    """

    codec: str
    why: str
    exact: bool

    @contextmanager
    def lines(self, path: Path) -> Iterator[Iterator[str]]:
        """Physical lines with their ends.

        Raises:
            SourceError: not text in this encoding.
        """
        errors = "surrogateescape" if self.exact else "strict"
        with path.open(encoding=self.codec, errors=errors, newline="\n") as file:
            try:
                yield file
            except UnicodeDecodeError:
                raise SourceError(
                    f"{path.name} is not text in {self.codec}",
                    hint='Give its encoding: encoding = "..." in assay.toml.',
                ) from None


def decide_text(path: Path, flavour: Flavour, forced: str | None) -> ScriptText:
    """How to decode a script: as the user says, by its mark, as it says itself, else by its bytes.

    Raises:
        SourceError: none of that gives text.
    """
    with path.open("rb") as file:
        head = Head(path, file.read(HEAD))
    if forced is None and head.first[:3] != b"\xef\xbb\xbf" and head.first[1:20:2].count(0) <= 5:
        declared = _DECLARED.search(head.text)
        name = next((group for group in declared.groups() if group), "") if declared else ""
        codec = _CODECS.get(name.lower().replace("-", ""))
        if codec is not None:
            return ScriptText(codec, f"the dump says {name}", codec in ("utf-8", "latin-1"))
        if flavour.backslash and not name:
            return ScriptText("utf-8", "MySQL's default", True)
    decided = decide_encoding(path, forced)
    if decided.codec in ("utf-8", "utf-8-sig"):
        return ScriptText(decided.codec, decided.why, True)
    return ScriptText(decided.codec, decided.why, False)


_STRAY = re.compile("[\udc80-\udcff]")
_C1 = re.compile("[\x80-\x9f]")


def mended(cell: str, codec: str) -> str:
    """A cell whose bytes were no UTF-8, or that MySQL calls latin1: both mean what Windows means by them.

    >>> mended("Zo\\udce9", "utf-8"), mended("\\x80 5", "latin-1")
    ('Zoé', '€ 5')
    """
    if codec == "latin-1":
        return _C1.sub(lambda found: _windows(ord(found.group())), cell)
    return _STRAY.sub(lambda found: _windows(ord(found.group()) - 0xDC00), cell)


def needs_mending(cell: str, codec: str) -> bool:
    """Whether :func:`mended` would change the cell."""
    return (_C1 if codec == "latin-1" else _STRAY).search(cell) is not None


def _windows(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:  # five bytes mean nothing there
        return chr(byte)
