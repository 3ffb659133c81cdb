"""Bring the sources of a run into records: the mapping's joins and steps, with the standardisers they may call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.ledger import StageReport
from engine.options import RunOptions
from engine.rulebook import RuleBook
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.rulebook.mapping import SourceMapping


def bring_records(
    ws: Workspace, mappings: Sequence[SourceMapping], book: RuleBook, options: RunOptions
) -> list[StageReport]:
    """Build intake.record from the lines of every source.

    Returns:
        The reports of the stages, to be checked against the ledger: lines of joined tables, if any, then records.
    """
    from engine import intake, standardise
    from engine.presentation.masking import mask

    named = standardise.NamedStandardisers(book, options.country, options.as_of)
    report = intake.map_records(ws, mappings, standardisers=named, mask=mask)
    return [*intake.joined_lines(ws), report]
