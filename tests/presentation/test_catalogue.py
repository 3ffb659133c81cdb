"""Texts for people: complete in four languages, and there for every code the engine can give."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any

import pytest

from engine.presentation.catalogue import FILES, catalogue, read
from engine.tables import GOLDEN_CONTACT, QUALITY_EXPECTATION, STANDARDISE_RECORD
from engine.vocabulary import CONTACT_ATTRIBUTES, LANGUAGES, RECORD_ATTRIBUTES, Language
from tests.presentation import reason_codes

ENTRIES = [(name, key, entry) for name in FILES for key, entry in read(name).items()]


def texts(entry: dict[str, Any]) -> list[dict[str, str]]:
    return [entry["name"], entry["todo"]] if "todo" in entry else [entry]


def test_every_text_stands_in_all_four_languages() -> None:
    for name, key, entry in ENTRIES:
        for text in texts(entry):
            assert tuple(text) == LANGUAGES, f"{name}.{key}"
            assert all(isinstance(words, str) and words.strip() == words != "" for words in text.values()), key


def test_all_languages_fill_in_the_same_names() -> None:
    for name, key, entry in ENTRIES:
        for text in texts(entry):
            names = {
                language: {part[1] for part in Formatter().parse(text[language]) if part[1]} for language in LANGUAGES
            }
            assert len({frozenset(found) for found in names.values()}) == 1, f"{name}.{key}: {names}"


@pytest.mark.parametrize(
    "codes",
    [
        reason_codes.codes_of_expectations,
        reason_codes.codes_of_standardisation,
        reason_codes.codes_of_intake,
        reason_codes.codes_of_delivery,
    ],
)
def test_every_reason_code_the_engine_can_give_has_words_and_advice(codes: Any) -> None:
    found = codes()
    assert len(found) >= 2
    assert sorted(found - set(read("reasons"))) == []


def test_names_of_problems_are_short_enough_for_a_sheet() -> None:
    for code, entry in read("reasons").items():
        assert all(len(entry["name"][language]) <= 28 for language in LANGUAGES), code


def test_every_attribute_has_a_name() -> None:
    columns = {column for column in STANDARDISE_RECORD.column_names if not re.search("_(raw|reason|source)$", column)}
    judged = {*RECORD_ATTRIBUTES, *CONTACT_ATTRIBUTES, "record"}
    assert sorted(judged - set(read("attributes"))) == []
    assert {"title", "email"} <= columns & set(GOLDEN_CONTACT.column_names)


def test_the_four_languages_differ() -> None:
    for _, key, entry in ENTRIES:
        if "todo" in entry:
            assert len(set(entry["todo"].values())) == 4, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_contract_has_a_sentence_in_every_language(language: Language) -> None:
    assert ("sentence" if language == "en" else f"sentence_{language}") in QUALITY_EXPECTATION.column_names


def test_what_only_a_project_knows_is_shown_as_words() -> None:
    words = catalogue("fr")
    assert words.reason("our_own_code") == "our own code"
    assert words.attribute("our_column") == "our column"
    assert words.todo("our_own_code") == words.todo("doubted")


def test_numbers_are_written_as_the_language_writes_them() -> None:
    shown = {language: catalogue(language).number(1_234_567) for language in LANGUAGES}
    assert shown == {"en": "1,234,567", "fr": "1\u202f234\u202f567", "de": "1’234’567", "it": "1.234.567"}
    assert catalogue("fr").percent(0.1234) == "12,3\xa0%"
    assert catalogue("de").percent(0.00001) == "<0.1\xa0%"
