"""The review queue: one question for two clusters, the one that changes most first."""

from __future__ import annotations

from collections.abc import Sequence

from engine.judgement import Decision, review_queue
from engine.workspace import Workspace
from tests.conftest import given


def base(ws: Workspace, clusters: str, pairs: Sequence[tuple[str, str, float, str]]) -> None:
    """Record rN stands in the cluster of the N-th letter; pairs are (left, right, probability, outcome)."""
    given(ws, "matching.cluster", [{"cluster_id": letter, "kind": "individual"} for letter in clusters])
    given(
        ws,
        "matching.pair",
        [
            {"record_id_l": left, "record_id_r": right, "match_probability": share, "match_weight": share * 10,
             "outcome": outcome, "kind": "individual"}
            for left, right, share, outcome in pairs
        ],
    )  # fmt: skip


def asked(ws: Workspace, *decided: tuple[str, str]) -> list[tuple[str, str, str, int]]:
    said = [Decision(record_id_l=left, record_id_r=right, judgement="unsure") for left, right in decided]
    return [(one.asks, one.record_id_l, one.record_id_r, one.changes) for one in review_queue(ws, said, limit=10)]


def test_two_clusters_are_asked_about_once_by_their_strongest_pair(ws: Workspace) -> None:
    base(ws, "aab", [("r1", "r3", 0.4, "ask"), ("r2", "r3", 0.6, "ask")])
    assert asked(ws) == [("join", "r2", "r3", 2)]


def test_the_question_that_moves_more_records_comes_first(ws: Workspace) -> None:
    base(ws, "aabcd", [("r4", "r5", 0.5, "ask"), ("r1", "r3", 0.5, "ask")])
    assert [one[1:3] for one in asked(ws)] == [("r1", "r3"), ("r4", "r5")]


def test_the_more_open_question_comes_first_among_equals(ws: Workspace) -> None:
    base(ws, "abcd", [("r1", "r2", 0.9, "ask"), ("r3", "r4", 0.5, "ask")])
    assert [one[1:3] for one in asked(ws)] == [("r3", "r4"), ("r1", "r2")]


def test_a_merge_that_clustering_refused_is_asked_about(ws: Workspace) -> None:
    base(ws, "ab", [("r1", "r2", 0.97, "merge")])
    assert asked(ws) == [("join", "r1", "r2", 1)]


def test_a_cluster_that_hangs_by_a_thread_is_shown_by_that_thread(ws: Workspace) -> None:
    base(ws, "aaa", [("r1", "r2", 0.999, "merge"), ("r2", "r3", 0.8, "merge"), ("r1", "r3", 0.2, "leave")])
    assert asked(ws) == [("right", "r2", "r3", 2)]


def test_sure_merges_and_left_pairs_are_not_asked_about(ws: Workspace) -> None:
    base(ws, "aabc", [("r1", "r2", 0.999, "merge"), ("r3", "r4", 0.1, "leave")])
    assert asked(ws) == []


def test_what_was_answered_is_not_asked_again(ws: Workspace) -> None:
    base(ws, "abcd", [("r1", "r2", 0.5, "ask"), ("r3", "r4", 0.5, "ask")])
    assert [one[1:3] for one in asked(ws, ("r2", "r1"))] == [("r3", "r4")]


def test_the_queue_is_no_longer_than_asked_for(ws: Workspace) -> None:
    base(ws, "abcd", [("r1", "r2", 0.5, "ask"), ("r3", "r4", 0.5, "ask")])
    assert len(review_queue(ws, limit=1)) == 1
