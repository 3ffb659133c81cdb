"""Headers and values -> attributes: the cases of columns.yml, each a small file guessed from end to end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.intake import SourceFile, guess_mapping, stage_sources
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.workspace import Workspace
from tests.support.yaml_files import read_yaml

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("columns.yml"))
BOOK = RuleBook()
ROWS = 60

FIRST = ("Marie", "Jean", "Sophie", "Luca", "Anna", "Peter", "Laura", "Thomas", "Giulia", "Marc", "Nina", "Zoltan")
LAST = ("Dupont", "Rochat", "Meier", "Rossi", "Keller", "Favre", "Bianchi", "Schmid", "Lindqvist", "Novak", "Fontana")
TOWN = ("Lausanne", "Bern", "Lyon", "Milano", "Gent", "Sion", "Basel", "Nantes", "Lugano", "Vevey")


def lines(case: dict[str, Any]) -> Iterator[str]:
    patterns = case.get("rows") or [case["row"]]
    for n in range(ROWS):
        values = {"n": n, "nn": f"{n + 10:02d}", "nnn": f"{n + 100:03d}", "m": n % 7 + 1}
        words = {"a": FIRST[n % len(FIRST)], "b": LAST[n % len(LAST)], "t": TOWN[n % len(TOWN)]}
        text = patterns[n % len(patterns)]
        for name, value in (values | words).items():
            text = text.replace("{" + name + "}", str(value))
        yield text


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_columns_feed_what_a_reader_would_say(case: dict[str, Any], ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "case.csv"
    path.write_text("\n".join([case["header"], *lines(case)]) + "\n", encoding="utf-8")
    stage_sources(ws, [SourceFile(path)], scratch=tmp_path, watcher=Silent(), book=BOOK)
    (mapping,) = guess_mapping(ws, BOOK, watcher=Silent())

    found: dict[str, list[str]] = {}
    for column in mapping.columns:
        found.setdefault(column.header, []).append(column.attribute or ".")
        assert column.why
    delimiter = case.get("delimiter", ",")
    expected = dict(zip(case["header"].split(delimiter), case["feeds"].split(","), strict=True))
    assert {header: "+".join(feeds) for header, feeds in found.items()} == expected
