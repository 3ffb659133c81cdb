"""Whole runs on the generator's box-office base: what a user is promised about the files that come out."""

from __future__ import annotations

import csv
import hashlib
import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest

from benchmarks.generator.sample import write_sample
from benchmarks.scoring import score_crosswalk
from engine.importfile import open_import_file
from engine.initialise import create_project
from engine.options import RunOptions, RunResult, RunSource, project_options
from engine.pipeline import run
from engine.progress import Silent
from engine.project import load_project
from engine.rulebook import RuleBook
from engine.rulebook.import_rules import ImportRules
from engine.target import Base, answer_file, empty_snapshot
from engine.workspace import Workspace
from tests.journeys.conftest import SAMPLE

pytestmark = pytest.mark.journey

AS_OF = date(2026, 11, 22)
PROMISED = {
    "crosswalk.csv", "golden.csv", "golden.parquet", "lineage.parquet", "findings.csv", "findings.xlsx",
    "pairs.parquet", "review.csv", "to_confirm.csv", "held.csv", "former_numbers.csv", "protocol.json", "report.json",
    "report.html", "manifest.json",
}  # fmt: skip


def options(files: list[Path], out: Path) -> RunOptions:
    return RunOptions(
        sources=tuple(RunSource(path) for path in files),
        out=out,
        workspace=out / ".assay",
        as_of=AS_OF,
        institution="VIDY",
        threads=2,
    )


def hashes(out: Path) -> dict[str, str]:
    """File -> hash of every output file."""
    found = (path for path in out.rglob("*") if path.is_file())
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if ".assay" not in path.parts
    }


def clusters(out: Path) -> dict[str, tuple[str, str]]:
    """record_id -> contact id and number."""
    with (out / "crosswalk.csv").open(encoding="utf-8", newline="") as handle:
        return {row["record_id"]: (row["contact_id"], row["contact_nr"]) for row in csv.DictReader(handle)}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two sources of 700 rows together: seven runs are made of them."""
    folder = tmp_path_factory.mktemp("base")
    write_sample(folder, rows=700, seed=11)
    return [folder / "billetterie.csv", folder / "newsletter.csv"]


@pytest.fixture(scope="module")
def first(base: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    """The output folder and the result of a first run."""
    out = tmp_path_factory.mktemp("first") / "out"
    return out, run(options(base, out), Silent())


def test_every_promised_file_is_there_and_nothing_half_written(first: tuple[Path, RunResult]) -> None:
    out, result = first
    names = set(result.files)
    assert names >= PROMISED
    assert any(name.startswith("import/") for name in names)
    assert names == set(hashes(out))


def test_the_manifest_tells_the_truth_about_every_file(first: tuple[Path, RunResult]) -> None:
    out, _ = first
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    told = {entry["file"]: entry["sha256"] for entry in manifest["files"]}
    assert told == {name: digest for name, digest in hashes(out).items() if name != "manifest.json"}


def test_the_same_command_twice_writes_the_same_bytes(
    base: list[Path], first: tuple[Path, RunResult], tmp_path: Path
) -> None:
    run(options(base, tmp_path / "out"), Silent())
    assert hashes(tmp_path / "out") == hashes(first[0])


def test_shuffled_rows_sources_in_another_order_and_one_thread_give_the_same_contacts(
    base: list[Path], first: tuple[Path, RunResult], tmp_path: Path
) -> None:
    shuffled = []
    for path, encoding, delimiter in zip(base, ("cp1252", "utf-8"), ";,", strict=True):
        with path.open(encoding=encoding, newline="") as handle:
            header, *body = csv.reader(handle, delimiter=delimiter)
        random.Random(5).shuffle(body)
        target = tmp_path / path.name
        with target.open("w", encoding=encoding, newline="") as handle:
            csv.writer(handle, delimiter=delimiter).writerows([header, *body])
        shuffled.append(target)
    run(replace(options(shuffled[::-1], tmp_path / "out"), threads=1), Silent())
    assert clusters(tmp_path / "out") == clusters(first[0])


def but_links(out: Path) -> tuple[dict[str, str], list[tuple[str, list[tuple[object, ...]]]]]:
    """Hashes of what does not know where the sources lie, and the cells of the workbook that links to them."""
    book = openpyxl.load_workbook(out / "findings.xlsx", read_only=True)
    cells = [(sheet.title, list(sheet.iter_rows(values_only=True))) for sheet in book]
    found = {name: digest for name, digest in hashes(out).items() if name not in ("findings.xlsx", "manifest.json")}
    return found, cells


def test_a_project_made_from_the_guesses_gives_the_same_bytes(
    base: list[Path], first: tuple[Path, RunResult], tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    create_project(folder, [RunSource(path) for path in base], country=None, institution="VIDY", watcher=Silent())
    project = load_project(folder)
    bare = RunOptions(sources=(), out=project.out, workspace=project.workspace, as_of=AS_OF, threads=2)
    run(project_options(project, bare), Silent())
    assert but_links(project.out) == but_links(first[0])
    project_bytes = hashes(project.out)
    remembered = (folder / "numbers.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["contact_id"] for line in remembered} >= {
        contact for contact, _ in clusters(first[0]).values() if contact
    }
    run(project_options(project, bare), Silent())
    assert (folder / "numbers.jsonl").read_text(encoding="utf-8").splitlines() == remembered
    assert hashes(project.out) == project_bytes, "a second run in the project gives no other numbers"


def test_a_decision_of_a_person_outranks_the_model(
    base: list[Path], first: tuple[Path, RunResult], tmp_path: Path
) -> None:
    before = clusters(first[0])
    together: dict[str, list[str]] = {}
    for record, (contact, _) in sorted(before.items()):
        together.setdefault(contact, []).append(record)
    left, right = next(records for contact, records in sorted(together.items()) if contact and len(records) == 2)
    folder = tmp_path / "project"
    create_project(folder, [RunSource(path) for path in base], country=None, institution="VIDY", watcher=Silent())
    decision = {"record_id_l": left, "record_id_r": right, "judgement": "no_match", "by": "Ana", "why": "two persons"}
    (folder / "decisions.jsonl").write_text(json.dumps(decision) + "\n", encoding="utf-8")
    project = load_project(folder)
    bare = RunOptions(sources=(), out=project.out, workspace=project.workspace, as_of=AS_OF, threads=2)
    run(project_options(project, bare), Silent())
    after = clusters(project.out)
    assert after[left][0] != after[right][0]
    assert {record for record in before if before[record][0] != after[record][0]} <= {left, right}


def test_every_line_read_is_in_the_crosswalk_and_every_value_has_one_source(first: tuple[Path, RunResult]) -> None:
    out, result = first
    assert all(entry["adds_up"] for entry in result.report["ledger"])
    con = duckdb.connect()
    lines = result.report["headline"]["lines"]
    assert con.execute("select count(*) from read_csv($p)", {"p": str(out / "crosswalk.csv")}).fetchall() == [(lines,)]
    con.execute("create table golden as select * from read_parquet($p)", {"p": str(out / "golden.parquet")})
    con.execute("create table lineage as select * from read_parquet($p)", {"p": str(out / "lineage.parquet")})
    identity = ("contact_id", "contact_nr", "kind", "structure_contact_id", "records")
    values = [row[0] for row in con.execute("describe golden").fetchall() if row[0] not in identity]
    texts = ", ".join(f'"{value}"::varchar as "{value}"' for value in values)
    con.execute(f"create table wide as select contact_id, {texts} from golden")
    con.execute(
        "create table filled as unpivot wide on columns(* exclude (contact_id)) into name attribute value value"
    )
    orphans = con.execute(
        "select count(*) from filled full join lineage using (contact_id, attribute) "
        "where filled.value is distinct from lineage.value"
    ).fetchall()
    assert orphans == [(0,)]
    twice = "select count(*) from (select 1 from lineage group by contact_id, attribute having count(*) > 1)"
    assert con.execute(twice).fetchall() == [(0,)]


def test_the_import_file_is_valid_by_the_format(first: tuple[Path, RunResult]) -> None:
    out, result = first
    rules = RuleBook().load("delivery/import_rules.yml", ImportRules)
    with Workspace.memory() as ws:
        empty_snapshot(ws)
        for path in sorted((out / "import").iterdir(), reverse=True):  # contacts_insert, then what completes them
            file = open_import_file(path, rules.aliases, out)
            answer_file(ws, file, rules, Base("VIDY", "*", None, AS_OF))
            # e.g. spouses with one e-mail: the second gets no login
            assert {outcome for (outcome,) in ws.rows("select distinct outcome from answer")} <= {"warned"}
    assert result.report["headline"]["import_rows"] > 0


def test_the_shipped_sample_is_linked_as_well_as_recorded(sample_run: Path) -> None:
    """A regression gate a little under benchmarks/RESULTS.md, not a measurement."""
    score = score_crosswalk(sample_run / "crosswalk.csv", SAMPLE / "truth.csv")
    assert score.precision >= 0.92
    assert score.recall >= 0.92
