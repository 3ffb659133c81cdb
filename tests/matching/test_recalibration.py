"""What people said of some pairs moves the pairs like them, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.judgement import review_queue
from engine.matching import export_models, link, load_models
from engine.matching.adjustment import Adjustment, adjustment_from_json, adjustment_to_json
from engine.matching.decisions import Decision
from engine.progress import Silent
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace
from tests.conftest import given, rows
from tests.matching.people import FIRST, LAST, town

pytestmark = pytest.mark.long

BOOK = RuleBook()
RULES = BOOK.load("matching/model.yml", MatchRules)


def newsletter(people: int = 260) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """A list of names and mailboxes where one name at two providers is mostly two people, and who each row is in truth.

    Nothing in the file says so: the model takes a mailbox made of the name for the same person's other mailbox. One
    name whose mailboxes have nothing to do with each other is one person here.
    """
    dice = random.Random(4)
    records: list[dict[str, Any]] = []
    truth: dict[str, int] = {}

    def add(person: int, first: str | None, last: str, mailbox: str) -> None:
        record = {"record_id": f"n:{len(records):04d}", "kind": "individual", "first_name": first, "last_name": last}
        records.append({**record, "emails": [mailbox]})
        truth[records[-1]["record_id"]] = person

    providers = ("bluewin.ch", "gmail.com", "web.de", "orange.fr", "libero.it")
    firsts = [f"{first}{end}" for first in FIRST for end in ("", "e", "is")]
    lasts = [f"{last}{end}" for last in LAST for end in ("", "er", "oud")]
    for person in range(people):
        first, last = dice.choice(firsts), dice.choice(lasts)
        mailbox = f"{first}.{last}@{dice.choice(providers)}".lower()
        add(person, first, last, mailbox)
        if person % 4 == 0:
            add(person, first[:-1] if person % 8 else first, last, mailbox)
        if person % 3 == 0:  # a namesake elsewhere
            add(people + person, first, last, f"{first}.{last}@kabel{person % 3}.net".lower())
        if person % 8 == 1:
            add(person, first, last, f"{dice.choice('bdgkmz')}{dice.randrange(10_000, 99_999)}@kabel.net")
    return records, truth


def answered(ws: Workspace, truth: dict[str, int], limit: int) -> list[Decision]:
    return [
        (asked.record_id_l, asked.record_id_r, said(truth, asked.record_id_l, asked.record_id_r))
        for asked in review_queue(ws, [], limit=limit)
    ]


def said(truth: dict[str, int], left: str, right: str) -> str:
    return "match" if truth[left] == truth[right] else "no_match"


def wrong_pairs(ws: Workspace, truth: dict[str, int], decided: Sequence[Decision]) -> tuple[int, int]:
    """Pairs joined wrongly and pairs missed, those left out that a person decided."""
    asked = {(left, right) for left, right, _ in decided}
    cluster = dict(ws.rows("select record_id, cluster_id from matching.cluster"))
    by_person: dict[int, list[str]] = {}
    by_cluster: dict[str, list[str]] = {}
    for record in sorted(cluster):
        by_person.setdefault(truth[record], []).append(record)
        by_cluster.setdefault(cluster[record], []).append(record)

    def pairs(groups: Sequence[list[str]]) -> set[tuple[str, str]]:
        return {
            (one, other) for group in groups for place, one in enumerate(group) for other in group[place + 1 :]
        } - asked

    found, true = pairs(list(by_cluster.values())), pairs(list(by_person.values()))
    return len(found - true), len(true - found)


def run(ws: Workspace, records: Sequence[dict[str, Any]], decisions: Sequence[Decision] = (), threads: int = 2) -> Any:
    given(ws, "standardise.record", records)
    return link(ws, BOOK, threads=threads, watcher=Silent(), decisions=decisions)


@pytest.fixture(scope="module")
def before() -> Iterator[Workspace]:
    with Workspace.memory() as workspace:
        workspace.create(PROTOCOL_STEP)
        run(workspace, newsletter()[0])
        yield workspace


@pytest.fixture(scope="module")
def decisions(before: Workspace) -> list[Decision]:
    return answered(before, newsletter()[1], 70)


@pytest.fixture(scope="module")
def after(decisions: list[Decision]) -> Iterator[Workspace]:
    with Workspace.memory() as workspace:
        workspace.create(PROTOCOL_STEP)
        run(workspace, newsletter()[0], decisions)
        yield workspace


def test_answers_on_an_odd_base_mend_pairs_nobody_was_asked_about(
    before: Workspace, after: Workspace, decisions: list[Decision]
) -> None:
    truth = newsletter()[1]
    wrong, missed = wrong_pairs(before, truth, decisions)
    now_wrong, now_missed = wrong_pairs(after, truth, decisions)
    assert len(decisions) >= 60
    assert wrong >= 40, "the base is odd enough for the model to go wrong"
    assert now_wrong + now_missed < 0.6 * (wrong + missed)


def test_before_and_after_are_told(after: Workspace, decisions: list[Decision]) -> None:
    told = rows(after, "matching.recalibration")[0]
    assert told["outcome"] == "recalibrated"
    assert told["matches"] + told["no_matches"] == len(decisions)
    assert told["loss_after"] < told["loss_before"]
    assert told["changed"] > 0
    assert told["merge_after"] < told["merge_before"]
    judged = rows(after, "matching.judged")
    assert len(judged) == len(decisions)
    assert all(row["weight_after"] is not None for row in judged)
    assert rows(after, "matching.learned")


def test_a_pair_says_what_decisions_did_to_it(after: Workspace) -> None:
    assert after.value("select count(*) from matching.pair where evidence like '%decisions -%'") > 0


def test_the_order_of_decisions_and_threads_do_not_matter(
    ws: Workspace, after: Workspace, decisions: list[Decision]
) -> None:
    turned = [(right, left, word) for left, right, word in reversed(decisions)]
    run(ws, list(reversed(newsletter()[0])), turned, threads=1)
    for table in ("matching.pair", "matching.judged", "matching.recalibration", "matching.learned"):
        assert ws.rows(f"select * from {table} order by all") == after.rows(f"select * from {table} order by all")


def test_a_recalibrated_model_saved_gives_the_same_scores_again(
    ws: Workspace, after: Workspace, decisions: list[Decision], tmp_path: Path
) -> None:
    export_models(after, tmp_path)
    given(ws, "standardise.record", newsletter()[0])
    link(ws, BOOK, threads=2, watcher=Silent(), decisions=decisions, models=load_models(tmp_path, RULES))
    assert ws.rows("select * from matching.pair order by all") == after.rows("select * from matching.pair order by all")


def test_few_answers_leave_the_model_alone(ws: Workspace) -> None:
    decided = small_town(ws)
    weights = "select record_id_l, record_id_r, match_weight, evidence from matching.pair order by all"
    was = ws.rows(weights)
    report = run(ws, town(60, 30), decided[:20])
    assert rows(ws, "matching.recalibration", "outcome") == [{"outcome": "too_few"}]
    assert any("too few to recalibrate" in note for note in report.notes)
    assert ws.rows(weights) == was


def test_answers_that_agree_with_the_model_make_nothing_worse(ws: Workspace) -> None:
    """An ordinary town: whoever is asked says what is true; no copy is lost and nobody is joined wrongly."""
    decided = small_town(ws)
    truth = {row["record_id"]: int(row["record_id"].split(":")[1]) for row in town(60, 30)}
    was = wrong_pairs(ws, truth, decided)
    run(ws, town(60, 30), decided)
    assert rows(ws, "matching.recalibration", "outcome") != [{"outcome": "too_few"}]
    assert sum(wrong_pairs(ws, truth, decided)) <= sum(was)


def test_decisions_that_contradict_each_other_teach_nothing(ws: Workspace) -> None:
    """A is B, B is C, but A is not C: all three are left out, and counted."""
    decided = small_town(ws)
    a, b, c = "town:0050", "town:0053", "town:0056"
    others = [one for one in decided if not {a, b, c} & set(one[:2])]
    report = run(ws, town(60, 30), [*others, (a, b, "match"), (b, c, "match"), (a, c, "no_match")])
    told = rows(ws, "matching.recalibration")[0]
    assert told["left_out"] == 3
    assert told["matches"] + told["no_matches"] == len(others)
    assert any("3 more contradict each other" in note for note in report.notes)


def small_town(ws: Workspace) -> list[Decision]:
    """Link a small town and answer truthfully: its 25 first copies, and 30 pairs of neighbours."""
    run(ws, town(60, 30))
    copies = [(f"copy:{number:04d}", f"town:{number:04d}", "match") for number in range(25)]
    return [*copies, *((f"town:{number:04d}", f"town:{number + 1:04d}", "no_match") for number in range(0, 60, 2))]


def test_an_adjustment_survives_json_to_the_bit(after: Workspace, tmp_path: Path) -> None:
    export_models(after, tmp_path)
    learned = load_models(tmp_path, RULES)["individual"].learned
    assert isinstance(learned, Adjustment)
    assert adjustment_to_json(adjustment_from_json(adjustment_to_json(learned))) == adjustment_to_json(learned)
    assert adjustment_to_json(replace(learned, most=1.0)) != adjustment_to_json(learned)
