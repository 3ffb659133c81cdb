"""Cells for a person's spreadsheet: no formula may start, no control character may hide.

Only for files that people open. A file that a machine imports must carry the value byte for byte: an apostrophe
before ``+41...`` would be stored as part of the phone number.
"""

from __future__ import annotations

from engine.sql import literal

HARMLESS = r"[+-]?[0-9]+([.,][0-9]+)?|\+[0-9][0-9 ]{5,}"
"""Numbers and international phone numbers: an apostrophe would only spoil them."""

_HIDDEN = r"\x00-\x1f\x7f-\x{9f}\x{061c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}"
HIDDEN = f"[{_HIDDEN}]"
"""Control characters and those that turn the direction of writing: they can hide or fake text."""

STARTS_A_FORMULA = rf"^[\s{_HIDDEN}]*[=+\-@＝＋－＠]"
"""What a spreadsheet may run (OWASP ASVS 1.2.10), also after blanks; Excel takes the full-width signs too."""


def safe_cell(expression: str) -> str:
    """An SQL expression that makes the text ``expression`` safe to open in a spreadsheet.

    A hidden character becomes a space; a text that would start a formula gets an apostrophe before it.

    >>> import duckdb
    >>> [duckdb.sql(f"select {safe_cell(literal(text))}").fetchall()[0][0] for text in ("=1+1", "+41791234567", "A")]
    ["'=1+1", '+41791234567', 'A']
    """
    shown = f"regexp_replace({expression}, {literal(HIDDEN)}, ' ', 'g')"
    return (
        f"case when regexp_matches({expression}, {literal(STARTS_A_FORMULA)}) "
        f"and not regexp_full_match({expression}, {literal(HARMLESS)}) then '''' || {shown} "
        f"when regexp_matches({expression}, {literal(HIDDEN)}) then {shown} else {expression} end"
    )
