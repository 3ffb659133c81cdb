"""What a rehearsal learned from its base is kept, and a replay judges by it: nobody's leaving changes somebody else."""

from __future__ import annotations

import random
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.errors import UsageError
from engine.golden import Numbers, survive
from engine.golden.learned import letters_alone, without
from engine.golden.preferences import load_rules
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


def test_a_day_keeps_the_verdict_of_the_rehearsal(ws: Workspace, tmp_path: Path) -> None:
    day = date(2020, 1, 1)
    two: Records = [
        {"last_name": "Rey", "phone": "+41221112233", "updated_on": day, "source": "a"},
        {"last_name": "Rey", "phone": "+41229998877", "updated_on": date(2019, 1, 1), "source": "a"},
    ]
    stamped: dict[str, Records] = {f"s{n}": [{"last_name": "X", "updated_on": day, "source": "a"}] for n in range(30)}
    # few enough to be days of work at the rehearsal, most of the base now that the others have left
    assert run(ws, {"asked": two}, keep=tmp_path)["phone"] == "+41221112233"
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


@pytest.mark.long
def test_nobodys_coming_or_going_changes_the_golden_record_of_anybody_else(ws: Workspace, tmp_path: Path) -> None:
    """Law 15: with the rehearsal's lexicon an untouched contact says what it said, whoever else leaves or comes."""
    dice = random.Random(15)
    base = {f"c{number:03d}": _contact(dice) for number in range(90)}
    lay_out(ws, base)
    survive(ws, RuleBook(), numbers=Numbers(), watcher=Silent(), keep=tmp_path)
    before = _said(ws)
    assert sum(repaired for _, repaired in before.values()) > 0
    changed_without = 0
    for _ in range(1):
        left = {name: base[name] for name in dice.sample(sorted(base), 55)}
        come = {f"n{number:03d}": _contact(dice) for number in range(30)}
        for replay in (tmp_path, None):
            lay_out(ws, left | come)
            survive(ws, RuleBook(), numbers=Numbers(), watcher=Silent(), replay=replay)
            now = _said(ws)
            changed = [name for name in left if now[name] != before[name]]
            if replay is None:
                changed_without += len(changed)
            else:
                assert changed == []
    assert changed_without > 0  # the law is not kept by chance


_FIRST = ("Hélène", "Jérôme", "Zoé", "Loïc", "Anaïs", "René", "Chloé", "Gaël")
_LAST = ("Favre", "Müller", "Bernasconi", "Dupré", "Rüegg", "Noverraz", "Crettaz", "Jaquet")
_STREETS = ("Rue du Pré", "Chemin de la Forêt", "Avenue du Théâtre", "Rue de l'Église")
_TOWNS = (("1204", "Genève"), ("1700", "Fribourg"), ("2000", "Neuchâtel"), ("1950", "Sion"))


def _contact(dice: random.Random) -> list[dict[str, Any]]:
    """One to three records of one person, each written worse than the last."""
    first, last, street = dice.choice(_FIRST), dice.choice(_LAST), dice.choice(_STREETS)
    postcode, town = dice.choice(_TOWNS)

    def written(text: str) -> str:
        match dice.randrange(6):
            case 0:
                return text.upper()
            case 1 | 2:
                return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()
            case 3:
                place = dice.randrange(1, len(text) - 1)
                return text[:place] + text[place + 1 :]
        return text

    return [
        {
            "first_name": written(first), "last_name": written(last), "street": written(street), "house_number": "1",
            "postcode": dice.choice((postcode, postcode, "9999")), "town": written(town), "source": "a",
            "email": f"{first[0]}@{dice.choice(('x.ch', 'y.ch'))}", "updated_on": date(2020, 1, dice.randrange(1, 9)),
        }
        for _ in range(dice.choice((1, 2, 2, 3)))
    ]  # fmt: skip


def _said(ws: Workspace) -> dict[str, tuple[Any, bool]]:
    """What each contact of the base says, and whether anything of it was repaired."""
    rows = ws.rows(
        """
        select split_part(member.record_id, ':', 1), contact.first_name, contact.last_name, contact.street,
            contact.addr_line1, contact.postcode, contact.town, contact.email,
            contact_id in (select contact_id from golden.contested where repaired)
        from golden.crosswalk as member join golden.contact as contact using (contact_id)
        where member.record_id like '%:1'
        """
    )
    return {name: (said, repaired) for name, *said, repaired in rows}


def test_letters_that_only_the_erased_hold_go_from_a_freeze(ws: Workspace, tmp_path: Path) -> None:
    same: Records = [{"last_name": "Quimbolardy", "first_name": name} for name in ("Hélène", "HELENE", "Helenne")]
    contested: Records = [{"last_name": "Favre"}, {"last_name": "Fabre"}]
    run(ws, {"asked": same, "other": contested, **others(4)}, keep=tmp_path)
    path = tmp_path / "lexicon.parquet"
    ws.put("erased", pa.table({"record_id": ["asked:1", "asked:2", "asked:3"]}))
    gone = letters_alone(ws, tmp_path, load_rules(RuleBook()), "erased")
    assert ("last_name", "quimbolardy") in gone
    assert not {("last_name", "favre"), ("first_name", "helene")} & set(gone)
    before = pq.read_table(path)["letters"].to_pylist()
    left, rows = without(path, gone)
    assert rows == before.count("quimbolardy") == 1
    assert set(before) - set(pq.read_table(pa.BufferReader(left))["letters"].to_pylist()) == {"quimbolardy"}
