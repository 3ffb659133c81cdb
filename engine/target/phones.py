"""The import's reading of a phone number as SQL (section 3.7 of the format): ``(prefix)rest``, or digits alone.

1. base country = country of the address; 2. ``+`` or ``00`` announces a prefix, recognised only if it is the base
country's; 3. ``(NN)`` at the start forces it; 4. other signs are dropped; 5. the national prefix is taken off once.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.rulebook.import_rules import Phones
from engine.sql import literal


def _lookup(known: Mapping[str, str], key: str) -> str:
    cases = " ".join(f"when {literal(name)} then {literal(value)}" for name, value in sorted(known.items()))
    return f"case {key} {cases} end"


def prefix_of(phones: Phones, country: str) -> str:
    """SQL: the country prefix of the country code ``country``; null when it is not known."""
    return _lookup({entry.name: entry.prefix for entry in phones.countries}, country)


def trunk_of(phones: Phones, prefix: str) -> str:
    """SQL: the national prefix of numbers under the country prefix ``prefix``."""
    return _lookup({entry.prefix: entry.trunk for entry in reversed(phones.countries)}, prefix)


def stored(phones: Phones, text: str, base: str) -> str:
    """SQL of what is stored of the number ``text`` where the base country's prefix is ``base``.

    >>> import duckdb
    >>> phones = Phones(shortest=7, max_digits=15, why="", countries=[{"name": "FR", "prefix": "33", "trunk": "0"}])
    >>> duckdb.sql("select " + stored(phones, "'01 40 15 80 00'", "'33'")).fetchone()[0]
    '(33)140158000'
    """
    digits = _digits(text)
    forced = forced_prefix(text)
    behind = _digits(f"regexp_replace({text}, '^\\s*\\([0-9]+\\)', '')")
    international = announced(text, base)
    after = f"substr({digits}, length({base}) + if({text}[1] = '+', 1, 3))"
    return (
        f"case when {text} is null then null "
        f"when {forced} != '' then '(' || {forced} || ')' || {_without_trunk(behind, trunk_of(phones, forced))} "
        f"when {base} is null or length({digits}) < {phones.shortest:d} then nullif({digits}, '') "
        f"when {international} then '(' || {base} || ')' || {_without_trunk(after, trunk_of(phones, base))} "
        f"else '(' || {base} || ')' || {_without_trunk(digits, trunk_of(phones, base))} end"
    )


def announced(text: str, base: str) -> str:
    """SQL: whether ``text`` announces the base country's own prefix."""
    digits = _digits(text)
    return f"(({text}[1] = '+' and starts_with({digits}, {base})) or starts_with({digits}, '00' || {base}))"


def foreign(text: str, base: str) -> str:
    """SQL: whether ``text`` announces a prefix that is not recognised."""
    begins = f"({text}[1] = '+' or starts_with({_digits(text)}, '00'))"
    return f"({forced_prefix(text)} = '' and {begins} and not coalesce({announced(text, base)}, false))"


def forced_prefix(text: str) -> str:
    """SQL: NN of a leading ``(NN)``, else the empty text."""
    return rf"regexp_extract({text}, '^\s*\(([0-9]{{1,3}})\)', 1)"


def _digits(text: str) -> str:
    return f"regexp_replace({text}, '[^0-9]', '', 'g')"


def _without_trunk(number: str, trunk: str) -> str:
    return f"if({trunk} != '' and starts_with({number}, {trunk}), substr({number}, length({trunk}) + 1), {number})"
