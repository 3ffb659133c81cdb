"""The command line: stdout is data, stderr is narration, exit codes mean what the table says."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app

CONTACTS = """\
Nom;Prénom;E-mail;Téléphone;Adresse;CP;Ville
Dupont;Marie;marie.dupont@example.org;022 310 12 34;Rue du Rhône 12;1204;Genève
DUPONT;MARIE;Marie.Dupont@example.org;+41 22 310 12 34;rue du Rhône 12;1204;GENEVE
Martin;Paul;paul.martin@example.net;021 613 21 11;Avenue de la Gare 3;1003;Lausanne
"""


def assay(*arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def file(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_help_loads_nothing_heavy() -> None:
    probe = (
        "import sys, cli\n"
        "heavy = {'duckdb', 'splink', 'great_expectations', 'pandas', 'altair', 'pyarrow', 'pydantic', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.journey
def test_a_run_prints_the_files_it_wrote_and_narrates_on_stderr(tmp_path: Path) -> None:
    source = file(tmp_path, "contacts.csv", CONTACTS)
    code, stdout, stderr = assay("run", source, "--out", tmp_path / "out", "--as-of", "2026-11-22")
    assert code == 0, stderr
    written = [Path(line) for line in stdout.splitlines()]
    assert all(path.is_file() for path in written)
    assert {"crosswalk.csv", "golden.csv", "golden.parquet", "lineage.parquet", "findings.csv", "pairs.parquet"} <= {
        path.name for path in written
    }
    assert "assay init" in stderr
    assert "marie.dupont" not in stderr.lower()
    with (tmp_path / "out" / "crosswalk.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    assert [row["line_no"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["contact_id"] == rows[1]["contact_id"] != rows[2]["contact_id"]


@pytest.mark.journey
def test_json_is_the_only_thing_on_stdout(tmp_path: Path) -> None:
    source = file(tmp_path, "contacts.csv", CONTACTS)
    code, stdout, _ = assay("run", source, "--out", tmp_path / "out", "--json")
    assert code == 0
    assert "seconds" in json.loads(stdout)


@pytest.mark.journey  # refused early, but the libraries of a whole run are being loaded by then
@pytest.mark.parametrize(
    ("name", "content", "exit_code", "told"),
    [
        ("empty.csv", b"", 3, "empty"),
        ("header_only.csv", b"Nom;Prenom\n", 3, "no data"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, 3, "picture.csv"),
        ("twice.csv", b"Nom;Nom\nA;B\nC;D\n", 3, "Nom"),
        ("useless.csv", b"a;b\n1;2\n3;4\n", 3, "useless: no usable column"),
    ],
)
def test_bad_input_ends_in_one_clear_message_and_its_code(
    tmp_path: Path, name: str, content: bytes, exit_code: int, told: str
) -> None:
    code, stdout, stderr = assay("run", file(tmp_path, name, content), "--out", tmp_path / "out")
    assert code == exit_code, stderr
    assert told in stderr
    assert "Traceback" not in stderr
    assert stdout == ""
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file() and ".assay" not in path.parts] == []


def test_a_missing_file_is_unusable_input(tmp_path: Path) -> None:
    code, _, stderr = assay("run", tmp_path / "nowhere.csv", "--out", tmp_path / "out")
    assert code == 3
    assert "nowhere.csv" in stderr


@pytest.mark.journey
def test_a_file_name_with_wildcards_is_read_itself(tmp_path: Path) -> None:
    file(tmp_path, "export 2_x.csv", CONTACTS.replace("Dupont", "Wrong"))
    source = file(tmp_path, "export [2024]*.csv", CONTACTS)
    code, _, stderr = assay("run", source, "--out", tmp_path / "out [x]*")
    assert code == 0, stderr
    golden = (tmp_path / "out [x]*" / "golden.csv").read_text(encoding="utf-8")
    assert "Dupont" in golden
    assert "Wrong" not in golden


@pytest.mark.journey
def test_a_huge_cell_is_held_or_carried_but_never_crashes(tmp_path: Path) -> None:
    source = file(tmp_path, "huge.csv", CONTACTS + "X;" + "y" * 1_000_000 + ";;;;;\n")
    code, _, stderr = assay("run", source, "--out", tmp_path / "out")
    assert code == 0, stderr
    held = (tmp_path / "out" / "held.csv").read_text(encoding="utf-8")
    assert "huge,4," in held


def test_no_files_and_no_project_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, stderr = assay("run")
    assert code == 2
    assert "assay init" in stderr


def test_a_country_that_is_no_code_is_a_usage_error(tmp_path: Path) -> None:
    code, _, stderr = assay("run", file(tmp_path, "a.csv", CONTACTS), "--country", "Suisse")
    assert code == 2
    assert "ISO 3166" in stderr


def test_a_workspace_in_use_says_who_holds_it(tmp_path: Path) -> None:
    from engine.workspace import Workspace

    source = file(tmp_path, "contacts.csv", CONTACTS)
    with Workspace.open(tmp_path / "out" / ".assay", threads=1, memory="500MB"):
        code, _, stderr = assay("run", source, "--out", tmp_path / "out")
    assert code == 4
    assert "in use by process" in stderr


def test_an_extract_without_a_project_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    source = file(tmp_path, "contacts.csv", CONTACTS)
    code, _, stderr = assay("run", source, "--out", tmp_path / "out", "--extract", "j-1")
    assert (code, (tmp_path / "out").exists()) == (2, False)
    assert "project" in stderr
