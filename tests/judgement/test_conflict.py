"""Decisions that cannot all be true."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.judgement import Decision, conflicts


def said(left: str, right: str, judgement: str = "match") -> Decision:
    return Decision.model_validate({"record_id_l": left, "record_id_r": right, "judgement": judgement})


def test_a_chain_of_matches_contradicts_a_no_match_of_its_ends() -> None:
    apart = said("a", "d", "no_match")
    [found] = conflicts([said("a", "b"), said("b", "c"), said("c", "d"), apart, said("x", "y", "no_match")])
    assert found.apart == apart
    assert [(one.record_id_l, one.record_id_r) for one in found.chain] == [("a", "b"), ("b", "c"), ("c", "d")]


def test_the_shortest_chain_is_told() -> None:
    [found] = conflicts([said("a", "b"), said("b", "c"), said("a", "c2"), said("c2", "b2"), said("b2", "c"),
                         said("a", "c", "no_match")])  # fmt: skip
    assert len(found.chain) == 2


def test_unsure_neither_joins_nor_parts() -> None:
    assert conflicts([said("a", "b", "unsure"), said("b", "c"), said("a", "c", "no_match")]) == []


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("fghij"), st.booleans()), max_size=12))
def test_a_conflict_is_found_exactly_when_a_no_match_lies_inside_a_component(
    drawn: list[tuple[str, str, bool]],
) -> None:
    decisions = [said(left, right, "match" if same else "no_match") for left, right, same in drawn]
    group = {name: name for name in "abcdefghij"}
    for one in decisions:
        if one.judgement == "match":
            old, new = group[one.record_id_l], group[one.record_id_r]
            group = {name: new if of == old else of for name, of in group.items()}
    inside = [
        one for one in decisions if one.judgement == "no_match" and group[one.record_id_l] == group[one.record_id_r]
    ]
    assert [found.apart for found in conflicts(decisions)] == inside
