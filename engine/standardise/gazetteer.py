"""The shipped gazetteer: which places stand under which post code. It confirms and proposes, it never spells."""

from __future__ import annotations

from pathlib import Path

from engine.errors import Problem, RuleErrors
from engine.rulebook.load import RuleBook
from engine.workspace import Workspace

GAZETTEER = "std_gazetteer"
"""Temp table: country, code, place (folded), region; see rules/standardisation/GAZETTEER.md."""

_FILE = Path("standardisation") / "gazetteer.parquet"


def load_gazetteer(ws: Workspace, book: RuleBook) -> None:
    """Load the gazetteer into temp table ``std_gazetteer``, once per workspace; a project's own file replaces it.

    Raises:
        RuleErrors: no rule folder holds the file.
    """
    if ws.value("select count(*) from duckdb_tables() where table_name = $name and temporary", {"name": GAZETTEER}):
        return
    files = [root / _FILE for root in book.roots if (root / _FILE).is_file()]
    if not files:
        raise RuleErrors([Problem(str(book.roots[0] / _FILE), 1, "no such rule file")])
    ws.execute(
        f"create temp table {GAZETTEER} as select country, code, place, region from read_parquet($path)",
        {"path": str(files[-1])},
    )
