"""Standardisers that a mapping may call by name, for a column before its turn: the functions of this stage, no others.

Each is given the distinct values of one column and answers for each: the standard value, or None where it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.rulebook import RuleBook
from engine.rulebook.standardisation import Dates, EmailDomains, Languages, Placeholders
from engine.standardise.cleaning import clean
from engine.standardise.country_names import CountryIndex, standardise_country
from engine.standardise.dates import DateWords, decide_day_month, standardise_birth_date, standardise_day
from engine.standardise.emails import EmailWords, standardise_emails
from engine.standardise.identifiers import standardise_identifier, standardise_siren, standardise_siret, standardise_vat
from engine.standardise.languages import LanguageWords, standardise_language
from engine.standardise.name_words import NameWords
from engine.standardise.organisations import standardise_organisation
from engine.standardise.phone_numbers import PhoneRules, read_phone_cell
from engine.standardise.placeholders import PlaceholderWords
from engine.standardise.titles import standardise_gender, standardise_title
from engine.standardise.websites import standardise_website

Answers = list[str | None]


@dataclass(frozen=True, slots=True)
class NamedStandardisers:
    """The standardisers of a run.

    Attributes:
        book: the rules.
        home_country: for telephone and VAT numbers without a country.
        as_of: today; later dates are refused.
    """

    book: RuleBook
    home_country: str | None
    as_of: date

    def __call__(self, name: str, values: Sequence[str]) -> Answers:
        """What the standardiser ``name`` makes of ``values``; it never raises on a value.

        Raises:
            KeyError: no standardiser is called so (the mapping's model allows no other).
        """
        return _MAKERS[name](self, values)

    @property
    def _placeholders(self) -> Placeholders:
        return self.book.load("standardisation/placeholders.yml", Placeholders)

    def _email(self, values: Sequence[str]) -> Answers:
        words = EmailWords.of(self.book.load("standardisation/email_domains.yml", EmailDomains), self._placeholders)
        return ["; ".join(standardise_emails(value, words).emails) or None for value in values]

    def _phone(self, values: Sequence[str]) -> Answers:
        rules = PhoneRules.of(self.book)
        return ["; ".join(read_phone_cell(value, self.home_country, rules).numbers) or None for value in values]

    def _website(self, values: Sequence[str]) -> Answers:
        words = PlaceholderWords.of(self._placeholders)
        return [standardise_website(value, words).value for value in values]

    def _language(self, values: Sequence[str]) -> Answers:
        words = LanguageWords.of(self.book.load("standardisation/languages.yml", Languages), self._placeholders)
        return [standardise_language(value, words).value for value in values]

    def _dates(self, values: Sequence[str], *, birth: bool) -> Answers:
        words = DateWords.of(self.book.load("standardisation/dates.yml", Dates), self._placeholders)
        order = decide_day_month(values)
        read = standardise_birth_date if birth else standardise_day
        found = [read(value, words, order=order, as_of=self.as_of).day for value in values]
        return [day.isoformat() if day is not None else None for day in found]

    def _title(self, values: Sequence[str]) -> Answers:
        words = NameWords.load(self.book).titles
        return [standardise_title(value, words).title for value in values]

    def _gender(self, values: Sequence[str]) -> Answers:
        words = NameWords.load(self.book).titles
        return [standardise_gender(value, words) for value in values]

    def _country(self, values: Sequence[str]) -> Answers:
        index = CountryIndex.of(self.book)
        return [standardise_country(value, index).value for value in values]

    def _organisation(self, values: Sequence[str]) -> Answers:
        words = NameWords.load(self.book).organisations
        return [standardise_organisation(value, self.home_country, words).name for value in values]

    def _number(self, values: Sequence[str], kind: str) -> Answers:
        words = PlaceholderWords.of(self._placeholders)
        if kind == "vat":
            return [standardise_vat(value, self.home_country, words).value for value in values]
        read = {"siret": standardise_siret, "siren": standardise_siren, "identifier": standardise_identifier}[kind]
        return [read(value, words).value for value in values]

    def _clean(self, values: Sequence[str]) -> Answers:
        return [clean(value).text or None for value in values]


_MAKERS: Mapping[str, Callable[[NamedStandardisers, Sequence[str]], Answers]] = {
    "email": NamedStandardisers._email,
    "phone": NamedStandardisers._phone,
    "website": NamedStandardisers._website,
    "language": NamedStandardisers._language,
    "birth_date": lambda ours, values: ours._dates(values, birth=True),
    "date": lambda ours, values: ours._dates(values, birth=False),
    "title": NamedStandardisers._title,
    "gender": NamedStandardisers._gender,
    "country": NamedStandardisers._country,
    "organisation": NamedStandardisers._organisation,
    "siret": lambda ours, values: ours._number(values, "siret"),
    "siren": lambda ours, values: ours._number(values, "siren"),
    "vat": lambda ours, values: ours._number(values, "vat"),
    "identifier": lambda ours, values: ours._number(values, "identifier"),
    "clean": NamedStandardisers._clean,
}

NAMES: frozenset[str] = frozenset(_MAKERS)
"""Names a mapping may use; the same as in its model (tested)."""
