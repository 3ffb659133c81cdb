"""Scores of a crosswalk against truth (engine.evaluation), and golden-record accuracy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import duckdb

from engine.evaluation import Score, evaluate
from engine.sql import identifier


@dataclass(frozen=True, slots=True)
class GoldenScore:
    """Share of golden fields and of whole golden records that equal the clean original."""

    contacts: int
    fields: float
    records: float


def score_crosswalk(crosswalk: Path, truth: Path) -> Score:
    """Score a run's crosswalk.csv against truth.csv (source, line_no, entity_id), as ``assay match evaluate`` does.

    A held line is a cluster of its own.

    Raises:
        ValueError: the crosswalk does not hold every line of the truth.
    """
    found = evaluate(crosswalk.parent, truth)
    if found.missing:
        raise ValueError(f"the crosswalk lacks {found.missing} of the truth's lines")
    return found.total


BINS = (0.0, 0.05, 0.15, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 1.0)
"""Bounds of the bins of stated probability; the last one holds identical records only."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Scored pairs of one bin of stated probability: how many, what was stated on average, how many are right."""

    low: float
    pairs: int
    stated: float
    right: int


def score_pairs(pairs: Path, crosswalk: Path, truth: Path) -> list[Bin]:
    """The reliability of match_probability: bins of scored pairs against truth (pairs.parquet of a run)."""
    con = duckdb.connect()
    for name, path in (("crosswalk", crosswalk), ("truth", truth)):
        con.execute(
            f"create table {name} as select * from read_csv($path, all_varchar = true, header = true, delim = ',', "
            "quote = '\"')",
            {"path": str(path)},
        )
    con.execute("create table pair as select * from read_parquet($path)", {"path": str(pairs)})
    found = con.execute(
        """
        with entity as (select record_id, entity_id from crosswalk join truth using (source, line_no))
        select list_max(list_filter($bins, lambda b: b <= p.match_probability)) as low, count(*),
            avg(p.match_probability), count(*) filter (l.entity_id = r.entity_id)
        from pair p
        join entity l on l.record_id = p.record_id_l
        join entity r on r.record_id = p.record_id_r
        group by low order by low
        """,
        {"bins": list(BINS)},
    ).fetchall()
    return [Bin(float(low), int(count), round(float(stated), 4), int(right)) for low, count, stated, right in found]


def pooled(listed: list[list[Bin]]) -> list[Bin]:
    """Bins of several runs as one."""
    together = []
    for low in BINS:
        same = [one for bins in listed for one in bins if one.low == low]
        pairs = sum(one.pairs for one in same)
        if pairs:
            stated = sum(one.stated * one.pairs for one in same) / pairs
            together.append(Bin(low, pairs, round(stated, 4), sum(one.right for one in same)))
    return together


def reliability_markdown(bins: list[Bin]) -> str:
    """The bins as a table: stated probability against the share that is right, and the same from each bin upwards."""
    rows = [
        "| stated from | pairs | stated | right | stated from here up | right from here up |",
        "|---|---|---|---|---|---|",
    ]
    for place, one in enumerate(bins):
        above = bins[place:]
        pairs = sum(other.pairs for other in above)
        stated = sum(other.stated * other.pairs for other in above) / pairs
        right = sum(other.right for other in above) / pairs
        share = one.right / one.pairs
        rows.append(f"| {one.low:g} | {one.pairs} | {one.stated:.4f} | {share:.4f} | {stated:.4f} | {right:.4f} |")
    return "\n".join(rows)


def reliability_svg(bins: list[Bin]) -> str:
    """The bins as a reliability diagram: stated log2 odds across, true log2 odds up; on the diagonal is honest.

    Both axes run from 1 : 32 to 1,024 : 1, where the promises are; a bar shows twice the standard error.
    """
    low, high, side, edge = -5.0, 10.0, 420.0, 46.0

    def place(share: float) -> float:
        bits = math.log2(max(share, 1e-9) / max(1.0 - share, 1e-9))
        return (min(max(bits, low), high) - low) / (high - low) * side

    marks, lines = [], []
    for share in (0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999):
        at = edge + place(share)
        down = edge + side - place(share)
        lines.append(f'<line x1="{at:.1f}" y1="{edge}" x2="{at:.1f}" y2="{edge + side}" stroke="#ddd"/>')
        lines.append(f'<line x1="{edge}" y1="{down:.1f}" x2="{edge + side}" y2="{down:.1f}" stroke="#ddd"/>')
        lines.append(f'<text x="{at:.1f}" y="{edge + side + 16}" text-anchor="middle">{share:g}</text>')
        lines.append(f'<text x="{edge - 6}" y="{down + 4:.1f}" text-anchor="end">{share:g}</text>')
    for one in bins:
        if one.low >= 1.0:
            continue
        share = one.right / one.pairs
        error = 2.0 * math.sqrt((share * (1.0 - share) + 0.25 / one.pairs) / one.pairs)
        x, y = edge + place(one.stated), edge + side - place(share)
        top, bottom = (edge + side - place(min(max(share + sign * error, 0.0), 1.0)) for sign in (1.0, -1.0))
        marks.append(f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="#1f5fa8"/>')
        marks.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#1f5fa8">'
            f"<title>{one.pairs} pairs: stated {one.stated:.4f}, right {share:.4f}</title></circle>"
        )
    whole = side + 2 * edge
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole:g} {whole:g}" font-family="sans-serif" '
            'font-size="11">',
            f'<rect width="{whole:g}" height="{whole:g}" fill="#fff"/>',
            *lines,
            f'<line x1="{edge}" y1="{edge + side}" x2="{edge + side}" y2="{edge}" stroke="#888" stroke-dasharray="4"/>',
            *marks,
            f'<text x="{edge + side / 2}" y="{whole - 8:g}" text-anchor="middle">stated probability</text>',
            f'<text x="{edge}" y="{edge - 14}">share of pairs that are right</text>',
            "</svg>",
            "",
        ]
    )


def score_golden(golden: Path, crosswalk: Path, truth: Path, clean: Path, fields: dict[str, str]) -> GoldenScore | None:
    """Compare golden.csv with the clean original of each entity, case, punctuation and leading zeros forgiven.

    Counted are contacts whose records are all of one entity and are all of that entity, with two records or more
    (as in the measurements of the peers).

    Args:
        fields: golden column -> SQL expression over the clean row (alias ``c``), compared as folded text.

    Returns:
        None when no contact qualifies.
    """
    con = duckdb.connect()
    for name, path in (("golden", golden), ("crosswalk", crosswalk), ("truth", truth), ("clean", clean)):
        con.execute(
            f"create table {identifier(name)} as select * from "
            "read_csv($path, all_varchar = true, header = true, delim = ',', quote = '\"', null_padding = false)",
            {"path": str(path)},
        )
    con.execute(
        """
        create table pure as
        with joined as (select contact_id, entity_id from truth join crosswalk using (source, line_no)),
        sizes as (select entity_id, count(*) as size from joined group by all)
        select contact_id, min(entity_id) as entity_id from joined group by contact_id
        having count(distinct entity_id) = 1
           and count(*) = (select size from sizes where sizes.entity_id = min(joined.entity_id)) and count(*) >= 2
        """
    )
    fold = "ltrim(regexp_replace(lower(strip_accents(coalesce({}, ''))), '[^a-z0-9]', '', 'g'), '0')"
    tests = [
        f"({fold.format('g.' + identifier(column))} = {fold.format(expression)})::integer"
        for column, expression in fields.items()
    ]
    total = " + ".join(tests)
    contacts, share, whole = con.execute(
        f"select count(*), avg(({total}) / {len(tests)}), avg((({total}) = {len(tests)})::integer) "
        "from pure join golden g using (contact_id) join clean c using (entity_id)"
    ).fetchall()[0]
    return GoldenScore(int(contacts), round(share, 4), round(whole, 4)) if contacts else None
