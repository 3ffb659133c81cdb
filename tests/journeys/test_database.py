"""From a live database to import files; the password is nowhere in what a run leaves behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from cli import app
from tests.support.servers import PASSWORD, postgres

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres(auth="scram-sha-256") as url:
        with psycopg.connect(url, password=PASSWORD, autocommit=True) as connection:
            connection.execute(
                "create table contacts (id int primary key, nom text, prenom text, email text, ville text)"
            )
            connection.execute(
                "insert into contacts values (1, 'Dupont', 'Marie', 'marie.dupont@example.org', 'Genève'),"
                " (2, 'DUPONT', 'Marie', 'Marie.Dupont@example.org', 'Geneve'),"
                " (3, 'Martin', 'Paul', 'paul.martin@example.net', 'Lausanne')"
            )
            connection.execute("create table empty (a text)")
        yield url


def _assay(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout + result.stderr


def _leaks(*folders: Path) -> list[str]:
    forms = (PASSWORD.encode(), PASSWORD.encode("utf-16-le"), json.dumps(PASSWORD)[1:-1].encode())
    return [
        str(path)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.name != "secret" and any(form in path.read_bytes() for form in forms)
    ]


def test_a_run_from_a_database_leaves_no_password_behind(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_PASSWORD", PASSWORD)
    out = tmp_path / "out"
    code, told = _assay(
        "run", database, "--table", "contacts", "--credentials", "env:CRM_PASSWORD", "--out", str(out),
        "--as-of", "2026-11-22", "--threads", "1",
    )  # fmt: skip
    assert code == 0, told
    assert (out / "golden.csv").is_file()
    assert "3 lines" in told
    assert PASSWORD not in told
    assert _leaks(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--table", "nothing"], 2),
        (["--query", "delete from contacts"], 2),
        (["--query", "select nothing from contacts"], 3),
        (["--query", "select * from empty"], 3),
    ],
)
def test_a_failure_leaves_no_password_behind(
    arguments: list[str], code: int, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_PASSWORD", PASSWORD)
    out = str(tmp_path / "out")
    found, told = _assay("run", database, *arguments, "--credentials", "env:CRM_PASSWORD", "--out", out)
    assert found == code, told
    assert PASSWORD not in told
    assert _leaks(tmp_path) == []


def test_a_project_reads_a_database_with_a_password_from_a_file(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assay.toml").write_text(
        f'name = "t"\n[[sources]]\nname = "crm"\nurl = "{database}"\ncredentials = "file:secret"\n'
        'query = "select id, nom, prenom, email from contacts order by id"\n',
        encoding="utf-8",
    )
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    secret.chmod(0o600)
    monkeypatch.chdir(tmp_path)
    code, told = _assay("run", "--as-of", "2026-11-22", "--threads", "1")
    assert code == 0, told
    assert _leaks(tmp_path) == []
    secret.chmod(0o644)
    code, told = _assay("run", "--as-of", "2026-11-22", "--threads", "1")
    assert (code, "chmod 600 secret" in told) == (4, True)


def test_a_check_reads_a_database_too(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_PASSWORD", PASSWORD)
    code, told = _assay("check", f"{database}#contacts", "--as-of", "2026-11-22", "--format", "json", "--threads", "1")
    assert code in (0, 1), told
    assert '"contacts"' in told
    assert PASSWORD not in told
