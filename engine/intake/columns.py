"""The columns of a source as the guess sees them: header, fill, number of different values, a sample of values.

Samples are chosen by a hash of their content, never by row number: the same rows in another order give the same guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.intake.content import Content
from engine.rulebook.mapping import ContentRules, fold
from engine.workspace import Workspace

_ROWS = 4_000  # rows in the sample
_CELLS = 400_000  # cells in the sample, for very wide files
_FEW = 30  # sampled values below which a sparse column is asked for more
_MORE = 300
_SPARSE_COLUMNS = 100
_AT_ONCE = 100  # columns per counting query


@dataclass(frozen=True)
class Column:
    """One column of one source.

    Attributes:
        position: 1 = first.
        header: as read.
        folded: header as the vocabulary writes it.
        rows: records of the source.
        filled: records with a value.
        distinct: different values, within some percent.
        content: what a sample of the distinct values looks like.
        sample: cell of each sampled row, '' = empty; the same rows for every column.
    """

    position: int
    header: str
    folded: str
    rows: int
    filled: int
    distinct: int
    content: Content
    sample: tuple[str, ...]

    @property
    def fill(self) -> float:
        """Share of records with a value."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def top(self) -> float:
        """Share of the most frequent value among the sampled values."""
        counts = Counter(value for value in self.sample if value)
        return max(counts.values()) / counts.total() if counts else 0.0


def columns_of(ws: Workspace, source: str, headers: Sequence[str], rules: ContentRules) -> list[Column]:
    """Describe every column of ``source`` from intake.line."""
    rows = int(ws.value("select count(*) from intake.line where source = $source", {"source": source}))
    counts = _counts(ws, source, len(headers))
    sample = _sample(ws, source, rows, len(headers))
    found = []
    sparse = 0
    for at, header in enumerate(headers):
        filled, distinct = counts[at]
        cells = tuple(row[at] for row in sample)
        values = list(cells)
        seen = sum(map(bool, cells))
        if seen < min(_FEW, filled) and sparse < _SPARSE_COLUMNS:
            sparse += 1
            values += _more(ws, source, at + 1)
        content = Content.of(values, rules)
        found.append(Column(at + 1, header, fold(header), rows, filled, distinct, content, cells))
    return found


def exact_distinct(ws: Workspace, source: str, positions: Iterable[int]) -> dict[int, int]:
    """Number of different values of the given columns, counted exactly."""
    wanted = sorted(positions)
    if not wanted:
        return {}
    counts = ", ".join(f"count(distinct cells[{at}])" for at in wanted)
    found = ws.rows(f"select {counts} from intake.line where source = $source", {"source": source})[0]
    return dict(zip(wanted, found, strict=True))


def _counts(ws: Workspace, source: str, width: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin in range(1, width + 1, _AT_ONCE):
        positions = range(begin, min(begin + _AT_ONCE, width + 1))
        row = ws.rows(
            f"select {', '.join(f'count(cells[{at}]), approx_count_distinct(cells[{at}])' for at in positions)} "
            "from intake.line where source = $source",
            {"source": source},
        )[0]
        found += list(zip(row[0::2], row[1::2], strict=True))
    return found


def _sample(ws: Workspace, source: str, rows: int, width: int) -> list[list[str]]:
    """Rows whose content hash falls into one bucket of so many that about the wanted number remains."""
    wanted = max(50, min(_ROWS, _CELLS // max(1, width)))
    buckets = max(1, rows // wanted)
    found = _hashed_rows(ws, source, buckets, wanted)
    if buckets > 1 and len(found) < wanted // 4:  # few different rows, in few buckets
        found = _hashed_rows(ws, source, 1, wanted)
    return [[(cell or "").strip() for cell in cells] for (cells,) in found]


def _hashed_rows(ws: Workspace, source: str, buckets: int, wanted: int) -> list[tuple[list[str | None]]]:
    return ws.rows(
        "select cells from intake.line where source = $source and hash(cells) % $buckets = 0 "
        "order by hash(cells), cells limit $most",
        {"source": source, "buckets": buckets, "most": 2 * wanted},
    )


def _more(ws: Workspace, source: str, position: int) -> list[str]:
    found = ws.rows(
        f"select distinct cells[{position}] as value from intake.line "
        f"where source = $source and cells[{position}] is not null order by hash(value), value limit {_MORE}",
        {"source": source},
    )
    return [value.strip() for (value,) in found]
