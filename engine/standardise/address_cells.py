"""The address cells of one row: which line is the street, what stands on the others."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.placeholders import PlaceholderWords, is_placeholder
from engine.standardise.street_lines import (
    LineRules,
    StreetLine,
    format_po_box,
    is_care_of,
    is_description,
    read_street_line,
    read_unit,
)
from engine.standardise.street_names import capital

SEPARATOR = "\x1f"
"""Between the cells of one row; clean text never holds it."""

CELLS = ("addr_line1", "addr_line2", "addr_line3", "house_number", "house_number_suffix", "street", "po_box")
"""The attributes a row's address is read from, in the order they are joined."""

_LETTER = re.compile(r"[^\W\d_]")
_SPLIT_NUMBER = re.compile(r"(\d{1,5})\s*[-/]?\s*(bis|ter|quater|[a-z])?", re.IGNORECASE)
_BREAKS = re.compile(r"\s*[\n\r\t|]+\s*")
_FLOAT = re.compile(r"(\d+)\.0+")


class Address(NamedTuple):
    """The standard address cells of a row; see std_address."""

    addr_line1: str | None
    addr_line2: str | None
    addr_line3: str | None
    house_number: str | None
    street: str | None
    po_box: str | None
    unit: str | None
    reason: str | None


_NOTHING = Address(None, None, None, None, None, None, None, None)


def read_address(cells: str, country: str | None, rules: LineRules, words: PlaceholderWords) -> Address:
    """Read the address cells of a row, joined by the separator in the order of ``CELLS``.

    The street line comes first, what else there is follows on the other two; nothing is dropped but placeholders.
    Reasons: ``placeholder``; ``mojibake_repaired``.
    """
    if SEPARATOR not in cells:
        texts, repaired, placeholder = _cleaned([cells], words)
        if not texts[0]:
            return _NOTHING._replace(reason="placeholder" if placeholder else None)
        return _assembled(_street_line(texts[0], country, rules), [], country, rules, repaired)
    texts, repaired, placeholder = _cleaned(cells.split(SEPARATOR), words)
    line1, line2, line3, number, suffix, street, box = (*texts, *[""] * (len(CELLS) - len(texts)))
    number = _house_number(number, suffix)
    lines = [line for line in (line1, line2, line3) if line]
    main: StreetLine | None = None
    if street:
        main = _joined(street, number, country, rules)
        same = [line for line in lines if fold(street) in fold(line)]
        if main.number is None and same:
            main = _street_line(same[0], country, rules)  # the line holds the number the street column lacks
        lines = [line for line in lines if line not in same]
    elif lines:
        chosen, main = _street_of(lines, number, country, rules)
        lines = lines[:chosen] + lines[chosen + 1 :]
    if box:
        shown = _po_box(box, country, rules)
        if main is None and not lines:
            return Address(shown, None, None, number or None, None, shown, None, None)
        if all(fold(shown) not in fold(line) for line in lines) and (main is None or main.po_box is None):
            lines.append(shown)
    if main is None:
        if number:
            return Address(number, None, None, number.upper().replace(" ", ""), None, None, None, None)
        return _NOTHING._replace(reason="placeholder" if placeholder else None)
    return _assembled(main, lines, country, rules, repaired)


def _cleaned(cells: list[str], words: PlaceholderWords) -> tuple[list[str], bool, bool]:
    """Clean cells ('' for placeholders), whether one was repaired, whether one was a placeholder."""
    texts: list[str] = []
    repaired = placeholder = False
    for cell in cells:
        found = clean(_BREAKS.sub(", ", cell) if "\n" in cell or "\t" in cell or "|" in cell else cell)
        text = found.text.strip(" ,;")
        repaired = repaired or found.repaired
        if text and not (text[0].isdigit() or text[-1].isdigit()) and is_placeholder(text, words):
            placeholder, text = True, ""
        texts.append(text)
    return texts, repaired, placeholder


def _house_number(number: str, suffix: str) -> str:
    whole = _FLOAT.fullmatch(number)
    number = whole[1] if whole is not None else number
    if suffix and not number.lower().endswith(suffix.lower()):
        number = f"{number} {suffix}" if len(suffix) > 1 else f"{number}{suffix}"
    return number


def _joined(street: str, number: str, country: str | None, rules: LineRules) -> StreetLine:
    """Split columns: the number goes to its place, unless the street text holds one already."""
    if not number:
        return _street_line(street, country, rules)
    alone = _street_line(street, country, rules)
    if alone.number is not None and alone.number == _SPLIT_NUMBER.sub(r"\1\2", number).upper():
        return alone
    style = rules.styles.get(country or "")
    if style is not None and not style.number_first:
        return _street_line(f"{street} {number}", country, rules)
    together = _street_line(f"{number} {street}", country, rules)
    if together.number is None and alone.number is None:
        text = f"{number} {alone.text}"
        return together._replace(text=text, number=number.upper(), street=alone.street)
    return together


def _street_of(lines: list[str], number: str, country: str | None, rules: LineRules) -> tuple[int, StreetLine]:
    read = [_street_line(line, country, rules) for line in lines]
    if number:
        # the number's own column stands beside the first line: "faunce crsecent" is its street, typing error and all
        best = next((position for position, found in enumerate(read) if found.score >= 0 and found.street), 0)
    else:
        best = max(range(len(lines)), key=lambda position: (read[position].score, -position))
    if number and read[best].number is None:
        return best, _joined(lines[best], number, country, rules)
    return best, read[best]


def _street_line(text: str, country: str | None, rules: LineRules) -> StreetLine:
    found = read_street_line(text, country, rules)
    if country == "US" and found.score <= 0 and found.po_box is None and any(map(str.isdigit, text)):
        return _tagged(text) or found
    return found


@functools.lru_cache(maxsize=4096)
def _tagged(text: str) -> StreetLine | None:
    """A US line our own reading is unsure of, by usaddress; only for the US: it reads any other address wrongly."""
    import usaddress

    try:
        parts, kind = usaddress.tag(text)
    except usaddress.RepeatedLabelError:
        return None
    number = parts.get("AddressNumber")
    if kind != "Street Address" or number is None or not number[0].isdigit():
        return None
    street = " ".join(value for label, value in parts.items() if label.startswith("StreetName"))
    return StreetLine(text, number.upper(), street.strip(" ,") or None, None, None, (), 1)


def _po_box(text: str, country: str | None, rules: LineRules) -> str:
    found = rules.po_box.fullmatch(text)
    if found is not None:
        return format_po_box(found["word"], found["value"], country, rules)
    return format_po_box("", text, country, rules) if text[:1].isdigit() else text


def _assembled(main: StreetLine, lines: list[str], country: str | None, rules: LineRules, repaired: bool) -> Address:
    if not lines and not main.rest:
        reason = "mojibake_repaired" if repaired else None
        return Address(main.text, None, None, main.number, main.street, main.po_box, main.unit, reason)
    shown = [line if line == main.unit else _other_line(line, country, rules) for line in [*main.rest, *lines]]
    po_box, unit = main.po_box, main.unit
    for line in lines:
        if po_box is None and (boxed := rules.po_box.fullmatch(line)) is not None:
            po_box = format_po_box(boxed["word"], boxed["value"], country, rules)
        if unit is None:
            unit = read_unit(line, country, rules)
    others = list(dict.fromkeys(line for line in shown if line and fold(line) != fold(main.text)))
    return Address(
        main.text,
        others[0] if others else None,
        ", ".join(others[1:]) or None,
        main.number,
        main.street,
        po_box,
        unit,
        "mojibake_repaired" if repaired else None,
    )


def _other_line(text: str, country: str | None, rules: LineRules) -> str:
    """A line that is not the street: post boxes and units written out, the case of a name, nothing reordered."""
    boxed = rules.po_box.fullmatch(text)
    if boxed is not None:
        return format_po_box(boxed["word"], boxed["value"], country, rules)
    unit = read_unit(text, country, rules)
    if unit is not None:
        return unit
    if "," in text or is_care_of(text, rules) or is_description(text, rules) or not _LETTER.search(text):
        return _shown(text)
    found = read_street_line(text, country, rules)
    return found.text if not found.rest and found.score >= 1 else _shown(text)


def _shown(text: str) -> str:
    """Words in capitals or small letters get a capital; short ones in capitals are signs (BAT A) and stay."""
    if not (text.isupper() or text.islower()):
        return text
    lower = text.islower()
    shown: list[str] = []
    for word in text.split(" "):
        small = bool(shown) and word.lower() in _SMALL
        sign = len(word) <= 3 and not lower and not small
        shown.append(word.lower() if small else word if sign or any(map(str.isdigit, word)) else capital(word.lower()))
    return " ".join(shown)


_SMALL = frozenset(
    {"and", "of", "the", "at", "in", "on", "de", "du", "des", "la", "le", "les", "et", "der", "und", "von"}
)
