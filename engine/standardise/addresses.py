"""Postal addresses: first the parts every later stage needs, trimmed and joined."""

from __future__ import annotations

from engine.rulebook.load import RuleBook
from engine.workspace import Workspace


def standardise_addresses(ws: Workspace, book: RuleBook, *, workers: int) -> None:
    """Temp table std_address, one row per record."""
    ws.execute(f"create or replace temp table std_address as {ws.statement('standardise', 'address')}")
