"""Golden-record accuracy on a generated European base: standardisation and survivorship on true clusters.

Usage::

    python -m benchmarks.golden_european [--rows 12000] [--seeds 7,11,23] [--json] [--errors FILE]

Two sources know contacts as they were on some day: people moved, married, changed their numbers; a part of the box
office carries the day of a migration as its last change. Truth is what is so now. Nobody can choose a value that no
row has, so the figures that count are over **reachable** contacts, those of several rows whose every current value
stands, in its letters, in one of their standardised rows. Forgiving: letters and digits only. Strict: sign by sign,
accents and capitals included. Generator and rules come from one house: these figures are optimistic.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.generator.sample import MANY_COPIES, write_sample
from engine import intake, standardise
from engine.golden import Numbers, survive
from engine.intake import SourceFile
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.tables import MATCHING_CLUSTER, PROTOCOL_STEP
from engine.workspace import Workspace

AS_OF = date(2026, 11, 22)

FIELDS = (
    "first_name", "last_name", "birth_date", "organisation", "house_number", "street", "postcode", "town", "phone",
    "mobile", "email",
)  # fmt: skip

STAMPED = 0.35
DROPPED = 0.04
"""Share of the contacts taken out to see whether the golden records of the others change."""

_FOLD = "regexp_replace(lower(strip_accents(replace(coalesce({}, ''), 'ß', 'ss'))), '[^a-z0-9]', '', 'g')"


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares of fields and whole records right, over reachable contacts and over all of several rows."""

    seed: int
    contacts: int
    reachable: int
    forgiving_fields: float
    forgiving_records: float
    strict_fields: float
    strict_records: float
    all_fields: float
    all_records: float
    untouched: int
    untouched_changed: int
    seconds: float
    worst: dict[str, float]


def measure(rows: int, seed: int, errors: Any = None) -> Measured:
    """Standardise and survive one base on its true clusters; again without 4 % of its contacts."""
    with tempfile.TemporaryDirectory(prefix="assay-golden-") as folder:
        base = Path(folder)
        write_sample(base, rows, seed, copies=MANY_COPIES, stamped=STAMPED)
        with Workspace.open(base / "workspace", threads=2, memory="2GB") as ws:
            _prepare(ws, base)
            started = time.perf_counter()
            survive(ws, RuleBook([]), numbers=Numbers(), watcher=Silent()).check()
            seconds = time.perf_counter() - started
            _keep(ws, "whole")
            found = _compare(ws)
            if errors is not None:
                errors.writerows((seed, *row) for row in _wrong(ws))
            ws.execute(
                f"""
                delete from matching.cluster where cluster_id in (
                    select cluster_id from (select distinct cluster_id from matching.cluster)
                    where hash(cluster_id, 'dropped') % 1000 < {DROPPED * 1000:.0f})
                """
            )
            ws.execute("delete from standardise.record where record_id not in (select record_id from matching.cluster)")
            survive(ws, RuleBook([]), numbers=Numbers(), watcher=Silent()).check()
            _keep(ws, "rest")
            untouched, changed = _stability(ws)
    return Measured(seed=seed, seconds=round(seconds, 2), untouched=untouched, untouched_changed=changed, **found)


def _prepare(ws: Workspace, base: Path) -> None:
    """standardise.record, the true clusters and the table ``clean`` of what is so."""
    ws.create(PROTOCOL_STEP)
    book, silent = RuleBook([]), Silent()
    scratch = base / "scratch"
    scratch.mkdir()
    sources = [SourceFile(path=base / f"{name}.csv", name=name) for name in ("billetterie", "newsletter")]
    intake.stage_sources(ws, sources, scratch=scratch, watcher=silent, book=book)
    intake.map_records(ws, intake.guess_mapping(ws, book, watcher=silent))
    standardise.apply(ws, book, home_country=None, as_of=AS_OF, workers=2, watcher=silent)
    for name, file in (("truth", "truth.csv"), ("clean", "truth_contacts.csv")):
        ws.execute(
            f"create table {name} as select * from read_csv($path, all_varchar = true, header = true, delim = ',')",
            {"path": str(base / file)},
        )
    # the kind as it truly is: whose clusters are true has true kinds
    ws.build(
        MATCHING_CLUSTER,
        """
        select record_id, truth.kind, min(record_id) over (partition by entity_id) as cluster_id,
            null::varchar as structure_cluster_id
        from standardise.record as record
        join truth on truth.source = record.source and truth.line_no::bigint = record.line_no
        """,
    )


def _keep(ws: Workspace, name: str) -> None:
    """Table ``name``: the golden record of every entity with its number of records."""
    ws.execute(
        f"""
        create or replace temp table {name} as
        select owner.entity_id, golden.* replace (birth_date::varchar as birth_date)
        from golden.contact as golden
        join (
            select contact_id, min(entity_id) as entity_id
            from golden.crosswalk as crosswalk
            join truth on truth.source = crosswalk.source and truth.line_no::bigint = crosswalk.line_no
            group by contact_id
        ) as owner using (contact_id)
        """
    )


def _reachable() -> str:
    """SQL: every current value of the contact stands in one of its rows; phones may stand in either column."""
    have = []
    for field in FIELDS:
        column = f"record.{field}::varchar"
        values = {
            "phone": "[record.phone, record.mobile]",
            "mobile": "[record.mobile, record.phone]",
            "email": "[record.email, record.email2]",
        }.get(field, f"[{column}]")
        have.append(
            f"bool_or({_FOLD.format(f'clean.{field}')} = '' or "
            f"list_contains(list_transform({values}, x -> {_FOLD.format('x')}), {_FOLD.format(f'clean.{field}')}))"
        )
    return " and ".join(have)


def _compare(ws: Workspace) -> dict[str, Any]:
    ws.execute(
        f"""
        create or replace temp table reach as
        select entity_id from standardise.record as record
        join truth on truth.source = record.source and truth.line_no::bigint = record.line_no
        join clean using (entity_id)
        group by entity_id having count(*) > 1 and {_reachable()}
        """
    )
    # what the contact does not have, a row may still say (a former e-mail, an old landline): no mistake of choosing
    forgiving = {f: f"({_FOLD.format(f'clean.{f}')} in ('', {_FOLD.format(f'whole.{f}')}))" for f in FIELDS}
    strict = {f: f"(coalesce(clean.{f}, '') in ('', coalesce(whole.{f}::varchar, '')))" for f in FIELDS}

    def shares(right: dict[str, str]) -> str:
        fields = " + ".join(f"{one}::integer" for one in right.values())
        return f"avg(({fields}) / {len(right)}), avg(({' and '.join(right.values())})::integer)"

    single = ", ".join(f"avg({one}::integer)" for one in forgiving.values())
    joined = "from whole join clean using (entity_id)"
    row = ws.rows(
        f"select count(*), {shares(forgiving)}, {shares(strict)}, {single} {joined} join reach using (entity_id)"
    )[0]
    every = ws.rows(f"select count(*), {shares(forgiving)} {joined} where whole.records > 1")[0]
    return {
        "contacts": int(every[0]),
        "reachable": int(row[0]),
        "forgiving_fields": round(row[1], 4),
        "forgiving_records": round(row[2], 4),
        "strict_fields": round(row[3], 4),
        "strict_records": round(row[4], 4),
        "all_fields": round(every[1], 4),
        "all_records": round(every[2], 4),
        "worst": dict(sorted(zip(FIELDS, (round(x, 4) for x in row[5:]), strict=True), key=lambda item: item[1])),
    }


def _wrong(ws: Workspace) -> list[tuple[Any, ...]]:
    """Every field of a reachable contact that is not the current one, with what decided."""
    selects = [
        f"select entity_id, '{f}' as attribute, clean.{f} as truth, whole.{f}::varchar as chosen, contact_id "
        "from whole join clean using (entity_id) join reach using (entity_id) "
        f"where clean.{f} <> '' and coalesce(whole.{f}::varchar, '') <> clean.{f}"
        for f in FIELDS
    ]
    return ws.rows(
        f"""
        select wrong.entity_id, wrong.attribute, truth, chosen, rule, runner_up, choice.record_id,
            {_FOLD.format("truth")} = {_FOLD.format("chosen")} as letters_right
        from ({" union all ".join(selects)}) as wrong
        left join golden.choice as choice using (contact_id, attribute)
        order by all
        """
    )


def _stability(ws: Workspace) -> tuple[int, int]:
    columns = ", ".join(FIELDS)
    row = ws.rows(
        f"""
        select count(*), count(*) filter (where before <> after) from (
            select row({columns})::varchar as before, entity_id from whole) join (
            select row({columns})::varchar as after, entity_id from rest) using (entity_id)
        """
    )[0]
    return int(row[0]), int(row[1])


def main() -> Sequence[Measured]:
    """Measure, print, return."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=12_000)
    parser.add_argument("--seeds", default="7,11,23")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--errors", type=Path, help="write every wrong field of reachable contacts")
    chosen = parser.parse_args()
    seeds = [int(seed) for seed in chosen.seeds.split(",")]
    if chosen.errors:
        with chosen.errors.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(
                ("seed", "entity_id", "attribute", "truth", "chosen", "rule", "runner_up", "record_id", "letters_right")
            )
            found = [measure(chosen.rows, seed, writer) for seed in seeds]
    else:
        found = [measure(chosen.rows, seed) for seed in seeds]
    if chosen.json:
        print(json.dumps([asdict(one) for one in found], indent=1))
        return found
    for one in found:
        print(
            f"seed {one.seed}: {one.contacts:,} contacts of several rows, {one.reachable:,} reachable: forgiving "
            f"{one.forgiving_fields:.1%} / {one.forgiving_records:.1%}, strict {one.strict_fields:.1%} / "
            f"{one.strict_records:.1%}; all {one.all_fields:.1%} / {one.all_records:.1%}; untouched changed "
            f"{one.untouched_changed} of {one.untouched:,}; {one.seconds} s"
        )
        print("   ", ", ".join(f"{field} {share:.1%}" for field, share in one.worst.items()))
    return found


if __name__ == "__main__":
    main()
