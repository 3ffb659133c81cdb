"""Golden-record accuracy on true clusters: what survivorship alone gets right, without any matching error.

Usage::

    python -m benchmarks.golden_accuracy --labelled DIR [--sets febrl1,febrl3] [--full] [--json]

DIR holds one folder a set with input.csv, truth.csv and clean.csv. Every contact's true records are survived and the
golden record is compared with the clean original, case, punctuation and leading zeros forgiven. The control is the same
with the clean row taken out of every contact of three records or more: FEBRL leaves it among the rows, which flatters
every rule that smells it. ``--full`` runs intake and standardisation before; else the columns go in as they are.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from engine.golden import Numbers, survive
from engine.intake import SourceFile, guess_mapping, map_records, stage_sources
from engine.progress import Silent
from engine.rulebook.load import RuleBook
from engine.sql import identifier
from engine.standardise import apply
from engine.tables import MATCHING_CLUSTER, PROTOCOL_STEP, STANDARDISE_RECORD
from engine.workspace import Workspace

FIELDS = {
    "first_name": "given_name",
    "last_name": "surname",
    "house_number": "street_number",
    "street": "address_1",
    "addr_line2": "address_2",
    "town": "suburb",
    "postcode": "postcode",
    "region": "state",
    "birth_date": "date_of_birth",
    "identifier": "soc_sec_id",
}
"""Golden attribute -> column of the set."""

AS_OF = date(2026, 11, 22)

PEERS = {
    "goldenmatch, zero configuration (longest)": (0.812, 0.154),
    "goldenmatch, majority vote": (0.950, 0.702),
    "majority, ties by medoid": (0.960, 0.765),
    "majority, ties by frequency in the file": (0.973, 0.789),
}
"""Share of fields and of records on febrl3, found clusters that are pure (measured November 2026)."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """One measurement: contacts compared, share of fields and of whole records right, what was decided about trust."""

    name: str
    contacts: int
    fields: float
    records: float
    dispersion: float | str
    trust: bool
    seconds: float
    worst: dict[str, float]


def measure(folder: Path, *, control: bool, full: bool, book: RuleBook | None = None) -> Accuracy | None:
    """Survive the true clusters of one set and compare with its clean originals; None when nothing can be compared."""
    book = book or RuleBook()
    with Workspace.memory() as ws:
        ws.create(PROTOCOL_STEP)
        for name in ("input", "truth", "clean"):
            ws.execute(
                f"create table {name} as select *, row_number() over () as line_no_read "
                "from read_csv($path, all_varchar = true, header = true, delim = ',', quote = '\"', parallel = false)",
                {"path": str(folder / f"{name}.csv")},
            )
        if full:
            _standardise(ws, book, folder)
        else:
            _take_as_is(ws)
        if control:
            _drop_clean_rows(ws)
        ws.build(
            MATCHING_CLUSTER,
            """
            select record_id, record.kind, min(record_id) over (partition by entity_id) as cluster_id,
                null::varchar as structure_cluster_id
            from standardise.record as record join truth on truth.line_no::bigint = record.line_no
            """,
        )
        started = time.perf_counter()
        report = survive(ws, book, numbers=Numbers(), watcher=Silent()).check()
        seconds = time.perf_counter() - started
        return _compare(ws, f"{folder.name}{' control' if control else ''}", report.figures, seconds)


def _take_as_is(ws: Workspace) -> None:
    given = {attribute: identifier(column) for attribute, column in FIELDS.items()}
    given["birth_date"] = "try_strptime(date_of_birth, '%Y%m%d')::date"
    given |= {
        "record_id": "'set:' || md5(concat_ws('|', " + ", ".join(map(identifier, FIELDS.values())) + "))"
        " || '-' || row_number() over (partition by " + ", ".join(map(identifier, FIELDS.values())) + " order by 1)",
        "source": "'input'",
        "line_no": "line_no_read",
        "kind": "'individual'",
        "kind_reason": "'truth'",
        "phones": "[]::varchar[]",
        "emails": "[]::varchar[]",
    }
    columns = ", ".join(
        f"{given.get(column.name, 'null')}::{column.type} as {identifier(column.name)}"
        for column in STANDARDISE_RECORD.columns
    )
    ws.build(STANDARDISE_RECORD, f"select {columns} from input")


def _standardise(ws: Workspace, book: RuleBook, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        source = SourceFile(folder / "input.csv", name="input")
        stage_sources(ws, [source], scratch=Path(scratch), watcher=Silent(), book=book)
        map_records(ws, guess_mapping(ws, book, watcher=Silent()))
        apply(ws, book, home_country=None, as_of=AS_OF, workers=1, watcher=Silent())


def _drop_clean_rows(ws: Workspace) -> None:
    """Keep contacts of three records or more, and of those take out the rows that equal their clean original."""
    same = " and ".join(f"input.{column} is not distinct from clean.{column}" for column in FIELDS.values())
    ws.execute(
        f"""
        delete from standardise.record where line_no in (
            select input.line_no_read
            from input
            join truth on truth.line_no::bigint = input.line_no_read
            join clean on clean.entity_id = truth.entity_id
            where {same} or truth.entity_id in (select entity_id from truth group by entity_id having count(*) = 2)
        )
        """
    )


def _compare(ws: Workspace, name: str, figures: dict[str, int | float | str], seconds: float) -> Accuracy | None:
    fold = "ltrim(regexp_replace(lower(strip_accents(coalesce({}, ''))), '[^a-z0-9]', '', 'g'), '0')"
    right = {
        attribute: f"avg(({fold.format(f'golden.{attribute}')} = {fold.format(f'clean.{column}')})::integer)"
        for attribute, column in FIELDS.items()
    }
    every = " and ".join(
        f"{fold.format(f'golden.{attribute}')} = {fold.format(f'clean.{column}')}"
        for attribute, column in FIELDS.items()
    )
    found = ws.rows(
        f"""
        select count(*), avg(({every})::integer), {", ".join(right.values())}
        from golden.contact as golden
        join (
            select contact_id, min(entity_id) as entity_id
            from golden.crosswalk as crosswalk join truth on truth.line_no::bigint = crosswalk.line_no
            group by contact_id
        ) as owner using (contact_id)
        join clean using (entity_id)
        where golden.records > 1
        """
    )[0]
    if not found[0]:
        return None
    by_field = dict(zip(FIELDS, found[2:], strict=True))
    return Accuracy(
        name=name,
        contacts=int(found[0]),
        fields=round(sum(by_field.values()) / len(by_field), 4),
        records=round(found[1], 4),
        dispersion=figures["dispersion"],
        trust=bool(figures["trust"]),
        seconds=round(seconds, 2),
        worst={field: round(share, 4) for field, share in sorted(by_field.items(), key=lambda item: item[1])},
    )


def main() -> list[Accuracy]:
    """Measure, print, return."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--sets", default="febrl1,febrl2,febrl3")
    parser.add_argument("--full", action="store_true", help="run intake and standardisation before")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = [
        measure(options.labelled / name, control=control, full=options.full)
        for name in options.sets.split(",")
        for control in (False, True)
    ]
    found = [accuracy for accuracy in measured if accuracy is not None]
    if options.json:
        print(json.dumps({"assay": [asdict(accuracy) for accuracy in found], "peers": PEERS}, indent=1))
        return found
    for accuracy in found:
        print(
            f"{accuracy.name:16} {accuracy.contacts:6} contacts  fields {accuracy.fields:.1%}  "
            f"records {accuracy.records:.1%}  dispersion {accuracy.dispersion}  "
            f"trust {'on' if accuracy.trust else 'off'}  {accuracy.seconds} s"
        )
        print("   ", ", ".join(f"{field} {share:.1%}" for field, share in accuracy.worst.items()))
    print("Peers on febrl3:")
    for name, (fields, records) in PEERS.items():
        print(f"    {name:45} fields {fields:.1%}  records {records:.1%}")
    return found


if __name__ == "__main__":
    main()
