"""vCard (.vcf), 2.1 to 4.0, parsed by vobject: every card a line, its repeated properties in numbered columns.

The columns bear the names people give them, so that the mapping is found as for any other file.
"""

from __future__ import annotations

import json
import logging
import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from engine.counted import counted
from engine.errors import SourceError
from engine.intake.encoding import decide_encoding
from engine.intake.lines import Line, read_lines
from engine.intake.sources.contract import Head, Kind, Loaded
from engine.intake.sources.file_source import FileSource, refuse_width
from engine.workspace import Workspace

_BEGIN = re.compile(r"^\s*BEGIN\s*:\s*VCARD\s*$", re.IGNORECASE)
_END = re.compile(r"^\s*END\s*:\s*VCARD\s*$", re.IGNORECASE)
_LONGEST_CARD = 4 << 20
_MOST_OF_ONE = 5
"""Values of one property that get a column of their own; people have no more."""

_PLAIN = {
    "fn": "Full name",
    "title": "Function",
    "bday": "Birth date",
    "note": "Remark",
    "url": "Website",
    "uid": "ID",
    "rev": "Updated",
    "lang": "Language",
    "gender": "Gender",
}
_NAME = {
    "family": "Last name",
    "given": "First name",
    "additional": "Middle name",
    "prefix": "Title",
    "suffix": "Suffix",
}
_ADDRESS = (
    ("box", "PO box"), ("extended", "Address complement"), ("street", "Street"), ("code", "Postcode"), ("city", "Town"),
    ("region", "Region"), ("country", "Country"),
)  # fmt: skip
_PHONES = (("fax", "Fax"), ("cell", "Mobile"), ("pager", "Pager"))
_LEFT_OUT = frozenset(("photo", "logo", "sound", "key", "version", "prodid", "n"))
"""Pictures and keys are nothing to import."""


class VcardFile(FileSource):
    """A file of cards."""

    title = "a vCard file"
    _torn = 0

    def load(self, ws: Workspace, name: str | None) -> Loaded:
        """Every card a line; one that cannot be parsed is held."""
        encoding = decide_encoding(self.path, self.source.encoding)
        self._torn = 0
        columns: dict[str, int] = {}
        # parsing is what takes time, and the columns are known at the end only: the cards wait in a file
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass", dir=self.scratch) as parsed:
            for place, card, detail in self._cards(encoding.codec):
                for column in card or ():
                    columns.setdefault(column, len(columns))
                parsed.write(json.dumps((place, card, detail)) + "\n")
            if not columns:
                raise SourceError(f"{self.source.file} holds no card that can be read", hint="Export it again.")
            refuse_width(self.source.file, len(columns))
            names = sorted(columns, key=lambda column: (_ORDER.get(column.rstrip("0123456789 "), 99), columns[column]))
            parsed.seek(0)
            read_lines(ws, self._lines(parsed, names))
        torn = f"{self.source.file}: lines that cannot be read were left out of {counted(self._torn, 'card')}"
        return Loaded(
            tuple(names),
            typed=True,
            encoding=encoding.codec,
            encoding_why=encoding.why,
            notes=(torn,) if self._torn else (),
        )

    def _lines(self, parsed: Iterable[str], names: list[str]) -> Iterator[Line]:
        for place, card, detail in map(json.loads, parsed):
            if card is None:
                yield place, None, "bad_card", detail
            else:
                yield place, [card.get(name) for name in names], None, None

    def _cards(self, codec: str) -> Iterator[tuple[int, dict[str, str] | None, str | None]]:
        """Line where it begins, what it says, or why it says nothing."""
        for begins, text, whole in self._texts(codec):
            if not whole:
                yield begins, None, "the card does not end"
                continue
            try:
                card, whole = _read(text)
            except Exception as error:  # vobject raises what its parts raise; its words may hold values
                yield begins, None, f"the card cannot be parsed ({type(error).__name__})"
                continue
            self._torn += not whole
            yield begins, card, None

    def _texts(self, codec: str) -> Iterator[tuple[int, str, bool]]:
        with self.path.open(encoding=codec, errors="replace", newline=None) as file:
            begins, held, size, depth = 0, list[str](), 0, 0
            for number, line in enumerate(file, start=1):
                if _BEGIN.match(line):
                    if held and depth == 1 and not _agents(held):
                        yield begins, "".join(held), False
                        held, depth = [], 0
                    if not held:
                        begins, size = number, 0
                    depth += 1
                if depth:
                    held.append(line)
                    size += len(line)
                    if _END.match(line):
                        depth -= 1
                        if depth == 0:
                            yield begins, "".join(held), True
                            held = []
                    elif size > _LONGEST_CARD:
                        yield begins, "".join(held[:1]), False
                        held, depth = [], 0
            if held:
                yield begins, "".join(held), False


def _agents(held: list[str]) -> bool:
    """A card within a card (AGENT) is announced; otherwise BEGIN means that the last one was never ended."""
    return any(re.match(r"\s*AGENT", line, re.IGNORECASE) for line in held[-3:])


_ORDER = {
    name: place
    for place, name in enumerate(
        ("ID", "Title", "First name", "Middle name", "Last name", "Suffix", "Full name", "Organisation", "Department",
         "Function", "Email", "Mobile", "Phone", "Fax", "Address complement", "Street", "PO box", "Postcode", "Town")
    )
}  # fmt: skip


def _read(text: str) -> tuple[dict[str, str], bool]:
    """What a card says, and whether every line of it could be read."""
    import vobject

    for name in ("vobject", "vobject.base"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # it logs what it leaves out: values
    try:
        card, whole = vobject.readOne(text), True
    except vobject.base.ParseError:
        card, whole = vobject.readOne(text, ignoreUnreadable=True), False
    said: dict[str, str] = {}
    for child in getattr(card, "n_list", [])[:1]:
        for part, column in _NAME.items():
            _put(said, column, getattr(child.value, part, ""))
    for child in card.getChildren():
        name = str(getattr(child, "name", "")).lower()
        value = getattr(child, "value", None)
        kinds = {str(kind).lower() for kind in getattr(child, "params", {}).get("TYPE", [])}
        kinds |= {str(kind).lower() for kind in getattr(child, "singletonparams", [])}
        if name in _LEFT_OUT or name.startswith("x-"):
            continue
        if name == "org":
            organisation, *units = value if isinstance(value, list) else [value]
            _put(said, "Organisation", organisation)
            _put(said, "Department", " / ".join(str(unit) for unit in units if unit))
        elif name == "email":
            _put(said, "Email", value, repeated=True)
        elif name == "tel":
            column = next((column for kind, column in _PHONES if kind in kinds), "Phone")
            _put(said, column, re.sub(r"^tel:", "", str(value)), repeated=True)
        elif name == "adr":
            _put_address(said, value)
        elif name == "categories":
            _put(said, "Category", ", ".join(map(str, value)) if isinstance(value, list) else value, repeated=True)
        elif name in _PLAIN:
            _put(said, _PLAIN[name], value)
    return said, whole


def _put_address(said: dict[str, str], value: Any) -> None:
    parts = {column: _text(getattr(value, part, "")) for part, column in _ADDRESS}
    if any(parts.values()):
        number = 1
        while any(_numbered(column, number) in said for _, column in _ADDRESS):
            number += 1
        if number <= _MOST_OF_ONE:
            for column, text in parts.items():
                _put(said, _numbered(column, number), text)


def _numbered(column: str, number: int) -> str:
    return column if number == 1 else f"{column} {number}"


def _put(said: dict[str, str], column: str, value: object, *, repeated: bool = False) -> None:
    text = _text(value)
    if not text:
        return
    for number in range(1, _MOST_OF_ONE + 1 if repeated else 2):
        if _numbered(column, number) not in said:
            said[_numbered(column, number)] = text
            return


def _text(value: object) -> str:
    joined = " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return joined.replace("\0", "").strip()


def _vcard(head: Head) -> bool:
    return _BEGIN.match(head.text.lstrip().partition("\n")[0].rstrip("\r")) is not None


KINDS = (Kind("vcard", VcardFile.title, VcardFile, recognise=_vcard, single=True),)
