"""Texts for people: complete in four languages, and there for every code the engine can give."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from markupsafe import escape

from engine.matching.blocking import families
from engine.matching.comparisons import everything
from engine.presentation import render_html, report, report_data
from engine.presentation.catalogue import FILES, catalogue, read
from engine.presentation.files import FILES as OUTPUTS
from engine.presentation.files import FOLDERS, OTHERS
from engine.rulebook import RuleBook
from engine.rulebook.matching import MatchRules
from engine.tables import GOLDEN_CONTACT, QUALITY_EXPECTATION, STANDARDISE_RECORD
from engine.vocabulary import CONTACT_ATTRIBUTES, KINDS, LANGUAGES, RECORD_ATTRIBUTES, Language
from engine.workspace import Workspace
from tests.presentation import reason_codes
from tests.presentation.scene import CANARY, scene

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


def test_a_field_of_the_import_file_is_called_as_in_the_file() -> None:
    assert catalogue("de").attribute("CONTACT_NR") == "CONTACT_NR"


def test_every_code_of_matching_has_words_and_levels_of_one_comparison_differ() -> None:
    rules = RuleBook().load("matching/model.yml", MatchRules)
    known = read("compared")
    for kind in KINDS:
        compared = everything(kind, rules.comparisons)
        codes = {f"comparison.{one.name}" for one in compared if not one.name.startswith("extra")}
        codes |= {f"level.{level.name}" for one in compared for level in one.levels}
        codes |= {f"family.{family.name}" for family in families(kind)}
        assert sorted(codes - set(known)) == []
        for one in compared:
            for language in LANGUAGES:
                shown = [catalogue(language).compared("level", level.name) for level in one.levels]
                assert len(set(shown)) == len(shown), (one.name, language)  # a chart would draw two bars as one


def test_numbers_are_written_as_the_language_writes_them() -> None:
    shown = {language: catalogue(language).number(1_234_567) for language in LANGUAGES}
    assert shown == {"en": "1,234,567", "fr": "1\u202f234\u202f567", "de": "1’234’567", "it": "1.234.567"}
    assert catalogue("fr").percent(0.1234) == "12,3\xa0%"
    assert catalogue("de").percent(0.00001) == "<0.1\xa0%"


TEMPLATES = Path(report.__file__).parent / "templates"

FAMILIES = {"handover": "milestone", "receipt": "receipt", "analysis": "analysis", "protocol": "protocol"}
"""Templates whose texts stand in a file of their own."""


def keys_in_templates() -> set[str]:
    """Keys written out in the templates and charts; those put together at run time are counted by their family."""
    found: set[str] = set()
    for path in TEMPLATES.rglob("*.j2"):
        family = FAMILIES.get(path.name.split(".")[0], "report")
        found.update(
            f"{family}.{key}" for key in re.findall(r"""\bt\("([^"]+)"[,)]""", path.read_text(encoding="utf-8"))
        )
    charts = (TEMPLATES.parent / "charts.py").read_text(encoding="utf-8")
    found.update(re.findall(r'say\.text\("([^"{]+)"', charts))
    return found


def test_every_key_in_the_templates_exists() -> None:
    found = keys_in_templates()
    assert len(found) > 100
    assert sorted(found - set(catalogue("en").texts)) == []


def test_every_output_file_is_explained_in_every_language() -> None:
    names = {*(file.name for file in OUTPUTS), *OTHERS, *FOLDERS}
    assert sorted(names - {key.removeprefix("report.file.") for key in catalogue("de").texts}) == []


def test_no_template_has_words_of_its_own() -> None:
    """Text between tags is put there by a key: a letter outside of tags and expressions would be English for all."""
    for path in sorted((TEMPLATES / "sections").glob("*.j2")):
        text = re.sub(
            r"{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>|&[a-z]+;", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        assert re.findall(r"[A-Za-z]{2,}", text) == [], path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_in_its_language_and_holds_no_value(ws: Workspace, language: Language) -> None:
    html = render_html(report_data(ws, replace(scene(ws), language=language)))
    words = catalogue(language)
    assert f'<html lang="{language}">' in html
    for key in ("chapter.quality", "profile.overview", "overview.ledger", "matching.sizes", "delivery.held"):
        assert str(escape(words.text(f"report.{key}"))) in html, key
    assert CANARY not in html
