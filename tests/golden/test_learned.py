"""What a rehearsal learned from its base is kept, and a replay judges by it: nobody's leaving changes somebody else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from engine.errors import UsageError
from engine.golden import Numbers, survive
from engine.progress import Silent
from engine.rulebook.load import RuleBook
from engine.workspace import Workspace
from tests.golden.base import Records, golden, lay_out

CONTESTED: Records = [{"last_name": "Rey", "first_name": "HELENE"}, {"last_name": "Rey", "first_name": "Helene"}]
WRITES_WELL: Records = [{"last_name": "Favre", "first_name": "Hélène"}]


def run(ws: Workspace, contacts: dict[str, Records], **folders: Path) -> dict[str, Any]:
    lay_out(ws, contacts)
    survive(ws, RuleBook(), numbers=Numbers(), watcher=Silent(), **folders).check()
    return golden(ws, "asked")


def others(count: int) -> dict[str, Records]:
    return {f"other{n}": WRITES_WELL for n in range(count)}


def test_a_form_is_repaired_as_at_the_rehearsal_although_those_who_wrote_it_have_left(
    ws: Workspace, tmp_path: Path
) -> None:
    assert run(ws, {"asked": CONTESTED, **others(4)}, keep=tmp_path)["first_name"] == "Hélène"
    assert run(ws, {"asked": CONTESTED, **others(1)})["first_name"] == "Helene"
    assert run(ws, {"asked": CONTESTED, **others(1)}, replay=tmp_path)["first_name"] == "Hélène"


def test_a_form_that_was_not_repaired_at_the_rehearsal_is_not_repaired_because_others_came(
    ws: Workspace, tmp_path: Path
) -> None:
    assert run(ws, {"asked": CONTESTED, **others(2)}, keep=tmp_path)["first_name"] == "Helene"
    assert run(ws, {"asked": CONTESTED, **others(5)})["first_name"] == "Hélène"
    assert run(ws, {"asked": CONTESTED, **others(5)}, replay=tmp_path)["first_name"] == "Helene"


def test_a_name_known_elsewhere_at_the_rehearsal_stays_known(ws: Workspace, tmp_path: Path) -> None:
    two: Records = [{"last_name": "Bernasconi"}, {"last_name": "Bernasxoni"}]
    elsewhere: dict[str, Records] = {"other1": [{"last_name": "Bernasxoni"}], "other2": [{"last_name": "Bernasxoni"}]}
    assert run(ws, {"asked": two, **elsewhere}, keep=tmp_path)["last_name"] == "Bernasxoni"
    assert run(ws, {"asked": two})["last_name"] == "Bernasconi"
    assert run(ws, {"asked": two}, replay=tmp_path)["last_name"] == "Bernasxoni"


def test_a_replay_keeps_what_it_replayed(ws: Workspace, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    run(ws, {"asked": CONTESTED, **others(4)}, keep=first)
    run(ws, {"asked": CONTESTED}, replay=first, keep=second)
    assert {path.name for path in first.iterdir()} == {path.name for path in second.iterdir()}
    for path in first.iterdir():
        if path.name != "day.parquet":  # days come and go with their records
            assert path.read_bytes() == (second / path.name).read_bytes(), path.name


def test_a_day_that_was_no_migration_is_none_when_most_others_have_left(ws: Workspace, tmp_path: Path) -> None:
    day, later = date(2020, 1, 1), date(2021, 1, 1)
    two: Records = [
        {"last_name": "Rey", "phone": "+41221112233", "updated_on": day, "source": "a"},
        {"last_name": "Rey", "phone": "+41229998877", "updated_on": date(2019, 1, 1), "source": "a"},
    ]
    stamped: dict[str, Records] = {f"s{n}": [{"last_name": "X", "updated_on": day, "source": "a"}] for n in range(30)}
    many: dict[str, Records] = {f"o{n}": [{"last_name": "Y", "updated_on": later, "source": "a"}] for n in range(2000)}
    assert run(ws, {"asked": two, **stamped, **many}, keep=tmp_path)["phone"] == "+41221112233"
    assert run(ws, {"asked": two, **stamped})["phone"] == "+41229998877"
    assert run(ws, {"asked": two, **stamped}, replay=tmp_path)["phone"] == "+41221112233"


def test_row_trust_is_used_as_at_the_rehearsal(ws: Workspace, tmp_path: Path) -> None:
    lay_out(ws, {"asked": CONTESTED})
    survive(ws, RuleBook(), numbers=Numbers(), watcher=Silent(), keep=tmp_path)
    facts = tmp_path / "learned.json"
    facts.write_text(facts.read_text().replace('"trust": false', '"trust": true'))
    again = survive(ws, RuleBook(), numbers=Numbers(), watcher=Silent(), replay=tmp_path)
    assert again.figures["trust"] is True


def test_a_value_on_one_record_is_not_kept(ws: Workspace, tmp_path: Path) -> None:
    run(ws, {"asked": [{"last_name": "Quimbolardy"}, {"last_name": "Quimbolarxy"}], **others(3)}, keep=tmp_path)
    kept = duckdb.sql(f"select letters from read_parquet('{tmp_path}/lexicon.parquet')").fetchall()
    assert ("favre",) in kept
    assert all("quimbo" not in letters for (letters,) in kept)


def test_a_freeze_without_its_facts_is_damaged(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"learned\.json is missing or damaged"):
        run(ws, {"asked": CONTESTED}, replay=tmp_path)
