"""Check digits as SQL: conditions on a text column, true when form and check digits are right.

Sources: ISO/IEC 7812-1 annex B (Luhn) for SIREN and SIRET, with La Poste's own rule for its SIRETs (sum of digits a
multiple of 5); Swiss UID: weights 5 4 3 2 7 6 5 4, modulo 11 (eCH-0097); Belgium: 97 minus the first eight digits
modulo 97; France's VAT key: (12 + 3 * (SIREN mod 97)) mod 97.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import add
from typing import Any

import sqlalchemy as sa

Condition = Any
"""An SQLAlchemy element; its types do not say so much."""

_LA_POSTE = "356000000"
_UID_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4)


def _digit(text: Any, place: int) -> Any:
    """The digit at ``place`` (1 = first), by its code point: no cast that could fail on a letter."""
    return sa.func.ascii(sa.func.substr(text, place, 1)) - 48


def _sum(parts: Iterable[Any]) -> Any:
    return reduce(add, parts)


def _number(text: Any, first: int, length: int) -> Any:
    """The number that ``length`` digits from ``first`` make."""
    return _sum(_digit(text, first + place) * 10 ** (length - 1 - place) for place in range(length))


def _luhn(text: Any, length: int) -> Condition:
    """Every second digit from the right, the last left out, doubled; the digits of all add up to a multiple of ten."""
    parts = []
    for place in range(1, length + 1):
        digit = _digit(text, place)
        doubled = (length - place) % 2 == 1
        parts.append(digit * 2 - sa.case((digit > 4, 9), else_=0) if doubled else digit)
    return sa.func.mod(_sum(parts), 10) == 0


def _matches(text: Any, form: str) -> Condition:
    return sa.func.regexp_full_match(text, form)


def siren(text: Any) -> Condition:
    """Nine digits, Luhn."""
    return _matches(text, r"\d{9}") & _luhn(text, 9)


def siret(text: Any) -> Condition:
    """Fourteen digits, Luhn; of La Poste's offices the sum of digits is a multiple of five instead."""
    posts = sa.func.mod(_sum(_digit(text, place) for place in range(1, 15)), 5) == 0
    post_office = sa.func.starts_with(text, _LA_POSTE)
    return _matches(text, r"\d{14}") & (_luhn(text, 14) | (post_office & posts))


def vat(text: Any) -> Condition:
    """A country code and its number; CHE, BE and FR (keys of two digits) by their check digits, others by form."""
    weighted = _sum(_digit(text, 3 + place) * weight for place, weight in enumerate(_UID_WEIGHTS, start=1))
    swiss = _matches(text, r"CHE\d{9}") & (sa.func.mod(11 - sa.func.mod(weighted, 11), 11) == _digit(text, 12))
    belgian = _matches(text, r"BE\d{10}") & (97 - sa.func.mod(_number(text, 3, 8), 97) == _number(text, 11, 2))
    key = sa.func.mod(12 + 3 * sa.func.mod(_number(text, 5, 9), 97), 97)
    french = sa.case((_matches(text, r"FR\d{11}"), key == _number(text, 3, 2)), else_=_matches(text, r"FR\w{2}\d{9}"))
    return sa.case(
        (sa.func.starts_with(text, "CH"), swiss),
        (sa.func.starts_with(text, "BE"), belgian),
        (sa.func.starts_with(text, "FR"), french),
        else_=_matches(text, r"[A-Z]{2}[0-9A-Z]{2,12}"),
    )


SCHEMES: Mapping[str, Callable[[Any], Condition]] = {"siren": siren, "siret": siret, "vat": vat}
"""Condition of each numbering scheme."""
