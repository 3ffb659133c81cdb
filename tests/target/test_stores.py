"""Both kinds of store: the same answers, the same base, nothing by half."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine.environments import (
    Confirmation,
    Place,
    apply_files,
    copy_environment,
    create_environment,
    diff_environments,
    list_environments,
    set_sales,
)
from engine.errors import RuleErrors, SourceError, SurroundingsError, UsageError, WorkspaceBusy
from engine.progress import Silent
from engine.project import load_project
from engine.target.columns import CONTACT
from engine.target.embedded import EmbeddedStore
from engine.target.postgres import PostgresStore
from engine.workspace import Workspace
from tests.target.support import file_text

pytestmark = pytest.mark.long

YES, NO = Confirmation(lambda name: True), Confirmation(lambda name: False)
FIRST = [
    {"CONTACT_NR": "1", "LASTNAME": 'O"N, "a\nb"', "EMAIL1": "a@x.ch", "REMARK": "\\N", "CRIT01": "COL=Red|Green"},
    {"CONTACT_NR": "2", "LASTNAME": "Müller", "OFFICIAL_NAME": "Opéra; Ballet", "TELEPHONE": "021 613 21 11"},
    {"CONTACT_NR": "3", "LASTNAME": "C", "EMAIL1": "a@x.ch", "BIRTHDATE": "31.02.1999"},
    {"CONTACT_NR": "3", "LASTNAME": "D"},
    {"CONTACT_NR": "x", "LASTNAME": "E"},
]  # fmt: skip
DEFINED = "CODE;NAME;CONTACT_TYPE;DATA_TYPE;VALUES\nCOL;Colour;BOTH;LIST;Red|Green\n"
SECOND = [
    {"OPERATION": "UPDATE", "CONTACT_NR": "2", "FUNCTION": "chief", "REMARK": "||x"},
    {"OPERATION": "INVALIDATE", "CONTACT_NR": "1"},
    {"OPERATION": "DROP", "CONTACT_NR": "3"},
    {"OPERATION": "ANONYMIZE", "CONTACT_NR": "9"},
]


@pytest.fixture(params=["embedded", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A project whose environments are of either kind."""
    toml = 'institution = "OPERA"\ncountry = "CH"\n'
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server")
        with psycopg.connect(url, autocommit=True) as connection:
            for (schema,) in connection.execute(
                "select nspname from pg_namespace where nspname like 'assay_%'"
            ).fetchall():
                connection.execute(f'drop schema "{schema}" cascade'.encode())
        toml += "".join(f'[environments.{name}]\nurl = "{url}"\n' for name in ("dev", "preprod", "prod"))
    (tmp_path / "assay.toml").write_text(toml, encoding="utf-8")
    return Place(tmp_path, load_project(tmp_path))


def written(place: Place, name: str, rows: list[dict[str, Any]]) -> Path:
    path = place.folder / name
    path.write_text(file_text(rows), encoding="utf-8")
    return path


def apply(place: Place, path: Path, env: str = "dev", confirmation: Confirmation = NO) -> dict[str, Any]:
    told = apply_files(
        place, [path], env, as_of=date(2026, 11, 22), at="2026-11-22T12:00:00+01:00",
        log=place.folder / "log", language="fr", confirmation=confirmation, watcher=Silent(),
    )  # fmt: skip
    fact: dict[str, Any] = told["files"][0]
    return fact


def create(place: Place, name: str = "dev") -> None:
    create_environment(place, name, institution=None, organization=None, country=None)
    defined = place.folder / "criteria.csv"
    defined.write_text(DEFINED, encoding="utf-8")
    apply(place, defined, name, YES)


def answers(place: Place) -> list[tuple[Any, ...]]:
    log = json.loads((place.folder / "log" / "import_log.json").read_text(encoding="utf-8"))
    return [(row["line"], row["contact_nr"], row["field"], row["rule"], row["outcome"]) for row in log["answers"]]


def test_two_files_are_answered_alike_in_both_stores(place: Place) -> None:
    create(place)
    fact = apply(place, written(place, "one.csv", FIRST))
    assert (fact["rows"], fact["imported"], fact["not_imported"], fact["imported_with_changes"]) == (5, 3, 2, 1)
    assert fact["structures_made"] == 1  # that of the relay in row 2
    assert answers(place) == [
        (5, "3", "BIRTHDATE", "birthdate_form", "dropped"),
        (5, "3", "EMAIL1", "email_no_login", "warned"),
        (6, "3", "CONTACT_NR", "number_twice", "not_imported"),
        (7, None, "CONTACT_NR", "number_form", "not_imported"),
    ]
    set_sales(place, "dev", written_list(place, ["1"]))
    fact = apply(place, written(place, "two.csv", SECOND))
    assert answers(place) == [
        (3, "1", "CONTACT_NR", "has_sales", "not_imported"),
        (5, "9", "CONTACT_NR", "number_unknown", "not_imported"),
    ]
    (base,) = list_environments(place)
    assert (base["active"], base["invalid"], base["files_applied"], base["last_file"]) == (3, 0, 3, "two.csv")


def written_list(place: Place, numbers: list[str]) -> Path:
    path = place.folder / "sales.csv"
    path.write_text("CONTACT_NR;ORDERS\n" + "".join(f"{number};3\n" for number in numbers), encoding="utf-8")
    return path


def test_the_two_kinds_of_store_hold_the_same_contacts(place: Place) -> None:
    """Values come back as they went in: quotes, line ends, backslashes, nothing at all."""
    create(place)
    apply(place, written(place, "one.csv", FIRST))
    other = Place(place.folder / "other", None)
    create_environment(other, "dev", institution="OPERA", organization=None, country="CH")
    apply(other, place.folder / "criteria.csv")
    apply(other, written(place, "one.csv", FIRST))
    # a copy between kinds goes through files: compare both as embedded bases
    bases = Place(place.folder, place.project)
    if "dev" in place.named:
        copied = place.folder / "environments" / "mirror.duckdb"
        copy_environment(bases, "dev", "mirror", replace=False, confirmation=NO)
        assert copied.stat().st_mode & 0o777 == 0o600
        mirror = "mirror"
    else:
        mirror = "dev"
    os.replace(place.folder / "other" / "environments" / "dev.duckdb", place.folder / "environments" / "plain.duckdb")
    told = diff_environments(bases, mirror, "plain")
    assert (told["same"], told["differing"], told["only_left"], told["only_right"]) == (4, 0, 0, 0)


def test_a_file_applied_twice_changes_once_and_its_log_is_written_again(place: Place) -> None:
    create(place)
    path = written(place, "one.csv", FIRST)
    first = apply(place, path)
    log = {file.name: file.read_bytes() for file in (place.folder / "log").iterdir() if file.suffix == ".csv"}
    for file in (place.folder / "log").iterdir():
        file.unlink()  # as if the first one had been killed before its log was out
    again = apply(place, path)
    # what the import made besides is told when it is made
    assert {**again, "applied": True, "structures_made": first["structures_made"]} == first
    assert not again["applied"]
    assert "structures_made" not in again
    assert {file.name: file.read_bytes() for file in (place.folder / "log").iterdir() if file.suffix == ".csv"} == log
    assert list_environments(place)[0]["files_applied"] == 2  # the definitions and one.csv


def test_a_failure_while_writing_leaves_the_base_as_it_was(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    create(place)
    apply(place, written(place, "one.csv", FIRST))
    kind = PostgresStore if "dev" in place.named else EmbeddedStore
    module = sys.modules[kind.__module__]

    def broken(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(kind if kind is PostgresStore else module, "_set", broken)
    path = written(place, "two.csv", SECOND)
    with pytest.raises(RuntimeError):
        apply(place, path)
    monkeypatch.undo()
    assert list_environments(place)[0]["files_applied"] == 2  # the definitions and one.csv
    fact = apply(place, path)
    assert fact["applied"]
    assert fact["imported"] == 3


def test_a_copy_is_the_same_and_a_difference_is_told_by_column(place: Place) -> None:
    create(place)
    apply(place, written(place, "one.csv", FIRST))
    copy_environment(place, "dev", "preprod", replace=False, confirmation=NO)
    assert diff_environments(place, "dev", "preprod")["same"] == 4
    apply(place, written(place, "two.csv", [*SECOND[:1], {"CONTACT_NR": "8", "LASTNAME": "Z"}]), "preprod")
    told = diff_environments(place, "dev", "preprod")
    assert told["by_column"] == {"FUNCTION": 1, "REMARK": 1}
    assert told["contacts"] == {"differing": ["2"], "only_left": [], "only_right": ["8"]}
    with pytest.raises(UsageError, match="has contacts already"):
        copy_environment(place, "dev", "preprod", replace=False, confirmation=NO)
    copy_environment(place, "dev", "preprod", replace=True, confirmation=NO)
    told = diff_environments(place, "dev", "preprod")
    assert (told["same"], told["only_right"]) == (4, 0)


def test_production_asks_first(place: Place) -> None:
    create(place, "prod")
    path = written(place, "one.csv", FIRST)
    with pytest.raises(UsageError, match="production"):
        apply(place, path, "prod")
    assert list_environments(place)[0]["files_applied"] == 1  # the definitions
    asked: list[str] = []
    assert apply(place, path, "prod", Confirmation(lambda name: bool(asked.append(name)) or True))["applied"]
    assert asked == ["prod"]
    create(place)
    with pytest.raises(UsageError, match="production"):
        copy_environment(place, "dev", "prod", replace=True, confirmation=NO)


def test_a_file_for_another_institution_is_refused_whole(place: Place) -> None:
    create(place)
    rows = [{"INSTITUTION": "BALLET", "CONTACT_NR": "1", "LASTNAME": "A"}]
    with pytest.raises(SourceError, match="another institution than OPERA"):
        apply(place, written(place, "other.csv", rows))
    assert list_environments(place)[0]["files_applied"] == 1  # the definitions


def test_an_environment_is_made_once_and_must_be_there(place: Place) -> None:
    create(place)
    with pytest.raises(UsageError, match="already"):
        create(place)
    with pytest.raises(UsageError, match="no environment preprod"):
        apply(place, written(place, "one.csv", FIRST), "preprod")
    with pytest.raises(UsageError, match="no name"):
        create(place, "../dev")


def test_an_environment_is_used_by_one_process_at_a_time(place: Place, tmp_path: Path) -> None:
    create(place)
    if "dev" in place.named:
        taken = (
            f"import psycopg; c = psycopg.connect({place.named['dev']['url']!r}); "
            "c.execute(\"select pg_advisory_lock(hashtextextended('assay_dev', 0))\")"
        )
    else:
        taken = f"import duckdb; c = duckdb.connect({str(place.bases / 'dev.duckdb')!r})"
    holder = f"{taken}; print('held', flush=True); import time; time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", holder], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(WorkspaceBusy, match="in use by another process"):
            apply(place, written(place, "one.csv", FIRST))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]
    assert apply(place, written(place, "one.csv", FIRST))["applied"]


def test_a_database_that_is_broken_under_way_is_a_matter_of_surroundings(postgres_server: str, tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_text(
        f'institution = "OPERA"\n[environments.broken]\nurl = "{postgres_server}"\n', encoding="utf-8"
    )
    place = Place(tmp_path, load_project(tmp_path))
    create(place, "broken")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("drop table assay_broken.property")
    with pytest.raises(SurroundingsError, match="UndefinedTable"):
        apply(place, written(place, "one.csv", FIRST), "broken")


def test_two_files_of_one_name_have_a_log_each_can_be_found_in(tmp_path: Path) -> None:
    place = Place(tmp_path)
    create_environment(place, "dev", institution="OPERA", organization=None, country="CH")
    (tmp_path / "b").mkdir()
    paths = [written(place, "one.csv", FIRST), written(place, "b/one.csv", FIRST[3:])]
    told = apply_files(
        place, paths, "dev", as_of=date(2026, 11, 22), at="", log=tmp_path / "log", language="it", confirmation=NO,
        watcher=Silent(),
    )  # fmt: skip
    assert [fact["not_imported"] for fact in told["files"]] == [2, 2]
    assert [answer[0] for answer in answers(place) if answer[4] == "not_imported"] == [6, 7, 2, 3]


def test_an_embedded_base_is_private(tmp_path: Path) -> None:
    create_environment(Place(tmp_path), "dev", institution="OPERA", organization=None, country=None)
    assert (tmp_path / "environments" / "dev.duckdb").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "environments").stat().st_mode & 0o777 == 0o700


def test_production_takes_no_demo_institution(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not DEMO"):
        create_environment(Place(tmp_path), "prod", institution=None, organization=None, country=None)
    create_environment(Place(tmp_path), "dev", institution=None, organization=None, country=None)
    with pytest.raises(UsageError, match="no place there"):
        copy_environment(Place(tmp_path), "dev", "prod", replace=False, confirmation=YES)


def test_a_password_has_no_place_in_the_project_file(tmp_path: Path) -> None:
    text = '[environments.dev]\nurl = "postgresql://me:secret@host/db"\nprodution = true\n'
    (tmp_path / "assay.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleErrors) as caught:
        load_project(tmp_path)
    told = str(caught.value)
    assert "PGPASSWORD" in told
    assert "Did you mean production?" in told
    assert "secret" not in told


def test_a_server_that_does_not_answer_is_a_matter_of_surroundings(tmp_path: Path) -> None:
    text = f'[environments.dev]\nurl = "postgresql://me@/db?host={tmp_path}"\n'
    (tmp_path / "assay.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SurroundingsError, match="cannot reach the database"):
        create_environment(
            Place(tmp_path, load_project(tmp_path)), "dev", institution=None, organization=None, country=None
        )


def test_an_application_that_is_killed_leaves_the_base_whole_and_is_done_again(
    place: Place, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A real kill, spread over the whole of an application; the base ends as one that was never disturbed."""
    rows = [
        {"CONTACT_NR": str(n), "LASTNAME": "A", "OFFICIAL_NAME": f"S{n}" if n % 7 == 0 else ""} for n in range(5_000)
    ]
    create(place)
    path = written(place, "many.csv", rows)
    undisturbed = Place(tmp_path_factory.mktemp("undisturbed"), None)
    create_environment(undisturbed, "dev", institution="OPERA", organization=None, country="CH")
    apply(undisturbed, place.folder / "criteria.csv")
    before = time.monotonic()
    command = [sys.executable, "-c", "from cli import app; app()", "apply", str(path), "--env", "dev"]
    root = Path(__file__).parents[2]
    environ = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=undisturbed.folder, env=environ, capture_output=True, check=False)
    assert done.returncode == 0
    whole = time.monotonic() - before

    for share in (0.5, 0.7, 0.8, 0.9):
        process = subprocess.Popen(
            command, cwd=place.folder, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(timeout=share * whole)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        (base,) = list_environments(place)
        # all of the file or nothing of it
        assert base["active"] in (0, 5_715)
        assert base["files_applied"] == (2 if base["active"] else 1)
    fact = apply(place, path)
    assert (fact["rows"], fact["imported"]) == (5_000, 5_000)
    assert apply(place, path)["applied"] is False
    copy_environment(place, "dev", "preprod", replace=False, confirmation=NO)
    theirs = undisturbed.folder / "environments" / "dev.duckdb"
    (place.folder / "environments").mkdir(exist_ok=True)
    os.replace(theirs, place.folder / "environments" / "plain.duckdb")
    told = diff_environments(place, "dev", "plain")
    assert (told["same"], told["differing"], told["only_left"], told["only_right"]) == (5_715, 0, 0, 0)
    assert not list((place.project.workspace if place.project else place.folder).rglob("spill/*"))


def test_rows_of_what_is_defined_are_taken_and_others_told(place: Place) -> None:
    """The definition goes first in whatever order the files are named; a copy knows what the original knows."""
    create_environment(place, "dev", institution=None, organization=None, country=None)
    rows = [
        {"CONTACT_NR": "1", "LASTNAME": "A", "CRIT01": "COL=Red", "CRIT02": "SIZE=L"},
        {"CONTACT_NR": "2", "OFFICIAL_NAME": "B", "STRUCT_TYPE": "BAR", "CRIT01": "COL=Blue"},
    ]
    undefined = [
        (2, "1", "CRIT01", "criterion_undefined", "dropped"),
        (2, "1", "CRIT02", "criterion_undefined", "dropped"),
        (3, "2", "CRIT01", "criterion_undefined", "dropped"),
        (3, "2", "STRUCT_TYPE", "code_undefined", "dropped"),
    ]
    apply(place, written(place, "early.csv", rows))
    assert answers(place) == undefined

    criteria, types = place.folder / "z_criteria.csv", place.folder / "z_types.csv"
    criteria.write_text(DEFINED, encoding="utf-8")
    types.write_text("CODE;NAME\nBAR;Bar\n", encoding="utf-8")
    again = [{**row, "OPERATION": "UPDATE"} for row in rows]
    told = apply_files(
        place, [written(place, "again.csv", again), types, criteria], "dev", as_of=date(2026, 11, 22), at="x",
        log=place.folder / "log", language="fr", confirmation=NO, watcher=Silent(),
    )  # fmt: skip
    assert [(fact["file"], fact["rows"], fact["applied"]) for fact in told["files"]] == [
        ("z_types.csv", 1, True), ("z_criteria.csv", 1, True), ("again.csv", 2, True),
    ]  # fmt: skip
    assert answers(place) == [
        (2, "1", "CRIT02", "criterion_undefined", "dropped"),
        (3, "2", "CRIT01", "criterion_value", "dropped"),
    ]
    assert apply(place, criteria)["applied"] is False
    (base,) = list_environments(place)
    assert (base["defined"], base["active"]) == (2, 2)
    copy_environment(place, "dev", "preprod", replace=False, confirmation=NO)
    assert [base["defined"] for base in list_environments(place)] == [2, 2]


def test_a_wrong_definition_file_is_refused_before_anything_is_applied(place: Place) -> None:
    create_environment(place, "dev", institution=None, organization=None, country=None)
    wrong = place.folder / "criteria.csv"
    wrong.write_text("CODE;NAME;CONTACT_TYPE;DATA_TYPE;VALUES\nTOOLONGCODE;x;;;\n", encoding="utf-8")
    with pytest.raises(SourceError, match="line 2: CODE has 1 to 8"):
        apply_files(
            place, [written(place, "one.csv", FIRST), wrong], "dev", as_of=date(2026, 11, 22), at="x",
            log=place.folder / "log", language="fr", confirmation=NO, watcher=Silent(),
        )  # fmt: skip
    (base,) = list_environments(place)
    assert (base["active"], base["files_applied"]) == (0, 0)


def test_fifty_thousand_rows_are_applied_in_seconds_in_both_stores(place: Place) -> None:
    """A minute for a million: 50,000 in a tenth of the patience of a busy machine."""
    create(place)
    rows = [
        {"CONTACT_NR": str(n), "LASTNAME": f"N{n}", "EMAIL1": f"c{n}@x.ch", "TELEPHONE": "021 613 21 11", "TOWN": "Ici",
         "OFFICIAL_NAME": f"S{n // 50}" if n % 5 == 0 else ""}
        for n in range(50_000)
    ]  # fmt: skip
    path = written(place, "large.csv", rows)
    before = time.process_time()
    fact = apply(place, path)
    assert (fact["imported"], fact["not_imported"]) == (50_000, 0)
    assert time.process_time() - before < 20
    assert list_environments(place)[0]["active"] == 51_000


def test_whoever_was_anonymised_or_dropped_is_in_no_byte_of_an_embedded_base(tmp_path: Path) -> None:
    place = Place(folder=tmp_path)
    create_environment(place, "dev", institution="OPERA", organization="*", country="CH")
    names = [f"Quimb{number:04d}vardel" for number in range(1, 2001)]
    first = [{"CONTACT_NR": str(number), "LASTNAME": name} for number, name in enumerate(names, start=1)]
    removals = [{"OPERATION": ("ANONYMIZE", "DROP")[number % 2], "CONTACT_NR": str(number)} for number in range(1, 21)]
    for name, rows in (("one", first), ("two", removals)):
        (tmp_path / f"{name}.csv").write_text(file_text(rows), encoding="utf-8")
        apply_files(
            place, [tmp_path / f"{name}.csv"], "dev", as_of=date(2026, 11, 22), at="2026-11-22", log=tmp_path / "log",
            language="en", confirmation=YES, watcher=Silent(),
        )  # fmt: skip
        (tmp_path / f"{name}.csv").unlink()
        left = _names_in(tmp_path / "environments")
        assert bool(left & set(names[:20])) == (name == "one")
    assert {path.name for path in (tmp_path / "environments").glob("dev*")} == {"dev.duckdb"}
    assert list_environments(place)[0]["active"] == 1980


def _names_in(folder: Path) -> set[str]:
    """The planted names in the bytes of every file."""
    found = (re.findall(rb"Quimb\d{4}vardel", path.read_bytes()) for path in folder.iterdir() if path.is_file())
    return {name.decode() for names in found for name in names}


def test_a_remembered_base_forgets_every_datum_of_a_contact_but_that_it_is_there(tmp_path: Path) -> None:
    place = Place(folder=tmp_path)
    create_environment(place, "dev", institution="OPERA", organization="*", country="CH")
    rows = [{"CONTACT_NR": str(number), "LASTNAME": f"Quimb{number:04d}vardel"} for number in range(1, 2001)]
    (tmp_path / "one.csv").write_text(file_text(rows), encoding="utf-8")
    apply_files(
        place, [tmp_path / "one.csv"], "dev", as_of=date(2026, 11, 22), at="2026-11-22", log=tmp_path / "log",
        language="en", confirmation=YES, watcher=Silent(),
    )  # fmt: skip
    store = EmbeddedStore(tmp_path / "environments" / "dev.duckdb")
    theirs = {"Quimb0001vardel", "Quimb0002vardel"}
    assert theirs <= _names_in(tmp_path / "environments")
    assert store.forget(["1", "2", "9999"]) == 2
    assert store.forget(["1"]) == 0
    assert store.counts() == {"active": 2000}
    assert not theirs & _names_in(tmp_path / "environments")
    with Workspace.memory() as ws:
        store.load(ws, [CONTACT])
        assert ws.value('select count("LASTNAME") from contact') == 1998
