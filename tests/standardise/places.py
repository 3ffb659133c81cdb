"""The shipped rules about places, compiled once for all tests."""

from __future__ import annotations

from engine.rulebook.load import RuleBook
from engine.rulebook.standardisation import Placeholders
from engine.standardise.country_names import CountryIndex
from engine.standardise.phone_numbers import PhoneRules
from engine.standardise.placeholders import PlaceholderWords
from engine.standardise.postcodes import PostcodeRules
from engine.standardise.street_lines import LineRules
from engine.standardise.towns import TownRules

BOOK = RuleBook()
LINES = LineRules.of(BOOK)
PLACEHOLDERS = PlaceholderWords.of(BOOK.load("standardisation/placeholders.yml", Placeholders))
TOWNS = TownRules.of(BOOK)
POSTCODES = PostcodeRules.of(BOOK)
PHONES = PhoneRules.of(BOOK)
COUNTRIES = CountryIndex.of(BOOK)
