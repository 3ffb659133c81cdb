"""The answers in a review workbook, read back."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from xml.etree.ElementTree import ParseError

from engine.counted import counted
from engine.errors import SourceError
from engine.judgement.decision import Decision
from engine.vocabulary import LANGUAGES, Language

SHEET = "review"

Said = Literal["match", "no_match", "unsure"]

ANSWERS: dict[Language, dict[Said, str]] = {
    "en": {"match": "yes", "no_match": "no", "unsure": "unsure"},
    "fr": {"match": "oui", "no_match": "non", "unsure": "incertain"},
    "de": {"match": "ja", "no_match": "nein", "unsure": "unsicher"},
    "it": {"match": "sì", "no_match": "no", "unsure": "incerto"},
}
"""What the list in the answer cell offers."""

HEADS: dict[Language, dict[Literal["answer", "why", "record"], str]] = {
    "en": {"answer": "Answer", "why": "Why", "record": "Record"},
    "fr": {"answer": "Réponse", "why": "Pourquoi", "record": "Enregistrement"},
    "de": {"answer": "Antwort", "why": "Warum", "record": "Datensatz"},
    "it": {"answer": "Risposta", "why": "Perché", "record": "Record"},
}
"""Headers of the columns that are read back."""

_OTHER: dict[str, Said] = {
    "y": "match", "o": "match", "j": "match", "si": "match", "match": "match", "n": "no_match", "no_match": "no_match",
    "?": "unsure",
}  # fmt: skip
_MEANS: dict[str, Said] = {
    **_OTHER,
    **{word: said for language in LANGUAGES for said, word in ANSWERS[language].items()},
}

_LARGEST = 100_000_000
"""Bytes a workbook may unpack to."""


@dataclass(frozen=True, slots=True)
class _Heads:
    answer: int
    why: int
    record: int
    number: int = 0


def read_answers(path: Path, *, by: str, at: str) -> list[Decision]:
    """The decisions in a workbook that :mod:`engine.presentation.review_book` wrote and a person filled in.

    Two rows with the same number are one question; its answer may stand in either. Rows without an answer are left out.

    Args:
        path: the workbook, .xlsx.
        by: who answered.
        at: when, ISO 8601.

    Raises:
        SourceError: not such a workbook, or answers that mean nothing; every row that is wrong, at once.
    """
    rows = _rows(path)
    heads, first = _heads(rows, path)
    questions: dict[str, list[tuple[int, list[str]]]] = {}
    for row_no, row in enumerate(rows[first:], start=first + 1):
        if row[heads.number]:
            questions.setdefault(row[heads.number], []).append((row_no, row))
    wrong: list[str] = []
    decisions = []
    for sides in questions.values():
        said = {row[heads.answer].strip().casefold() for _, row in sides} - {""}
        if not said:
            continue
        where = f"{path.name} row {sides[0][0]}"
        records = sorted({row[heads.record] for _, row in sides} - {""})
        meant = {_MEANS.get(word) for word in said}
        if len(records) != 2:
            wrong.append(f"{where}: its number stands on {counted(len(records), 'record')}, there must be two")
        elif None in meant:
            wrong.append(f"{where}: the answer is none of {', '.join(sorted(set(_MEANS) - set(_OTHER)))}")
        elif len(meant) > 1:
            wrong.append(f"{where}: its two rows are answered differently")
        else:
            judgement = next(iter(meant))
            assert judgement is not None
            why = " ".join(dict.fromkeys(row[heads.why].strip() for _, row in sides if row[heads.why].strip()))
            decisions.append(
                Decision(record_id_l=records[0], record_id_r=records[1], judgement=judgement, by=by, at=at, why=why)
            )
    if wrong:
        raise SourceError("\n".join(wrong), hint="Nothing was taken over. Correct these rows and import again.")
    return decisions


def _rows(path: Path) -> list[list[str]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
                raise SourceError(f"{path.name} unpacks to more than {_LARGEST // 1_000_000} MB")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        if SHEET not in book.sheetnames:
            raise SourceError(
                f'{path.name} has no sheet "{SHEET}"', hint="Give a file made by `assay review --export`."
            )
        rows = [["" if cell is None else str(cell) for cell in row] for row in book[SHEET].iter_rows(values_only=True)]
        book.close()
    except FileNotFoundError:
        raise SourceError(f"there is no file {path}") from None
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError) as error:
        raise SourceError(f"{path.name} is not an Excel workbook ({type(error).__name__})") from None
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _heads(rows: list[list[str]], path: Path) -> tuple[_Heads, int]:
    """Where the columns stand that are read back, and the row after their headers."""
    for number, row in enumerate(rows[:10]):
        for words in HEADS.values():
            if set(words.values()) <= set(row):
                found: dict[str, Any] = {name: row.index(head) for name, head in words.items()}
                return _Heads(**found), number + 1
    raise SourceError(
        f"{path.name} lacks the headers {', '.join(HEADS['en'].values())} (or their translation)",
        hint="Columns may be hidden or moved, not renamed.",
    )
