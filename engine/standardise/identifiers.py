"""Numbers that identify a structure or a person: SIRET, SIREN, VAT and enterprise numbers, others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.placeholders import PlaceholderWords, is_placeholder
from engine.vocabulary import Standardised

_NOT_WORD = re.compile(r"[\W_]+")
_NOT_DIGIT = re.compile(r"[^0-9]")
_EXPONENT = re.compile(r"[0-9]([.,][0-9]+)?E\+?[0-9]+")
_FLOAT = re.compile(r"([0-9]{6,})[.,]0+")
_SPREADSHEET = re.compile(r"([0-9]+)[.,]0")
_UID = re.compile(r"(CHE[0-9]{9})(MWST|TVA|IVA|VAT|HR|RC|MWSTHR|TVARC)?")
_IBAN = re.compile(r"(?:IBAN)?([A-Z]{2}[0-9]{2}[A-Z0-9]{11,30})")
_LABELS = re.compile(
    r"(?:NUMERO|NUMERODE|NO|N|NR|NUM)?(?:DE)?(?:(?:TVA|VAT)(?:INTRACOMMUNAUTAIRE|INTRACOM|INTRA|CEE|REG|REGNO|NO)?|USTIDNR|"
    r"USTID|UST|MWSTNR|MWST|BTWNR|BTW|PARTITAIVA|PIVA|IVA|CODICEFISCALE|CODFISC|CF|UID|IDE|IDI|KVKNR|KVK|RPMRPR|RPM|RPR|"
    r"BCE|KBO|ENTREPRISE|NIPC|NIF|CIF|NIE|EIN|TAXID|CRN|COMPANYNO|COMPANYNUMBER|RCS|CONTRIBUINTE)(?:N|NO|NR)?"
)
_SHORTEST = 6
"""Signs in the shortest number that a label may be taken off from."""

_LENGTHS = {"IT": 11, "BE": 10}
"""Digits of numbers that begin with zeros, which a spreadsheet drops."""


def standardise_siret(raw: str, words: PlaceholderWords) -> Standardised:
    """A valid SIRET, 14 digits.

    Reasons: ``placeholder``, ``siren_in_siret``, ``leading_zero_restored``, ``number_format_lost``, ``iban_in_number``,
    ``invalid_siret``.
    """
    from stdnum.fr import siren, siret

    digits, refused = _digits(raw, words)
    if digits is None:
        return Standardised(None, refused)
    if len(digits) == 13 and siret.is_valid(f"0{digits}"):
        return Standardised(f"0{digits}", "leading_zero_restored")
    if siret.is_valid(digits):
        return Standardised(digits)
    if len(digits) == 28 and digits[:14] == digits[14:] and siret.is_valid(digits[:14]):
        return Standardised(digits[:14])  # written twice into one cell
    return Standardised(None, "siren_in_siret" if siren.is_valid(digits) else "invalid_siret")


def standardise_siren(raw: str, words: PlaceholderWords) -> Standardised:
    """A valid SIREN, 9 digits, also from a SIRET or a French VAT number.

    Reasons: ``placeholder``, ``leading_zero_restored``, ``number_format_lost``, ``iban_in_number``, ``invalid_siren``.
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
    if len(digits) == 8 and siren.is_valid(f"0{digits}"):
        return Standardised(f"0{digits}", "leading_zero_restored")
    return Standardised(None, "invalid_siren")


def standardise_vat(raw: str, country: str | None, words: PlaceholderWords) -> Standardised:
    """A valid VAT or enterprise number in compact form with its country: ``FR40303265045``, ``CHE107787577``.

    A number without its country is tried in the record's country, also as its company number (KvK, Companies House,
    EIN, codice fiscale). Reasons: ``placeholder``, ``number_format_lost``, ``leading_zero_restored``, ``siren_in_vat``,
    ``siret_in_vat``, ``iban_in_number``, ``invalid_vat``.
    """
    text = clean(raw).text.upper()
    if not text:
        return Standardised(None)
    compact = _compact(text)
    if is_placeholder(text, words) or compact in words.ids:
        return Standardised(None, "placeholder")
    if _EXPONENT.fullmatch(text):
        return Standardised(None, "number_format_lost")
    number = _FLOAT.fullmatch(text)
    compact = number[1] if number else compact
    home = {"GR": "EL", "CH": "CHE", "LI": "CHE"}.get(country or "", country or "")
    for bare in _without_labels(compact):
        candidates = [bare] if bare[:2].isalpha() else []
        if home:
            candidates += [home + bare] if not bare.startswith(home) else []
        for candidate in candidates:
            valid = _valid_vat(candidate)
            if valid is not None:
                return Standardised(valid)
        register = _REGISTERS.get(country or "")
        if register is not None and register(bare):
            return Standardised(f"{country}{bare}")
        restored = _with_zeros(bare, country)
        if restored is not None:
            return Standardised(restored, "leading_zero_restored")
    if _is_iban(compact):
        return Standardised(None, "iban_in_number")
    from stdnum.fr import siren, siret

    if compact.isdigit() and country in (None, "FR") and (siret.is_valid(compact) or siren.is_valid(compact)):
        return Standardised(None, "siret_in_vat" if len(compact) == 14 else "siren_in_vat")
    return Standardised(None, "invalid_vat")


def standardise_identifier(raw: str, words: PlaceholderWords) -> Standardised:
    """Any other identifying number: letters and digits in upper case.

    Reasons: ``placeholder``, ``number_format_lost``, ``iban_in_number`` (an account identifies nobody here).
    """
    text = clean(raw).text
    if not text:
        return Standardised(None)
    folded = fold(text).replace(" ", "").upper()
    number = _SPREADSHEET.fullmatch(text) or _FLOAT.fullmatch(text)
    folded = number[1] if number else folded
    if any(is_placeholder(form, words) for form in (text, folded)) or folded in words.ids:
        return Standardised(None, "placeholder")
    if _EXPONENT.fullmatch(text.upper()):
        return Standardised(None, "number_format_lost")
    if _is_iban(folded):
        return Standardised(None, "iban_in_number")
    return Standardised(folded)


def _compact(text: str) -> str:
    """ASCII letters and digits; digits of other scripts and widths become ASCII digits."""
    compact = _NOT_WORD.sub("", text)
    return compact if compact.isascii() else fold(compact).replace(" ", "").upper()


def _without_labels(compact: str) -> Iterator[str]:
    """The number as written, then without the label in front ("USt-IdNr.", "P.IVA", "KvK")."""
    yield compact
    label = _LABELS.match(compact)
    if label is not None and len(compact) - label.end() >= _SHORTEST:
        yield compact[label.end() :]


def _with_zeros(bare: str, country: str | None) -> str | None:
    """A number whose leading zeros a spreadsheet dropped, when its check digit holds with them."""
    length = _LENGTHS.get(country or "")
    if length is None or not bare.isdigit() or not length - 4 <= len(bare) < length:
        return None
    return _valid_vat(f"{country}{bare.zfill(length)}")


def _is_iban(compact: str) -> bool:
    from stdnum import iban

    found = _IBAN.fullmatch(compact)
    return found is not None and bool(iban.is_valid(found[1], check_country=False))


def _valid_vat(number: str) -> str | None:
    uid = _UID.fullmatch(number)
    if uid:
        from stdnum.ch import uid as swiss

        return uid[1] if swiss.is_valid(uid[1]) else None
    check = _checker(number[:2])
    local = number[2:]
    if check is None or not check(local):
        return None
    if number[:2] == "BE" and len(local) == 9:
        return f"BE0{local}"  # the form before 2023, when every number began with 0
    return number


@cache
def _checker(country: str) -> Callable[[str], bool] | None:
    """python-stdnum's check of the part behind the country; eu.vat refuses GB since it left."""
    if not (country.isascii() and country.isalpha()):
        return None
    import stdnum

    module: Any = stdnum.get_cc_module({"EL": "gr", "XI": "gb"}.get(country, country.lower()), "vat")
    return None if module is None else module.is_valid


def _is_ein(number: str) -> bool:
    from stdnum.us import ein

    return bool(ein.is_valid(number))


def _is_codice_fiscale(number: str) -> bool:
    from stdnum.it import codicefiscale

    return bool(codicefiscale.is_valid(number))


_KVK = re.compile(r"[0-9]{8}")
_COMPANIES_HOUSE = re.compile(r"[0-9]{8}|[A-Z]{2}[0-9]{6}")

_REGISTERS: dict[str, Callable[[str], bool]] = {
    "US": _is_ein,
    "IT": _is_codice_fiscale,
    "NL": lambda number: _KVK.fullmatch(number) is not None,  # KvK has no check digit
    "GB": lambda number: _COMPANIES_HOUSE.fullmatch(number) is not None,
}


def _digits(raw: str, words: PlaceholderWords) -> tuple[str | None, str | None]:
    text = clean(raw).text
    if not text:
        return None, None
    if _EXPONENT.fullmatch(text.upper()):
        return None, "number_format_lost"
    number = _FLOAT.fullmatch(text)
    plain = text if text.isascii() else fold(text)
    digits = number[1] if number else _NOT_DIGIT.sub("", plain)
    if is_placeholder(text, words) or digits in words.ids or len(set(digits)) == 1:
        return None, "placeholder"
    if len(digits) > 14 and _is_iban(_compact(text.upper())):
        return None, "iban_in_number"
    return digits, None
