"""protocol.html: the protocol as one page to read, print and sign, without network, script or another file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.presentation.atomic import write_text
from engine.presentation.catalogue import catalogue
from engine.presentation.page import environment
from engine.vocabulary import Language


def write_protocol_page(data: Mapping[str, Any], out: Path, *, language: Language) -> None:
    """Write protocol.html into ``out``.

    Args:
        data: see :func:`engine.presentation.protocol.protocol_data`.
        out: the folder.
        language: language of the page.
    """
    say = catalogue(language)
    made = environment()
    made.filters["number"] = say.number
    template = made.get_template("protocol.html.j2")
    page = template.render(
        language=language,
        sources=data["sources"],
        steps=data["steps"],
        t=lambda key: say.text(f"protocol.{key}"),
        stage_of=lambda stage: say.texts.get(f"protocol.stage.{stage}", stage),
    )
    write_text(out / "protocol.html", page)
