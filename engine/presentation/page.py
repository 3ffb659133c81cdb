"""report.html: the figures of report.json as one page that needs no network, no script and no other file."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from engine.presentation import charts
from engine.presentation.wording import figure, number, percent, rename_none, size, words

_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters and those that turn the direction of writing; a header may hold them, a page must not."""


def render_html(data: dict[str, Any]) -> str:
    """The page for ``data``, the content of report.json (:func:`engine.presentation.report.report_data`)."""
    return environment().get_template("report.html.j2").render(data)


def _visible(value: object) -> object:
    """Every text that reaches the page: hidden characters become visible ones."""
    return _HIDDEN.sub("\ufffd", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def environment() -> Environment:
    """Templates of engine/presentation/templates: escaped, strict about names, with the filters of wording."""
    made = Environment(
        loader=PackageLoader("engine.presentation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    made.filters.update(figure=figure, number=number, percent=percent, words=words, size=size, rename_none=rename_none)
    made.globals["charts"] = charts
    return made
