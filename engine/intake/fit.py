"""How well the values of a column fit an attribute, and which attribute values alone point to."""

from __future__ import annotations

from collections.abc import Callable

from engine.intake.columns import Column
from engine.intake.content import Content

KEY_WORDS = frozenset(
    {"id", "key", "no", "nr", "num", "code", "ref", "cle", "reference", "numero", "nummer", "number", "index"}
)
"""Words of a header that speak of a number, of whatever kind."""

_CODED = 0.5  # fit of a column whose values are codes of the source, too few to be anything else
_BIRTH_LATEST_MEDIAN = 2012
_OLDEST_REGISTER = 1500  # years in church books
_BIRTH_SPREAD = 15  # years between the 10th and the 90th percentile


def fit(attribute: str, column: Column) -> float | None:
    """Share of the values that ``attribute`` could hold; None when any text would do."""
    if not column.content.values:
        return None
    test = _FITS.get(attribute)
    if test is not None:
        return test(column)
    return 0.0 if _is_elsewhere(column.content) else None


def strict_fit(attribute: str, column: Column) -> float:
    """Like :func:`fit` for a header that means several things: values must speak for it, not just allow it."""
    test = _STRICT.get(attribute)
    if test is not None:
        return test(column)
    found = fit(attribute, column)
    return 0.5 if found is None else found


def by_content(column: Column, share: float) -> tuple[str, float, str] | None:
    """Attribute, confidence and reason when values alone say what a column is; None when they do not.

    Names are left to :mod:`engine.intake.names`: they depend on the other columns.
    """
    content = column.content
    if not content.values:
        return None
    for attribute, test, trust, what in _RECOGNISED:
        found = test(column)
        if found >= share:
            return attribute, round(trust * found, 2), f"values: {found:.0%} look like {what}"
    return None


def is_secret(column: Column) -> bool:
    """Bank accounts and payment cards, whatever the header says."""
    return column.content.iban >= 0.7 or (column.content.card >= 0.9 and len(column.content.values) > 1)


def _is_elsewhere(content: Content) -> bool:
    return max(content.email, content.url) >= 0.7


def _few(column: Column, most: int) -> float:
    return _CODED if column.distinct <= most else 0.0


def _all_differ(column: Column) -> bool:
    """Titles of works and texts, where jobs would repeat."""
    return column.filled >= 100 and column.distinct > 0.8 * column.filled


def _words(column: Column) -> float:
    content = column.content
    return 0.0 if max(content.email, content.url, content.date) >= 0.5 else content.letters


def _person(column: Column) -> float:
    content = column.content
    return 0.0 if max(content.email, content.url) >= 0.5 else content.text


def _number(column: Column) -> float:
    content = column.content
    return 0.0 if max(content.email, content.url) >= 0.5 else content.digits


def _looks_born(column: Column) -> float:
    """Dates of birth: most long past and widely spread; dates of creation lie in the last years."""
    years = column.content.years
    if column.content.date < 0.5 or len(years) < 5:
        return 0.0
    low, middle, high = (years[int(len(years) * part)] for part in (0.1, 0.5, 0.9))
    spread = high - low >= _BIRTH_SPREAD or high < 1990
    return column.content.date if 1850 <= middle <= _BIRTH_LATEST_MEDIAN and spread else 0.0


def _postcode(column: Column) -> float:
    content = column.content
    short = content.share(lambda value: len(value) <= 12 and any(char.isdigit() for char in value))
    return max(content.postcode, 0.0 if max(content.date, content.email) >= 0.5 else short, content.postcode_town)


def _year(column: Column) -> float:
    return max(column.content.within(_OLDEST_REGISTER, 2030), column.content.within(0, 99))


def _dates(column: Column) -> float:
    return max(column.content.date, column.content.within(1850, 2030) * 0.5)


def _phone_unasked(column: Column) -> float:
    """Telephone numbers under a header that does not say so: never where it speaks of a number of another kind."""
    content = column.content
    amounts = content.decimal >= 0.5 and content.share(lambda value: value[0] in "+0(") < 0.5
    if KEY_WORDS & set(column.folded.split()) or _looks_born(column) or amounts:
        return 0.0
    return min(column.content.phone_written, column.content.digit_count(*range(7, 14)) + 0.2)


_FITS: dict[str, Callable[[Column], float]] = {
    "email": lambda column: column.content.email,
    "email2": lambda column: column.content.email,
    "website": lambda column: column.content.url,
    "phone": lambda column: column.content.phone,
    "mobile": lambda column: column.content.phone,
    "fax": lambda column: column.content.phone,
    "birth_date": _dates,
    "created_date": _dates,
    "updated_date": _dates,
    "last_order_date": _dates,
    "birth_year": _year,
    "birth_month": lambda column: max(column.content.within(1, 12), _few(column, 14)),
    "birth_day": lambda column: column.content.within(1, 31),
    "birth_place": _words,
    "postcode": _postcode,
    "town": _words,
    "country": lambda column: max(
        column.content.country, 0.4 if column.content.letters > 0.8 and column.distinct <= 300 else 0
    ),
    "first_name": _person,
    "middle_name": _person,
    "last_name": _person,
    "second_last_name": _person,
    "birth_name": _person,
    "full_name": _person,
    "name_particle": _person,
    "organisation": _words,
    "organisation_line2": _words,
    "title": lambda column: max(column.content.civility, _few(column, 15)),
    "academic_title": lambda column: max(column.content.academic, _few(column, 60)),
    "gender": lambda column: max(column.content.gender, _few(column, 5)),
    "language": lambda column: max(column.content.language, _few(column, 40) if column.content.length <= 12 else 0),
    "suffix": lambda column: 1.0 if column.content.length <= 10 else 0.0,
    "function": _words,
    "department": lambda column: 0.0 if _is_elsewhere(column.content) else 1.0,
    "house_number": lambda column: max(
        column.content.house, column.content.digits if column.content.length <= 12 else 0
    ),
    "street": _words,
    "addr_line1": _words,
    "address_block": _words,
    "siret": lambda column: column.content.digit_count(14, 13, 9),
    "siren": lambda column: column.content.digit_count(9, 14),
    "vat": lambda column: column.content.vat,
    "identifier": _number,
    "contact_number": lambda column: 0.0 if column.content.date >= 0.7 else _number(column),
    "person_or_org": lambda column: max(column.content.kind, column.content.boolean, _few(column, 6)),
}

_STRICT: dict[str, Callable[[Column], float]] = {
    "title": lambda column: column.content.civility,
    "academic_title": lambda column: column.content.academic,
    "function": lambda column: (
        0.0 if column.content.named_organisation > 0.5 or _all_differ(column) else column.content.text
    ),
    "salutation_letter": lambda column: column.content.words_between(2, 20),
    "name_particle": lambda column: column.content.text if column.content.length <= 8 else 0.0,
    "person_or_org": lambda column: column.content.kind,
    "structure_type": lambda column: column.content.named_organisation,
    "address_block": lambda column: column.content.address_block,
    "birth_date": _looks_born,
    "birth_day": lambda column: column.content.within(1, 31),
    "country": lambda column: column.content.country,
    "status": lambda column: column.content.status,
    "language": lambda column: column.content.language if column.content.boolean < 0.5 else 0.0,
    "house_number": lambda column: column.content.house if column.content.length <= 8 else 0.0,
    "phone": lambda column: column.content.phone_written,
    "mobile": lambda column: column.content.phone_written,
    "contact_number": lambda column: column.content.code if column.content.date < 0.5 else 0.0,
    "postcode": lambda column: column.content.postcode if column.distinct > 3 else 0.0,
    "vat": lambda column: column.content.vat if column.content.digits > 0.9 else 0.0,
}

_RECOGNISED: tuple[tuple[str, Callable[[Column], float], float, str], ...] = (
    ("email", lambda column: column.content.email, 0.95, "an e-mail"),
    ("website", lambda column: column.content.url, 0.85, "a web address"),
    ("birth_date", _looks_born, 0.75, "a date of birth"),
    ("siret", lambda column: column.content.siret, 0.9, "a SIRET with its check digit"),
    ("vat", lambda column: column.content.vat_written * (column.content.siret < 0.5), 0.75, "a VAT number"),
    ("phone", _phone_unasked, 0.75, "a telephone number"),
    (
        "title",
        lambda column: column.content.civility * (column.distinct <= 60) * (column.content.length > 1.2),
        0.85,
        "a civility",
    ),
    (
        "language",
        lambda column: column.content.language * ("en" in column.content.folded or "EN" in column.content.values),
        0.7,
        "a language",
    ),
    (
        "country",
        lambda column: (
            column.content.country
            * (column.distinct <= 300)
            * (column.content.length >= 2)
            * (column.content.boolean < 0.5)
        ),
        0.8,
        "a country",
    ),
    (
        "address_block",
        lambda column: column.content.address_block * (column.content.street_line > 0.5),
        0.7,
        "a whole address",
    ),
    (
        "addr_line1",
        lambda column: min(column.content.street * 1.4, column.content.street_line, 1.0),
        0.7,
        "a street line",
    ),
)
"""Tried in this order; each is a form that little else has."""
