"""The shipped rules, compiled once for all tests of the standardisers."""

from __future__ import annotations

from engine.rulebook.load import RuleBook
from engine.rulebook.standardisation import Dates, EmailDomains, Languages, Placeholders
from engine.standardise.dates import DateWords
from engine.standardise.emails import EmailWords
from engine.standardise.languages import LanguageWords
from engine.standardise.name_words import NameWords
from engine.standardise.placeholders import PlaceholderWords

BOOK = RuleBook()
_PLACEHOLDERS = BOOK.load("standardisation/placeholders.yml", Placeholders)

NAMES = NameWords.load(BOOK)
PLACEHOLDERS = PlaceholderWords.of(_PLACEHOLDERS)
EMAILS = EmailWords.of(BOOK.load("standardisation/email_domains.yml", EmailDomains), _PLACEHOLDERS)
DATES = DateWords.of(BOOK.load("standardisation/dates.yml", Dates), _PLACEHOLDERS)
LANGUAGES = LanguageWords.of(BOOK.load("standardisation/languages.yml", Languages), _PLACEHOLDERS)
