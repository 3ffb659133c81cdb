"""review.xlsx: the questions of the review queue, two rows each, to be answered in a spreadsheet.

The answer goes into one coloured cell with a list to choose from; :mod:`engine.judgement.answers` reads it back by
the record_ids in the last column, so rows may be sorted, filtered or deleted. Every cell is text: nothing a contact is
called can become a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from engine.judgement.answers import ANSWERS, HEADS, SHEET
from engine.judgement.queue import Question
from engine.presentation.atomic import replacing
from engine.sql import identifier
from engine.vocabulary import Language
from engine.workspace import Workspace

_SHOWN = (
    "title", "first_name", "last_name", "birth_name", "suffix", "birth_date", "organisation", "function", "addr_line1",
    "addr_line2", "postcode", "town", "country", "phone", "mobile", "email", "remark",
)  # fmt: skip

_LONGEST = 32_767
"""Signs a cell can hold."""

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "join": "One contact?", "right": "Rightly merged?", "number": "No.", "asks": "Question", "source": "Source",
        "line": "Line", "chance": "Probability", "evidence": "Evidence",
        "how": "Answer in the yellow cells: {yes} = the two rows are one contact, {no} = they are two, {unsure} = "
        "nobody can tell. Leave what you have not looked at empty. Then: assay review --import review.xlsx "
        "--by YOUR-NAME. Differences are in red. Correct values in your own system, not here.",
        "title": "Title", "first_name": "First name", "last_name": "Last name", "birth_name": "Birth name",
        "suffix": "Suffix", "birth_date": "Born", "organisation": "Organisation", "function": "Function",
        "addr_line1": "Street", "addr_line2": "Address 2", "postcode": "Post code", "town": "Town",
        "country": "Country", "phone": "Phone", "mobile": "Mobile", "email": "E-mail", "remark": "Remark",
    },
    "fr": {
        "join": "Un seul contact ?", "right": "Fusion correcte ?", "number": "N°", "asks": "Question",
        "source": "Source", "line": "Ligne", "chance": "Probabilité", "evidence": "Indices",
        "how": "Répondez dans les cellules jaunes : {yes} = les deux lignes sont un seul contact, {no} = ce sont deux "
        "contacts, {unsure} = personne ne peut le dire. Laissez vide ce que vous n'avez pas regardé. Ensuite : assay "
        "review --import review.xlsx --by VOTRE-NOM. Les différences sont en rouge. Corrigez les valeurs dans votre "
        "propre système, pas ici.",
        "title": "Civilité", "first_name": "Prénom", "last_name": "Nom", "birth_name": "Nom de naissance",
        "suffix": "Suffixe", "birth_date": "Naissance", "organisation": "Organisation", "function": "Fonction",
        "addr_line1": "Rue", "addr_line2": "Adresse 2", "postcode": "Code postal", "town": "Ville",
        "country": "Pays", "phone": "Téléphone", "mobile": "Portable", "email": "E-mail", "remark": "Remarque",
    },
    "de": {
        "join": "Ein Kontakt?", "right": "Zu Recht vereint?", "number": "Nr.", "asks": "Frage", "source": "Quelle",
        "line": "Zeile", "chance": "Wahrscheinlichkeit", "evidence": "Indizien",
        "how": "Antworten Sie in den gelben Zellen: {yes} = beide Zeilen sind ein Kontakt, {no} = es sind zwei, "
        "{unsure} = niemand kann es sagen. Was Sie nicht angesehen haben, bleibt leer. Danach: assay review --import "
        "review.xlsx --by IHR-NAME. Unterschiede sind rot. Korrigieren Sie Werte in Ihrem eigenen System, nicht hier.",
        "title": "Anrede", "first_name": "Vorname", "last_name": "Nachname", "birth_name": "Geburtsname",
        "suffix": "Zusatz", "birth_date": "Geboren", "organisation": "Organisation", "function": "Funktion",
        "addr_line1": "Strasse", "addr_line2": "Adresse 2", "postcode": "PLZ", "town": "Ort", "country": "Land",
        "phone": "Telefon", "mobile": "Mobil", "email": "E-Mail", "remark": "Bemerkung",
    },
    "it": {
        "join": "Un solo contatto?", "right": "Unione corretta?", "number": "N.", "asks": "Domanda", "source": "Fonte",
        "line": "Riga", "chance": "Probabilità", "evidence": "Indizi",
        "how": "Rispondete nelle celle gialle: {yes} = le due righe sono un solo contatto, {no} = sono due, {unsure} = "
        "nessuno può dirlo. Lasciate vuoto ciò che non avete guardato. Poi: assay review --import review.xlsx --by "
        "VOSTRO-NOME. Le differenze sono in rosso. Correggete i valori nel vostro sistema, non qui.",
        "title": "Titolo", "first_name": "Nome", "last_name": "Cognome", "birth_name": "Cognome di nascita",
        "suffix": "Suffisso", "birth_date": "Nascita", "organisation": "Organizzazione", "function": "Funzione",
        "addr_line1": "Via", "addr_line2": "Indirizzo 2", "postcode": "CAP", "town": "Località", "country": "Paese",
        "phone": "Telefono", "mobile": "Cellulare", "email": "E-mail", "remark": "Osservazione",
    },
}  # fmt: skip


def write_review_book(
    ws: Workspace, questions: Sequence[Question], path: Path, *, language: Language, as_of: date
) -> None:
    """Write ``questions`` with both records side by side, one above the other, into ``path``.

    The same questions give the same bytes.

    Raises:
        SurroundingsError: the file cannot be written.
    """
    words, records = _WORDS[language], _records(ws, questions)
    heads = HEADS[language]
    columns = [
        (words["number"], 6), (words["asks"], 18), (heads["answer"], 12), (heads["why"], 24),
        *((words[name], 18) for name in _SHOWN),
        (words["source"], 14), (words["line"], 8), (words["chance"], 12), (words["evidence"], 60),
        (heads["record"], 30),
    ]  # fmt: skip
    with replacing(path.absolute()) as temporary:
        book = xlsxwriter.Workbook(
            str(temporary),
            {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True},
        )
        book.set_properties({"created": datetime(as_of.year, as_of.month, as_of.day)})
        form = _Forms(book)
        sheet = book.add_worksheet(SHEET)
        yes, no, unsure = (ANSWERS[language][said] for said in ("match", "no_match", "unsure"))
        sheet.merge_range(0, 0, 0, 12, words["how"].format(yes=yes, no=no, unsure=unsure), form.how)
        sheet.set_row(0, 64)
        for place, (head, width) in enumerate(columns):
            sheet.write_string(1, place, head, form.head)
            sheet.set_column(place, place, width)
        for number, question in enumerate(questions):
            _write_question(sheet, form, number, question, words, records)
        last = 1 + 2 * len(questions)
        if questions:
            sheet.data_validation(2, 2, last, 2, {"validate": "list", "source": [yes, no, unsure]})
        sheet.autofilter(1, 0, last, len(columns) - 1)
        sheet.freeze_panes(2, 3)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)
        book.close()


class _Forms:
    """Cell formats of the book."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        plain = {"num_format": "@", "valign": "top", "font_size": 10}
        self.how = book.add_format({"text_wrap": True, "valign": "top", "italic": True})
        self.head = book.add_format({"bold": True, "bg_color": "#E8ECEF", "bottom": 1, "num_format": "@"})
        self.sides = tuple(
            {
                "plain": book.add_format({**plain, **edge}),
                "differs": book.add_format({**plain, **edge, "font_color": "#B3261E"}),
                "answer": book.add_format({**plain, **edge, "bg_color": "#FFF4C2"}),
            }
            for edge in ({"top": 1}, {})
        )


def _write_question(
    sheet: Any,
    form: _Forms,
    number: int,
    question: Question,
    words: dict[str, str],
    records: dict[str, dict[str, str]],
) -> None:
    sides = (records[question.record_id_l], records[question.record_id_r])
    for side, (mine, other) in enumerate((sides, sides[::-1])):
        row, form_of = 2 + 2 * number + side, form.sides[side]
        cells: list[tuple[str, str]] = [
            (str(number + 1), "plain"),
            (words[question.asks] if side == 0 else "", "plain"),
            ("", "answer" if side == 0 else "plain"),
            ("", "answer" if side == 0 else "plain"),
        ]
        for name in _SHOWN:
            differs = bool(mine[name]) and bool(other[name]) and mine[name].casefold() != other[name].casefold()
            cells.append((mine[name], "differs" if differs else "plain"))
        cells += [
            (mine["source"], "plain"),
            (mine["line_no"], "plain"),
            (f"{question.match_probability:.1%}" if side == 0 else "", "plain"),
            (question.evidence if side == 0 else "", "plain"),
            (mine["record_id"], "plain"),
        ]
        for place, (text, look) in enumerate(cells):
            if text:
                sheet.write_string(row, place, _clean(text), form_of[look])
            else:
                sheet.write_blank(row, place, None, form_of[look])


def _records(ws: Workspace, questions: Sequence[Question]) -> dict[str, dict[str, str]]:
    wanted = sorted({record for one in questions for record in (one.record_id_l, one.record_id_r)})
    names = ("record_id", "source", "line_no", *_SHOWN)
    listed = ", ".join(f"coalesce({identifier(name)}::varchar, '')" for name in names)
    rows = ws.rows(
        f"select {listed} from standardise.record where record_id in (select unnest($wanted))", {"wanted": wanted}
    )
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _clean(text: str) -> str:
    """Without what XML cannot hold, and no longer than a cell."""
    shown = "".join(sign if sign in "\t\n" or sign >= " " else " " for sign in text if not "\ud800" <= sign <= "\udfff")
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
