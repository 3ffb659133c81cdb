"""Numbers that identify a structure or a person: SIRET, SIREN, VAT and enterprise numbers, others."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.placeholders import PlaceholderWords, is_placeholder
from engine.vocabulary import Standardised

_NOT_WORD = re.compile(r"[\W_]+")
_LETTERS_FIRST = re.compile(r"[A-Z]{2,4}")
_EXPONENT = re.compile(r"\d([.,]\d+)?E\+?\d+")
_FLOAT = re.compile(r"(\d{6,})[.,]0+")
_UID = re.compile(r"(CHE\d{9})(MWST|TVA|IVA|HR)?")


def standardise_siret(raw: str, words: PlaceholderWords) -> Standardised:
    """A valid SIRET, 14 digits.

    Reasons: ``placeholder``, ``siren_in_siret``, ``leading_zero_restored``, ``number_format_lost``, ``invalid_siret``.
    """
    from stdnum.fr import siren, siret

    digits, refused = _digits(raw, words)
    if digits is None:
        return Standardised(None, refused)
    if len(digits) == 13 and siret.is_valid(f"0{digits}"):
        return Standardised(f"0{digits}", "leading_zero_restored")
    if siret.is_valid(digits):
        return Standardised(digits)
    return Standardised(None, "siren_in_siret" if siren.is_valid(digits) else "invalid_siret")


def standardise_siren(raw: str, words: PlaceholderWords) -> Standardised:
    """A valid SIREN, 9 digits, also from a SIRET or a French VAT number.

    Reasons: ``placeholder``, ``number_format_lost``, ``invalid_siren``.
    """
    from stdnum.fr import siren, siret

    digits, refused = _digits(raw, words)
    if digits is None:
        return Standardised(None, refused)
    if siren.is_valid(digits):
        return Standardised(digits)
    if siret.is_valid(digits):
        return Standardised(digits[:9])
    if len(digits) == 11 and siren.is_valid(digits[2:]):
        return Standardised(digits[2:])
    return Standardised(None, "invalid_siren")


def standardise_vat(raw: str, country: str | None, words: PlaceholderWords) -> Standardised:
    """A valid VAT or enterprise number in compact form with its country: ``FR40303265045``, ``CHE107787577``.

    A number without its country is tried in the record's country, also as its company number (KvK, Companies House,
    EIN, codice fiscale). Reasons: ``placeholder``, ``number_format_lost``, ``siren_in_vat``, ``siret_in_vat``,
    ``invalid_vat``.
    """
    text = clean(raw).text.upper()
    if not text:
        return Standardised(None)
    compact = _NOT_WORD.sub("", text)
    if is_placeholder(text, words) or compact in words.ids:
        return Standardised(None, "placeholder")
    if _EXPONENT.fullmatch(text):
        return Standardised(None, "number_format_lost")
    number = _FLOAT.fullmatch(text)
    compact = number[1] if number else compact
    for label in ("TVA", "VAT", "MWST", "BTW", "IVA", "UID", "IDE", "NUMEROTVA", "USTIDNR", "USTID"):
        if compact.startswith(label) and len(compact) > len(label) + 6:
            compact = compact.removeprefix(label)
    prefix = _LETTERS_FIRST.match(compact)
    candidates = [compact] if prefix else []
    if country is not None:
        home = {"GR": "EL", "CH": "CHE", "LI": "CHE"}.get(country, country)
        candidates += [home + compact] if not compact.startswith(home) else []
    for candidate in candidates:
        valid = _valid_vat(candidate)
        if valid is not None:
            return Standardised(valid)
    register = _REGISTERS.get(country or "")
    if register is not None and register(compact):
        return Standardised(f"{country}{compact}")
    from stdnum.fr import siren, siret

    if compact.isdigit() and (siret.is_valid(compact) or siren.is_valid(compact)):
        return Standardised(None, "siret_in_vat" if len(compact) == 14 else "siren_in_vat")
    return Standardised(None, "invalid_vat")


def standardise_identifier(raw: str, words: PlaceholderWords) -> Standardised:
    """Any other identifying number: letters and digits in upper case.

    Reasons: ``placeholder``, ``number_format_lost``.
    """
    text = clean(raw).text
    if not text:
        return Standardised(None)
    folded = fold(text).replace(" ", "").upper()
    number = _FLOAT.fullmatch(text)
    folded = number[1] if number else folded
    if any(is_placeholder(form, words) for form in (text, folded)) or folded in words.ids:
        return Standardised(None, "placeholder")
    if _EXPONENT.fullmatch(text.upper()):
        return Standardised(None, "number_format_lost")
    return Standardised(folded)


def _valid_vat(number: str) -> str | None:
    uid = _UID.fullmatch(number)
    if uid:
        from stdnum.ch import uid as swiss

        return uid[1] if swiss.is_valid(uid[1]) else None
    check = _checker(number[:2])
    local = number[2:]
    if check is not None and check(local):
        return number
    return None


def _checker(country: str) -> Callable[[str], bool] | None:
    """python-stdnum's check of the part behind the country; eu.vat refuses GB since it left."""
    import stdnum

    module: Any = stdnum.get_cc_module({"EL": "gr", "XI": "gb"}.get(country, country.lower()), "vat")
    return None if module is None else module.is_valid


def _is_ein(number: str) -> bool:
    from stdnum.us import ein

    return bool(ein.is_valid(number))


def _is_codice_fiscale(number: str) -> bool:
    from stdnum.it import codicefiscale

    return bool(codicefiscale.is_valid(number))


_REGISTERS: dict[str, Callable[[str], bool]] = {
    "US": _is_ein,
    "IT": _is_codice_fiscale,
    "NL": lambda number: re.fullmatch(r"\d{8}", number) is not None,  # KvK has no check digit
    "GB": lambda number: re.fullmatch(r"\d{8}|[A-Z]{2}\d{6}", number) is not None,  # Companies House
}


def _digits(raw: str, words: PlaceholderWords) -> tuple[str | None, str | None]:
    text = clean(raw).text
    if not text:
        return None, None
    if _EXPONENT.fullmatch(text.upper()):
        return None, "number_format_lost"
    number = _FLOAT.fullmatch(text)
    digits = number[1] if number else re.sub(r"\D", "", text)
    if is_placeholder(text, words) or digits in words.ids or len(set(digits)) == 1:
        return None, "placeholder"
    return digits, None
