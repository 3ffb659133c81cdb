"""analysis.html: one page that needs no network, no script and no other file; and its gist for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.presentation.analysis.words import Words
from engine.presentation.catalogue import catalogue
from engine.presentation.page import environment
from engine.vocabulary import Language


def analysis_html(analysis: Mapping[str, Any], language: Language) -> str:
    """The page of :func:`engine.analysis.analyse`'s data."""
    say = catalogue(language)
    words = Words(say)
    made = environment()
    made.filters.update(number=say.number, percent=say.percent)
    made.globals.update(w=words, t=words.text, say=say)
    return made.get_template("analysis.html.j2").render(a=analysis, language=language) + "\n"


def analysis_lines(analysis: Mapping[str, Any], language: Language) -> list[str]:
    """What a person at a terminal wants to know first."""
    say = catalogue(language)
    words = Words(say)
    lines = [words.head(analysis), ""]
    for table in analysis["tables"]:
        told = words.text("in_secutix" if table["secutix_format"] else "in_own")
        if not table["contacts"]:
            told = words.text("no_contacts")
        lines.append(f"  {table['source']}{say.colon}{words.text('row_count', table['loaded'])}, {told}")
    lines += ["", words.text("failed")]
    for found in analysis["prerequisites"]:
        if found["met"] is False:
            risk = words.text(f"risk.{found['risk']}")
            lines.append(
                f"  {words.of(found['title'])}{say.colon}{words.cases(found)} ({words.text('risk')}{say.colon}{risk})"
            )
    lines += ["", words.duplicates(analysis["duplicates"])[0]]
    proposal = analysis["proposal"]
    lines.append(f"{words.text('price')}{say.colon}{proposal['currency']} {words.money(proposal['net'])}")
    if not proposal["approved"]:
        lines.append(words.text("draft"))
    if proposal["to_fill_in"]:
        lines.append(words.text("to_fill_in", keys=", ".join(proposal["to_fill_in"])))
    return lines
