"""One post code, in the form of its country."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.rulebook.load import RuleBook
from engine.rulebook.places import PostCode, PostCodes
from engine.rulebook.standardisation import Placeholders

_COMPACT = re.compile(r"[\s.\-–_/]+")
_FLOAT = re.compile(r"(\d{3,9})[.,]0+")
_CEDEX = re.compile(r"\s*CEDE?X.*$")
_CODE_THEN_TOWN = re.compile(r"((?:[A-Z]{1,3}\s?[-–]\s?)?\d{4,5})\s+([^\W\d_]{2}\S.*)", re.IGNORECASE)


class PostcodeCell(NamedTuple):
    """What a post code cell holds.

    Attributes:
        postcode: the code in its country's form, or None.
        key: how gazetteer.parquet knows it, or None.
        candidate: the code with lost leading zeros put back, to be confirmed by the gazetteer and the town.
        town: a town that stood behind the code ("75007 PARIS"), raw.
        reason: ``bad_postcode``, or ``placeholder`` (00000, 12345: only when the gazetteer does not know it).
    """

    postcode: str | None
    key: str | None
    candidate: str | None
    town: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PostcodeRules:
    """The forms in force, compiled."""

    forms: Mapping[str, PostCode]
    shapes: Mapping[str, re.Pattern[str]]
    placeholders: frozenset[str]

    @classmethod
    def of(cls, book: RuleBook) -> PostcodeRules:
        """The rules in force."""
        forms = book.load("standardisation/postcodes.yml", PostCodes).by_country()
        dummies = book.load("standardisation/placeholders.yml", Placeholders).post_code.null
        return cls(
            forms,
            {country: re.compile(form.shape) for country, form in forms.items()},
            frozenset(_COMPACT.sub("", dummy).upper() for dummy in dummies),
        )


def read_postcode(raw: str, country: str | None, rules: PostcodeRules) -> PostcodeCell:
    """Read a post code cell of a row of ``country``; without a country, or without a form for it, it stays as written.

    "F-75007" -> 75007, "1234ab" -> "1234 AB" (NL), "1000001" -> "1000-001" (PT), "sw1a1aa" -> "SW1A 1AA" (GB).
    """
    text = raw if raw.isascii() else unicodedata.normalize("NFKC", raw)
    text = " ".join(text.upper().split())
    whole = _FLOAT.fullmatch(text)
    text = whole[1] if whole is not None else text
    town = None
    behind = _CODE_THEN_TOWN.fullmatch(text)
    if behind is not None and (country is None or country not in rules.forms or not _fits(text, country, rules)):
        text, town = behind[1], " ".join(raw.split())[len(behind[1]) :].strip(" -,")
        if _CEDEX.fullmatch(town.upper()):
            town = None
    text = _CEDEX.sub("", text)
    compact = _COMPACT.sub("", text)
    if not compact or not any(map(str.isalnum, compact)):
        return PostcodeCell(None, None, None, town, None)
    dummy = "placeholder" if compact in rules.placeholders else None
    form = rules.forms.get(country or "")
    if form is None or country is None:
        return PostcodeCell(None if dummy else text, None, None, town, dummy)
    shape = rules.shapes[country]
    if not shape.fullmatch(compact):
        for prefix in form.prefixes:
            if compact.startswith(prefix) and shape.fullmatch(compact[len(prefix) :]):
                compact = compact[len(prefix) :]
                break
        else:
            candidate = None
            if compact.isdigit() and len(compact) in form.zeros and shape.fullmatch(compact.zfill(form.gazetteer or 4)):
                candidate = compact.zfill(form.gazetteer or 4)
            return PostcodeCell(None, None, candidate, town, dummy or "bad_postcode")
    return PostcodeCell(_formatted(compact, form), compact[: form.gazetteer] or None, None, town, dummy)


def _fits(text: str, country: str, rules: PostcodeRules) -> bool:
    return rules.shapes[country].fullmatch(_COMPACT.sub("", text)) is not None


def _formatted(compact: str, form: PostCode) -> str:
    if not form.mark or len(compact) <= form.over:
        return compact
    return f"{compact[: form.at]}{form.mark}{compact[form.at :]}"
