"""report.html: the figures of report.json as one page that needs no network, no script and no other file."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from engine.presentation import charts, match_charts, splink_charts
from engine.presentation.catalogue import Catalogue, catalogue
from engine.presentation.phrasebook import in_language
from engine.presentation.wording import number, percent, rename_none, words

_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters and those that turn the direction of writing; a header may hold them, a page must not."""


def render_html(data: dict[str, Any]) -> str:
    """The page for ``data``, the content of report.json (:func:`engine.presentation.report.report_data`).

    It is in the language of ``data``, what the stages said of themselves included.
    """
    say = catalogue(data["language"])
    made = environment()
    made.filters.update(
        figure=say.figure,
        size=say.size,
        number=say.number,
        percent=say.percent,
        points=say.points,
        attribute=say.attribute,
        reason=say.reason,
        day=lambda day: say.day(date.fromisoformat(day)),
        named=partial(_named, say),
        said=partial(in_language, say),
        choice=say.choice,
        figure_name=say.figure_name,
        called=lambda blocks: [{**block, "name": say.compared("family", block["family"])} for block in blocks],
    )
    made.globals.update(
        say=say,
        t=partial(_text, say),
        told=partial(_told, say),
        file_told=partial(_file_told, say),
    )
    return made.get_template("report.html.j2").render(data)


def _text(say: Catalogue, key: str, count: int | None = None, **values: object) -> str:
    """A text of the report."""
    return say.text(f"report.{key}", count, **values)


def _told(say: Catalogue, family: str, code: str) -> str:
    """What people call a code of a family (stages, units, kinds); one that has no text is shown as words."""
    return say.texts.get(f"report.{family}.{code}") or words(code)


def _file_told(say: Catalogue, file: dict[str, str]) -> str:
    """What an output file is."""
    known = say.texts.get(f"report.file.{file['file']}") or say.texts.get(f"report.file.{file['file'].split('/')[0]}")
    return known or file["what"]


def _named(say: Catalogue, entries: list[dict[str, Any]], family: str) -> list[dict[str, Any]]:
    """Entries with a ``name`` to show: codes of a family in words, nothing as "unknown", a sum of others as such."""
    shown = []
    for entry in entries:
        name = entry["name"]
        if "others" in entry:
            name = _text(say, "others", entry["others"])
        elif name is None:
            name = _text(say, "unknown")
        elif family:
            name = _told(say, family, name)
        shown.append({**entry, "name": name})
    return shown


def _visible(value: object) -> object:
    """Every text that reaches the page: hidden characters become visible ones."""
    return _HIDDEN.sub("\ufffd", value) if isinstance(value, str) and not isinstance(value, Markup) else value


class _Compiled(BytecodeCache):
    """Templates compiled once a process: compiling those of the report takes longer than filling a small one in."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def environment() -> Environment:
    """Templates of engine/presentation/templates: escaped, strict about names, with the filters of wording."""
    made = Environment(
        loader=PackageLoader("engine.presentation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
        bytecode_cache=_COMPILED,
    )
    made.filters.update(number=number, percent=percent, words=words, rename_none=rename_none)
    made.globals["charts"] = charts
    made.globals["match_charts"] = match_charts
    made.globals["splink_charts"] = splink_charts
    return made
