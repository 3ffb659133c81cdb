"""Mapping rules: which words of a header and which values point to which attribute, and the mapping of one source.

Three files under ``rules/mapping/``:

``headers.yml``
    header vocabulary (:class:`HeaderRules`), folded with :func:`fold`.
``content.yml``
    words that recognise a column by its values (:class:`ContentRules`).
``<source>.yml``
    the mapping of one source (:class:`SourceMapping`), written by :func:`dump_mapping` and kept in a project;
    where it exists it replaces the guess.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationInfo, model_validator

from engine.errors import Problem, RuleErrors
from engine.rulebook.load import RuleBook, RuleModel, unknown_word
from engine.rulebook.lookup_files import read_lookup
from engine.rulebook.steps import AnyStep, JoinedTable, Lookup, LookupTable, Rename
from engine.vocabulary import JOINABLE_ATTRIBUTES, RECORD_ATTRIBUTES

SOURCE_KEY = "source_key"
"""The source's own key: not an attribute of a contact, but a column may feed it."""

FEEDS: frozenset[str] = frozenset((SOURCE_KEY, *RECORD_ATTRIBUTES))
"""Everything a column may feed."""

Transform = Literal["join", "postcode_part", "town_part"]
"""Column transformations on the way into a record.

``join``
    several columns feed one attribute: their values stand side by side, `` ; `` between them.
``postcode_part`` / ``town_part``
    "1204 Genève" in one cell: the code before the first letter of the town, and the rest.
"""

_LETTER_DIGIT = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")
_HUMP = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_UNSAFE = re.compile(r"[^\w.-]+")
_VOCABULARY = ("headers", "content")  # a source of that name must not replace the vocabulary
_OTHER = re.compile(r"[^a-z0-9]+")
_SPELLED = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "№": "no"})


def fold(text: str) -> str:
    """A header or value as the vocabulary writes it.

    >>> fold("Tél1_Domicile"), fold("dateOfBirth"), fold("N° client")
    ('tel 1 domicile', 'date of birth', 'n client')
    """
    text = _HUMP.sub(" ", text).lower().translate(_SPELLED)
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return " ".join(_LETTER_DIGIT.sub(" ", _OTHER.sub(" ", text)).split())


class Ambiguous(RuleModel):
    """A header that means several things.

    Attributes:
        feeds: the attributes it may feed, the likeliest first.
        why: what decides, for the reader of the rule.
    """

    feeds: tuple[str, ...] = Field(min_length=1)
    why: str = ""


class HeaderRules(RuleModel):
    """``mapping/headers.yml``: the words of headers.

    Attributes:
        attributes: attribute -> headers that name it.
        ambiguous: header -> attributes it may feed.
        aside: headers that are known and left aside, by topic.
        never: headers of columns that are never imported (secrets, means of payment).
        noise: words left out when headers are compared as sets of words.
        strong: words that name a column inside a longer header.
        foreign: words that say a strong word is about something else.
        kinds: last words that make a header the kind of the thing before them.
        places: words that tell one address of a contact from another.
        people: words that tell one person of a row from another.
        other_dates: words that say a date is not that of birth.
        handling: words that say a column is no evidence of who somebody is.
    """

    attributes: dict[str, tuple[str, ...]]
    ambiguous: dict[str, Ambiguous]
    aside: dict[str, tuple[str, ...]]
    never: tuple[str, ...]
    noise: tuple[str, ...]
    strong: tuple[str, ...]
    foreign: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    other_dates: tuple[str, ...] = ()
    handling: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known_and_unique(self) -> HeaderRules:
        named = [*self.attributes, *(feed for rule in self.ambiguous.values() for feed in rule.feeds)]
        if unknown := sorted(set(named) - FEEDS):
            raise ValueError(f"unknown attributes: {', '.join(unknown)}")
        owner: dict[str, str] = {}
        for name, header in self._all():
            if owner.setdefault(header, name) != name:
                raise ValueError(f'header "{header}" stands under {owner[header]} and {name}: put it under ambiguous')
        return self

    def _all(self) -> Iterator[tuple[str, str]]:
        for group in (self.attributes, self.aside):
            for name, headers in group.items():
                yield from ((name, fold(header)) for header in headers)
        yield from (("never", fold(header)) for header in self.never)
        yield from (("ambiguous", fold(header)) for header in self.ambiguous)


class Thresholds(RuleModel):
    """Shares of a column's values: below ``disbelieve`` no header is believed, from ``recognise`` on they decide."""

    disbelieve: float = Field(ge=0, le=1)
    recognise: float = Field(ge=0, le=1)


class ContentRules(RuleModel):
    """``mapping/content.yml``: words that recognise a column by its values (see the comments there)."""

    thresholds: Thresholds
    blank: tuple[str, ...]
    civility: tuple[str, ...]
    academic: tuple[str, ...]
    gender: tuple[str, ...]
    language: tuple[str, ...]
    country: tuple[str, ...]
    kind: tuple[str, ...]
    boolean: tuple[str, ...]
    status: tuple[str, ...]
    organisation: tuple[str, ...]
    first_name: tuple[str, ...]
    street: tuple[str, ...]
    street_endings: tuple[str, ...]
    phone_words: tuple[str, ...]
    total: tuple[str, ...]

    @cached_property
    def words(self) -> dict[str, frozenset[str]]:
        """Every list as a set of folded words, by its key."""
        return {
            name: frozenset(fold(word) or word for word in getattr(self, name))
            for name in type(self).model_fields
            if name not in ("thresholds", "blank")
        }


class ColumnMapping(RuleModel):
    """What one column of a source feeds.

    Attributes:
        position: where the column stood when the mapping was written, 1 = first; a file may have another order.
        header: header as read, which the column is known by.
        attribute: attribute it feeds, ``source_key``, or null = not used.
        transform: column transformation on the way, null = taken as it stands.
        confidence: 0..1.
        why: what decided.
    """

    position: int | None = Field(None, ge=1)
    header: str
    attribute: str | None = None
    transform: Transform | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    why: str = "mapping file"

    @model_validator(mode="after")
    def _known(self) -> ColumnMapping:
        if self.attribute is not None and self.attribute not in FEEDS:
            raise ValueError(unknown_word("attribute", self.attribute, sorted(FEEDS)))
        if self.transform is not None and self.attribute is None:
            raise ValueError(f'column "{self.header}" has transform "{self.transform}" but feeds no attribute')
        return self


class SourceMapping(RuleModel):
    """The mapping of one source: ``rules/mapping/<source>.yml``.

    A column may stand twice when it feeds two attributes (a key that is also the contact number). Two columns may
    feed one attribute only with the transform ``join``, and only a joinable one.

    Attributes:
        source: name of the source.
        origin: ``guessed``, or the rule file it was read from.
        columns: one entry per column (and feed), in column order.
        join: rows of other sources brought into each record, in order.
        tables: lookup tables by name.
        steps: transformations of whole columns, in order.
        places: where steps, joins and columns stand in their file, by ``steps.0``; filled in by :func:`load_mapping`.
    """

    source: str
    origin: str = "guessed"
    columns: tuple[ColumnMapping, ...]
    join: tuple[JoinedTable, ...] = ()
    tables: dict[str, LookupTable] = Field(default_factory=dict)
    steps: Annotated[tuple[AnyStep, ...], Field(max_length=200)] = ()
    places: dict[str, int] = Field(default_factory=dict, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _places_are_ours(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, dict) and "places" in data and not (info.context or {}).get("ours"):
            raise ValueError("places is filled in by Assay: leave it out")
        return data

    @model_validator(mode="after")
    def _tables_exist(self) -> SourceMapping:
        for number, step in enumerate(self.steps, start=1):
            for name in tables_of(step):
                if name not in self.tables:
                    known = ", ".join(sorted(self.tables)) or "none"
                    raise ValueError(f'step {number} looks up in "{name}", which is not under tables: (known: {known})')
        return self

    @model_validator(mode="after")
    def _one_feed_each(self) -> SourceMapping:
        fed: dict[str, list[ColumnMapping]] = {}
        for column in self.columns:
            if column.attribute is not None:
                fed.setdefault(column.attribute, []).append(column)
        for attribute, columns in fed.items():
            if len(columns) == 1:
                continue
            places = ", ".join(f"{column.header} ({column.position or 'made'})" for column in columns)
            if attribute not in JOINABLE_ATTRIBUTES:
                raise ValueError(f"{attribute} is fed by several columns: {places}; only one may feed it")
            if any(column.transform != "join" for column in columns):
                raise ValueError(f"{attribute} is fed by several columns: {places}; give each the transform join")
        return self

    def feeding(self, attribute: str) -> tuple[ColumnMapping, ...]:
        """The columns that feed ``attribute``, in column order."""
        return tuple(column for column in self.columns if column.attribute == attribute)

    @property
    def is_shaped(self) -> bool:
        """Whether anything happens to the cells before they are taken."""
        return bool(self.join or self.steps)

    def place(self, part: str, number: int) -> str:
        """Where a step, join or column stands: ``mapping/crm.yml:12``. A guess is written out there too."""
        line = self.places.get(f"{part}.{number}")
        if line is None and part == "columns" and not self.is_shaped:
            line = _HEAD_LINES + 1 + number
        return mapping_file(self.source) + (f":{line}" if line else "")


def tables_of(step: AnyStep) -> tuple[str, ...]:
    """Names of the lookup tables a step uses."""
    if isinstance(step, Rename):
        return ()
    named = [step.table] if isinstance(step, Lookup) and step.table is not None else []
    trees = [tree for tree in (step.expression, step.condition) if tree is not None]
    return tuple(dict.fromkeys([*named, *(node.lookup or "" for tree in trees for node in tree.lookups)]))


def mapping_file(source: str) -> str:
    """Where a source's mapping stands inside ``rules/``.

    >>> mapping_file("box office"), mapping_file("headers")
    ('mapping/box_office.yml', 'mapping/headers_source.yml')
    """
    stem = _UNSAFE.sub("_", source)
    return f"mapping/{stem}_source.yml" if stem in _VOCABULARY else f"mapping/{stem}.yml"


MODELINE = "# yaml-language-server: $schema=../../schemas/rules.mapping.SOURCE.json"
"""By this comment editors find the schema that `assay init` and `assay rules schema --out schemas` write."""

_HEAD_LINES = 4
"""Lines of :func:`dump_mapping` before the first column."""


def dump_mapping(mapping: SourceMapping) -> str:
    """A mapping as YAML text, one line a column, ready for ``rules/mapping/<source>.yml``; loads back the same.

    Lookup tables of files are written out: the text stands alone.
    """
    lines = [
        MODELINE,
        f"# Which column of {mapping.source} feeds which attribute; null = not used. Correct a line and run again.",
        f"source: {_scalar(mapping.source)}",
        "columns:",
    ]
    assert len(lines) == _HEAD_LINES
    for column in mapping.columns:
        parts = [f"position: {column.position}"] if column.position is not None else []
        parts.append(f"header: {_scalar(column.header)}")
        parts.append(f"attribute: {column.attribute or 'null'}")
        if column.transform is not None:
            parts.append(f"transform: {column.transform}")
        parts.append(f"confidence: {column.confidence:g}")
        parts.append(f"why: {_scalar(column.why)}")
        lines.append(f"  - {{{', '.join(parts)}}}")
    for name in ("join", "tables", "steps"):
        if part := getattr(mapping, name):
            lines.append(f"{name}:")
            if isinstance(part, dict):
                lines += [f"  {_scalar(key)}: {_flow(plain(table))}" for key, table in part.items()]
            else:
                lines += [f"  - {_flow(plain(item))}" for item in part]
    return "\n".join(lines) + "\n"


def plain(part: RuleModel) -> dict[str, Any]:
    """A part of a mapping as its file writes it: what is not said there is left out."""
    return part.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)


def load_mapping(book: RuleBook, source: str) -> SourceMapping | None:
    """The mapping a project keeps for ``source``, or None when it has none (then it is guessed).

    Raises:
        RuleErrors: the file is there and wrong, every mistake with its line.
    """
    relative = mapping_file(source)
    found = [root / relative for root in book.roots if (root / relative).is_file()]
    if not found:
        return None
    mapping = book.load(relative, SourceMapping)
    document = book.document(relative)
    problems: list[Problem] = []
    tables: dict[str, LookupTable] = {}
    for name, table in mapping.tables.items():
        if table.file is None:
            tables[name] = table
            continue
        path = found[-1].parent / table.file
        read = read_lookup(path, table.key, table.value)
        problems += [Problem(str(path), line, said) for line, said in read.problems]
        tables[name] = LookupTable.model_construct(entries=read.entries, file=None, key=None, value=None)
    if problems:
        raise RuleErrors(problems)
    places = {
        f"{part}.{number}": document.place((part, number))[1]
        for part in ("columns", "steps", "join")
        for number in range(len(getattr(mapping, part)))
    }
    return mapping.model_copy(update={"origin": f"rules/{relative}", "tables": tables, "places": places})


def _flow(part: Mapping[str, Any]) -> str:
    """YAML on one line, whatever the texts hold: JSON is YAML."""
    return json.dumps(part, ensure_ascii=False)


def _scalar(text: str) -> str:
    """A double-quoted YAML scalar on one line, whatever the header holds."""
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=2**31 - 1).strip()
