"""The small base: two sources, the truth of every line, and the clean contacts behind them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from benchmarks.generator.dice import Dice
from benchmarks.generator.sources import (
    BILLETTERIE_HEADERS,
    NEWSLETTER_HEADERS,
    Row,
    billetterie,
    newsletter,
)
from benchmarks.generator.world import FIRST_DAY, LAST_DAY, TRUTH_ATTRIBUTES, Contact, World

DEFAULT_ROWS = 5000
DEFAULT_SEED = 7
RAGGED_EVERY = 900
"""One line in so many of the box-office file has a separator too many: intake has to hold it."""


FEW_COPIES: tuple[tuple[int, float], ...] = ((0, 81), (1, 14.5), (2, 3), (3, 1), (4, 0.5))
"""Further rows of one contact and their weights: what a base looks like."""

MANY_COPIES: tuple[tuple[int, float], ...] = ((0, 40), (1, 32), (2, 16), (3, 8), (4, 4))
"""The same where golden records are what is measured."""

MIGRATION_DAY = date(2019, 6, 3)


def make_sample(
    rows: int = DEFAULT_ROWS,
    seed: int = DEFAULT_SEED,
    *,
    copies: Sequence[tuple[int, float]] = FEW_COPIES,
    stamped: float = 0.0,
) -> dict[str, bytes]:
    """The four files by name: ``billetterie.csv``, ``newsletter.csv``, ``truth.csv``, ``truth_contacts.csv``.

    Args:
        rows: lines over both sources.
        seed: same seed, same bytes.
        copies: further rows of one contact and their weights.
        stamped: share of the box office's lines that carry the day of a migration as their last change.
    """
    dice = Dice(seed)
    drawn = _draw_rows(dice, rows, copies)
    if stamped:
        _stamp(dice, drawn, stamped)
    office = sorted((row for row in drawn if row.source == "billetterie"), key=lambda row: row.created)
    letters = sorted((row for row in drawn if row.source == "newsletter"), key=lambda row: row.updated)
    number = 100_000
    for row in office:
        number += dice.number(1, 7)
        billetterie(dice, row, customer_number=str(number))
    for row in letters:
        newsletter(dice, row)
    ragged = _make_ragged(dice, office)
    truth = [
        [row.source, line, row.contact.entity_id, row.contact.kind, row.contact.household_id, row.contact.situation,
         " ".join(sorted(set(row.errors)))]
        for source in (office, letters)
        for line, row in enumerate(source, start=1)
    ]  # fmt: skip
    seen = {row.contact.entity_id: row.contact for row in drawn}
    return {
        "billetterie.csv": _office_bytes(office, ragged),
        "newsletter.csv": _csv_text(NEWSLETTER_HEADERS, (row.cells for row in letters), ",").encode("utf-8"),
        "truth.csv": _csv_text(
            ("source", "line_no", "entity_id", "kind", "household_id", "situation", "errors"), truth, ","
        ).encode("utf-8"),
        "truth_contacts.csv": _csv_text(
            ("entity_id", "kind", *TRUTH_ATTRIBUTES),
            ([key, seen[key].kind, *(seen[key].now[name] for name in TRUTH_ATTRIBUTES)] for key in sorted(seen)),
            ",",
        ).encode("utf-8"),
    }


def write_sample(
    folder: Path,
    rows: int = DEFAULT_ROWS,
    seed: int = DEFAULT_SEED,
    *,
    copies: Sequence[tuple[int, float]] = FEW_COPIES,
    stamped: float = 0.0,
) -> list[Path]:
    """Write the four files of :func:`make_sample` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in make_sample(rows, seed, copies=copies, stamped=stamped).items():
        (folder / name).write_bytes(content)
        written.append(folder / name)
    return written


def _draw_rows(dice: Dice, count: int, copies: Sequence[tuple[int, float]]) -> list[Row]:
    drawn: list[Row] = []
    for contact in World(dice).contacts():
        further = dice.weighted(list(copies))
        source = "billetterie" if not contact.now["email"] or dice.chance(0.66) else "newsletter"
        for copy in range(1 + further):
            if copy and contact.now["email"] and dice.chance(0.65):
                source = "newsletter" if source == "billetterie" else "billetterie"
            drawn.append(_row(dice, contact, source))
        if len(drawn) >= count:
            return drawn[:count]
    raise AssertionError("contacts never end")


def _row(dice: Dice, contact: Contact, source: str) -> Row:
    created = FIRST_DAY + timedelta(days=dice.number(0, (LAST_DAY - FIRST_DAY).days))
    updated = created + timedelta(days=dice.number(0, (LAST_DAY - created).days)) if dice.chance(0.7) else created
    return Row(source, contact, created, updated)


def _stamp(dice: Dice, drawn: Sequence[Row], share: float) -> None:
    """Lines older than the migration get its day as their last change, whatever they know."""
    for row in drawn:
        if row.source == "billetterie" and row.updated < MIGRATION_DAY and dice.chance(share):
            row.stamp = MIGRATION_DAY


def _make_ragged(dice: Dice, office: list[Row]) -> set[int]:
    """Positions of lines that get a separator too many: only contacts seen once, so no true pair is lost."""
    times: dict[str, int] = {}
    for row in office:
        times[row.contact.entity_id] = times.get(row.contact.entity_id, 0) + 1
    lonely = [place for place, row in enumerate(office) if times[row.contact.entity_id] == 1]
    chosen = set(dice.shuffled(lonely)[: max(2, len(office) // RAGGED_EVERY)])
    for place in chosen:
        office[place].errors.append("ragged")
    return chosen


def _office_bytes(office: list[Row], ragged: set[int]) -> bytes:
    lines = [_csv_text(BILLETTERIE_HEADERS, [], ";", "\r\n")]
    for place, row in enumerate(office):
        cells = row.cells
        if place in ragged:  # typed with a semicolon, exported without quotes
            cells = [*cells[:-1], "a rappeler", " voir fiche 2", " merci"]
        lines.append(_csv_text(cells, [], ";", "\r\n"))
    return "".join(lines).encode("cp1252")


def _csv_text(header: Iterable[object], rows: Iterable[Iterable[object]], separator: str, end: str = "\n") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerow(list(header))
    writer.writerows(rows)
    return out.getvalue()
