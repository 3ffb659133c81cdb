"""The mapping file of a source: read with its lookup tables, every mistake with its line, written and read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import RuleErrors
from engine.rulebook import RuleBook
from engine.rulebook.mapping import SourceMapping, dump_mapping, load_mapping
from engine.rulebook.steps import STEPS, StandardiserName
from engine.standardise.named import NAMES

WHOLE = """source: crm
columns:
  - {header: ID, attribute: source_key}
  - {header: Nom, attribute: last_name}
join:
  - {table: addresses, on: [ID], how: many, most: 2, take: {rue: Rue}}
tables:
  titles: {file: titles.csv}
  no: {entries: {no: nein, 1: eins}}
steps:
  - {do: case, column: Nom, form: proper, why: "typed in capitals"}
  - {do: lookup, column: Nom, table: titles}
  - {do: formula, to: Pays, value: '=SI([Pays]="";"CH";[Pays])', when: "Nom <> ''"}
"""


def project(folder: Path, text: str, **files: str) -> RuleBook:
    """A rule book over a project whose crm is mapped as ``text`` says."""
    (folder / "mapping").mkdir()
    (folder / "mapping" / "crm.yml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (folder / "mapping" / f"{name}.csv").write_bytes(content.encode("utf-8"))
    return RuleBook([folder])


def mistakes(folder: Path, text: str, **files: str) -> list[tuple[str, int, str]]:
    """File, line and sentence of every mistake."""
    with pytest.raises(RuleErrors) as raised:
        load_mapping(project(folder, text, **files), "crm")
    return [(Path(one.file).name, one.line, one.message) for one in raised.value.problems]


def test_a_mapping_is_read_with_its_tables_and_places(tmp_path: Path) -> None:
    found = load_mapping(project(tmp_path, WHOLE, titles="\ufeffcode;titre\r\n1;M.\r\n2;Mme\r\n"), "crm")
    assert found is not None
    assert found.tables["titles"].entries == {"1": "M.", "2": "Mme"}
    assert found.tables["no"].entries == {"no": "nein", "1": "eins"}
    assert found.join[0].keys == {"ID": "ID"}
    assert found.place("steps", 2) == "mapping/crm.yml:13"
    assert found.place("columns", 1) == "mapping/crm.yml:4"


def test_what_is_written_out_reads_back_the_same(tmp_path: Path) -> None:
    found = load_mapping(project(tmp_path, WHOLE, titles="code;titre\n1;M.\n"), "crm")
    assert found is not None
    (tmp_path / "again").mkdir()
    again = load_mapping(project(tmp_path / "again", dump_mapping(found)), "crm")
    assert again is not None
    assert (again.columns, again.join, again.tables, again.steps) == (
        found.columns, found.join, found.tables, found.steps,
    )  # fmt: skip


def test_the_line_of_a_guessed_column_is_the_line_it_is_written_on() -> None:
    mapping = SourceMapping.model_validate(
        {
            "source": "s",
            "columns": [{"header": f"h{at}", "attribute": name} for at, name in enumerate(("town", "email"))],
        }
    )
    lines = dump_mapping(mapping).splitlines()
    for number, column in enumerate(mapping.columns):
        line = int(mapping.place("columns", number).rpartition(":")[2])
        assert f'"{column.header}"' in lines[line - 1]


def test_all_mistakes_are_said_at_once_with_line_and_nearest_word(tmp_path: Path) -> None:
    text = """source: crm
columns:
  - {header: Nom, attribute: lst_name}
join:
  - {tabl: addresses, on: {ID: id}}
steps:
  - {do: case, colum: Nom, form: upper}
  - {do: lokup, column: Nom, table: titles}
  - {do: regex, column: Nom, find: "(a", replace: ""}
  - {do: regex, column: Nom, find: "a", replace: "\\\\1"}
  - {do: date, column: Nom, reads: ["%Q"]}
  - do: sql
    to: x
    value: read_csv('y')
  - {do: constant, to: x, value: no}
"""
    found = mistakes(tmp_path, text)
    assert [(line, said.split(".  ")[-1]) for _, line, said in found if "Did you mean" in said] == [
        (3, "Did you mean last_name?"), (5, "Did you mean table?"), (7, "Did you mean column?"),
        (8, "Did you mean lookup?"),
    ]  # fmt: skip
    assert {line for _, line, _ in found} == {3, 5, 7, 8, 9, 10, 11, 14, 15}


@pytest.mark.parametrize("name", ["record_id", "line_no", "source_key", "LINE_NO"])
def test_a_name_of_a_row_is_refused_wherever_it_stands(tmp_path: Path, name: str) -> None:
    text = f"""source: crm
columns: []
steps:
  - {{do: case, column: {name}, form: upper}}
  - {{do: constant, to: {name}, value: x}}
  - {{do: constant, to: x, value: x, when: "{name} = '7'"}}
  - {{do: sql, to: x, value: "{name}"}}
  - {{do: formula, to: x, value: "=[{name}]"}}
"""
    found = mistakes(tmp_path, text)
    assert [line for _, line, said in found if "never single rows" in said] == [4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("code;titre\n1;M.\n1;Mme\n", 3, "with another value"),
        ("code;titre\n;M.\n", 2, "key is empty"),
        ("code;titre\n1\n", 2, "too few cells"),
        ("code\n1\n", 1, "no column"),
        ('code;titre\n"1;M.\n', 2, "quote is not closed"),
    ],
)
def test_a_lookup_file_says_its_own_mistakes(tmp_path: Path, content: str, line: int, said: str) -> None:
    text = "source: crm\ncolumns: []\ntables: {titles: {file: titles.csv}}\n"
    (found,) = mistakes(tmp_path, text, titles=content)
    assert found[:2] == ("titles.csv", line)
    assert said in found[2]


@pytest.mark.parametrize("name", ["../x.csv", "/etc/passwd", "x.yml", "a/b.csv", ".hidden.csv", "-x.csv"])
def test_a_lookup_file_stands_beside_the_mapping(tmp_path: Path, name: str) -> None:
    text = f"source: crm\ncolumns: []\ntables: {{titles: {{file: {name}}}}}\n"
    assert mistakes(tmp_path, text)


def test_a_lookup_file_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    book = project(tmp_path, "source: crm\ncolumns: []\ntables: {titles: {file: titles.csv}}\n")
    (tmp_path / "mapping" / "titles.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(RuleErrors, match="no such file"):
        load_mapping(book, "crm")


def test_a_lookup_in_a_table_that_is_not_there_is_said(tmp_path: Path) -> None:
    text = "source: crm\ncolumns: []\nsteps:\n  - {do: formula, to: x, value: '=VLOOKUP([a],titles)'}\n"
    assert "titles" in mistakes(tmp_path, text)[0][2]


def test_the_named_standardisers_are_those_of_the_stage() -> None:
    assert set(StandardiserName.__args__) == NAMES  # type: ignore[attr-defined]


def test_every_step_says_how_it_is_written() -> None:
    assert all(f"do: {word}" in (model.__doc__ or "") for word, model in STEPS.items())
