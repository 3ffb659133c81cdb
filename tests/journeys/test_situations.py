"""What makes contacts hard to tell apart, on the generated sample whose truth is known: who was joined, who was found.

The bounds leave room beside what was measured, so that a change of a rule shows and chance does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from engine import intake, matching, standardise
from engine.intake import SourceFile
from engine.matching import blocking, keys, seen
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.rulebook.matching import MatchRules
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace

SAMPLE = Path(__file__).resolve().parents[2] / "docs" / "sample"

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The sample linked, with ``truth`` (record_id, entity_id, household_id, situation, errors, cluster_id)."""
    sources = [
        SourceFile(path=path, name=path.stem) for path in (SAMPLE / "billetterie.csv", SAMPLE / "newsletter.csv")
    ]
    book = RuleBook()
    with Workspace.memory() as ws:
        ws.create(PROTOCOL_STEP)
        intake.stage_sources(ws, sources, scratch=tmp_path_factory.mktemp("scratch"), watcher=Silent(), book=book)
        intake.map_records(ws, intake.guess_mapping(ws, book, watcher=Silent()))
        standardise.apply(ws, book, home_country=None, as_of=date(2026, 11, 22), workers=2, watcher=Silent())
        told = matching.link(ws, book, threads=2, watcher=Silent()).check()
        ws.put("told", pa.table({"recall": [float(told.figures["individual_blocking_recall"])]}))
        ws.execute(
            "create temp table truth as select r.record_id, t.* exclude (source, line_no), s.first_name, s.last_name, "
            "s.organisation, c.cluster_id from read_csv($path, all_varchar = true, header = true) as t "
            "join intake.record as r on r.source = t.source and r.line_no = t.line_no::bigint "
            "join standardise.record as s using (record_id) join matching.cluster as c using (record_id)",
            {"path": str(SAMPLE / "truth.csv")},
        )
        yield ws


def joined(ws: Workspace, where: str) -> tuple[int, float]:
    """Pairs of rows that fulfil ``where`` (sides ``l`` and ``r``), and the share of them in one cluster."""
    pairs, together = ws.rows(
        "select count(*), count(*) filter (l.cluster_id = r.cluster_id) from truth as l "
        f"join truth as r on l.record_id < r.record_id and {where}"
    )[0]
    return int(pairs), together / pairs


@pytest.mark.parametrize(
    ("situation", "most"), [("couple", 0.02), ("child", 0.03), ("father_and_son", 0.08), ("twin", 0.05)]
)
def test_a_family_is_not_one_person(sample: Workspace, situation: str, most: float) -> None:
    """Spouses who share a mailbox, parents and children, father and son of one name, twins."""
    pairs, share = joined(
        sample,
        "l.entity_id <> r.entity_id and l.household_id = r.household_id "
        f"and '{situation}' in (l.situation, r.situation)",
    )
    assert pairs >= 40
    assert share <= most


@pytest.mark.parametrize("situation", ["neighbour", "namesake", "private_and_relay"])
def test_one_name_is_not_one_contact(sample: Workspace, situation: str) -> None:
    """Neighbours and strangers of one name, and a person's private file beside the one for a structure."""
    pairs, share = joined(
        sample,
        "l.entity_id <> r.entity_id and l.first_name = r.first_name and l.last_name = r.last_name "
        f"and l.situation = '{situation}' and r.situation = '{situation}'",
    )
    assert pairs >= 40
    assert share <= 0.04


def test_branches_of_one_company_stay_apart(sample: Workspace) -> None:
    pairs, share = joined(
        sample,
        "l.entity_id <> r.entity_id and l.organisation = r.organisation "
        "and l.situation = 'branch' and r.situation = 'branch'",
    )
    assert pairs >= 20
    assert share <= 0.1


@pytest.mark.parametrize(("change", "least"), [("moved", 0.8), ("name_change", 0.7), ("mobile_change", 0.8)])
def test_who_moved_or_married_is_found_again(sample: Workspace, change: str, least: float) -> None:
    """One row knows the contact before the change, the other after it."""
    pairs, share = joined(
        sample,
        "l.entity_id = r.entity_id and contains(coalesce(l.errors, ''), '" + change + "') "
        f"<> contains(coalesce(r.errors, ''), '{change}')",
    )
    assert pairs >= 10
    assert share >= least


def test_what_is_stated_is_true(sample: Workspace) -> None:
    """Among pairs stated at .9 and above, and again above .99, about so many are right, look-alikes included."""
    for low, high in ((0.9, 0.99), (0.99, 1.0)):
        stated, right = sample.rows(
            "select avg(p.match_probability), avg((l.entity_id = r.entity_id)::integer) from matching.pair as p "
            "join truth as l on l.record_id = p.record_id_l join truth as r on r.record_id = p.record_id_r "
            "where p.kind = 'individual' and p.match_probability >= $low and p.match_probability < $high",
            {"low": low, "high": high},
        )[0]
        assert right >= stated - 0.03


def test_blocking_finds_as_much_as_it_says_of_itself(sample: Workspace) -> None:
    """The share of individuals' true pairs that share a key, against what the stage estimates without truth."""
    rules = RuleBook().load("matching/model.yml", MatchRules)
    known = keys.words(RuleBook())
    sample.execute("create or replace temp table m_spoken (record_id varchar)")
    sample.execute("create or replace temp table m_structure_cluster (record_id varchar, scl bigint)")
    blocking.remember(sample, None)
    seen.start(sample, None)
    keys.prepare(sample, known)
    units = keys.build(sample, "individual", rules, known)
    blocking.block(sample, "individual", units, rules.blocking)
    true, proposed = sample.rows(
        "with pair as (select distinct least(u.unit, v.unit) as l, greatest(u.unit, v.unit) as r from truth as a "
        "join truth as b on a.entity_id = b.entity_id and a.record_id < b.record_id "
        "join m_unit as u on u.record_id = a.record_id join m_unit as v on v.record_id = b.record_id "
        "where u.unit <> v.unit), "
        "met as (select distinct l.unit as l, r.unit as r from m_block as l join m_block as r "
        "on l.key = r.key and l.unit < r.unit) "
        "select count(*), count(met.l) from pair left join met using (l, r)"
    )[0]
    assert true >= 500
    assert proposed / true >= 0.97
    assert proposed / true == pytest.approx(sample.value("select recall from told"), abs=0.03)
