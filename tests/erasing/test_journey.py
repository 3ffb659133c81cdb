"""500 planted persons, 100 erased: no byte of the 100 is left, the 400 are whole, the second extract holds the 100."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from engine.erasing.places import PLACES
from engine.journal import read_journal
from engine.project import load_project
from tests.erasing.canaries import HEAD, Person, found, people

pytestmark = [pytest.mark.gx, pytest.mark.journey]

PEOPLE = people(500)
ERASED = PEOPLE[::5]
KEPT = [person for person in PEOPLE if person not in ERASED]
TOML = """name = "p"
institution = "INST"
country = "CH"
language = "fr"
[[sources]]
name = "clients"
path = "incoming/clients.csv"
[[sources]]
name = "notes"
path = "incoming/notes.csv"
"""
MAPPING = """source: clients
columns:
  - {header: N° client, attribute: source_key}
  - {header: Nom, attribute: last_name}
  - {header: Prénom, attribute: first_name}
  - {header: Date de naissance, attribute: birth_date}
  - {header: E-mail, attribute: email}
  - {header: Téléphone, attribute: phone}
  - {header: Adresse, attribute: addr_line1}
  - {header: CP, attribute: postcode}
  - {header: Ville, attribute: town}
  - {header: Remarque}
  - {header: Dit, attribute: remark}
join:
  - {table: notes, on: {N° client: client}, order: [rang], take: {dit: Dit}}
"""


def assay(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def twice(person: Person) -> str:
    """A second line of the person: merged with the first, so that there is something to remember."""
    return person.row(key=person.key + "9", remark="")


def notes(person: Person, key: str = "") -> str:
    """Two lines of a joined table: one that is used, one too many, which is held but stands in the table as well."""
    return f"{key or person.key};1;{person.remark}\n{key or person.key};2;jadis {person.email}\n"


NOTES = "client;rang;dit\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("erasing") / "p"
    (root / "incoming").mkdir(parents=True)
    (root / "assay.toml").write_text(TOML, encoding="utf-8")
    (root / "rules" / "mapping").mkdir(parents=True)
    (root / "rules" / "mapping" / "clients.yml").write_text(MAPPING, encoding="utf-8")
    # what they said stands in a table of its own, joined by their key
    (root / "incoming" / "notes.csv").write_text(NOTES + "".join(map(notes, PEOPLE)), encoding="utf-8")
    lines = [person.row(remark="") for person in PEOPLE] + [twice(person) for person in PEOPLE[:20]]
    (root / "incoming" / "clients.csv").write_text(HEAD + "".join(lines), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        code, _, stderr = assay("run", "--as-of", "2026-11-22")
        assert code == 0, stderr
        # what people leave in a project: decisions, workbooks, lists, logs, packed copies
        said = {"judgement": "no_match", "by": "x", "at": "2026-11-22", "why": ""}
        pairs = [(ERASED[0], KEPT[0]), (KEPT[1], KEPT[2])]
        decisions = [{"record_id_l": f"clients:{a.key}", "record_id_r": f"clients:{b.key}", **said} for a, b in pairs]
        decisions.append({**decisions[1], "why": f"not the wife of {ERASED[1].first} {ERASED[1].last}"})
        text = "".join(json.dumps(one) + "\n" for one in decisions)
        (root / "decisions.jsonl").write_text(text, encoding="utf-8")
        (root / "copy.csv.gz").write_bytes(gzip.compress(b"".join(person.row().encode() for person in ERASED[:3])))
        (root / "out" / "log").mkdir()
        (root / "out" / "log" / "old.txt").write_text(f"{ERASED[2].email} was refused", encoding="utf-8")
        assert assay("review", "--export", "review.xlsx")[0] == 0
        assert assay("freeze")[0] == 0
        yield root


@pytest.fixture(scope="module")
def erased(project: Path) -> Path:
    """The project after the erasure; the sources lie elsewhere while it is searched."""
    assert len(found(project, PEOPLE)) == 500  # the search sees them all
    numbers = {row["record_id"]: row["contact_nr"] for row in rows(project / "out" / "crosswalk.csv")}
    (project / "wanted.csv").write_text(
        "CONTACT_NR\n" + "".join(numbers[f"clients:{person.key}"] + "\n" for person in ERASED), encoding="utf-8"
    )
    code, stdout, stderr = assay("erase", "--list", "wanted.csv", "--json")
    assert code == 0, stderr
    told = json.loads(stdout)
    assert told["persons"] == 100
    assert {one["place"]: one["did"] for one in told["would"]}["frozen"] == "rewritten"
    assert {left["place"]: len(left.get("lines", [])) for left in told["left_alone"]} == {
        "incoming/clients.csv": 104,
        "incoming/notes.csv": 200,
        "copy.csv.gz": 0,
    }
    assert len(found(project, ERASED)) == 100  # a dry run changes nothing
    code, _, stderr = assay(
        "erase", "--list", "wanted.csv", "--by", "DPO", "--why", "request 17", "--for-real", "--incoming", "--copies"
    )
    assert code == 0, stderr
    return project


def test_not_a_byte_of_the_erased_is_left_and_the_others_are_whole(erased: Path) -> None:
    assert found(erased, ERASED) == {}
    assert len(found(erased, KEPT)) == 400
    contacts = rows(erased / "out" / "golden.csv")
    assert {row["last_name"] for row in contacts} == {person.last for person in KEPT}
    assert len(contacts) == 400


def test_every_place_of_the_project_is_cared_for_and_the_search_leaves_out_those_only_that_say_why(
    erased: Path,
) -> None:
    copies = {"review.xlsx", "wanted.csv"}
    assert {path.name for path in erased.iterdir()} <= PLACES.keys() | copies | {"journal.head", ".gitignore"}
    assert {path.name for path in (erased / "frozen").iterdir()} >= {"day.parquet", "learned.json"}


def test_numbers_stay_burnt_and_what_others_decided_stays(erased: Path) -> None:
    lines = [json.loads(line) for line in (erased / "numbers.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({line["number"] for line in lines if line.get("number")}) == 500
    assert sum(line.get("record_id", "").startswith("erased:") for line in lines) == 104
    decisions = [json.loads(line) for line in (erased / "decisions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["record_id_l"] for one in decisions] == [f"clients:{KEPT[1].key}"] * 2
    assert [one["why"] for one in decisions] == ["", ""]


def test_the_certificate_says_what_was_done_and_what_remains_in_four_languages_without_a_value(erased: Path) -> None:
    (folder,) = (erased / "erasures").iterdir()
    data = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
    assert (data["persons"], data["records"], data["suppressed"], data["run"]) == (100, 104, 100, "made again")
    assert data["search"]["files_holding"] == 0
    assert data["search"]["files"] > 10
    assert [left["what"] for left in data["remaining"]] == ["list", "backups", "suppression"]
    places = {row["place"]: row["count"] for row in data["places"]}
    assert places["decisions.jsonl"] == 2
    assert {"out/log/old.txt", "copy.csv.gz", "incoming/clients.csv", "incoming/notes.csv"} <= set(places)
    pages = {path.name for path in folder.glob("*.html")}
    assert pages == {f"certificate.{language}.html" for language in ("en", "fr", "de", "it")}
    assert "Attestation d&#39;effacement" in (folder / "certificate.fr.html").read_text(encoding="utf-8")
    operations = (folder / "operations.csv").read_text(encoding="utf-8").splitlines()
    assert operations[0] == "CONTACT_NR;OPERATION;REASON"
    assert len(operations) == 101
    assert all(re.fullmatch(r"[0-9]+;ANONYMIZE;erased [0-9-]{10}", line) for line in operations[1:])
    journal = read_journal(load_project(erased))
    assert journal.entries[-1].event == "erase"
    assert not journal.broken


def test_the_second_extract_holds_them_under_any_spelling_key_or_source_and_leaves_no_trace(erased: Path) -> None:
    shop = "incoming/shop.csv"
    back = [
        *(person.row(remark="") for person in ERASED[:25]),
        *(person.row(key=f"N{place}") for place, person in enumerate(ERASED[25:50])),
        *(
            person.row(key=f"M{place}", last=slip(person.last), email="", phone="")
            for place, person in enumerate(ERASED[50:75])
        ),
    ]
    elsewhere = [
        person.row(key=f"S{place}", first=person.last.upper(), last=slip(person.first), birth="", street="")
        for place, person in enumerate(ERASED[75:])
    ]
    (erased / "incoming" / "clients.csv").write_text(
        HEAD + "".join([*(person.row(remark="") for person in KEPT), *back]), encoding="utf-8"
    )
    joined = [*map(notes, KEPT), *map(notes, ERASED[:25])]
    (erased / "incoming" / "notes.csv").write_text(NOTES + "".join(joined), encoding="utf-8")
    (erased / shop).write_text(HEAD + "".join(elsewhere), encoding="utf-8")
    (erased / "assay.toml").write_text(TOML + f'[[sources]]\nname = "shop"\npath = "{shop}"\n', encoding="utf-8")
    code, _, stderr = assay("run", "--as-of", "2026-12-05", "--extract", "j-1", "--accept-changes", "--accept-new-keys")
    assert code == 0, stderr
    held = rows(erased / "out" / "held.csv")
    assert Counter((row["source"], row["reason"]) for row in held) == {
        ("clients", "suppressed"): 75,
        ("shop", "suppressed"): 25,
        ("notes", "join_surplus"): 425,
        ("notes", "suppressed"): 25,
    }
    assert found(erased, ERASED, without=["incoming"]) == {}
    assert {row["last_name"] for row in rows(erased / "out" / "golden.csv")} == {person.last for person in KEPT}
    report = json.loads((erased / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["headline"]["lines"] == 500 + 850
    assert report["delta"]["gone"] == 0


def slip(name: str) -> str:
    """Two letters swapped."""
    return name[:2] + name[3] + name[2] + name[4:]
