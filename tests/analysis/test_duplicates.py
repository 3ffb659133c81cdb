"""Duplicates are records minus contacts; what is asked about widens the interval and never narrows it."""

from __future__ import annotations

from hashlib import md5
from typing import Any

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from engine.analysis import duplicates
from engine.analysis.duplicates import Duplicates, estimate_duplicates, interval
from engine.analysis.sample import keep_sample
from engine.ledger import StageReport
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.workspace import Workspace
from tests.conftest import given

ANN: dict[str, Any] = {"first_name": "Marie", "last_name": "Dupont", "email": "marie@x.ch", "postcode": "1204"}


def kept(ws: Workspace, *records: dict[str, Any], sample: int, whole: int = 0) -> set[str]:
    """Ids of the records that are matched, with those of the sample in ``sampled``."""
    given(ws, "intake.record", [{**record, "record_id": f"r{n:03}"} for n, record in enumerate(records)])
    assert keep_sample(ws, sample=sample, whole=whole) == ws.count("sampled")
    return {record for (record,) in ws.rows("select record_id from intake.record")}


def strangers(count: int) -> list[dict[str, Any]]:
    drawn = [md5(str(n).encode()).hexdigest() for n in range(count)]
    return [{"first_name": letters[:9], "last_name": letters[9:20]} for letters in drawn]


def test_a_small_base_is_looked_at_whole(ws: Workspace) -> None:
    assert len(kept(ws, *strangers(40), sample=10, whole=40)) == 40
    assert ws.count("sampled") == 40


@pytest.mark.parametrize(
    "twin",
    [
        ANN,
        {**ANN, "email": "MARIE@x.ch ", "postcode": None},
        {"first_name": "Dupont", "last_name": "Marie", "postcode": "12 04"},
        {"full_name": "DUPONT, Mărie", "email": "marie@x.ch"},
        {**ANN, "first_name": "Maria"},
        {**ANN, "last_name": "Dupond", "email": None},
        {"first_name": "M.", "last_name": "Dupont-Favre", "email": "marie@x.ch", "postcode": "1204"},
    ],
)
def test_whatever_may_be_a_duplicate_of_a_sampled_record_comes_with_it(twin: dict[str, Any], ws: Workspace) -> None:
    found = kept(ws, ANN, twin, *strangers(60), sample=20)
    sampled = {record for (record,) in ws.rows("select record_id from sampled")}
    assert len(sampled) == 20
    assert sampled <= found
    # the two are kept together, whichever of them was drawn
    assert ("r000" in found) == ("r001" in found)
    assert len(found) < 30


def test_one_of_the_two_is_drawn_in_some_order_of_names(ws: Workspace) -> None:
    found = kept(ws, ANN, ANN, *strangers(4), sample=5)
    assert {"r000", "r001"} <= found


def test_an_address_that_everybody_writes_brings_nobody_along(ws: Workspace) -> None:
    crowd = [{**person, "email": "none@none.com"} for person in strangers(60)]
    assert len(kept(ws, *crowd, sample=10)) == 10


def told(
    ws: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    clusters: list[str],
    asked: list[tuple[int, int, float]],
    *,
    records: int | None = None,
) -> Duplicates:
    """The estimate when matching found these clusters (one letter a record) and asks about these pairs."""
    names = [f"r{n}" for n in range(len(clusters))]
    rows = zip(names, clusters, strict=True)
    given(ws, "matching.cluster", [{"record_id": name, "cluster_id": cluster} for name, cluster in rows])
    given(
        ws,
        "matching.pair",
        [
            {"record_id_l": f"r{one}", "record_id_r": f"r{other}", "outcome": "ask", "match_probability": probability}
            for one, other, probability in asked
        ],
    )
    ws.execute("create or replace temp table sampled as select record_id from matching.cluster")
    report = StageReport("matching", "record", len(names), len(names))
    monkeypatch.setattr(duplicates.matching, "link", lambda *_, **__: report)
    return estimate_duplicates(ws, RuleBook(), records=records or len(names), threads=1, watcher=Silent())


def test_a_contact_of_k_records_is_k_minus_one_duplicates(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(ws, monkeypatch, list("aaaabbc"), [])
    assert (found.low, found.likely, found.high, found.questions) == (4, 4, 4, 0)
    assert found.exact


def test_what_is_asked_about_counts_by_its_probability_and_at_the_upper_end(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = told(ws, monkeypatch, list("abcd"), [(0, 1, 0.25)])
    assert (found.low, found.high, found.questions) == (0, 1, 1)
    assert 0 <= found.likely <= 1
    sure = told(ws, monkeypatch, list("abcd"), [(0, 1, 1.0)])
    assert (sure.low, sure.likely, sure.high) == (0, 1, 1)


def test_several_pairs_of_the_same_two_contacts_are_one_question(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = told(ws, monkeypatch, list("aabb"), [(0, 2, 0.2), (1, 3, 0.4), (0, 1, 0.5)])
    assert (found.low, found.high, found.questions) == (2, 3, 1)


def test_a_sample_is_scaled_up_and_the_interval_says_how_unsure_it_is(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = told(ws, monkeypatch, ["a", "a", *(f"c{n}" for n in range(98))], [], records=10_000)
    assert not found.exact
    assert found.likely == 100
    assert 0 < found.low < 100 < found.high < 600


def test_no_records_are_no_duplicates(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(ws, monkeypatch, [], []).likely == 0


@each(st.floats(0, 1), st.integers(1, 10_000), st.integers(1, 10**7))
def test_an_interval_holds_its_mean_and_stays_between_nothing_and_all(
    mean: float, sample: int, population: int
) -> None:
    low, high = interval(mean, sample, population)
    assert 0 <= low <= mean + 1e-9
    assert mean - 1e-9 <= high <= 1


@each(st.floats(0, 1), st.integers(50, 1000))
def test_a_larger_sample_never_widens_the_interval(mean: float, sample: int) -> None:
    small, large = interval(mean, sample, 10**6), interval(mean, sample * 10, 10**6)
    assert large[1] - large[0] <= small[1] - small[0] + 1e-9
