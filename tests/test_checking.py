"""``assay check`` as a user and a CI job meet it: exit codes, formats, and no value of a contact unless asked for."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli import app
from engine.checking import CheckOptions, check_sources, parse_share
from engine.errors import UsageError
from engine.options import RunOptions, RunSource
from engine.presentation.verdict import FORMATS, Gate, Verdict
from engine.progress import Silent
from tests.quality.warmed import warmed

pytestmark = pytest.mark.gx

HEAD = "Nr;Anrede;Vorname;Nachname;Strasse;PLZ;Ort;Land;Telefon;E-Mail;Geburtsdatum\n"
GOOD = "1;Frau;Anna;Muster;Bahnhofstrasse 12;8001;Zürich;CH;044 123 45 67;anna@muster.ch;01.06.1985\n"
CANARIES = (
    "Zzcanarius", "Qqbeatrix", "zz.canary@secret", "canary@@nowhere", "Canaryweg 77", "8999x", "099 876 54 3x21",
    "31.02.1971", "Kanarienstadt", "Zz-7781-key",
)  # fmt: skip
BAD = (
    "Zz-7781-key;Frau;Qqbeatrix;Zzcanarius;Canaryweg 77;8999x;Kanarienstadt;CH;099 876 54 3x21;zz.canary@secret;"
    "31.02.1971\n"
    "3;Herr;;;Canaryweg 77;8999x;Kanarienstadt;CH;099 876 54 3x21;canary@@nowhere;31.02.1971\n"
)


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert warmed()
    monkeypatch.chdir(tmp_path)


def source(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def check(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["check", "--as-of", "2026-11-22", "--threads", "2", *arguments])


def good() -> str:
    """A file in which nothing of severity error is wrong."""
    return source("good.csv", HEAD + GOOD + GOOD.replace("1;Frau;Anna;Muster", "2;Frau;Eva;Roth"))


def bad() -> str:
    return source("bad.csv", HEAD + GOOD + BAD)


def failures(result: Result) -> dict[str, int]:
    return {f"{e['suite']}.{e['expectation']}": e["rows_failed"] for e in json.loads(result.stdout)["expectations"]}


def verdict_of(name: str, *, show_values: bool) -> Verdict:
    run = RunOptions((RunSource(Path(name)),), Path("out"), Path("work"), date(2026, 11, 22))
    return check_sources(CheckOptions(run, Gate(), show_values=show_values), Silent())


# -- exit codes ----------------------------------------------------------------------------------


def test_a_file_without_errors_passes_with_0() -> None:
    result = check(good())
    assert (result.exit_code, result.stdout.rstrip().endswith("PASSED")) == (0, True)
    assert "NOT PASSED" not in result.stdout


def test_a_file_with_errors_fails_with_1_unless_so_many_are_allowed() -> None:
    name = bad()
    assert check(name).exit_code == 1
    assert check(name, "--max-failed", "100%").exit_code == 0


def test_a_line_that_cannot_be_read_fails_the_check() -> None:
    result = check(
        source("torn.csv", HEAD + GOOD + GOOD.replace("1;Frau", "2;Frau").strip() + ";a;b;c\n"), "--format", "json"
    )
    assert result.exit_code == 1
    assert failures(result)["intake.line_readable"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--suite", "adress"], ["--suite", "golden"], ["--fail-on", "info"], ["--max-failed", "a lot"],
        ["--max-failed", "101%"], ["--format", "yaml"], ["--baseline", "none.json"], ["--language", "nl"],
        ["--country", "Suisse"], ["--no-such-option"],
    ],
)  # fmt: skip
def test_what_cannot_be_asked_ends_with_2(arguments: Sequence[str]) -> None:
    assert check(good(), *arguments).exit_code == 2


def test_no_source_and_no_project_ends_with_2() -> None:
    assert check().exit_code == 2


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\x03" * 50])
def test_a_source_that_cannot_be_used_ends_with_3(content: bytes) -> None:
    Path("odd.csv").write_bytes(content)
    assert check("odd.csv").exit_code == 3
    assert check("not_there.csv").exit_code == 3


def test_an_output_that_cannot_be_written_ends_with_4() -> None:
    Path("file").write_text("", encoding="utf-8")
    assert check(good(), "--output", "file/verdict.txt").exit_code == 4


# -- what is said --------------------------------------------------------------------------------


def test_no_value_of_a_contact_is_in_any_format_unless_asked_for() -> None:
    name = bad()
    plain, shown = (verdict_of(name, show_values=show) for show in (False, True))
    for form, draw in FORMATS.items():
        assert [value for value in CANARIES if value.lower() in draw(plain).lower()] == [], form
        assert name in draw(plain)
        assert "zz.canary@secret" in draw(shown), form
        assert "Zz-7781-key" not in draw(shown)  # a key is nobody's failing value


def test_no_value_of_a_contact_is_narrated() -> None:
    result = check(bad(), "--language", "de")
    told = (result.stdout + result.stderr).lower()
    assert [value for value in CANARIES if value.lower() in told] == []


def test_only_the_suites_asked_for_are_checked() -> None:
    result = check(good(), "--format", "json", "--suite", "format", "--suite", "address")
    assert {name.split(".")[0] for name in failures(result)} == {"address", "format", "intake"}


def test_the_verdict_goes_to_a_file_of_the_owner_s_and_a_summary_to_the_person() -> None:
    result = check(bad(), "--format", "junit", "--output", "verdict.xml")
    assert result.stdout == ""
    assert "Not passed" in result.stderr
    assert Path("verdict.xml").stat().st_mode & 0o077 == 0
    assert int(ET.parse("verdict.xml").getroot()[0].attrib["tests"]) > 0


def test_a_failing_row_is_named_by_its_line_in_the_file() -> None:
    entries = json.loads(check(bad(), "--format", "json").stdout)["expectations"]
    (nameless,) = [entry for entry in entries if entry["expectation"] == "name_present"]
    assert [(place["file"], place["line"]) for place in nameless["places"]] == [("bad.csv", 4)]


def test_a_warning_counts_when_asked_to() -> None:
    text = HEAD + GOOD + GOOD.replace("1;Frau;Anna", "2;Frau;Eva").replace("anna@muster.ch", "eva@gmial.com")
    name = source("typo.csv", text)
    assert check(name).exit_code == 0
    assert check(name, "--fail-on", "warning").exit_code == 1


def test_against_a_baseline_only_what_got_worse_fails() -> None:
    assert check(bad(), "--format", "json", "--output", "before.json").exit_code == 1
    same = check(bad(), "--baseline", "before.json")
    assert (same.exit_code, "[unchanged]" in same.stdout) == (0, True)
    worse = check(source("bad.csv", HEAD + GOOD + BAD + BAD.replace("Zz-7781-key", "4")), "--baseline", "before.json")
    assert (worse.exit_code, "[worse]" in worse.stdout) == (1, True)


def test_the_same_check_gives_the_same_bytes_whatever_the_threads() -> None:
    name = bad()
    one = CliRunner().invoke(app, ["check", name, "--as-of", "2026-11-22", "--threads", "1", "--format", "json"])
    assert one.stdout == check(name, "--format", "json").stdout


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    name = bad()
    check(name)
    check("not_there.csv")
    assert {path.name for path in tmp_path.rglob("*")} == {name, "tmp"}


def test_in_a_project_its_sources_and_its_suites_are_checked(tmp_path: Path) -> None:
    (tmp_path / "incoming").mkdir()
    (tmp_path / "expectations").mkdir()
    source("incoming/bad.csv", HEAD + GOOD + BAD)
    source("assay.toml", 'name = "p"\n\n[[sources]]\npath = "incoming/bad.csv"\n')
    source("expectations/format.yml", "expectations:\n  - {name: name_present, enabled: false}\n")
    result = check("--format", "json")
    assert result.exit_code == 1, result.output
    assert "format.name_present" not in failures(result)
    assert {place["file"] for e in json.loads(result.stdout)["expectations"] for place in e["places"]} == {
        "incoming/bad.csv"
    }


def test_the_exit_codes_stand_in_the_help() -> None:
    text = re.sub(r"\s+", " ", CliRunner().invoke(app, ["check", "--help"]).stdout)
    for code in ("0 the gate is met", "1 it is not", "2 usage", "3 a source that cannot be used", "4 disk"):
        assert code in text


@pytest.mark.parametrize("text", ["", "-1%", "1/2", "0,5%", "1e-3", "200%", "%", "nan"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_share(text)


def test_data_on_stdout_is_nothing_but_data() -> None:
    data: dict[str, Any] = json.loads(check(bad(), "--format", "json").stdout)
    assert data["sources"] == [{"source": "bad", "file": "bad.csv", "lines": 3, "held": 0}]


# -- workbook ------------------------------------------------------------------------------------


def test_a_workbook_to_correct_from_is_written_beside_the_verdict() -> None:
    result = check(bad(), "--workbook", "findings.xlsx", "--language", "de", "--format", "json")
    book = openpyxl.load_workbook("findings.xlsx")
    rows = sum(sheet.max_row - 4 for sheet in book.worksheets[1:])
    listed = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert (result.exit_code, listed[0]) == (1, "Befunde zum Berichtigen")
    assert rows == listed[listed.index("Gesamt") + 5] > 5
    assert "Zzcanarius" not in result.stdout
