"""Data Docs: a page per suite and validation, and no value of a contact unless asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from engine import quality
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.workspace import Workspace
from tests.conftest import given
from tests.quality.warmed import warmed

pytestmark = pytest.mark.gx

AS_OF = date(2026, 11, 22)
CANARY = "zz.canary@secret"
BORN = date(1971, 3, 4)
SENTENCE = {"en": "Not an address.", "fr": "Pas une adresse.", "de": "Keine Adresse.", "it": "Nessun indirizzo."}
ASKED = {
    "form": ("expect_column_values_to_match_regex", {"column": "email", "regex": r"\.[a-z]+$"}),
    "dates": ("expect_column_values_to_be_real_dates", {"column": "remark", "formats": ["%d.%m.%Y"]}),
    "least": ("expect_column_min_to_be_between", {"column": "birth_date", "min_value": "2000-01-01"}),
    "rows": ("unexpected_rows_expectation", {"unexpected_rows_query": "select * from {batch} where email > 'a'"}),
}


def site(ws: Workspace, tmp_path: Path, *, show_values: bool) -> tuple[Path, str]:
    """The page to open and the text of all pages."""
    assert warmed()
    given(
        ws,
        "standardise.record",
        [{"email": CANARY, "email_raw": f" {CANARY}", "remark": "31.02.1971", "birth_date": BORN}],
    )
    entries = [
        {"name": name, "type": type_, "kwargs": kwargs, "severity": "error",
         "meta": {"dimension": "validity", "column": "email", "reason": "bad", "sentence": SENTENCE}}
        for name, (type_, kwargs) in ASKED.items()
    ]  # fmt: skip
    suite = {"suite": "mine", "table": "standardise.record", "why": "to try it", "expectations": entries}
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "mine.yml").write_text(yaml.safe_dump(suite), encoding="utf-8")
    book = RuleBook(base=tmp_path / "suites")
    quality.check(ws, book, as_of=AS_OF, watcher=Silent())
    page = quality.write_data_docs(ws, book, tmp_path / "site", as_of=AS_OF, language="fr", show_values=show_values)
    texts = [path.read_text(encoding="utf-8") for path in sorted((tmp_path / "site").rglob("*.html"))]
    assert len(texts) == 3  # index, suite, validation
    return page, "\n".join(texts)


def test_the_pages_hold_counts_and_no_value(ws: Workspace, tmp_path: Path) -> None:
    page, text = site(ws, tmp_path, show_values=False)
    assert page.is_file()
    assert "mine" in page.read_text(encoding="utf-8")
    assert "Pas une adresse." in text
    assert "could not be" not in text.lower()
    assert [value for value in (CANARY, "31.02.1971", "1971-03-04") if value in text] == []


def test_values_are_there_when_asked_for(ws: Workspace, tmp_path: Path) -> None:
    _, text = site(ws, tmp_path, show_values=True)
    assert CANARY in text
