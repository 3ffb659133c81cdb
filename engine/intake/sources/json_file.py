"""JSON: one object a line (JSON lines), or one list of objects.

Objects are laid flat: ``{"name": {"last": "Moser"}, "phones": ["1", "2"]}`` has the columns ``name last``,
``phones 1`` and ``phones 2``. Lines are parsed one by one: one that is no object is held, and is not the end of the
file. A number is kept as it is written (``1e3`` stays ``1e3``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from engine.errors import SourceError
from engine.intake.lines import Line, read_lines
from engine.intake.sources.contract import Asked, Head, Kind, Loaded, Place
from engine.intake.sources.file_source import FileSource, plain_headers, refuse_width
from engine.workspace import Workspace

_LARGEST_LIST = 512 << 20  # bytes: the text of a list has to be in memory whole, its values one by one
DEEPEST = 8
"""Levels of nesting that become columns; what lies deeper stays JSON."""
_LONGEST_LINE = 16 << 20


class JsonFile(FileSource):
    """A file of JSON objects."""

    title = "a file of JSON objects"

    def __init__(self, source: Asked, place: Place) -> None:
        super().__init__(source, place)
        with self.path.open("rb") as file:
            self._listed = file.read(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """Every object a line; columns in the order in which they first occur."""
        columns: dict[str, int] = {}
        for _, flat, _, _ in self._objects():
            for column in flat or ():
                columns.setdefault(column, len(columns))
            refuse_width(self.source.file, len(columns))
        if not columns:
            raise SourceError(f"{self.source.file} holds no JSON object", hint="Each record must be an object: {...}.")
        read_lines(ws, self._lines(columns))
        return Loaded(plain_headers(columns), typed=True, encoding="utf-8", encoding_why="JSON is UTF-8")

    def _lines(self, columns: dict[str, int]) -> Iterator[Line]:
        names = list(columns)
        for place, flat, reason, detail in self._objects():
            yield place, None if flat is None else [flat.get(column) for column in names], reason, detail

    def _objects(self) -> Iterator[tuple[int, dict[str, str | None] | None, str | None, str | None]]:
        for place, value, detail in self._of_list() if self._listed else self._of_lines():
            if detail is None and not isinstance(value, dict):
                detail = f"not an object but {_KINDS.get(type(value), 'something else')}"
            if detail is not None:
                yield place, None, "no_json_object", detail
                continue
            flat: dict[str, str | None] = {}
            try:
                lay_flat(value, "", flat, DEEPEST)
            except RecursionError:
                yield place, None, "no_json_object", "nested too deeply"
                continue
            yield place, flat, None, None

    def _of_lines(self) -> Iterator[tuple[int, Any, str | None]]:
        with self.path.open("rb") as file:
            number = 0
            while line := file.readline(_LONGEST_LINE):
                number += 1
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if len(line) == _LONGEST_LINE:
                    raise SourceError(
                        f"{self.source.file}: line {number} is longer than {_LONGEST_LINE >> 20} MiB: no JSON lines",
                        hint="Write one object a line, or one list of objects.",
                    )
                if line.strip():
                    yield number, *_parsed(line)

    def _of_list(self) -> Iterator[tuple[int, Any, str | None]]:
        if self.path.stat().st_size > _LARGEST_LIST:
            raise SourceError(
                f"{self.source.file} is one list of more than {_LARGEST_LIST >> 20} MiB",
                hint="Export it as JSON lines: one object a line.",
            )
        try:
            text = self.path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8")
            for number, value in enumerate(_listed(text), start=1):
                yield number, value, None
        except UnicodeDecodeError as error:
            self._not_json(f"byte {error.start + 1} is not UTF-8")
        except json.JSONDecodeError as error:
            self._not_json(f"not JSON at character {error.pos + 1}")
        except RecursionError:
            self._not_json("nested too deeply")

    def _not_json(self, detail: str) -> NoReturn:
        raise SourceError(f"{self.source.file} is not JSON: {detail}", hint="Export it again, whole.") from None


_KINDS: dict[type, str] = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}


class Number(str):
    """A number as it is written: for ``json.loads(parse_float=Number, parse_int=Number)``."""

    __slots__ = ()


_DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)
_BLANKS = re.compile(r"[ \t\r\n]*")


def _listed(text: str) -> Iterator[Any]:
    """The values of a list one after the other: never all of them in memory.

    Raises:
        json.JSONDecodeError: the text is no list, ends early, or goes on behind it.
    """
    at = _behind_blanks(text, _behind_blanks(text, 0) + 1)
    if text[at : at + 1] != "]":
        while True:
            value, at = _DECODER.raw_decode(text, at)
            yield value
            at = _behind_blanks(text, at)
            if text[at : at + 1] != ",":
                break
            at = _behind_blanks(text, at + 1)
    if text[at : at + 1] != "]" or _behind_blanks(text, at + 1) != len(text):
        raise json.JSONDecodeError("no list", text, at)


def _behind_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    assert found is not None
    return found.end()


def _parsed(text: bytes) -> tuple[Any, str | None]:
    """The value, or where it stops being JSON: a place, never a value."""
    try:
        return json.loads(text.decode("utf-8"), parse_float=Number, parse_int=Number, parse_constant=Number), None
    except UnicodeDecodeError as error:
        return None, f"byte {error.start + 1} is not UTF-8"
    except json.JSONDecodeError as error:
        return None, f"not JSON at character {error.pos + 1}"
    except RecursionError:
        return None, "nested too deeply"


def lay_flat(value: Any, name: str, into: dict[str, str | None], deeper: int = DEEPEST) -> None:
    """Put every text and number in ``value`` under the names that lead to it into ``into``."""
    if isinstance(value, dict | list) and deeper == 0:
        into[name] = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, dict):
        for key, inner in value.items():
            lay_flat(inner, f"{name} {key}".strip(), into, deeper - 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            lay_flat(inner, f"{name} {number}".strip(), into, deeper - 1)
    elif isinstance(value, bool):
        into[name] = "true" if value else "false"
    else:
        into[name] = None if value is None or value == "" else str(value).replace("\0", "")


def _json(head: Head) -> bool:
    """The first value is an object, or a list that begins with one: a CSV may begin with a bracket too."""
    text = head.text.lstrip()
    if text.startswith("["):
        text = text[1:].lstrip()
    if not text.startswith("{"):
        return False
    after = text[1:].lstrip()
    return after.startswith(("}", '"'))


KINDS = (Kind("json", JsonFile.title, JsonFile, recognise=_json, single=True),)
