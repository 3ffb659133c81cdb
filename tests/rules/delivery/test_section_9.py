"""A hand-made faulty file for every row of the format's validator table: one outcome, in apply and in check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import app
from engine.errors import SourceError
from engine.file_checking import check_import_files
from engine.importfile import open_import_file
from engine.options import RunOptions, RunSource
from engine.project import Project
from engine.workspace import Workspace
from tests.rules.delivery.test_import_rules import FILE, SHIPPED, rules_of
from tests.support.yaml_files import read_yaml
from tests.target.support import BASE, applied, contact, empty_base, file_text, plain

pytestmark = pytest.mark.long

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("section_9.yml"))
FILES = [case for case in CASES if "refused" in case]
ROWS = [case for case in CASES if "refused" not in case]


def names(cases: list[dict[str, Any]]) -> list[str]:
    return [case["check"] for case in cases]


def options(path: Path, folder: Path) -> RunOptions:
    """A check of one file in a project, which may have rules of its own."""
    return RunOptions(
        (RunSource(path),), folder, folder, BASE.as_of, institution="OPERA", country="CH", project=Project(folder)
    )


@pytest.mark.parametrize("case", ROWS, ids=names(ROWS))
def test_apply_answers_as_documented(case: dict[str, Any], tmp_path: Path, ws: Workspace) -> None:
    rules = rules_of(case, tmp_path)
    empty_base(ws)
    applied(ws, rules, file_text(case.get("before", [])), tmp_path)
    for number in case.get("sales", ()):
        ws.connection.execute("insert into sale values (?)", [number])
    applied(ws, rules, file_text(case["rows"]), tmp_path)
    found = ws.rows("select line_no - 1, field, rule, outcome from answer order by answer_no")
    assert [" ".join(map(str, answer)) for answer in found] == case["answers"]
    for number, expected in case.get("stored", {}).items():
        stored = contact(ws, number)
        assert stored is not None
        assert {name: stored[name] for name in expected} == {name: plain(cell) for name, cell in expected.items()}


@pytest.mark.parametrize("case", ROWS, ids=names(ROWS))
def test_check_says_the_same_but_for_what_only_the_base_knows(
    case: dict[str, Any], tmp_path: Path, ws: Workspace
) -> None:
    rules_of(case, tmp_path)
    path = tmp_path / "file.csv"
    # what stands in the base is not known to a check, unless the rows before are in the file
    before = len(case.get("before", []))
    path.write_text(file_text([*case.get("before", []), *case["rows"]]), encoding="utf-8")
    assert check_import_files(ws, options(path, tmp_path)) is not None
    found = ws.rows('select line_no - 1, "column", expectation, reason from quality.finding order by all')
    expected = [
        f"{int(answer.split()[0]) + before} {answer.split(' ', 1)[1]}".replace("number_known", "number_twice")
        for answer in case["answers"]
        if "has_sales" not in answer
    ]
    assert sorted(" ".join(map(str, finding)) for finding in found) == sorted(expected)
    failed = {name for (name,) in ws.rows("select expectation from quality.expectation where not success")}
    assert failed == {answer.split()[2] for answer in expected}


@pytest.mark.parametrize("case", FILES, ids=names(FILES))
def test_a_file_that_is_none_is_refused_whole_in_both(case: dict[str, Any], tmp_path: Path, ws: Workspace) -> None:
    path = tmp_path / "file.csv"
    path.write_text(case["text"], encoding="utf-8")
    with pytest.raises(SourceError, match=case["refused"]):
        open_import_file(path, SHIPPED.aliases, tmp_path)
    with pytest.raises(SourceError, match=case["refused"]):
        check_import_files(ws, options(path, tmp_path))


def test_a_customer_s_own_file_is_no_import_file(tmp_path: Path, ws: Workspace) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("TITLE;LASTNAME;TOWN;COUNTRY;FAX;REMARK\nMR;A;B;CH;;\n", encoding="utf-8")
    assert check_import_files(ws, options(path, tmp_path)) is None


def test_the_command_line_gives_the_verdict_in_words_and_as_an_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.csv").write_text(file_text([{"CONTACT_NR": "1", "LASTNAME": "Secretname"}]), encoding="utf-8")
    Path("bad.csv").write_text(file_text([{"CONTACT_NR": "1", "BIRTHDATE": "Secretdate"}]), encoding="utf-8")
    good = CliRunner().invoke(app, ["check", "good.csv", "--suite", "format"])
    assert (good.exit_code, "PASSED" in good.stdout) == (0, True)
    bad = CliRunner().invoke(app, ["check", "bad.csv", "--suite", "format", "--language", "fr"])
    assert bad.exit_code == 1
    assert "format.name_missing" in bad.stdout
    assert "bad.csv:2" in bad.stdout
    assert "Secret" not in bad.stdout + bad.stderr


def test_the_table_of_the_format_is_covered_whole() -> None:
    """A row of the table may ask for several outcomes, then it has several files."""
    assert len(CASES) == 26
    assert {case["mark"] for case in CASES} == {"C", "I"}
    assert FILE == "delivery/import_rules.yml"
