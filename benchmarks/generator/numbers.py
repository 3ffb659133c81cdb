"""Phone numbers and enterprise numbers that a checker accepts."""

from __future__ import annotations

from benchmarks.generator.dice import Dice
from benchmarks.generator.vocabulary import CALLING_CODES

LANDLINE_AREAS = {
    "FR": (
        "140 142 143 145 146 147 148 149 153 156 160 164 169 240 243 247 251 299 320 327 344 380 381 383 388 389 "
        "450 456 472 474 476 478 479 491 493 494 549 556 559 561 562 565"
    ),
    "CH": "21 22 24 26 27 31 32 33 34 41 43 44 52 55 56 61 62 71 81 91",
    "DE": "30 40 69 89 221 711 351 341 511 911 721 621 821 228 251 421 7531",
    "IT": "02 06 011 051 055 010 081 041 045 031 0332 049 040",
    "BE": "2 42 43 81 71 65 69 63",
    "LU": "26 27 24 45",
    "AT": "1 662 512 732 5574",
}
LANDLINE_LENGTH = {"FR": 9, "CH": 9, "DE": 10, "IT": 10, "BE": 8, "LU": 8, "AT": 10}
MOBILE_STARTS = {
    "FR": "60 61 62 63 66 67 68 76 77 78",
    "CH": "76 77 78 79",
    "DE": "151 152 157 160 170 171 172 175 176",
    "IT": "320 328 333 338 340 347 348 349 389",
    "BE": "470 471 475 478 485 486 494 496",
    "LU": "621 661 691",
    "AT": "664 676 699 650",
}
MOBILE_LENGTH = {"FR": 9, "CH": 9, "DE": 11, "IT": 10, "BE": 9, "LU": 9, "AT": 10}


def landline(dice: Dice, country: str) -> str:
    """A fixed-line number in E.164 form."""
    return _number(dice, country, LANDLINE_AREAS[country], LANDLINE_LENGTH[country])


def mobile(dice: Dice, country: str) -> str:
    """A mobile number in E.164 form."""
    length = MOBILE_LENGTH[country]
    start = dice.pick(MOBILE_STARTS[country].split())
    if start in {"160", "170", "171", "172", "175", "176"}:  # the older German mobile prefixes are a digit shorter
        length = 10
    return _number(dice, country, start, length)


def _number(dice: Dice, country: str, starts: str, length: int) -> str:
    start = dice.pick(starts.split())
    rest = str(dice.number(2, 8)) + dice.digits(length - len(start) - 1)
    return f"+{CALLING_CODES[country]}{start}{rest}"


def siren(dice: Dice) -> str:
    """Nine digits, the last one by Luhn."""
    return _with_luhn(str(dice.number(3, 9)) + dice.digits(7))


def siret(dice: Dice, siren_number: str) -> str:
    """A SIRET of that SIREN: five more digits, the whole by Luhn."""
    return _with_luhn(f"{siren_number}{dice.number(1, 40):04d}")


def _with_luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return digits + str(-total % 10)


def uid(dice: Dice) -> str:
    """A Swiss enterprise number, CHE and nine digits, the last one by weights modulo 11."""
    while True:
        body = str(dice.number(1, 4)) + dice.digits(7)
        check = -sum(int(digit) * weight for digit, weight in zip(body, (5, 4, 3, 2, 7, 6, 5, 4), strict=True)) % 11
        if check < 10:
            return f"CHE{body}{check}"
