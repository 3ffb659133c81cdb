"""Persons and organisations of every record: temp table std_person."""

from __future__ import annotations

from functools import partial
from typing import cast

import pyarrow as pa

from engine.rulebook.load import RuleBook
from engine.rulebook.standardisation import Kinds, NameParts
from engine.standardise.columns import NO_ANSWERS, Answers, note_answers
from engine.standardise.distinct import CHEAP_LIMIT, Function, run_distinct
from engine.standardise.folding import fold, fold_sql
from engine.standardise.name_order import SAMPLE, ColumnOrder, decide_order, is_titled
from engine.standardise.name_words import NameWords
from engine.standardise.organisations import standardise_organisation
from engine.standardise.person_names import (
    NameOrder,
    PersonName,
    person_in_organisation,
    standardise_first_name,
    standardise_full_name,
    standardise_last_name,
)
from engine.standardise.titles import standardise_gender, standardise_title
from engine.standardise.value_log import log_values
from engine.workspace import Workspace

_PERSON_RESULTS = {
    "first_name": "text", "last_name": "text", "birth_name": "text", "suffix": "text", "academic_title": "text",
    "title": "text", "gender": "text", "persons": "integer", "organisation": "text", "legal_form": "text",
    "household": "boolean", "alone": "boolean", "reason": "text", "seems": "text",
}  # fmt: skip

_NAME_ORDER, _LONE_M, _M_BESIDE_H = "name_order", "lone_m", "m_beside_h"
"""Questions of standardise.column."""

_WORKING = (
    "std_style", "std_column_order", "std_name_cell", "std_title", "std_gender", "std_first_name", "std_last_name",
    "std_full_name", "std_birth_name", "std_suffix", "std_organisation", "std_kind_word", "std_source_columns",
    "std_has_mail_or_birth",
)  # fmt: skip


def standardise_persons(
    ws: Workspace, book: RuleBook, *, workers: int, answers: Answers = NO_ANSWERS
) -> tuple[str, ...]:
    """Read every cell that names somebody and decide each record's kind: temp table std_person.

    Reads intake.record, intake.mapping (headers of full-name columns) and std_country.

    Args:
        answers: what a rehearsal decided about columns.

    Returns:
        Sentences about what was decided per column, without values of contacts.
    """
    words = NameWords.load(book)
    ws.execute(f"create or replace temp macro std_fold(cell) as {fold_sql('cell')}")
    _put_styles(ws, book.load("standardisation/name_parts.yml", NameParts))
    notes = _put_column_orders(ws, words, answers)
    _make(ws, "std_name_cell", "name_cell")
    _make(ws, "std_source_columns", "source_columns")
    _make(ws, "std_has_mail_or_birth", "has_mail_or_birth")
    _put_dictionaries(ws, words, book.load("standardisation/kinds.yml", Kinds), workers)
    _make(ws, "std_person", "person")
    _log(ws)
    ws.drop(*_WORKING)
    return notes


def _make(ws: Workspace, target: str, statement: str) -> None:
    ws.execute(f"create or replace temp table {target} as {ws.statement('standardise', statement)}")


def _put_styles(ws: Workspace, parts: NameParts) -> None:
    """std_style: country, language ('' = any) -> how names are written."""
    styles = [(country, "", style) for country, style in parts.styles.items()]
    styles += [
        (country, language, style)
        for country, by_language in parts.style_of_language.items()
        for language, style in by_language.items()
    ]
    names = ("country", "language", "style")
    ws.put("std_style", pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in styles]))


def _put_column_orders(ws: Workspace, words: NameWords, answers: Answers) -> tuple[str, ...]:
    """std_column_order: what is decided once per source and never per cell; returns notes on full names."""
    rows: list[dict[str, object]] = []
    notes: list[str] = []
    given: list[tuple[str, str, str]] = []
    headers = _full_name_headers(ws)
    for (source,) in ws.rows("select distinct source from intake.record order by source"):
        cells = _sample(ws, "full_name", source)
        order = decide_order(cells, headers.get(source), words)
        read_as = answers.get((source, _NAME_ORDER), order.read_as)
        if cells:
            kept = (source, _NAME_ORDER) in answers
            notes.append(f"{source}: full names read as in the rehearsal." if kept else _order_note(source, order))
            given.append((source, _NAME_ORDER, read_as))
        last_names = _sample(ws, "last_name", source)
        titled = order.titled or is_titled(last_names, words)
        if cells or last_names:
            lone_m = answers.get((source, _LONE_M), "title" if titled else "letter")
            titled = lone_m == "title"
            given.append((source, _LONE_M, lone_m))
        letters = {
            fold(cell)
            for (cell,) in ws.rows(
                "select distinct unnest([title, gender]) from intake.record where source = $source", {"source": source}
            )
            if cell is not None
        }
        beside_h = "h" in letters and "m" in letters and "f" not in letters
        if letters:
            m_beside_h = answers.get((source, _M_BESIDE_H), "woman" if beside_h else "man")
            beside_h = m_beside_h == "woman"
            given.append((source, _M_BESIDE_H, m_beside_h))
        rows.append({"source": source, "name_order": read_as, "titled": titled, "beside_h": beside_h})
    note_answers(ws, given)
    types: dict[str, pa.DataType] = {
        "source": pa.string(), "name_order": pa.string(), "titled": pa.bool_(), "beside_h": pa.bool_()
    }  # fmt: skip
    ws.put("std_column_order", pa.Table.from_pylist(rows, pa.schema(types)))
    return tuple(notes)


def _sample(ws: Workspace, attribute: str, source: str) -> list[str]:
    """Distinct cells of a column, chosen by their content and not by their place in the file."""
    found = ws.rows(
        f"select cell from (select distinct trim({attribute}) as cell from intake.record "
        f"where source = $source and {attribute} is not null) order by hash(cell), cell limit {SAMPLE}",
        {"source": source},
    )
    return [cell for (cell,) in found]


def _full_name_headers(ws: Workspace) -> dict[str, str]:
    if not ws.exists("intake.mapping"):
        return {}
    found = ws.rows("select source, min(header) from intake.mapping where attribute = 'full_name' group by source")
    return dict(found)


def _order_note(source: str, order: ColumnOrder) -> str:
    shown = "last name first" if order.order == "last_first" else "first name first"
    if order.why == "values":
        told = f"{source}: full names read {shown}; {order.agree:.0%} of {order.votes} telling values agree"
        return f"{told}." if order.read_as == order.order else f"{told}, the others are read by their own first names."
    because = {"header": "its header says so", "recurrence": "that half holds fewer different words"}
    return f"{source}: full names read {shown}; {because.get(order.why, 'nothing in the column says otherwise')}."


def _put_dictionaries(ws: Workspace, words: NameWords, kinds: Kinds, workers: int) -> None:
    """One temp table per attribute: each distinct cell, with what decides its reading, and what was read."""

    def read(target: str, attribute: str, keys: str, function: Function, results: dict[str, str]) -> None:
        run_distinct(
            ws,
            target,
            f"select {attribute} as raw{keys}, count(*) as rows from std_name_cell "
            f"where {attribute} is not null group by all order by all",
            function,
            results,
            workers=workers,
            limit=CHEAP_LIMIT,
        )

    titled = {"title": "text", "gender": "text", "academic_title": "text", "household": "boolean", "several": "boolean",
              "reason": "text"}  # fmt: skip
    read("std_title", "title", ", beside_h", partial(_title, words), titled)
    read("std_gender", "gender", ", beside_h", partial(_gender, words), {"gender": "text"})
    read(
        "std_first_name",
        "first_name",
        ", first_name_style as style, titled",
        partial(_first_name, words),
        _PERSON_RESULTS,
    )
    read(
        "std_last_name",
        "last_name",
        ", last_name_style as style, titled, last_name_country as country",
        partial(_last_name, words),
        _PERSON_RESULTS,
    )
    read("std_birth_name", "birth_name", ", style", partial(_birth_name, words), _PERSON_RESULTS)
    read(
        "std_full_name",
        "full_name",
        ", style, titled, country, name_order",
        partial(_full_name, words),
        _PERSON_RESULTS,
    )
    read("std_suffix", "suffix", "", partial(_suffix, words), {"suffix": "text"})
    read(
        "std_organisation",
        "organisation",
        ", country, style",
        partial(_organisation, words),
        {
            "name": "text",
            "legal_form": "text",
            "reason": "text",
            "person": "text",
            "first_name": "text",
            "last_name": "text",
            "title": "text",
            "gender": "text",
        },
    )
    run_distinct(
        ws,
        "std_kind_word",
        "select distinct unnest([person_or_org, title]) as raw from std_name_cell order by raw",
        partial(_kind, _kind_words(kinds)),
        {"kind": "text"},
        workers=workers,
        limit=CHEAP_LIMIT,
    )


def _title(words: NameWords, raw: str, beside_h: str, _rows: int) -> tuple[object, ...]:
    return standardise_title(raw, words.titles, beside_h=beside_h != "")


def _gender(words: NameWords, raw: str, beside_h: str, _rows: int) -> tuple[object, ...]:
    return (standardise_gender(raw, words.titles, beside_h=beside_h != ""),)


def _first_name(words: NameWords, raw: str, style: str, titled: str, _rows: int) -> PersonName:
    return standardise_first_name(raw, words, style=style, titled=titled != "")


def _last_name(words: NameWords, raw: str, style: str, titled: str, country: str, _rows: int) -> PersonName:
    return standardise_last_name(raw, words, style=style, country=country or None, titled=titled != "")


def _birth_name(words: NameWords, raw: str, style: str, _rows: int) -> PersonName:
    return standardise_last_name(raw, words, style=style)


def _full_name(words: NameWords, raw: str, style: str, titled: str, country: str, order: str, _rows: int) -> PersonName:
    return standardise_full_name(
        raw, words, style=style, country=country or None, order=cast(NameOrder, order), titled=titled != ""
    )


def _suffix(words: NameWords, raw: str, _rows: int) -> tuple[object, ...]:
    return (words.suffixes.get(fold(raw)),)


def _organisation(words: NameWords, raw: str, country: str, style: str, _rows: int) -> tuple[object, ...]:
    found = standardise_organisation(raw, country or None, words.organisations)
    person = None
    if found.name is not None and found.legal_form is None:
        person = person_in_organisation(found.name, words, style=style, country=country or None)
    if person is None:
        return (*found, None, None, None, None, None)
    sure = "sure" if person.title is not None else "perhaps"
    return (*found, sure, person.first_name, person.last_name, person.title, person.gender)


def _kind_words(kinds: Kinds) -> dict[str, str]:
    groups = (("person", kinds.person), ("structure", kinds.structure), ("relay", kinds.relay))
    return {fold(word): kind for kind, words in groups for word in words}


def _kind(kind_words: dict[str, str], raw: str | None) -> tuple[object, ...]:
    return (None if raw is None else kind_words.get(fold(raw)),)


def _log(ws: Workspace) -> None:
    log_values(ws, "title", "std_title", standard="title", context="beside_h", rules="civilities.yml")
    log_values(ws, "gender", "std_gender", standard="gender", context="beside_h", reason="null", rules="civilities.yml")
    log_values(
        ws,
        "first_name",
        "std_first_name",
        standard="first_name",
        context="trim(concat_ws(' ', style, titled))",
        rules="name_parts.yml",
    )
    log_values(ws, "last_name", "std_last_name", standard="last_name", 
               context="trim(concat_ws(' ', style, country, titled))", rules="name_parts.yml")  # fmt: skip
    log_values(ws, "birth_name", "std_birth_name", standard="last_name", context="style", rules="name_parts.yml")
    log_values(ws, "suffix", "std_suffix", standard="suffix", context="''", reason="null", rules="name_parts.yml")
    log_values(
        ws,
        "full_name",
        "std_full_name",
        standard="coalesce(organisation, nullif(concat_ws(' ', first_name, last_name), ''))",
        context="trim(concat_ws(' ', name_order, style, country, titled))",
        rules="name_parts.yml",
    )
    log_values(
        ws,
        "organisation",
        "std_organisation",
        standard="name",
        context="trim(concat_ws(' ', style, country))",
        rules="legal_forms.yml",
    )
