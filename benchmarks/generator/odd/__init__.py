"""Odd tables with their truth: the shapes that a matcher made for contacts has to survive.

Each shape is a function of a seed that gives files and truth; none is a real data set, and none is tuned to: they say
whether a zero-configuration run stays sane (no giant cluster, nothing merged where nothing is double).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.generator.dice import Dice
from benchmarks.generator.odd import firms, groups, people, public, records, scripts, things, trade, watchlist
from benchmarks.generator.odd.table import OddTable

__all__ = ["SHAPES", "OddTable", "write_odd"]


def write_odd(folder: Path, shape: str, seed: int) -> None:
    """Write the files of a shape into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in SHAPES[shape](Dice(seed)).files().items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


SHAPES: dict[str, Callable[[Dice], OddTable]] = {
    shape.__name__: shape
    for shape in (
        people.names_and_dates, people.few_names_and_dates, people.name_and_email, people.tiny, people.no_duplicates,
        people.exact_duplicates, people.many_copies, people.mostly_missing, people.two_clean_sources,
        scripts.other_scripts, things.bibliography, things.products, things.long_text, things.tracks,
        things.numbers_only, firms.companies, firms.no_double_companies, records.old_records,
        records.many_old_records, scripts.registers, groups.company_groups, watchlist.watchlist, people.coded_headers,
        public.voters, public.patients, public.parish, public.club,
        trade.eateries, trade.listings, trade.owners, trade.affiliations,
    )
}  # fmt: skip
"""Shapes by name."""
