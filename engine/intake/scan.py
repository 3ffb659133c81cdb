"""Read delimited text record by record, whatever it holds: the exact path.

A quote that is never closed must not swallow the file: the record it begins is held and reading goes on with the next
physical line. Newlines inside a closed quoted cell are ordinary.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

LONGEST_CELL = 100_000
"""Characters. A longer cell is a damaged quote or an attachment, and Excel ends at 32,767."""

_LONGEST_QUOTED = 10 * LONGEST_CELL  # how far a closing quote is looked for


@dataclass(frozen=True)
class Dialect:
    """How records and cells are written. ``delimiter`` None = one column; ``quote`` None = no quoting."""

    delimiter: str | None
    quote: str | None = '"'
    backslash: bool = False

    @cached_property
    def split_at(self) -> str:
        """The delimiter, or a character that does not occur in text where there is none."""
        return self.delimiter or "\x1f"

    @cached_property
    def _open(self) -> re.Pattern[str]:
        return re.compile(
            rf"[ \t]*{re.escape(self.quote or '')}" if self.delimiter != "\t" else re.escape(self.quote or "")
        )

    @cached_property
    def _body(self) -> re.Pattern[str]:
        mark = re.escape(self.quote or "")
        if self.backslash:
            return re.compile(rf"[^{mark}\\]*(?:(?:\\.|{mark}{mark})[^{mark}\\]*)*")
        return re.compile(rf"[^{mark}]*(?:{mark}{mark}[^{mark}]*)*")

    @cached_property
    def _after(self) -> re.Pattern[str]:
        blanks = "[ ]*" if self.delimiter == "\t" else r"[ \t]*"
        return re.compile(rf"{blanks}(?:{re.escape(self.split_at)}|$)")

    @cached_property
    def _last_quote(self) -> re.Pattern[str]:
        return re.compile(rf"{re.escape(self.quote or '')}(?:{re.escape(self.split_at)}|$)")

    def plain(self, body: str) -> str:
        """The text between two quotes without its escapes."""
        if self.quote is None:
            return body
        if self.backslash:
            return re.sub(r"\\(.)", r"\1", body.replace(self.quote * 2, self.quote), flags=re.DOTALL)
        return body.replace(self.quote * 2, self.quote)


@dataclass(frozen=True, slots=True)
class Scanned:
    """One record: where it begins, how many physical lines it takes, its cells, or why it has none."""

    file_line: int
    lines: int
    cells: list[str]
    reason: str | None = None
    detail: str | None = None


class _Lines:
    """Physical lines with a look ahead, counted from ``first``."""

    def __init__(self, lines: Iterable[str], first: int) -> None:
        self._source = iter(lines)
        self._ahead: deque[str] = deque()
        self.number = first - 1

    def take(self) -> str | None:
        if not self._ahead and self.peek(0) is None:
            return None
        self.number += 1
        return self._ahead.popleft()

    def skip(self, count: int) -> None:
        for _ in range(count):
            self._ahead.popleft()
        self.number += count

    def peek(self, index: int) -> str | None:
        while len(self._ahead) <= index:
            line = next(self._source, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[index]


def scan(lines: Iterable[str], dialect: Dialect, *, first: int = 1, width: int | None = None) -> Iterator[Scanned]:
    """Every record of ``lines`` (with their line ends) in order; wholly blank lines are none.

    Args:
        lines: physical lines.
        dialect: how they are written.
        first: number of the first line.
        width: number of cells a record should have; tells a damaged quote from a long cell.
    """
    ahead = _Lines(lines, first)
    quote, split_at = dialect.quote, dialect.split_at
    while (raw := ahead.take()) is not None:
        line = raw.rstrip("\r\n")
        if not line.strip():
            continue
        number = ahead.number
        if quote is None or quote not in line:
            cells, taken = line.split(split_at), 0
        else:
            found = _quoted(line, raw[len(line) :], ahead, dialect)
            if found is not None and found[1] and width is not None and len(found[0]) != width:
                found = None if _stands_alone(line, ahead, found[1], dialect, width) else found
            if found is None:
                yield Scanned(number, 1, [], "unclosed_quote", f"{len(line)} characters in the line")
                continue
            cells, taken = found
            ahead.skip(taken)
        # a line that is no longer than a cell may be holds no longer cell: spares a look at each
        longest = max(map(len, cells)) if taken or len(line) > LONGEST_CELL else 0
        if longest > LONGEST_CELL:
            place = next(at for at, cell in enumerate(cells, start=1) if len(cell) > LONGEST_CELL)
            yield Scanned(number, taken + 1, [], "cell_too_long", f"cell {place} holds {longest} characters")
        else:
            yield Scanned(number, taken + 1, cells)


def _quoted(line: str, end: str, ahead: _Lines, dialect: Dialect) -> tuple[list[str], int] | None:
    """Cells of a line with quotes in it and how many further lines they take; None = a quote is not closed."""
    cells: list[str] = []
    text, at, taken = line, 0, 0
    while True:
        opened = dialect._open.match(text, at)
        if opened is None:
            stop = text.find(dialect.split_at, at)
            cells.append(text[at:] if stop < 0 else text[at:stop])
            if stop < 0:
                return cells, taken
            at = stop + 1
            continue
        begin = opened.end()
        closed = dialect._body.match(text, begin)
        assert closed is not None  # the pattern matches the empty text
        after = dialect._after.match(text, closed.end() + 1) if closed.end() < len(text) else None
        if after is not None:
            cells.append(dialect.plain(text[begin : closed.end()]))
        elif closed.end() < len(text):
            # a stray quote inside the cell ("O"Brien" or "O"Brien): the cell ends with this line
            last = dialect._last_quote.search(text, closed.end() + 1)
            stop = text.find(dialect.split_at, at)
            if last is not None:
                cells.append(dialect.plain(text[begin : last.start()]))
                after = last
            else:
                cells.append(text[at:] if stop < 0 else text[at:stop])
                if stop < 0:
                    return cells, taken
                at = stop + 1
                continue
        else:
            pieces, length = [text[begin:] + end], len(text) - begin
            while True:
                raw = ahead.peek(taken)
                if raw is None or length > _LONGEST_QUOTED:
                    return None
                taken += 1
                text = raw.rstrip("\r\n")
                end = raw[len(text) :]
                closed = dialect._body.match(text, 0)
                assert closed is not None
                if closed.end() == len(text):
                    pieces.append(text + end)
                    length += len(text)
                    continue
                after = dialect._after.match(text, closed.end() + 1)
                if after is None:
                    return None
                cells.append(dialect.plain("".join(pieces) + text[: closed.end()]))
                break
        if after.end() == len(text) and not after.group().endswith(dialect.split_at):
            return cells, taken
        at = after.end()


def _stands_alone(line: str, ahead: _Lines, taken: int, dialect: Dialect, width: int) -> bool:
    """Whether a line swallowed by a quote is a whole record by itself: then the quote was damaged."""
    following = [(ahead.peek(index) or "").rstrip("\r\n") for index in range(taken)]
    return any(len(text.split(dialect.split_at)) == width for text in (line, *following))
