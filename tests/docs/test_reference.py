"""The pages say what the code says, and every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.build import PAGES, REFERENCE, ROOT

PAGES_BY_HAND = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").rglob("*.md")])


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name](), "run: python -m docs.build"


@pytest.mark.parametrize("page", PAGES_BY_HAND, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    missing = [link for link in links if not re.match(r"https?:", link) and not (page.parent / link).exists()]
    assert missing == []


def test_the_contributor_s_table_names_files_that_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text[text.index("| I want to change") : text.index("The schema of a table")]
    named = re.findall(r"(?:engine|rules|expectations|tests|benchmarks)/[\w./*-]*|cli\.py", table)
    assert len(named) > 25
    assert [name for name in named if not any(ROOT.glob(name.rstrip("/")))] == []


def test_a_page_names_no_table_that_is_not_there() -> None:
    from engine.tables import TABLES

    schemas = {table.schema for table in TABLES}
    names = {table.name for table in TABLES}
    text = (ROOT / "docs" / "explanation" / "life-of-a-row.md").read_text(encoding="utf-8")
    said = {name for name in re.findall(r"\b([a-z]+\.[a-z]+)\b", text) if name.split(".")[0] in schemas}
    assert len(said) > 10
    assert said <= names
