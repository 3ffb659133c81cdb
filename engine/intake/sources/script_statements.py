"""Cut an SQL script into statements without understanding them: quotes, comments, batches, bodies of routines.

Whatever stands in a string, a comment or the body of a trigger is no statement, however much it looks like one. The
text is read once, line by line; a statement that does not end is one statement, and the script is said to be cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.errors import SourceError
from engine.intake.sources.script_flavours import MYSQL, ORACLE, POSTGRESQL, SQL_SERVER, Flavour

LONGEST_STATEMENT = 256 << 20
"""Characters. Dump programs end an INSERT at 1 to 16 MiB; a longer one is a quote that was never closed."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes:
        line: physical line where it begins.
        text: its text with its end mark.
        whole: False = the script ended before it did.
        data: the lines after a COPY, to be taken before the next statement is asked for.
    """

    line: int
    text: str
    whole: bool = True
    data: CopyData | None = None


@dataclass(slots=True)
class CopyData:
    """The lines of data after COPY, without their end mark.

    Attributes:
        line: physical line of the first one.
        count: lines taken so far.
        whole: the end mark was seen.
    """

    line: int
    _lines: Iterator[str]
    count: int = 0
    whole: bool = False

    def __iter__(self) -> Iterator[str]:
        if self.whole:  # taken already: what follows is no data
            return
        for line in self._lines:
            if line in ("\\.\n", "\\.\r\n", "\\."):
                self.whole = True
                return
            self.count += 1
            yield line


_GO = re.compile(r"\s*GO(?:\s+\d+)?\s*;?\s*", re.IGNORECASE)
_ROUTINE = re.compile(
    r"\s*(?:CREATE|ALTER)\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:EDITIONABLE\s+|NONEDITIONABLE\s+)?"
    r"(?:PROC|PROCEDURE|TRIGGER|FUNCTION|PACKAGE|TYPE|VIEW)\b|\s*(?:BEGIN|DECLARE)\s*$",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"\s*(?:INSERT|SET|CREATE|ALTER|DROP|USE|EXEC|PRINT|DELETE|UPDATE|TRUNCATE|DECLARE|IF|BEGIN|COMMIT|GRANT|MERGE)\b",
    re.IGNORECASE,
)
_COPY = re.compile(r"\s*COPY\s.*\bFROM\s+stdin\b", re.IGNORECASE | re.DOTALL)
_TOLD = re.compile(
    r"\s*(?:REM|PROMPT|WHENEVER|SPOOL|SET\s+(?:DEFINE|SQLBLANKLINES|ECHO|FEEDBACK|TERMOUT)\b)", re.IGNORECASE
)
_TAG = re.compile(r"\$[A-Za-z_]*\$")


@dataclass(slots=True)
class _Open:
    """A statement that is being gathered: its lines, and what it is in the middle of."""

    line: int
    parts: list[str] = field(default_factory=list)
    within: str | None = None
    length: int = 0


def statements(lines: Iterable[str], flavour: Flavour) -> Iterator[Statement]:
    """Every statement of a script, in order.

    Args:
        lines: physical lines with their ends.
        flavour: whose SQL it is.

    Raises:
        SourceError: a statement longer than any dump program writes.
    """
    return _Reader(lines, flavour).run()


class _Reader:
    def __init__(self, lines: Iterable[str], flavour: Flavour) -> None:
        self._flavour = flavour
        self._number = 0
        self._lines = self._counted(lines)

    def _counted(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self._number += 1
            yield line

    def run(self) -> Iterator[Statement]:
        flavour = self._flavour
        opened: _Open | None = None
        for line in self._lines:
            if opened is None or (opened.within is None and not flavour.semicolons):
                if flavour is SQL_SERVER and _GO.fullmatch(line):
                    if opened is not None:
                        yield Statement(opened.line, "".join(opened.parts))
                    opened = None
                    continue
                if opened is not None and _BEGINS.match(line):
                    yield Statement(opened.line, "".join(opened.parts))
                    opened = None
            if opened is None:
                if self._skipped(line):
                    continue
                opened = _Open(self._number)
            ended = self._feed(opened, line)
            if not ended:
                continue
            statement = Statement(opened.line, "".join(opened.parts))
            opened = None
            if flavour.copies and _COPY.match(statement.text):
                data = CopyData(self._number + 1, self._lines)
                yield Statement(statement.line, statement.text, data=data)
                for _ in data:  # what the reader left
                    pass
            else:
                yield statement
        if opened is not None:
            text = "".join(opened.parts)
            if text.strip():
                whole = not flavour.semicolons and opened.within is None
                yield Statement(opened.line, text, whole=whole)

    def _skipped(self, line: str) -> bool:
        """Whether a line outside a statement begins none; a routine is skipped with all its lines."""
        bare = line.strip()
        if not bare or bare.startswith("--") or (self._flavour.hash_comments and bare.startswith("#")):
            return True
        flavour = self._flavour
        if flavour is MYSQL and bare[:10].upper() == "DELIMITER ":
            mark = bare[10:].strip()
            if mark != ";":
                self._skip_until(
                    lambda text: re.fullmatch(r"DELIMITER\s+;\s*", text.strip(), re.IGNORECASE) is not None
                )
            return True
        if flavour is ORACLE and (_TOLD.match(bare) or bare == "/"):
            return True
        if flavour is SQL_SERVER and _ROUTINE.match(line):
            self._skip_until(lambda text: _GO.fullmatch(text) is not None)
            return True
        if flavour is ORACLE and _ROUTINE.match(line):
            self._skip_until(lambda text: text.strip() == "/")
            return True
        return flavour is POSTGRESQL and bare.startswith("\\")

    def _skip_until(self, ends: object) -> None:
        assert callable(ends)
        for line in self._lines:
            if ends(line):
                return

    def _feed(self, opened: _Open, line: str) -> bool:
        """Take a line into the statement; True when it ends there."""
        opened.parts.append(line)
        opened.length += len(line)
        if opened.length > LONGEST_STATEMENT:
            raise SourceError(
                f"a statement that begins on line {opened.line} does not end",
                hint="Was the file cut or edited by hand?",
            )
        flavour, at, end = self._flavour, 0, len(line)
        while at < end:
            if opened.within is not None:
                closed = self._closed(opened.within, line, at)
                if closed is None:
                    return False
                at, opened.within = closed, None
                continue
            found = flavour.outside.match(line, at)
            assert found is not None
            at = found.end()
            if at >= end:
                break
            mark = line[at]
            if mark == ";":
                return True
            tag = _TAG.match(line, at) if mark == "$" else None
            if mark in "'\"`[":
                opened.within, at = mark, at + 1
            elif line.startswith("/*", at):
                opened.within, at = "/*", at + 2
            elif tag is not None:
                opened.within, at = tag.group(), tag.end()
            else:
                at += 1
        return False

    def _closed(self, within: str, line: str, at: int) -> int | None:
        """Where what is open ends on this line."""
        if within == "'":
            found = self._flavour.string_end.match(line, at)
            return None if found is None else found.end()
        mark = {"/*": "*/", "[": "]"}.get(within, within)
        place = line.find(mark, at)
        return None if place < 0 else place + len(mark)
