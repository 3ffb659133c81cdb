"""The log of an import: what was not imported or lost something, where, by which rule, and what to do.

``not_imported.csv`` lists refused rows, ``import_log.csv`` and ``.xlsx`` everything that was said, ``import_log.json``
the same for programs. No value of a contact but its number stands in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.errors import LedgerError, SurroundingsError
from engine.presentation.atomic import replacing, write_text
from engine.presentation.people import safe_cell
from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier, literal
from engine.vocabulary import Language
from engine.workspace import Workspace

LOG_FILES = ("not_imported.csv", "import_log.csv", "import_log.xlsx", "import_log.json")
SHEET_ROWS = 1_000_000
"""Rows in the workbook; a sheet ends at 1,048,576. The .csv has all of them."""

_COLUMNS = ("file", "line", "contact_nr", "field", "outcome", "rule", "reason", "advice")
_HEADERS: Mapping[Language, Sequence[str]] = {
    "en": ("File", "Line", "Contact number", "Column", "Outcome", "Rule", "Reason", "What to do"),
    "fr": ("Fichier", "Ligne", "Numéro de contact", "Colonne", "Résultat", "Règle", "Raison", "Que faire"),
    "de": ("Datei", "Zeile", "Kontaktnummer", "Spalte", "Ergebnis", "Regel", "Grund", "Was zu tun ist"),
    "it": ("File", "Riga", "Numero di contatto", "Colonna", "Esito", "Regola", "Motivo", "Che cosa fare"),
}
_ANSWERS = ("not_imported", "dropped", "truncated", "warned")
_OUTCOMES: Mapping[Language, Sequence[str]] = {
    "en": ("not imported", "field left out", "cut", "imported, note"),
    "fr": ("non importé", "champ écarté", "coupé", "importé, remarque"),
    "de": ("nicht importiert", "Feld weggelassen", "gekürzt", "importiert, Hinweis"),
    "it": ("non importato", "campo omesso", "troncato", "importato, nota"),
}


def write_import_log(
    ws: Workspace, rules: ImportRules, facts: Sequence[Mapping[str, Any]], out: Path, *, language: Language
) -> list[Path]:
    """Write the log of the files in ``facts`` into ``out``.

    Args:
        ws: holds the temp table ``log_row`` (file, file_order from 0, line_no, contact_nr, field, rule, outcome).
        facts: per file ``file``, ``sha256``, ``rows``, ``imported``, ``not_imported`` ...; written to the .json.

    Raises:
        LedgerError: the refused rows listed are not those counted.
        SurroundingsError: the folder cannot be written.
    """
    _check(ws, facts)
    _speak(ws, rules, language)
    listing = ", ".join(_COLUMNS)
    order = "order by file_order, line, field nulls first, rule"
    ws.execute(f"create or replace temp table log_spoken as select * replace ({_safe()}) from log_told")
    _csv(ws, f"select {listing} from log_spoken where kind = 'not_imported' {order}", out / LOG_FILES[0], language)
    _csv(ws, f"select {listing} from log_spoken {order}", out / LOG_FILES[1], language)
    _workbook(ws, f"select {listing} from log_spoken {order} limit {SHEET_ROWS:d}", out / LOG_FILES[2], language)
    _json(ws, facts, out / LOG_FILES[3])
    ws.drop("log_told", "log_spoken", "log_rule")
    return [out / name for name in LOG_FILES]


def _check(ws: Workspace, facts: Sequence[Mapping[str, Any]]) -> None:
    listed = dict(
        ws.rows(
            "select file_order, count(distinct line_no) from log_row where outcome = 'not_imported' group by file_order"
        )
    )
    for order, fact in enumerate(facts):
        rows, imported, refused = fact["rows"], fact["imported"], fact["not_imported"]
        found = listed.get(order, 0)
        if rows != imported + refused or found != refused:
            raise LedgerError(
                f"{fact['file']}: {rows} rows, {imported} imported, {refused} not, {found} listed",
                hint="This is a defect of Assay, not of your data: please report it.",
            )


def _speak(ws: Workspace, rules: ImportRules, language: Language) -> None:
    ws.put(
        "log_rule",
        pa.table(
            {
                "rule": [rule.name for rule in rules.rules],
                "reason": [getattr(rule.reason, language) for rule in rules.rules],
                "advice": [getattr(rule.advice, language) for rule in rules.rules],
            }
        ),
    )
    outcomes = " ".join(
        f"when {literal(word)} then {literal(said)}" for word, said in zip(_ANSWERS, _OUTCOMES[language], strict=True)
    )
    ws.execute(
        f"""
create or replace temp table log_told as
select file, file_order, line_no as line, contact_nr, field, outcome as kind,
    case outcome {outcomes} end as outcome, rule, reason, advice
from log_row left join log_rule using (rule)"""
    )


def _safe() -> str:
    # a file name and a strange column's header are texts of the user
    return ", ".join(f"{safe_cell(name)} as {name}" for name in ("file", "contact_nr", "field"))


def _csv(ws: Workspace, select: str, target: Path, language: Language) -> None:
    named = ", ".join(f"{name} as {identifier(said)}" for name, said in zip(_COLUMNS, _HEADERS[language], strict=True))
    with replacing(target) as temporary:
        # a byte order mark: spreadsheets take the file for something else without it
        ws.execute(f"copy (select {named} from ({select})) to {literal(str(temporary))} (format csv, delimiter ';')")
        body = temporary.read_bytes()
        temporary.write_bytes(b"\xef\xbb\xbf" + body)


def _workbook(ws: Workspace, select: str, target: Path, language: Language) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    with replacing(target) as temporary:
        try:
            book = xlsxwriter.Workbook(
                str(temporary), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
            )
            book.set_properties({"created": _LONG_AGO})
            sheet = book.add_worksheet("import")
            bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
            for place, (said, width) in enumerate(zip(_HEADERS[language], _WIDTHS, strict=True)):
                sheet.set_column(place, place, width)
                sheet.write_string(0, place, said, bold)
            cursor = ws.connection.execute(select)
            row = 0
            while block := cursor.fetchmany(10_000):
                for cells in block:
                    row += 1
                    for place, cell in enumerate(cells):
                        if isinstance(cell, int):
                            sheet.write_number(row, place, cell)
                        elif cell is not None:
                            sheet.write_string(row, place, cell)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(row, 1), len(_COLUMNS) - 1)
            book.close()
        except XlsxWriterException as error:
            raise SurroundingsError(f"cannot write {target.name}: {type(error).__name__}") from error


_LONG_AGO = datetime(2000, 1, 1)  # the same answers give the same bytes
_WIDTHS = (22, 8, 16, 18, 18, 20, 60, 60)


def _json(ws: Workspace, facts: Sequence[Mapping[str, Any]], target: Path) -> None:
    answers = [
        dict(zip(("file", "line", "contact_nr", "field", "rule", "outcome"), row, strict=True))
        for row in ws.rows(
            "select file, line, contact_nr, field, rule, kind from log_told "
            "order by file_order, line, field nulls first, rule"
        )
    ]
    content = {"format": 1, "files": [dict(fact) for fact in facts], "answers": answers}
    write_text(target, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
