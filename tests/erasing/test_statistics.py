"""Anonymised persons: k alike or nothing told, coarser only, and an attacker with the old base gains nothing."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from engine.erasing.statistics import (
    UNTOLD,
    Groups,
    coarser,
    finest,
    groups_of,
    load_rules,
    make_anonymous,
    read_groups,
    smallest,
    write_groups,
)
from engine.errors import UsageError
from engine.matching import link
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.rulebook.anonymising import AnonymisingRules
from engine.workspace import Workspace
from tests.conftest import given
from tests.matching.people import person, town

pytestmark = pytest.mark.long

RULES = load_rules(Path("none"))
K = RULES.k
_VALUES = (
    st.sampled_from(["individual", "relay"]),
    st.sampled_from(["CH", "FR", "IS", UNTOLD]),
    st.sampled_from(["12", "10", "30", "80", UNTOLD]),
    st.sampled_from(["1930-1939", "1970-1979", "1980-1989", "2000-2009", UNTOLD]),
    st.sampled_from(["2019", "2024", UNTOLD]),
    st.sampled_from(["2010", "2011", UNTOLD]),
    st.sampled_from(["fr", "de", UNTOLD]),
)
GROUPS = st.dictionaries(st.tuples(*_VALUES), st.integers(1, 30), max_size=25).map(Counter)


def covers(coarse: tuple[str, ...], fine: tuple[str, ...]) -> bool:
    """Whether ``coarse`` can be made of ``fine``."""
    for column, wide, narrow in zip(RULES.columns, coarse, fine, strict=True):
        while narrow != wide:
            if narrow == UNTOLD:
                return False
            narrow = coarser(column, narrow)
    return True


@forall(groups=GROUPS)
def test_every_group_that_tells_anything_holds_k_and_nobody_is_lost(groups: Groups) -> None:
    made = make_anonymous(RULES, groups)
    assert all(contacts >= K for group, contacts in made.items() if set(group) != {UNTOLD})
    assert sum(made.values()) == sum(groups.values())
    assert all(any(covers(coarse, fine) for fine in groups) for coarse in made)
    assert make_anonymous(RULES, made) == made


@forall(before=GROUPS, new=GROUPS)
def test_those_who_come_later_never_make_a_former_group_finer(before: Groups, new: Groups) -> None:
    there = make_anonymous(RULES, before)
    after = make_anonymous(RULES, there + new)
    assert sum(after.values()) == sum(before.values()) + sum(new.values())
    for group in after:
        assert group in there or any(covers(group, fine) for fine in (*new, *there))


def base(ws: Workspace, count: int) -> list[dict[str, object]]:
    people = [{**person(number), "language": "fr" if number % 3 else "de"} for number in range(count)]
    contacts = [
        {
            "contact_id": f"c{number:04d}", "contact_nr": str(number), "kind": "individual", "records": 1,
            "country": "CH", "postcode": one["postcode"], "birth_date": str(one["birth_date"]),
            "language": one["language"], "created_on": f"{2015 + number % 9}-03-04",
        }
        for number, one in enumerate(people)
    ]  # fmt: skip
    given(ws, "golden.contact", contacts)
    return contacts


def test_an_attacker_with_the_old_base_is_right_once_in_k_at_most(ws: Workspace) -> None:
    """Whoever holds a backup looks for each anonymised row's person among all that fit and takes one of them."""
    contacts = base(ws, 400)
    erased = [str(one["contact_id"]) for one in contacts[:300]]
    made = make_anonymous(RULES, groups_of(ws, RULES, erased))
    fine = groups_of(ws, RULES, erased)
    right = 0.0
    for group, count in made.items():
        fitting = sum(number for one, number in fine.items() if covers(group, one))
        assert fitting >= count
        right += count / fitting
    assert right / 300 <= 1 / K
    assert smallest(made) is not None
    assert smallest(made) >= K  # type: ignore[operator]


def test_our_own_matcher_finds_nobody_again(ws: Workspace) -> None:
    """The anonymised rows, given to the matcher beside the old base as if they were records."""
    base(ws, 150)
    made = make_anonymous(RULES, groups_of(ws, RULES, [f"c{number:04d}" for number in range(150)]))
    place = {column.name: number for number, column in enumerate(RULES.columns)}
    rows = [
        {
            "record_id": f"anonymous:{number:04d}", "kind": "individual", "kind_reason": "",
            "postcode": None if group[place["area"]] == UNTOLD else group[place["area"]],
            "country": None if group[place["country"]] == UNTOLD else group[place["country"]],
            "birth_year": int(group[place["born"]][:4]) if group[place["born"]] != UNTOLD else None,
        }
        for number, group in enumerate(sorted(made.elements()))
    ]  # fmt: skip
    given(ws, "standardise.record", [*town(150, 40), *rows])
    link(ws, RuleBook(), threads=2, watcher=Silent())
    crossing = (
        "select count(*) from matching.pair where outcome <> 'leave' "
        "and starts_with(record_id_l, 'anonymous:') <> starts_with(record_id_r, 'anonymous:')"
    )
    assert ws.value(crossing) <= 150 / K
    clusters = ws.value(
        "select count(*) from (select cluster_id from matching.cluster group by cluster_id having "
        "bool_or(starts_with(record_id, 'anonymous:')) and bool_or(not starts_with(record_id, 'anonymous:')))"
    )
    assert clusters == 0


def test_the_file_reads_back_and_other_columns_are_refused(tmp_path: Path) -> None:
    groups: Groups = Counter({("individual", "CH", "12", "1970-1979", "*", "2011", "fr"): 12, ("*",) * 7: 3})
    path = tmp_path / "anonymised.csv"
    write_groups(path, RULES, groups)
    assert read_groups(path, RULES) == groups
    with path.open(encoding="utf-8") as file:
        assert next(csv.reader(file, delimiter=";"))[-1] == "contacts"
    other = RULES.model_copy(update={"columns": RULES.columns[:3]})
    with pytest.raises(UsageError, match="other columns"):
        read_groups(path, other)


def test_values_outside_are_told_as_the_edge_and_short_post_codes_not_at_all() -> None:
    columns = {column.name: column for column in RULES.columns}
    assert finest(columns["born"], "2019-01-01") == "2000-2009"
    assert finest(columns["born"], "1901-01-01") == "1930-1939"
    assert finest(columns["area"], "7") == UNTOLD
    assert finest(columns["area"], "SW1A 1AA") == "SW"
    assert finest(columns["last_order"], date(2021, 5, 6)) == "2021"


def test_the_rules_keep_no_exact_value_and_no_title() -> None:
    rules = RuleBook().load("anonymising.yml", AnonymisingRules)
    assert rules.k >= 10
    assert all(column.steps for column in rules.columns if column.source in ("birth_date", "postcode", "created_on"))
