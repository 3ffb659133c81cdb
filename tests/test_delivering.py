"""Deliver, apply, plan again: on the embedded store and on a real PostgreSQL, with the same results."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine.deliveries import Request, add_requests, remembered_base, standing_requests
from engine.delivering import DeliverOptions, deliver_to, operation_called
from engine.environments import Confirmation, Place, apply_files, create_environment, list_environments, set_sales
from engine.errors import CeilingError, SourceError, UsageError
from engine.progress import Silent
from engine.project import load_project
from engine.rulebook import RuleBook
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.planning.support import ALONE, ANNA, AS_OF, EVERYBODY, OPERA, RELAY, ZOE, former, golden
from tests.support.servers import postgres

pytestmark = pytest.mark.long

YES = Confirmation(lambda name: True)
SECRETS = ("Anna", "Petit", "Zoé", "anna@", "zoe@", "Haute", "Comédie")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server for this module."""
    with postgres() as url:
        yield url


@pytest.fixture(params=["embedded", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A project with environments of either kind, none of them made yet."""
    toml = 'institution = "OPERA"\ncountry = "CH"\n'
    if request.param == "postgresql":
        url = request.getfixturevalue("server")
        with psycopg.connect(url, autocommit=True) as connection:
            for name in ("preprod", "prod"):
                connection.execute(f"drop schema if exists assay_{name} cascade".encode())
        toml += "".join(f'[environments.{name}]\nurl = "{url}"\n' for name in ("preprod", "prod"))
    return project(tmp_path, toml)


@pytest.fixture
def embedded(tmp_path: Path) -> Place:
    """A project whose environments are files."""
    return project(tmp_path, 'institution = "OPERA"\ncountry = "CH"\n')


def project(folder: Path, toml: str) -> Place:
    (folder / "assay.toml").write_text(toml, encoding="utf-8")
    return Place(folder, load_project(folder))


def environment(place: Place, name: str = "preprod") -> None:
    create_environment(place, name, institution=None, organization=None, country=None)


def run(place: Place, contacts: Sequence[Mapping[str, Any]] = EVERYBODY, *joined: tuple[str, str | None, str]) -> None:
    """What a run would leave: these contacts in golden, these numbers that lead to others."""
    assert place.project is not None
    with Workspace.open(place.project.workspace, threads=2, memory="1GB") as ws:
        ws.create(PROTOCOL_STEP)
        former(ws, *joined)
        golden(ws, contacts, place.folder / "run")


@pytest.fixture(scope="module")
def ready_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after a run, beside an environment that holds nobody; tests go on with copies."""
    place = project(tmp_path_factory.mktemp("ready"), 'institution = "OPERA"\ncountry = "CH"\n')
    environment(place)
    run(place)
    return place.folder


@pytest.fixture(scope="module")
def settled_once(ready_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after everything was delivered and applied."""
    place = copied(ready_once, tmp_path_factory.mktemp("settled"))
    apply(place, delivered(place, deliver(place)))
    return place.folder


@pytest.fixture
def ready(ready_once: Path, tmp_path: Path) -> Place:
    """A project after a run, beside an embedded environment that holds nobody."""
    return copied(ready_once, tmp_path)


@pytest.fixture
def settled(settled_once: Path, tmp_path: Path) -> Place:
    """A project whose embedded environment holds everybody."""
    return copied(settled_once, tmp_path)


def copied(folder: Path, target: Path) -> Place:
    shutil.copytree(folder, target, dirs_exist_ok=True)
    return Place(target, load_project(target))


def options(place: Place, **more: Any) -> DeliverOptions:
    assert place.project is not None
    plain = DeliverOptions(
        environment="preprod", out=place.folder / "out" / "deliver", workspace=place.project.workspace, as_of=AS_OF
    )
    return replace(plain, **more)


def deliver(place: Place, **more: Any) -> dict[str, Any]:
    return deliver_to(place, options(place, for_real=True, accept_removals=True, **more), Silent())


def delivered(place: Place, told: Mapping[str, Any]) -> list[Path]:
    return [Path(told["folder"]) / entry["file"] for entry in told["files"] if entry["part"]]


def apply(place: Place, files: Sequence[Path], name: str = "preprod") -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = apply_files(
        place, files, name, as_of=AS_OF, at="2026-11-22T12:00:00+01:00", log=place.folder / "log", language="en",
        confirmation=YES, watcher=Silent(),
    )["files"]  # fmt: skip
    return facts


def numbers(place: Place, name: str, *found: str) -> Path:
    path = place.folder / name
    path.write_text("\n".join(found), encoding="utf-8")
    return path


def test_what_is_delivered_and_applied_leaves_nothing_to_deliver(place: Place) -> None:
    environment(place)
    run(place)
    told = deliver(place)
    assert told["plan"]["operations"] == {"INSERT": 5, "UPDATE": 2}
    files = delivered(place, told)
    assert [file.name for file in files] == ["preprod_2_contacts.csv", "preprod_3_after.csv"]
    note = (Path(told["folder"]) / "load_order.md").read_text(encoding="utf-8")
    assert note.index("| 1 | `preprod_2_contacts.csv` | 5 |") < note.index("| 2 | `preprod_3_after.csv` | 2 |")
    assert "5 INSERT, 2 UPDATE" in note
    facts = apply(place, files)
    assert [(fact["imported"], fact["not_imported"], fact["rules"]) for fact in facts] == [(5, 0, {}), (2, 0, {})]
    # applied twice changes once
    assert [fact["applied"] for fact in apply(place, files)] == [False, False]
    assert deliver(place)["plan"]["rows"] == 0

    set_sales(place, "preprod", numbers(place, "sales.txt", "151"))
    changed: list[Mapping[str, Any]] = [
        {**ANNA, "email": "zoe@x.ch", "town": None},
        {**OPERA, "organisation": "Opéra"},
        RELAY,
    ]
    run(place, changed, ("102", "101", "joined"), ("151", "101", "joined"))
    told = deliver(place)
    assert [(entry["part"], entry["rows"]) for entry in told["files"] if entry["part"]] == [
        ("free", 1), ("main", 2), ("remove", 1),
    ]  # fmt: skip
    assert told["plan"]["by_hand"] == {"has_sales": 1}
    rekeyed = (Path(told["folder"]) / "rekey.csv").read_text(encoding="utf-8")
    assert rekeyed == "old_number;new_number\n102;101\n151;101\n"
    facts = apply(place, delivered(place, told))
    assert all(fact["not_imported"] == 0 and not fact["rules"] for fact in facts)
    again = deliver(place)["plan"]
    assert (again["rows"], again["by_hand"]) == (0, {"has_sales": 1})

    # the join is undone after delivery: the compensating operations
    run(place)
    told = deliver(place)
    assert told["plan"]["operations"] == {"UPDATE": 2, "UPDATEACT": 1}
    apply(place, delivered(place, told))
    assert deliver(place)["plan"]["rows"] == 0
    (base,) = list_environments(place)
    assert (base["active"], base["invalid"]) == (6, 0)


def test_a_dry_run_leaves_nothing_and_equals_the_real_one_by_hash(ready: Place) -> None:
    before = {path.name for path in ready.folder.iterdir()}
    dry = deliver_to(ready, options(ready), Silent())
    assert {path.name for path in ready.folder.iterdir()} == before
    assert not list((ready.folder / ".assay").glob("dry*"))
    real = deliver(ready)
    assert (dry["sha256"], dry["files"], dry["written"], real["written"]) == (
        real["sha256"], real["files"], False, True,
    )  # fmt: skip
    manifest = Path(real["folder"]) / "manifest.json"
    assert hashlib.sha256(manifest.read_bytes()).hexdigest() == real["sha256"]
    said = json.dumps(dry, ensure_ascii=False) + manifest.read_text(encoding="utf-8")
    assert not [secret for secret in SECRETS if secret in said]
    assert {sample["operation"] for sample in dry["samples"]} == {"INSERT", "UPDATE"}


def test_a_file_is_refused_in_another_environment_than_its_own(ready: Place) -> None:
    environment(ready, "prod")
    (contacts, after) = delivered(ready, deliver(ready))
    with pytest.raises(SourceError, match="made for preprod, not for prod: nothing was changed"):
        apply(ready, [contacts], "prod")
    moved = ready.folder / "renamed.csv"
    moved.write_bytes(contacts.read_bytes())
    with pytest.raises(SourceError, match="made for preprod"):
        apply(ready, [moved], "prod")
    # by the manifest beside it, where nobody remembers its hash
    (ready.folder / "delivered" / "files.jsonl").unlink()
    with pytest.raises(SourceError, match="made for preprod"):
        apply(ready, [after], "prod")
    assert [base["active"] for base in list_environments(ready)] == [0, 0]


def test_since_last_is_the_difference_to_what_the_last_delivery_made(embedded: Place) -> None:
    run(embedded)
    first = deliver(embedded, since="last")  # there is no environment to look at
    assert first["plan"]["operations"] == {"INSERT": 5, "UPDATE": 2}
    assert deliver(embedded, since="last")["plan"]["rows"] == 0
    run(embedded, [{**ANNA, "town": "Renens"}, ZOE, OPERA, RELAY, ALONE])
    assert deliver_to(embedded, options(embedded, since="last"), Silent())["plan"]["operations"] == {"UPDATE": 1}
    second = deliver(embedded, since="last")
    assert second["plan"]["operations"] == {"UPDATE": 1}
    assert deliver(embedded, since="last")["plan"]["rows"] == 0
    last = remembered_base(embedded.folder, "preprod")
    assert last.path.stat().st_mode & 0o777 == 0o600
    # every delivery keeps its files: an environment that could not be read holds the same once all are applied
    environment(embedded)
    assert [Path(told["folder"]).name for told in (first, second)] == ["preprod_001", "preprod_003"]
    for told in (first, second):
        apply(embedded, delivered(embedded, told))
    assert deliver(embedded)["plan"]["rows"] == 0


def test_a_list_is_carried_out_once_and_stands_until_it_is_withdrawn(settled: Place) -> None:
    asked = (("ANONYMIZE", numbers(settled, "gdpr.txt", "101")), ("INVALIDATE", numbers(settled, "old.txt", "102")))
    told = deliver(settled, lists=asked)
    assert told["plan"]["operations"] == {"ANONYMIZE": 1, "INVALIDATE": 1}
    assert told["plan"]["removals_by_reason"] == {"gdpr": 1, "old": 1}
    apply(settled, delivered(settled, told))
    assert deliver(settled)["plan"]["rows"] == 0
    back = (("UPDATEACT", numbers(settled, "back.txt", "102")),)
    assert deliver(settled, lists=back)["plan"]["operations"] == {"UPDATEACT": 1}


def test_a_list_may_say_itself_what_it_asks_for(settled: Place) -> None:
    listed = settled.folder / "retention.csv"
    listed.write_text("CONTACT_NR,OPERATION,REASON\n101,ANONYMIZE,no_order\n102,INVALIDATE,\n", encoding="utf-8")
    told = deliver(settled, lists=((None, listed),))
    assert told["plan"]["operations"] == {"ANONYMIZE": 1, "INVALIDATE": 1}
    assert told["plan"]["removals_by_reason"] == {"no_order": 1, "retention": 1}
    for text, said in (
        ("CONTACT_NR\n1\n", "does not say what"),
        ("CONTACT_NR;OPERATION\n1;MERGE\n", "line 2: a request"),
    ):
        listed.write_text(text, encoding="utf-8")
        with pytest.raises(SourceError, match=said):
            deliver(settled, lists=((None, listed),))


def test_more_removals_than_the_ceiling_need_somebody_s_word(settled: Place) -> None:
    asked = (("INVALIDATE", numbers(settled, "old.txt", "102")),)
    dry = deliver_to(settled, options(settled, lists=asked), Silent())
    assert (dry["too_many_removals"], dry["plan"]["removals"], dry["plan"]["there"]) == (True, 1, 6)
    before = sorted(path.name for path in Path(dry["folder"]).iterdir())
    with pytest.raises(CeilingError, match="1 of 6 contacts"):
        deliver_to(settled, options(settled, lists=asked, for_real=True), Silent())
    assert sorted(path.name for path in Path(dry["folder"]).iterdir()) == before
    assert not (settled.folder / "requests.jsonl").exists()
    assert deliver(settled, lists=asked)["plan"]["removals"] == 1


@pytest.mark.parametrize(
    ("operations", "rows"),
    [
        (("INSERT",), [("main", 5), ("after", 2)]),
        (("UPDATE",), []),
        (("DROP", "ANONYMIZE"), []),
    ],
)
def test_operations_can_be_sent_apart(operations: tuple[str, ...], rows: list[Any], ready: Place) -> None:
    told = deliver_to(ready, options(ready, operations=operations), Silent())
    assert [(entry["part"], entry["rows"]) for entry in told["files"] if entry["part"]] == rows


def test_long_parts_are_split_and_workbooks_hold_the_same_rows(ready: Place) -> None:
    rules = ready.folder / "rules" / "delivery" / "secutix.yml"
    rules.parent.mkdir(parents=True)
    rules.write_text("file: {rows_per_file: 2, header_row: 1}\n", encoding="utf-8")
    told = deliver(ready, kind="xlsx")
    files = delivered(ready, told)
    assert [file.name for file in files] == [
        "preprod_2_contacts_001.xlsx", "preprod_2_contacts_002.xlsx", "preprod_2_contacts_003.xlsx",
        "preprod_3_after.xlsx",
    ]  # fmt: skip
    assert [entry["rows"] for entry in told["files"] if entry["part"]] == [2, 2, 1, 2]
    assert sum(fact["imported"] for fact in apply(ready, files)) == 7
    assert deliver(ready)["plan"]["rows"] == 0
    assert not list(Path(told["folder"]).glob("*.xlsx"))  # files of the delivery before are gone


def test_a_mistake_is_told_before_anything_is_planned(embedded: Place) -> None:
    with pytest.raises(UsageError, match="no run has left its tables"):
        deliver(embedded)
    run(embedded)
    with pytest.raises(UsageError, match="no environment preprod"):
        deliver(embedded)
    environment(embedded)
    one = numbers(embedded, "one.txt", "101")
    with pytest.raises(UsageError, match="two lists name the same"):
        deliver(embedded, lists=(("DROP", one), ("DELETE", one)))
    with pytest.raises(UsageError, match="cannot ask for INSERT"):
        deliver(embedded, lists=(("INSERT", one),))
    with pytest.raises(UsageError, match="no operation; known: inactivate"):
        operation_called("merge")


def test_of_several_requests_for_a_number_the_last_one_counts(tmp_path: Path) -> None:
    asked = [Request("1", "INVALIDATE", "old"), Request("2", "DROP", "x", "dev"), Request("3", "DELETE", "y")]
    assert add_requests(tmp_path, asked) == 3
    assert add_requests(tmp_path, asked) == 0
    assert add_requests(tmp_path, [Request("1", "ANONYMIZE", "erased"), Request("3", "UPDATEACT", "y")]) == 2
    assert standing_requests(tmp_path, "preprod").to_pylist() == [
        {"contact_number": "1", "operation": "ANONYMIZE", "reason": "erased"}
    ]
    assert [row["contact_number"] for row in standing_requests(tmp_path, "dev").to_pylist()] == ["1", "2"]
    with pytest.raises(UsageError, match="1 to 20 digits"):
        Request("12x", "DROP", "x")


@pytest.mark.parametrize("form", ["code_value", "config"])
def test_contacts_are_qualified_once_with_what_is_defined(form: str, ready: Place) -> None:
    rules = ready.folder / "rules" / "delivery" / "operations.yml"
    rules.parent.mkdir(parents=True)
    rules.write_text(f"criteria: {form}\n", encoding="utf-8")
    criteria = ready.folder / "criteria.csv"
    criteria.write_text(
        "CODE;NAME;CONTACT_TYPE;DATA_TYPE;VALUES\nCOLOUR;;;LIST;Red|Green\nVIP;;INDIVIDUAL;BOOLEAN;\nSIZE;;;;\n",
        encoding="utf-8",
    )
    types = ready.folder / "types.csv"
    types.write_text("CODE;NAME\nTHEATRE;Theatre\n", encoding="utf-8")
    listed = ready.folder / "list.csv"
    listed.write_text(
        "CONTACT_NR;CRITERION;VALUE\n101;VIP;T\n101;COLOUR;Red\n101;COLOUR;Green\n200;VIP;T\n999;COLOUR;Red\n",
        encoding="utf-8",
    )
    typed = ready.folder / "typed.csv"
    typed.write_text("CONTACT_NR;STRUCT_TYPE\n200;THEATRE\n", encoding="utf-8")
    asked = {"qualify": (listed, typed), "criteria": criteria, "structure_types": types}
    told = deliver(ready, **asked)
    assert told["plan"]["parts"] == {"main": 5, "after": 2, "qualify": 2}
    assert told["plan"]["by_hand"] == {"number_unknown": 1, "wrong_kind": 1}
    files = delivered(ready, told)
    # what the rows need, and no more: 200 is a structure and takes no VIP, SIZE is used by nobody
    assert [file.name for file in files[:2]] == ["preprod_0_criteria.csv", "preprod_0_structure_types.csv"]
    assert files[0].read_text(encoding="utf-8") == (
        "CODE;NAME;CONTACT_TYPE;DATA_TYPE;VALUES\nCOLOUR;;BOTH;LIST;Red|Green\nVIP;;INDIVIDUAL;BOOLEAN;T|F\n"
    )
    assert files[1].read_text(encoding="utf-8") == "CODE;NAME\nTHEATRE;Theatre\n"
    text = files[-1].read_text(encoding="utf-8")
    assert text.count(";CONFIG;") == (1 if form == "config" else 0)
    assert ("COLOUR=Green|Red" in text) == (form == "code_value")
    facts = apply(ready, files)
    assert [fact["rules"] for fact in facts] == [{}, {}, {}, {}, {}]
    again = deliver(ready, **asked)
    assert (again["plan"]["rows"], delivered(ready, again)) == (0, [])
    # the environment knows them now
    listed.write_text("CONTACT_NR;CRITERION;VALUE\n102;COLOUR;Red\n", encoding="utf-8")
    told = deliver(ready, qualify=(listed,))
    assert [file.name for file in delivered(ready, told)] == ["preprod_4_qualify.csv"]
    assert [fact["rules"] for fact in apply(ready, delivered(ready, told))] == [{}]
    assert deliver(ready)["plan"]["rows"] == 0


def test_a_criterion_of_the_rules_must_be_defined_too(embedded: Place) -> None:
    environment(embedded)
    rules = embedded.folder / "rules" / "delivery" / "secutix.yml"
    rules.parent.mkdir(parents=True)
    rules.write_text(
        "fields:\n  - {name: CRIT05, attribute: first_name, form: criterion, criterion: CALLED, kinds: [individual], "
        "why: x}\n",
        encoding="utf-8",
    )
    assert embedded.project is not None
    with Workspace.open(embedded.project.workspace, threads=2, memory="1GB") as ws:
        ws.create(PROTOCOL_STEP)
        golden(ws, [ANNA], embedded.folder / "run", RuleBook([embedded.project.rules]))
    with pytest.raises(UsageError, match="defined nowhere: criterion CALLED"):
        deliver(embedded)
    criteria = embedded.folder / "criteria.csv"
    criteria.write_text("CODE;NAME;CONTACT_TYPE;DATA_TYPE;VALUES\nCALLED;;INDIVIDUAL;;\n", encoding="utf-8")
    told = deliver(embedded, criteria=criteria)
    facts = apply(embedded, delivered(embedded, told))
    assert [(fact["file"], fact["rules"]) for fact in facts] == [
        ("preprod_0_criteria.csv", {}), ("preprod_2_contacts.csv", {}),
    ]  # fmt: skip
    assert deliver(embedded)["plan"]["rows"] == 0


def test_without_an_environment_codes_that_nobody_can_check_are_named(embedded: Place) -> None:
    rules = embedded.folder / "rules" / "delivery" / "secutix.yml"
    rules.parent.mkdir(parents=True)
    rules.write_text("fields:\n  - {name: STRUCT_TYPE, otherwise: HOUSE}\n", encoding="utf-8")
    assert embedded.project is not None
    with Workspace.open(embedded.project.workspace, threads=2, memory="1GB") as ws:
        ws.create(PROTOCOL_STEP)
        golden(ws, [{**OPERA, "structure_type": "opera"}], embedded.folder / "run", RuleBook([embedded.project.rules]))
    assert deliver(embedded, since="last")["unchecked"] == ["HOUSE"]
