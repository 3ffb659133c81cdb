"""What the values of a column look like: shares of them that pass simple tests.

The tests only have to recognise a column, where most values must pass; what one value means is the business of
engine/standardise.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from engine.rulebook.mapping import ContentRules, fold

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"(?:https?://\S+|www\.\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,10}(?:/\S*)?)", re.IGNORECASE)
_DATE = re.compile(
    r"(?:(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})"
    r"|(?P<d2>\d{1,2})[-/. ](?P<m2>\d{1,2})[-/. ](?P<y2>\d{4}|\d{2})"
    r"|(?P<y3>(?:18|19|20)\d\d)(?P<m3>\d\d)(?P<d3>\d\d))"
    r"(?:[ T]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_NAMED_DATE = re.compile(
    r"(?:\d{1,2}\.?(?:er)?[ -](?:de )?[^\W\d]{3,10}\.?[ -](?:de )?\d{2,4}|[^\W\d]{3,10}\.? \d{1,2}, ?\d{4})"
)
_PHONE = re.compile(r"[+(\d][\d\s()./+\u00a0\u2009-]{4,24}\d")
_OTHER_NUMBER = re.compile(
    r"(?:(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])(?:\.(?!$)|$)){4}"  # an address of a computer
    r"|\d{3}\.\d{3}\.\d{3}-\d{2}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}"  # CPF, CNPJ
    r"|\d{3}-\d{2}-\d{4}"  # SSN
)
"""Written like a telephone number, and none."""
_DIGITS = re.compile(r"\d")
_POSTCODE = re.compile(
    r"(?:[A-Z]{1,3}[- ]?)?\d{4,5}(?:-\d{3,4})?|\d{4} ?[A-Z]{2}|"
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|L-?\d{4}",
    re.IGNORECASE,
)
_POSTCODE_TOWN = re.compile(r"(?:[A-Z]{1,3}[- ])?\d{4,5}(?: [A-Z]{2}(?= ))?,? +[^\W\d][^\d]*", re.IGNORECASE)
_MONTH_OF_YEAR = re.compile(r"(?:0?[1-9]|1[0-2])[-/. ][12]\d{3}|[12]\d{3}[-/. ](?:0?[1-9]|1[0-2])")
_INTEGER = re.compile(r"-?\d+(?:\.0+)?")
_DECIMAL = re.compile(r"-?[\d' ]+[.,]\d+ ?(?:€|chf|eur|fr\.?)?", re.IGNORECASE)
_HOUSE = re.compile(r"\d{1,5}(?: ?[-/+] ?\d{1,5})? ?(?:[a-z]|bis|ter|quater)?", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:#-]*")
_UUID = re.compile(r"\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?", re.IGNORECASE)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_VAT = re.compile(r"(?:[A-Z]{2,3}[-. ]?)?[A-Z0-9]?[\d. -]{7,14}[A-Z0-9]{0,3}(?: ?(?:TVA|MWST|IVA))?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_LETTER = re.compile(r"[^\W\d_]")
_SIZE = 1_000  # distinct values tested
_FEW = 30  # a column of so few values is one of codes
_LONGEST = 200  # characters tested: a memo of 30,000 must not slow a search down


@dataclass(frozen=True)
class Content:
    """Shares (0..1) of the values of one column that pass a test; ``values`` are a sample in the order of a hash.

    Every share is 0 for a column without values.
    """

    values: tuple[str, ...]
    rules: ContentRules

    @classmethod
    def of(cls, cells: Iterable[str], rules: ContentRules) -> Content:
        """Content of sampled cells, in any order; values typed because a field was compulsory are left out.

        Each value counts once, save in a column of few values: there a rare odd one must not weigh like the usual ones.
        """
        counts = Counter(cell[:_LONGEST] for cell in cells if cell and cell.lower() not in rules.blank)
        values = sorted(counts, key=_by_content)[:_SIZE]
        if len(values) <= _FEW:
            unit = max(1, counts.total() // _SIZE)
            values = [value for value in values for _ in range(max(1, counts[value] // unit))]
        return cls(tuple(values), rules)

    def share(self, test: Callable[[str], object]) -> float:
        """Share of the values that pass ``test``."""
        return sum(bool(test(value)) for value in self.values) / len(self.values) if self.values else 0.0

    def _listed(self, name: str) -> float:
        words = self.rules.words[name]
        return sum(word in words for word in self.folded) / len(self.folded) if self.folded else 0.0

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """Values folded; signs alone stay as they are."""
        return tuple(fold(value) or value for value in self.values)

    @cached_property
    def tokens(self) -> tuple[tuple[str, ...], ...]:
        """Folded words of each value."""
        return tuple(tuple(value.split()) for value in self.folded)

    # -- forms --------------------------------------------------------------------------------

    @cached_property
    def email(self) -> float:
        return self.share(lambda value: _EMAIL.search(value))

    @cached_property
    def url(self) -> float:
        return self.share(lambda value: "@" not in value and _URL.fullmatch(value))

    @cached_property
    def date(self) -> float:
        return self.share(lambda value: _year(value) is not None or _NAMED_DATE.fullmatch(value))

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years of the dates among the values, sorted; two-digit years left out."""
        return tuple(sorted(year for value in self.values if (year := _year(value)) is not None and year > 99))

    @cached_property
    def month_of_year(self) -> float:
        """Values that are a month with its year."""
        return self.share(_MONTH_OF_YEAR.fullmatch)

    @cached_property
    def phone(self) -> float:
        """Values with the characters and the length of a telephone number; several numbers in a cell count too."""
        return self.share(_is_phone)

    @cached_property
    def phone_written(self) -> float:
        """Phone numbers that show it: a plus, a leading zero, or grouping."""
        return self.share(lambda value: _is_phone(value) and (value[0] in "+0(" or re.search(r"\d[ ./()-]+\d", value)))

    @cached_property
    def postcode(self) -> float:
        return self.share(lambda value: _POSTCODE.fullmatch(value))

    @cached_property
    def postcode_town(self) -> float:
        return self.share(lambda value: _POSTCODE_TOWN.fullmatch(value))

    @cached_property
    def integer(self) -> float:
        return self.share(lambda value: _INTEGER.fullmatch(value))

    @cached_property
    def decimal(self) -> float:
        return self.share(lambda value: _DECIMAL.fullmatch(value))

    @cached_property
    def house(self) -> float:
        return self.share(lambda value: _HOUSE.fullmatch(value))

    @cached_property
    def code(self) -> float:
        """One word of letters, digits and signs with a digit in it."""
        return self.share(lambda value: _CODE.fullmatch(value) and _DIGITS.search(value))

    @cached_property
    def digits(self) -> float:
        """Values with a digit."""
        return self.share(lambda value: _DIGITS.search(value))

    @cached_property
    def text(self) -> float:
        """Values that are words: letters make up most of them, and no @."""
        return self.share(
            lambda value: "@" not in value and len(_LETTER.findall(value)) > 0.5 * len(value.replace(" ", ""))
        )

    @cached_property
    def letters(self) -> float:
        """Values with at least one letter."""
        return self.share(lambda value: _LETTER.search(value))

    @cached_property
    def length(self) -> float:
        """Mean length."""
        return sum(map(len, self.values)) / len(self.values) if self.values else 0.0

    def within(self, low: int, high: int) -> float:
        """Whole numbers from ``low`` to ``high``."""
        return self.share(lambda value: _INTEGER.fullmatch(value) and low <= int(float(value)) <= high)

    def digit_count(self, *counts: int) -> float:
        """Values with so many digits and no letter."""
        return self.share(lambda value: len(_DIGITS.findall(value)) in counts and not _LETTER.search(value))

    @cached_property
    def siret(self) -> float:
        return self.share(lambda value: _luhn(value, 14))

    @cached_property
    def card(self) -> float:
        return self.share(lambda value: _luhn(value, 16) and re.sub(r"\D", "", value)[0] in "3456")

    @cached_property
    def iban(self) -> float:
        return self.share(_is_iban)

    @cached_property
    def vat(self) -> float:
        return self.share(lambda value: _VAT.fullmatch(value))

    @cached_property
    def vat_written(self) -> float:
        """Tax numbers that begin with the letters of a country."""
        return self.share(
            lambda value: re.match(r"[A-Z]{2}", value) and _VAT.fullmatch(value) and len(_DIGITS.findall(value)) > 6
        )

    @cached_property
    def uuid(self) -> float:
        return self.share(lambda value: _UUID.fullmatch(value))

    # -- words --------------------------------------------------------------------------------

    @cached_property
    def civility(self) -> float:
        return self._listed("civility")

    @cached_property
    def academic(self) -> float:
        words = self.rules.words["academic"]
        return sum(value in words or all(token in words for token in value.split()) for value in self.folded) / max(
            1, len(self.folded)
        )

    @cached_property
    def gender(self) -> float:
        return self._listed("gender")

    @cached_property
    def language(self) -> float:
        return self._listed("language")

    @cached_property
    def country(self) -> float:
        return self._listed("country")

    @cached_property
    def kind(self) -> float:
        return self._listed("kind")

    @cached_property
    def boolean(self) -> float:
        return self._listed("boolean")

    @cached_property
    def status(self) -> float:
        return self._listed("status")

    @cached_property
    def first_name(self) -> float:
        """Values whose first word is a common given name."""
        names = self.rules.words["first_name"]
        return self._tokens(lambda words: words[0] in names)

    @cached_property
    def given_anywhere(self) -> float:
        """Values that hold a common given name."""
        names = self.rules.words["first_name"]
        return self._tokens(lambda words: any(word in names for word in words))

    @cached_property
    def organisation(self) -> float:
        """Values that look like the name of a structure: a word for one, a digit, a possessive, or four words and more
        without a given name among the first two."""
        words_for, given = self.rules.words["organisation"], self.rules.words["first_name"]
        hits = sum(
            any(word in words_for for word in words) or any(word.isdigit() for word in words)
            or (len(words) >= 4 and not any(word in given for word in words[:2]))
            or "&" in value or "'s " in value
            for value, words in zip(self.values, self.tokens, strict=True)
        )  # fmt: skip
        return hits / len(self.values) if self.values else 0.0

    @cached_property
    def named_organisation(self) -> float:
        """Values that hold a word for a structure."""
        words_for = self.rules.words["organisation"]
        return self._tokens(lambda words: any(word in words_for for word in words))

    def words_between(self, low: int, high: int) -> float:
        """Values of so many words."""
        return self._tokens(lambda words: low <= len(words) <= high)

    @cached_property
    def street(self) -> float:
        """Values with a word for a street."""
        streets, endings = self.rules.words["street"], tuple(self.rules.words["street_endings"])
        return self._tokens(
            lambda words: any(word in streets or (word.endswith(endings) and len(word) > 6) for word in words)
        )

    @cached_property
    def street_line(self) -> float:
        """Values with a word for a street or a number beside words."""
        return self.share(lambda value: re.search(r"\d", value) and len(_WORD.findall(value)) >= 1 and " " in value)

    @cached_property
    def address_block(self) -> float:
        """A whole address in one cell: several lines or commas, and a post code behind the street."""
        return self.share(_is_block)

    def _tokens(self, test: Callable[[tuple[str, ...]], bool]) -> float:
        return sum(bool(words) and test(words) for words in self.tokens) / len(self.tokens) if self.tokens else 0.0


def _by_content(value: str) -> tuple[int, str]:
    return zlib.crc32(value.encode("utf-8", "surrogatepass")), value


def _year(value: str) -> int | None:
    """Year of a date, None when the value is none; month and day must be possible in one of the two orders."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    parts = found.groupdict()
    year, one, two = next(
        (int(parts[f"y{n}"]), int(parts[f"m{n}"]), int(parts[f"d{n}"])) for n in "123" if parts[f"y{n}"] is not None
    )
    for month, day in ((one, two), (two, one)):
        try:
            date(year if year > 99 else 2000, month, day)
        except ValueError:
            continue
        return year
    return year if year > 99 and one <= 31 and two <= 31 else None


def _is_phone(value: str) -> bool:
    if _OTHER_NUMBER.fullmatch(value):
        return False
    number = re.sub(
        r"(?i)\(?0?\)?\s*(?:tel|tél|ph|fax|mob)\.?:?\s*|(?:ext|poste|x)\.?\s*\d+$", "", value.replace("\n", " ")
    )
    return all(
        bool(_PHONE.fullmatch(part.strip())) and 5 <= len(_DIGITS.findall(part)) <= 16 and _year(part.strip()) is None
        for part in re.split(r"[;,|]| / | ou | or ", number)
        if part.strip()
    )


def _is_block(value: str) -> bool:
    pieces = [piece for piece in re.split(r"[\n,;|]| - ", value) if piece.strip()]
    return (
        len(pieces) >= 2
        and len(value) > 15
        and any(re.search(r"\b(?:\d{4,5}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\b", p) for p in pieces[1:])
    )


def _luhn(value: str, length: int) -> bool:
    digits = re.sub(r"[\s.-]", "", value)
    if len(digits) != length or not digits.isdecimal():
        return False
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _is_iban(value: str) -> bool:
    compact = value.replace(" ", "").upper()
    if not _IBAN.fullmatch(compact) or not compact.isascii():
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1
