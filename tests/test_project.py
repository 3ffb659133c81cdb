"""assay.toml: found upwards, every mistake at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import RuleErrors, UsageError
from engine.project import find_project, load_project, parse_memory


def write(folder: Path, text: str) -> None:
    (folder / "assay.toml").write_text(text, encoding="utf-8")


def test_the_project_is_found_from_a_folder_below(tmp_path: Path) -> None:
    write(tmp_path, 'name = "Vidy"\ninstitution = "VIDY"\n[[sources]]\npath = "incoming/a.csv"\n')
    below = tmp_path / "incoming" / "deep"
    below.mkdir(parents=True)
    project = find_project(below)
    assert project is not None
    assert project.institution == "VIDY"
    assert [(source.name, source.path.name) for source in project.sources] == [("a", "a.csv")]


def test_there_is_no_project_outside_one(tmp_path: Path) -> None:
    assert find_project(tmp_path) is None


def test_all_mistakes_are_told_with_their_lines_and_the_nearest_key(tmp_path: Path) -> None:
    write(tmp_path, 'instituton = "X"\ncountry = "ch"\n[[sources]]\nname = "a"\n')
    with pytest.raises(RuleErrors) as caught:
        find_project(tmp_path)
    told = [(problem.line, problem.message) for problem in caught.value.problems]
    assert any(line == 1 and "Did you mean institution?" in message for line, message in told)
    assert any(line == 2 and "two capital letters" in message for line, message in told)
    assert any(line == 3 and "needs a path" in message for line, message in told)


@pytest.mark.parametrize(("text", "size"), [("4GB", 4_000_000_000), ("512 MB", 512_000_000), ("2GiB", 2 * 1024**3)])
def test_memory_sizes_are_read(text: str, size: int) -> None:
    assert parse_memory(text) == size


def test_a_memory_size_that_is_none_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="not a memory size"):
        parse_memory("lots")


def test_a_database_is_a_source_and_its_password_is_elsewhere(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[[sources]]\nurl = "postgresql://db/crm"\ntable = "shop.contacts"\nuser = "reader"\ncredentials = "env:CRM"\n'
        '[[sources]]\nurl = "mysql://db/crm"\nquery = "select 1"\n',
    )
    project = load_project(tmp_path)
    assert [source.name for source in project.sources] == ["contacts", "crm"]
    assert project.sources[0].credentials == "env:CRM"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('url = "postgresql://u:c4nary@db/crm"', "a password does not belong in this file"),
        ('url = "mssql://db/crm?PWD=c4nary"', "a password does not belong in this file"),
        ('url = "mysql://db/crm"\ncredentials = "c4nary"', "credentials says where the password is"),
        ('url = "mysql://db/crm"\npath = "a.csv"', "a path or a url, and not both"),
        ('url = "a.csv"', "for a file use path"),
        ('path = "a.sql"\nquery = "select 1"', "a query needs a url"),
        ('url = "mysql://db/crm"\nquery = "select 1"\ntable = "a"', "table and query exclude each other"),
        ('url = "mysql://db/crm"\ntabel = "a"', "Did you mean table?"),
    ],
)
def test_mistakes_about_a_database_are_told_without_the_secret(tmp_path: Path, lines: str, told: str) -> None:
    write(tmp_path, f"[[sources]]\n{lines}\n")
    with pytest.raises(RuleErrors) as caught:
        load_project(tmp_path)
    assert told in str(caught.value)
    assert "c4nary" not in str(caught.value)


def test_a_backend_that_does_not_exist_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_text('[engine]\nbackend = "sparc"\n')
    with pytest.raises(RuleErrors, match=r"backend must be duckdb or spark\.  Did you mean spark\?"):
        load_project(tmp_path)


def test_spark_is_told_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_text('[engine]\nbackend = "spark"\nspark_master = "spark://head:7077"\n')
    project = load_project(tmp_path)
    assert (project.backend, project.spark_master, project.spark_folder) == ("spark", "spark://head:7077", None)
