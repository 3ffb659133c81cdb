"""Laws of every standardiser: it never raises, and what it wrote it reads as itself."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.standardise.cleaning import clean
from engine.standardise.dates import standardise_birth_date
from engine.standardise.emails import email_class, email_reason, standardise_emails
from engine.standardise.folding import fold
from engine.standardise.identifiers import (
    standardise_identifier,
    standardise_siren,
    standardise_siret,
    standardise_vat,
)
from engine.standardise.languages import standardise_language
from engine.standardise.organisations import standardise_organisation
from engine.standardise.person_names import (
    person_in_organisation,
    standardise_first_name,
    standardise_full_name,
    standardise_last_name,
)
from engine.standardise.titles import standardise_title
from engine.standardise.websites import standardise_website
from tests.standardise.words import DATES, EMAILS, LANGUAGES, NAMES, PLACEHOLDERS

_PIECES = (
    "Jean DUPONT dupont de la van der d' l' O' Mc née geb. épouse M. Mme Dr. Prof. et & / , ; - ( ) SARL SA AG Jr fils "
    "Müller ÉCOLE Marie Hans 1985 12 @ gmail.com .fr xxx ? none Ã© ß ﬁ 李 Иван I i"
)
PIECES = st.sampled_from(_PIECES.split(" "))
WORDS = st.lists(PIECES, max_size=6).map(" ".join)
ANY_CHARACTER = st.characters(codec=None, exclude_categories=())
"""Surrogates and NUL too: nothing that can stand in a Python string may stop a run."""

TEXT = st.one_of(st.text(max_size=25), WORDS)
ANY_TEXT = st.one_of(st.text(ANY_CHARACTER, max_size=20), WORDS)
LAST_NAMES = st.sampled_from(
    ["DUPONT", "de la Tour", "VAN DER BERG", "MCDONALD", "macleod", "d'Arc", "O'NEILL", "Müller-Meier", "STRAUß",
     "IJSSELMUIDEN", "Ortega y Gasset", "LE GOFF", "İNÖNÜ", "ПЕТРОВ", "'t Hart", "Dr. Meier", "Mme Dupont"]
)  # fmt: skip
WRITTEN_IN = st.sampled_from(
    ["{} (décédé)", "{} NPAI", "{} - ne plus contacter", "verstorben {}", "{} 0612345678", "{} jean@dupont.fr", "*{}*",
     "{} 😀", "  {} ", "{},", "{}\u200b", "{} - do not contact", "{} c/o Martin"]
)  # fmt: skip
STYLES = st.sampled_from(sorted(NAMES.styles))
RELAXED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@RELAXED
@given(TEXT)
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    assert clean(clean(raw).text).text == clean(raw).text


@RELAXED
@given(TEXT, STYLES)
def test_names_never_raise(raw: str, style: str) -> None:
    standardise_full_name(raw, NAMES, style=style, country="FR")
    standardise_first_name(raw, NAMES, style=style)
    standardise_last_name(raw, NAMES, style=style, country="CH")


@RELAXED
@given(ANY_TEXT, STYLES)
def test_no_text_stops_a_standardiser_of_persons_and_structures(raw: str, style: str) -> None:
    for titled in (False, True):
        standardise_full_name(raw, NAMES, style=style, country="FR", order="mostly_last_first", titled=titled)
        standardise_first_name(raw, NAMES, style=style, titled=titled)
        standardise_last_name(raw, NAMES, style=style, country="IT", titled=titled)
    person_in_organisation(raw, NAMES, style=style)
    standardise_title(raw, NAMES.titles)
    standardise_organisation(raw, "CH", NAMES.organisations)
    standardise_language(raw, LANGUAGES)
    for read in (standardise_siret, standardise_siren, standardise_identifier):
        read(raw, PLACEHOLDERS)
    standardise_vat(raw, "BE", PLACEHOLDERS)


@RELAXED
@given(LAST_NAMES, WRITTEN_IN, STYLES)
def test_what_is_written_into_a_last_name_goes_and_the_name_is_the_same(name: str, pattern: str, style: str) -> None:
    clean_name = standardise_last_name(name, NAMES, style=style)
    found = standardise_last_name(pattern.format(name), NAMES, style=style)
    assert found.last_name == clean_name.last_name
    assert found.reason is not None or fold(pattern.format("")) == ""


@RELAXED
@given(LAST_NAMES, STYLES)
def test_a_standard_last_name_is_read_as_itself(name: str, style: str) -> None:
    once = standardise_last_name(name, NAMES, style=style).last_name
    assert once is not None
    assert standardise_last_name(once, NAMES, style=style).last_name == once


@RELAXED
@given(st.lists(st.sampled_from("abcdezéÉÇüÖłŠOMc'-’ ".strip()), min_size=2, max_size=12).map("".join), STYLES)
def test_proper_case_is_stable(word: str, style: str) -> None:
    once = NAMES.cased([word], style)
    if once is not None:
        assert NAMES.cased([once], style) == once


@RELAXED
@given(
    st.sampled_from(sorted(NAMES.first_names)),
    st.sampled_from(["dupont", "martin", "o'neill", "mckenzie", "de-brito", "lang"]),
    STYLES,
)
def test_a_standard_name_stays_as_it_is(first: str, last: str, style: str) -> None:
    name = standardise_full_name(f"{first} {last}", NAMES, style=style)
    again = standardise_full_name(f"{name.first_name} {name.last_name}", NAMES, style=style)
    assert (again.first_name, again.last_name) == (name.first_name, name.last_name)
    assert fold(f"{name.first_name} {name.last_name}") == fold(f"{first} {last}")


@RELAXED
@given(TEXT)
def test_an_organisation_is_read_as_itself(raw: str) -> None:
    once = standardise_organisation(raw, "FR", NAMES.organisations)
    if once.name is not None:
        assert standardise_organisation(once.name, "FR", NAMES.organisations)[:2] == once[:2]


@RELAXED
@given(st.one_of(TEXT, st.emails()))
def test_an_email_is_read_as_itself_and_always_judged(raw: str) -> None:
    found = standardise_emails(raw, EMAILS)
    for email in found.emails:
        assert standardise_emails(email, EMAILS).emails == (email,)
        assert email_class(email, EMAILS) in {"personal", "role", "disposable"}
        email_reason(email, EMAILS)


@RELAXED
@given(st.one_of(TEXT, st.dates().map(str), st.from_regex(r"\A[0-3]?\d[./-][01]?\d[./-]\d{2,4}\Z")))
def test_a_date_lies_in_the_past_and_is_read_as_itself(raw: str) -> None:
    today = date(2026, 11, 22)
    found = standardise_birth_date(raw, DATES, order="undecided", as_of=today)
    if found.day is not None:
        assert found.day <= today
        assert standardise_birth_date(found.day.isoformat(), DATES, order="undecided", as_of=today).day == found.day
    else:
        assert found.reason is not None or not clean(raw).text.strip(" '\"")


@RELAXED
@given(st.one_of(TEXT, st.from_regex(r"\A[A-Z]{0,3}\d{7,14}[A-Z]{0,4}\Z")))
def test_numbers_websites_and_languages_are_read_as_themselves(raw: str) -> None:
    for once, again in (
        (standardise_siret(raw, PLACEHOLDERS), lambda value: standardise_siret(value, PLACEHOLDERS)),
        (standardise_siren(raw, PLACEHOLDERS), lambda value: standardise_siren(value, PLACEHOLDERS)),
        (standardise_vat(raw, "FR", PLACEHOLDERS), lambda value: standardise_vat(value, "FR", PLACEHOLDERS)),
        (standardise_identifier(raw, PLACEHOLDERS), lambda value: standardise_identifier(value, PLACEHOLDERS)),
        (standardise_website(raw, PLACEHOLDERS), lambda value: standardise_website(value, PLACEHOLDERS)),
        (standardise_language(raw, LANGUAGES), lambda value: standardise_language(value, LANGUAGES)),
    ):
        if once.value is not None:
            assert again(once.value).value == once.value


@RELAXED
@given(TEXT)
def test_titles_never_raise(raw: str) -> None:
    found = standardise_title(raw, NAMES.titles)
    assert found.title in {None, "MR", "MRS", "MISS", "MR_AND_MRS"}
