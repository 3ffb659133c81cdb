"""What stages said of themselves in English, in the language of the reader.

A stage narrates in English: its sentences stand in the terminal, in tables (why a column feeds what it feeds) and in
report.json. For a page each is looked up in phrases.yml, whose English texts are patterns: ``{names}`` stand for what
changes from run to run. A sentence that no pattern knows stays as it is.

Some names say what kind of word stands there, and that word is put into the language too:

* ``attribute``, ``reason``, ``unit``, ``kinds``, ``compared``: a word of ours (``last_name``, ``blank_row``, ``rows``);
* ``said``, ``said2``, ...: another sentence of the phrasebook;
* ``header``, ``names``, ``codec``, ``what``, ``marks``: left as it is.

Everything else is a number, written as the language writes numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from string import Formatter

from engine.counted import several
from engine.presentation.catalogue import Catalogue, read

_NUMBER = re.compile(r"\d{1,3}(,\d{3})+|\d+")
_DECIMAL = re.compile(r"[\d,]*\d\.\d+")
_SHARE = re.compile(r"(\d+)%")
_AS_THEY_ARE = frozenset({"header", "names", "codec", "what", "marks"})
_CODES = frozenset({"attribute", "reason", "compared", "kinds", "unit"})
_UNITS = ("line", "record", "contact", "row", "import row")

FILE = "phrases"


def in_language(say: Catalogue, sentence: str) -> str:
    """``sentence`` of a stage in the language of ``say``; as it is where no phrase is like it.

    >>> from engine.presentation.catalogue import catalogue
    >>> in_language(catalogue("de"), "newsletter: birth_date writes the month first.")
    'newsletter: Geburtsdatum nennt den Monat zuerst.'
    """
    found = _find(sentence)
    if found is not None:
        return _fill(say, *found)
    place, colon, rest = sentence.partition(": ")
    if colon and (found := _find(rest)) is not None:  # a sentence about one source, one file
        return f"{place}{say.colon}{_fill(say, *found)}"
    return sentence


def _find(sentence: str) -> tuple[str, dict[str, str]] | None:
    """Key of the phrase that ``sentence`` is, and what stands for its names."""
    for key, pattern in _patterns():
        met = pattern.fullmatch(sentence)
        if met is not None:
            return key, met.groupdict()
    return None


@lru_cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every phrase as a pattern; those with the most text of their own first, so that the closest one is taken."""
    found = []
    for key, entry in read(FILE).items():
        parts = list(Formatter().parse(entry["en"]))
        own = sum(len(text) for text, *_ in parts)
        pattern = "".join(re.escape(text) + (_hole(name) if name else "") for text, name, *_ in parts)
        found.append((-own, key, re.compile(pattern, re.DOTALL)))
    return tuple((key, pattern) for _, key, pattern in sorted(found, key=lambda one: one[:2]))


def _hole(name: str) -> str:
    """What may stand where a pattern has ``{name}``."""
    form = r"-?[0-9][0-9,.]*%?"
    if name in _AS_THEY_ARE or name.startswith("said"):
        form = ".+?"
    elif name in _CODES:
        form = "[a-z0-9_, ]+?"
    return f"(?P<{name}>{form})"


def _fill(say: Catalogue, key: str, values: Mapping[str, str]) -> str:
    return say.texts[f"{FILE}.{key}"].format(**{name: _word(say, name, value) for name, value in values.items()})


def _word(say: Catalogue, name: str, value: str) -> str:
    """One value of a sentence in the language."""
    if name in _AS_THEY_ARE:
        return value
    if name == "attribute":
        return ", ".join(say.attribute(one) for one in value.split(", "))
    if name == "reason":
        return say.reason(value)
    if name == "compared":
        return ", ".join(say.compared("comparison", one.replace(" ", "_")) for one in value.split(", "))
    if name == "kinds":
        return say.texts.get(f"report.many.{value.removesuffix('s')}", value)
    if name == "unit":
        singular = next((unit for unit in _UNITS if value in (unit, several(unit))), value)
        return say.texts.get(f"report.unit.{singular}", value)
    if name.startswith("said"):
        return in_language(say, value)
    return _number(say, value)


def _number(say: Catalogue, value: str) -> str:
    if _NUMBER.fullmatch(value):
        return say.number(int(value.replace(",", "")))
    if _DECIMAL.fullmatch(value):
        return say.decimal(float(value.replace(",", "")), len(value.partition(".")[2]))
    if share := _SHARE.fullmatch(value):
        return f"{share[1]}\N{NO-BREAK SPACE}%"
    return value
