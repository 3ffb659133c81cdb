"""What a rehearsal saw of names, words and mailboxes: in a replay, pairs weigh the same whoever else comes or goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.matching import blocking, export_models, keys, link, load_models, seen, values_alone
from engine.progress import Silent
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules
from engine.workspace import Workspace
from tests.conftest import given
from tests.matching.people import person, town

BOOK = RuleBook()
RULES = BOOK.load("matching/model.yml", MatchRules)

Row = dict[str, Any]
Pairs = dict[tuple[str, str], tuple[float, str]]


def firm(number: int, name: str, **more: Any) -> Row:
    return {
        "record_id": f"firm:{number:03d}",
        "kind": "structure",
        "organisation": name,
        "phones": [],
        "emails": [f"info@{name.split()[-1].lower()}{number}.ch"],
        "street": "Seeweg",
        "house_number": str(number),
        "postcode": "8001",
        "town": "Zürich",
        **more,
    }


def base() -> list[Row]:
    """A town and its firms, half of which end in a word that is rare once the others are gone."""
    firms = [firm(n, f"{name} Garage") for n, name in enumerate(("Alpina", "Bellevue", "Central", "Dufour") * 6)]
    return [*town(160, 40), *firms]


def later(before: list[Row]) -> list[Row]:
    """Every second person without a copy has left, so has every second firm; thirty strangers came, of two names."""
    stays = [row for n, row in enumerate(before) if n < 40 or n % 2 or row["record_id"].startswith("copy")]
    strangers = [
        {**person(n), "record_id": f"new:{n:03d}", "first_name": "Denis", "last_name": f"Berset{'abcde'[n % 5]}"}
        for n in range(1000, 1030)
    ]
    return [*stays, *strangers]


def pairs_of(ws: Workspace, records: list[Row], **options: Any) -> Pairs:
    given(ws, "standardise.record", records)
    link(ws, BOOK, threads=2, watcher=Silent(), **options).check()
    found = ws.rows("select record_id_l, record_id_r, match_weight, evidence from matching.pair")
    return {(left, right): (weight, evidence) for left, right, weight, evidence in found}


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Pairs]:
    folder = tmp_path_factory.mktemp("rehearsal")
    with Workspace.memory(threads=2) as ws:
        pairs = pairs_of(ws, base(), keep=folder)
        export_models(ws, folder / "models")
    return folder, pairs


def test_pairs_of_others_weigh_the_same_whoever_came_or_went(ws: Workspace, rehearsal: tuple[Path, Pairs]) -> None:
    folder, before = rehearsal
    models = load_models(folder / "models", RULES)
    records = later(base())
    both = {row["record_id"] for row in records} & {row["record_id"] for row in base()}
    same = {pair: said for pair, said in before.items() if both.issuperset(pair)}
    assert len(same) >= 40
    replayed = pairs_of(ws, records, models=models, replay=folder)
    assert {pair: said for pair, said in replayed.items() if both.issuperset(pair)} == same
    anew = pairs_of(ws, records, models=models)
    assert {pair: said for pair, said in anew.items() if both.issuperset(pair)} != same


def test_what_a_replay_keeps_is_what_the_rehearsal_saw_and_what_is_new(
    ws: Workspace, rehearsal: tuple[Path, Pairs], tmp_path: Path
) -> None:
    folder, _ = rehearsal
    pairs_of(ws, later(base()), models=load_models(folder / "models", RULES), replay=folder, keep=tmp_path)
    before = pq.read_table(folder / seen.FILE).to_pylist()
    now = pq.read_table(tmp_path / seen.FILE).to_pylist()
    assert all(row in now for row in before)
    assert {row["value"] for row in now if row not in before} == {f"berset{letter}" for letter in "abcde"}


@pytest.mark.parametrize(("then", "now", "links"), [(12, 14, True), (14, 5, False), (0, 14, False)])
def test_a_mailbox_of_many_is_judged_as_at_the_rehearsal(
    ws: Workspace, tmp_path: Path, then: int, now: int, links: bool
) -> None:
    """The limit is twelve; a mailbox that few or nobody had at the rehearsal is judged by the extract at hand."""

    def mailboxes(carriers: int, replay: Path | None) -> bool:
        given(ws, "standardise.record", [{**person(n), "emails": ["club@bluewin.ch"]} for n in range(carriers)])
        keys.prepare(ws, keys.words(BOOK))
        seen.start(ws, replay)
        ws.put("m_spoken", pa.table({"record_id": pa.array([], pa.string())}))
        ws.execute("create or replace temp table m_structure_cluster (record_id varchar, scl bigint)")
        keys.build(ws, "individual", RULES, keys.words(BOOK))
        return bool(ws.value("select count(em) > 0 from m_key"))

    mailboxes(then, None)
    seen.keep(ws, tmp_path)
    assert mailboxes(now, tmp_path) is links


def test_records_that_were_one_contact_are_compared_again_whatever_blocks_have_become(ws: Workspace) -> None:
    rules = RULES.blocking.model_copy(
        update={
            name: getattr(RULES.blocking, name).model_copy(update={"value": 0})
            for name in ("free_pairs", "pairs_per_row")
        }
    )
    given(ws, "standardise.record", [person(1), {**person(1), "record_id": "copy:1", "emails": []}, person(2)])
    keys.prepare(ws, keys.words(BOOK))
    seen.start(ws, None)
    ws.put("m_spoken", pa.table({"record_id": pa.array([], pa.string())}))
    ws.execute("create or replace temp table m_structure_cluster (record_id varchar, scl bigint)")
    units = keys.build(ws, "individual", RULES, keys.words(BOOK))
    blocking.remember(ws, None)
    assert blocking.block(ws, "individual", units, rules).pairs == 0
    blocking.remember(ws, "select unnest(['town:0001', 'copy:1']) as record_id, 'c1' as contact_id")
    plan = blocking.block(ws, "individual", units, rules)
    assert plan.families[-1] == ("one contact before", 1, 2, 0)
    assert ws.value("select count(*) from m_block where family = $met", {"met": blocking.MET_BEFORE}) == 2


def test_names_that_only_some_records_hold_are_found_and_leave_the_file(ws: Workspace, tmp_path: Path) -> None:
    own = {**person(3), "record_id": "gone:1", "first_name": "Żörgvin", "last_name": "Amstutz", "emails": []}
    read = {
        **person(4),
        "record_id": "gone:2",
        "first_name": None,
        "last_name": "Franke",
        "emails": ["ulfo.franke@x.ch"],
    }
    desk = firm(900, "Quendlifon Garage", record_id="gone:3", kind="relay", last_name="Egger")
    others = [*town(40, 10), firm(1, "Alpina Garage")]
    pairs_of(ws, [*others, own, read, desk], keep=tmp_path)
    ws.put("leaving", pa.table({"record_id": ["gone:1", "gone:2", "gone:3"]}))
    alone = values_alone(ws, BOOK, "leaving")
    assert {("first name", "zorgvin"), ("first name", "ulfo"), ("last name", "franke"), ("word", "quendlifon")} <= set(
        alone
    )
    assert not {("last name", "amstutz"), ("last name", "egger"), ("word", "garage")} & set(alone)
    data, touched = seen.without(tmp_path / seen.FILE, alone)
    left = {row["value"] for row in pq.read_table(pa.BufferReader(data)).to_pylist()}
    assert touched >= 4
    assert not left & {"zorgvin", "ulfo", "franke", "quendlifon"}
    assert {"amstutz", "garage"} <= left
