"""Import files of a run, written from its golden records as the options of the run say."""

from __future__ import annotations

from pathlib import Path

from engine.ledger import StageReport
from engine.options import DEMO_INSTITUTION, RunOptions
from engine.progress import Watcher
from engine.rulebook import RuleBook
from engine.rulebook.delivery import DeliveryRules
from engine.workspace import Workspace


def deliver_records(
    ws: Workspace,
    book: RuleBook,
    options: RunOptions,
    out: Path,
    watcher: Watcher,
    rules: DeliveryRules | None = None,
) -> StageReport:
    """The stage delivery with the codes, the country and the day of ``options``; its files go to ``out``.

    Args:
        rules: other fields than those of the rules in force, as a protocol tells them.

    Raises:
        UsageError: the institution or the organization is too long.
    """
    from engine import delivery

    return delivery.deliver(
        ws,
        book,
        institution=options.institution or DEMO_INSTITUTION,
        organization=options.organization,
        home_country=options.country,
        as_of=options.as_of,
        out=out,
        watcher=watcher,
        rules=rules,
    )
