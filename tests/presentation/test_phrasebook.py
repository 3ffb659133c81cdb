"""What stages say in English, in the other languages: every phrase is one that a stage still says."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import engine
from engine.counted import counted, several
from engine.golden.preferences import PREFERENCES
from engine.presentation.catalogue import catalogue, read
from engine.presentation.phrasebook import in_language
from engine.vocabulary import LANGUAGES, Language

SOURCES = "\n".join(
    # texts broken over two lines are joined, as Python joins them
    re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8")).replace('\\"', '"')
    for path in sorted(Path(engine.__file__).parent.rglob("*.py"))
)


_JOINTS = re.compile(r"""\b1 \w+(?: \w+)?|^ \w+(?: \w+)?|[";:,(?)]|\.yml|\. """)


def own_text(pattern: str) -> list[str]:
    """Clauses of a pattern, between its names; counts, their nouns and constants are put in at run time."""
    parts = [text for text, *_ in Formatter().parse(pattern)]
    clauses = [part for text in parts for part in _JOINTS.split(text) if part]
    return [clause.strip(" .") for clause in clauses if len(clause.strip(" .")) >= 12]


@pytest.mark.parametrize("key", sorted(read("phrases")))
def test_every_phrase_is_said_by_a_stage(key: str) -> None:
    english = read("phrases")[key]["en"]
    missing = [text for text in own_text(english) if text not in SOURCES]
    assert missing == [], english


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phrase_is_found_again_by_its_own_english(language: Language) -> None:
    say = catalogue(language)
    for key, entry in read("phrases").items():
        names = {name for _, name, *_ in Formatter().parse(entry["en"]) if name}
        plain = dict.fromkeys(names, "7") | dict.fromkeys(names & {"header", "names", "codec", "marks"}, "Xyz")
        plain |= {"attribute": "email", "reason": "no_name", "kinds": "relays", "unit": "records", "compared": "name"}
        plain |= {name: "plain ASCII" for name in names if name.startswith("said")} | {"what": "state"}
        sentence = entry["en"].format(**plain)
        told = in_language(say, sentence)
        assert told.startswith(say.texts[f"phrases.{key}"].split("{")[0]), (key, sentence, told)


def test_a_sentence_is_put_into_the_language_with_its_numbers_and_codes() -> None:
    said = "crm.csv: read as cp1252 (guessed from 1,200 lines with accents)"
    assert in_language(catalogue("de"), said) == "crm.csv: als cp1252 gelesen (erraten aus 1’200 Zeilen mit Akzenten)"
    assert in_language(catalogue("fr"), "crm: birth_date writes the month first.") == (
        "crm\N{NO-BREAK SPACE}: date de naissance\N{NO-BREAK SPACE}: le mois vient en premier."
    )


def test_names_of_the_customer_are_left_as_they_are() -> None:
    said = 'header "1,200 of first_name", 98% of the values fit'
    assert "«1,200 of first_name»" in in_language(catalogue("it"), said)


def test_what_no_stage_says_is_left_as_it_is() -> None:
    for language in LANGUAGES:
        assert in_language(catalogue(language), "crm: a note of tomorrow, 1,200 of it") == (
            "crm: a note of tomorrow, 1,200 of it"
        )


def test_every_preference_has_words() -> None:
    assert sorted(set(PREFERENCES) - set(read("choices"))) == []


def test_a_rule_of_a_variant_or_a_home_says_so() -> None:
    assert catalogue("en").choice("home.rows_agree") == "home: most records agree"
    assert catalogue("en").choice("variant.of_tomorrow") == "variant: of tomorrow"


def test_french_says_nought_in_the_singular() -> None:
    assert catalogue("fr").text("report.overview.findings", 0) == "0 constat"
    assert catalogue("de").text("report.overview.findings", 0) == "0 Befunde"


def test_one_is_not_said_in_the_plural() -> None:
    assert [counted(count, "import row") for count in (0, 1, 1000)] == [
        "0 import rows",
        "1 import row",
        "1,000 import rows",
    ]
    assert several("entry") == "entries"
