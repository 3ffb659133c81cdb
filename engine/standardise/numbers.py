"""Identifying numbers, web sites and languages of every record: one temp table of distinct values each."""

from __future__ import annotations

from functools import partial

from engine.rulebook.load import RuleBook
from engine.rulebook.standardisation import Languages, Placeholders
from engine.standardise.distinct import CHEAP_LIMIT, Function, run_distinct
from engine.standardise.identifiers import (
    standardise_identifier,
    standardise_siren,
    standardise_siret,
    standardise_vat,
)
from engine.standardise.languages import LanguageWords, standardise_language
from engine.standardise.placeholders import PlaceholderWords
from engine.standardise.value_log import log_values
from engine.standardise.websites import standardise_website
from engine.vocabulary import Standardised
from engine.workspace import Workspace

_SIREN_CELLS = """
    select raw, count(*) as rows
    from (select unnest([siren, siret, case when regexp_matches(vat, '\\d{9}') then vat end]) as raw from intake.record)
    where raw is not null group by raw order by raw
"""


def standardise_numbers(ws: Workspace, book: RuleBook, *, workers: int) -> None:
    """Make temp tables std_website, std_language, std_siret, std_siren, std_vat, std_identifier.

    Columns: raw (std_vat: and country), rows, standard, reason. std_siren also reads the SIRET and VAT cells: a
    SIREN stands inside both.
    """
    placeholders = book.load("standardisation/placeholders.yml", Placeholders)
    words = PlaceholderWords.of(placeholders)
    languages = LanguageWords.of(book.load("standardisation/languages.yml", Languages), placeholders)

    def read(attribute: str, select: str, function: Function) -> None:
        results = {"standard": "text", "reason": "text"}
        run_distinct(ws, f"std_{attribute}", select, function, results, workers=workers, limit=CHEAP_LIMIT)

    read("website", _cells("website"), partial(_website, words))
    read("language", _cells("language"), partial(_language, languages))
    read("siret", _cells("siret"), partial(_siret, words))
    read("siren", _SIREN_CELLS, partial(_siren, words))
    read("identifier", _cells("identifier"), partial(_identifier, words))
    read(
        "vat",
        "select record.vat as raw, coalesce(place.country, '') as country, count(*) as rows "
        "from intake.record as record left join std_country as place using (record_id) "
        "where record.vat is not null group by all order by all",
        partial(_vat, words),
    )
    log_values(ws, "website", "std_website", standard="standard", context="''", rules="placeholders.yml")
    log_values(ws, "language", "std_language", standard="standard", context="''", rules="languages.yml")
    log_values(ws, "siret", "std_siret", standard="standard", context="''", rules="placeholders.yml")
    log_values(ws, "identifier", "std_identifier", standard="standard", context="''", rules="placeholders.yml")
    log_values(ws, "vat", "std_vat", standard="standard", context="country", rules="placeholders.yml")
    log_values(
        ws,
        "siren",
        "(from std_siren where raw in (select siren from intake.record))",
        standard="standard",
        context="''",
        rules="placeholders.yml",
    )


def _cells(attribute: str) -> str:
    return (
        f"select {attribute} as raw, count(*) as rows from intake.record "
        f"where {attribute} is not null group by {attribute} order by {attribute}"
    )


def _pair(found: Standardised) -> tuple[object, ...]:
    return found.value, found.reason


def _website(words: PlaceholderWords, raw: str, _rows: int) -> tuple[object, ...]:
    return _pair(standardise_website(raw, words))


def _language(words: LanguageWords, raw: str, _rows: int) -> tuple[object, ...]:
    return _pair(standardise_language(raw, words))


def _siret(words: PlaceholderWords, raw: str, _rows: int) -> tuple[object, ...]:
    return _pair(standardise_siret(raw, words))


def _siren(words: PlaceholderWords, raw: str, _rows: int) -> tuple[object, ...]:
    return _pair(standardise_siren(raw, words))


def _identifier(words: PlaceholderWords, raw: str, _rows: int) -> tuple[object, ...]:
    return _pair(standardise_identifier(raw, words))


def _vat(words: PlaceholderWords, raw: str, country: str, _rows: int) -> tuple[object, ...]:
    return _pair(standardise_vat(raw, country or None, words))
