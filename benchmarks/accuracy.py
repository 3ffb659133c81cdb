"""Accuracy of the product as it ships, zero configuration, against truth that somebody else made.

Usage::

    python -m benchmarks.accuracy --labelled DIR [--sets febrl1,fake_1000] [--json] [--errors DIR]
    python -m benchmarks.accuracy --sets sample --generated 5000:11,5000:23 --odd 5 --diagram reliability.svg

DIR holds one folder a set with ``input.csv`` (or several source files), ``truth.csv`` and, for golden records,
``clean.csv``. The generated base of docs/sample is always scored too; ``--generated ROWS:SEED,...`` adds the same base
from other seeds, ``--odd SEED`` the odd tables of benchmarks/generator/odd. Peers' figures are in peers.json.
Last comes the reliability of the stated probabilities, pooled over all sets.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.generator.odd import SHAPES, write_odd
from benchmarks.generator.sample import write_sample
from benchmarks.scoring import (
    Bin,
    pooled,
    reliability_markdown,
    reliability_svg,
    score_crosswalk,
    score_golden,
    score_pairs,
)
from engine.errors import AssayError
from engine.options import RunOptions, RunSource
from engine.pipeline import run
from engine.progress import Silent

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "docs" / "sample"
NOT_INPUT = {"truth.csv", "clean.csv", "truth_contacts.csv"}

FEBRL_FIELDS = {
    "first_name": "c.given_name",
    "last_name": "c.surname",
    "addr_line1": "coalesce(c.street_number, '') || coalesce(c.address_1, '')",
    "addr_line2": "c.address_2",
    "town": "c.suburb",
    "postcode": "c.postcode",
    "region": "c.state",
    "birth_date": "c.date_of_birth",
    "identifier": "c.soc_sec_id",
}
"""Golden column -> clean column. FEBRL's number and street are one line in a golden record."""


@dataclass(frozen=True, slots=True)
class Case:
    """One measurement: a name, the files to read and the truth."""

    name: str
    files: tuple[Path, ...]
    truth: Path
    clean: Path | None


def cases(labelled: Path | None, wanted: set[str], scratch: Path) -> Iterator[Case]:
    """Every set of ``labelled``; FEBRL once more without its social security number, which real contacts lack."""
    folders = sorted(path for path in labelled.iterdir() if (path / "truth.csv").is_file()) if labelled else []
    for folder in folders:
        if wanted and folder.name not in wanted:
            continue
        files = tuple(sorted(path for path in folder.glob("*.csv") if path.name not in NOT_INPUT))
        clean = folder / "clean.csv"
        yield Case(folder.name, files, folder / "truth.csv", clean if clean.is_file() else None)
        if any("soc_sec_id" in path.open(encoding="utf-8").readline() for path in files):
            yield Case(
                f"{folder.name} without soc_sec_id",
                tuple(_without(path, "soc_sec_id", scratch / folder.name) for path in files),
                folder / "truth.csv",
                None,
            )
    if SAMPLE.is_dir() and (not wanted or "sample" in wanted):
        yield _case(SAMPLE)


def made(generated: str, odd: int | None, scratch: Path) -> Iterator[Case]:
    """Bases made on the spot: ``generated`` as ``rows:seed,...``, and every odd table from one seed."""
    for part in filter(None, generated.split(",")):
        rows, seed = part.split(":")
        folder = scratch / f"generated {part}"
        write_sample(folder, int(rows), int(seed))
        yield _case(folder)
    for shape in SHAPES if odd is not None else ():
        folder = scratch / f"odd {shape}"
        write_odd(folder, shape, odd or 0)
        yield _case(folder)


def _case(folder: Path) -> Case:
    files = tuple(sorted(path for path in folder.glob("*.csv") if path.name not in NOT_INPUT))
    return Case(folder.name, files, folder / "truth.csv", None)


def measure(case: Case, out: Path, errors: Path | None) -> dict[str, Any]:
    """Run the product on a case and score what it wrote."""
    begun = time.perf_counter()
    run(
        RunOptions(
            sources=tuple(RunSource(path) for path in case.files),
            out=out,
            workspace=out / ".assay",
            as_of=date(2026, 11, 22),
        ),
        Silent(),
    )
    seconds = time.perf_counter() - begun
    found: dict[str, Any] = {
        "set": case.name,
        "seconds": round(seconds, 1),
        **score_crosswalk(out / "crosswalk.csv", case.truth).row(),
    }
    bins = score_pairs(out / "pairs.parquet", out / "crosswalk.csv", case.truth)
    found["reliability"] = [asdict(one) for one in bins]
    if case.clean is not None:
        golden = score_golden(out / "golden.csv", out / "crosswalk.csv", case.truth, case.clean, FEBRL_FIELDS)
        if golden is not None:
            found |= {"golden_contacts": golden.contacts, "golden_fields": golden.fields}
            found |= {"golden_records": golden.records}
    if errors is not None:
        dump_errors(case, out, errors)
    return found


def dump_errors(case: Case, out: Path, errors: Path) -> None:
    """Write wrongly merged and missed pairs with their weight and evidence, so that a change can be read."""
    errors.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    for name, path in (("crosswalk", out / "crosswalk.csv"), ("truth", case.truth)):
        con.execute(
            f"create table {name} as select * from read_csv($path, all_varchar = true, header = true)",
            {"path": str(path)},
        )
    con.execute("create table pair as select * from read_parquet($path)", {"path": str(out / "pairs.parquet")})
    con.execute(
        "create table row as select record_id, contact_id, entity_id from crosswalk join truth using (source, line_no)"
    )
    target = errors / f"{case.name.replace(' ', '_')}.csv"
    found = con.execute(
        """
        select case when l.entity_id = r.entity_id then 'missed' else 'wrong' end as error,
            l.record_id, r.record_id, round(p.match_weight, 2), p.evidence
        from row l join row r on l.record_id < r.record_id
            and ((l.entity_id = r.entity_id) <> (l.contact_id = r.contact_id))
        left join pair p on p.record_id_l = l.record_id and p.record_id_r = r.record_id
        order by 1, 4 desc nulls last, 2, 3
        """
    ).fetchall()
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["error", "record_id_l", "record_id_r", "match_weight", "evidence"])
        writer.writerows(found)


def _without(path: Path, column: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    with path.open(encoding="utf-8", newline="") as source, target.open("w", encoding="utf-8", newline="") as sink:
        reader = csv.reader(source)
        writer = csv.writer(sink)
        header = next(reader)
        keep = [place for place, name in enumerate(header) if name != column]
        writer.writerow([header[place] for place in keep])
        writer.writerows([row[place] for place in keep] for row in reader)
    return target


def main() -> None:
    """Measure and print a table (or JSON)."""
    parser = argparse.ArgumentParser(description="Accuracy of assay run, zero configuration.")
    parser.add_argument("--labelled", type=Path, help="folder of labelled sets")
    parser.add_argument("--sets", default="", help="only these, comma separated")
    parser.add_argument("--errors", type=Path, help="write wrong and missed pairs here, a file a set")
    parser.add_argument("--generated", default="", help="further generated bases, ROWS:SEED,...")
    parser.add_argument("--odd", type=int, help="the odd tables too, from this seed")
    parser.add_argument("--diagram", type=Path, help="draw the reliability of the stated probabilities as SVG")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    peers = json.loads((HERE / "peers.json").read_text(encoding="utf-8"))
    wanted = {name for name in options.sets.split(",") if name}
    results = []
    with tempfile.TemporaryDirectory(prefix="assay-accuracy-") as scratch:
        inputs = Path(scratch) / "inputs"
        listed = chain(cases(options.labelled, wanted, inputs), made(options.generated, options.odd, inputs))
        for number, case in enumerate(listed):
            try:
                found = measure(case, Path(scratch) / f"out{number}", options.errors)
            except AssayError as refused:  # an odd table may be no contacts at all: that is an answer
                print(f"{case.name:<28} refused: {type(refused).__name__}", file=sys.stderr)
                continue
            found["peers"] = peers["pairwise_f1"].get(case.name, {})
            results.append(found)
            if not options.json:
                print(_line(found), flush=True)
    bins = pooled([[Bin(**one) for one in found["reliability"]] for found in results])
    if options.diagram is not None:
        options.diagram.write_text(reliability_svg(bins), encoding="utf-8")
    if options.json:
        json.dump(results, sys.stdout, indent=2)
    elif results:
        print(f"macro pairwise F1 {sum(found['f1'] for found in results) / len(results):.4f}\n")
        print(reliability_markdown(bins))


def _line(found: dict[str, Any]) -> str:
    golden = f"  golden {found['golden_fields']:.3f}/{found['golden_records']:.3f}" if "golden_fields" in found else ""
    peers = ", ".join(f"{name} {value:.3f}" for name, value in found["peers"].items())
    return (
        f"{found['set']:<28} P {found['precision']:.4f} R {found['recall']:.4f} F1 {found['f1']:.4f}"
        f"  B3 {found['b3_f1']:.4f}{golden}  {found['seconds']:.1f} s  [{peers}]"
    )


if __name__ == "__main__":
    main()
