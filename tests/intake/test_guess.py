"""The guess over whole sources: several files, refusals, a project's own mapping."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import RuleErrors, SourceError
from engine.intake import guess_mapping
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.rulebook.mapping import SourceMapping, dump_mapping, mapping_file
from engine.workspace import Workspace
from tests.intake.conftest import BOOK, Stage

Write = Callable[[str, str | bytes], Path]


def guess(ws: Workspace, book: RuleBook = BOOK) -> dict[str, dict[str, str | None]]:
    mappings = guess_mapping(ws, book, watcher=Silent())
    return {m.source: {column.header: column.attribute for column in m.columns} for m in mappings}


def people(header: str, pattern: str, count: int = 60) -> str:
    return "\n".join([header, *(pattern.format(n=n, k=n % 4) for n in range(count))]) + "\n"


def test_each_source_is_guessed_by_itself(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(
        write("crm.csv", people("Name,Vorname,Ort", "Meier,Hans,Bern")),
        write("shop.csv", people("Name,City", "Hans Meier,Bern")),
    )
    found = guess(ws)
    assert found["crm"] == {"Name": "last_name", "Vorname": "first_name", "Ort": "town"}
    assert found["shop"] == {"Name": "full_name", "City": "town"}


def test_the_same_extra_header_has_the_same_slot_in_every_source(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(
        write("a.csv", people("last name,first name,shoe", "A{n},B,s{k}")),
        write("b.csv", people("hat,shoe,last name,first name", "h{k},s{k},A{n},B")),
    )
    found = guess(ws)
    assert found["a"]["shoe"] == found["b"]["shoe"] == "extra_1"
    assert found["b"]["hat"] == "extra_2"


def test_a_header_that_one_source_is_unsure_of_follows_the_sure_one(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(
        write("a.csv", people("nom,prénom,contact", "A{n},B,079 334 56 1{k}")),
        write("b.csv", people("nom,prénom,contact", "A{n},B,2024-01-1{n}", 3)),
    )
    found = guess(ws)
    assert found["a"]["contact"] == "phone"
    assert found["b"]["contact"] is None  # values that cannot be a telephone stay out


def test_a_source_without_any_usable_column_is_refused(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("prices.csv", people("article,price", "x{n},{n}.50")))
    with pytest.raises(SourceError, match="prices: no usable column"):
        guess(ws)


def test_a_mapping_file_of_the_project_replaces_the_guess(
    ws: Workspace, write: Write, stage: Stage, tmp_path: Path
) -> None:
    stage(write("crm.csv", people("a,b", "Meier{n},Bern")))
    path = tmp_path / "rules" / mapping_file("crm")
    path.parent.mkdir(parents=True)
    path.write_text(
        "source: crm\ncolumns:\n"
        "  - {position: 1, header: a, attribute: last_name}\n  - {position: 2, header: b, attribute: town}\n"
    )
    book = RuleBook([tmp_path / "rules"])
    assert guess(ws, book) == {"crm": {"a": "last_name", "b": "town"}}
    (mapping,) = guess_mapping(ws, book, watcher=Silent())
    assert mapping.origin == "rules/mapping/crm.yml"


def test_a_mapping_file_that_speaks_of_other_columns_is_refused(
    ws: Workspace, write: Write, stage: Stage, tmp_path: Path
) -> None:
    stage(write("crm.csv", people("a,c", "Meier{n},Bern")))
    path = tmp_path / "rules" / mapping_file("crm")
    path.parent.mkdir(parents=True)
    path.write_text("source: crm\ncolumns:\n  - {position: 2, header: b, attribute: town}\n")
    with pytest.raises(SourceError, match='there is no column "b"; column 1 "a" is new; column 2 "c" is new'):
        guess(ws, RuleBook([tmp_path / "rules"]))


def test_columns_in_another_order_are_known_by_their_headers_and_join_in_the_order_of_the_mapping(
    ws: Workspace, write: Write, stage: Stage, tmp_path: Path
) -> None:
    stage(write("crm.csv", people("remark,phone b,name,phone a", "x,022 {n},Meier,079 {n}")))
    path = tmp_path / "rules" / mapping_file("crm")
    path.parent.mkdir(parents=True)
    path.write_text(
        "source: crm\ncolumns:\n"
        "  - {position: 1, header: phone a, attribute: phone, transform: join}\n"
        "  - {position: 2, header: phone b, attribute: phone, transform: join}\n"
        "  - {position: 3, header: name, attribute: last_name}\n  - {position: 4, header: remark, attribute: null}\n"
    )
    (mapping,) = guess_mapping(ws, RuleBook([tmp_path / "rules"]), watcher=Silent())
    assert [(column.position, column.header) for column in mapping.columns] == [
        (4, "phone a"), (2, "phone b"), (3, "name"), (1, "remark"),
    ]  # fmt: skip


def test_a_guess_written_down_is_read_back_the_same(ws: Workspace, write: Write, stage: Stage, tmp_path: Path) -> None:
    stage(
        write(
            "crm.csv", people('"N° client",Nom,Prénom,Tél,Portable,"a ""b"": c"', "10{n},A{n},B,022 3{n},079 4{n},x{k}")
        )
    )
    (guessed,) = guess_mapping(ws, BOOK, watcher=Silent())
    path = tmp_path / "rules" / mapping_file("crm")
    path.parent.mkdir(parents=True)
    path.write_text(dump_mapping(guessed), encoding="utf-8")
    (read,) = guess_mapping(ws, RuleBook([tmp_path / "rules"]), watcher=Silent())
    assert read.model_dump(exclude={"origin"}) == guessed.model_dump(exclude={"origin"})


def test_two_columns_for_one_attribute_are_a_mistake_of_the_mapping(tmp_path: Path) -> None:
    path = tmp_path / mapping_file("crm")
    path.parent.mkdir(parents=True)
    path.write_text(
        "source: crm\ncolumns:\n"
        "  - {position: 1, header: a, attribute: town}\n  - {position: 2, header: b, attribute: town}\n"
    )
    with pytest.raises(RuleErrors, match=r"town is fed by several columns: a \(1\), b \(2\)"):
        RuleBook([tmp_path]).load(mapping_file("crm"), SourceMapping)


def test_month_and_year_of_birth_are_a_birth_date(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("owners.csv", people("name,month_of_birth", "Jane Miller,19{n}-0{k}").replace("-00", "-09")))
    assert guess(ws)["owners"] == {"name": "full_name", "month_of_birth": "birth_date"}


def test_years_of_church_books_are_years_of_birth(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("books.csv", people("Vorname,Nachname,Geburtsjahr", "Hans,Huber{n},17{n}")))
    assert guess(ws)["books"]["Geburtsjahr"] == "birth_year"


def test_persons_with_title_and_two_given_names_are_no_structures(ws: Workspace, write: Write, stage: Stage) -> None:
    stage(write("officers.csv", people("name,address", "Mrs Laura Jane Miller,{n} Oak Street")))
    assert guess(ws)["officers"]["name"] == "full_name"
