from __future__ import annotations

from pathlib import Path

from engine.rulebook.load import RuleBook
from engine.shipped import shipped
from engine.standardise.gazetteer import GAZETTEER, load_gazetteer
from engine.workspace import Workspace
from tests.standardise.places import BOOK

SHIPPED = shipped("rules") / "standardisation"


def test_the_shipped_gazetteer_knows_the_places_it_should(ws: Workspace) -> None:
    load_gazetteer(ws, BOOK)
    known = {
        ("FR", "75007", "paris"), ("FR", "36004", "chateauroux"), ("CH", "1201", "geneve"), ("DE", "01067", "dresden"),
        ("AT", "1010", "wien innere stadt"), ("IT", "20121", "milano"), ("BE", "1000", "bruxelles"),
        ("NL", "1012", "amsterdam"), ("LU", "2520", "luxembourg"), ("ES", "28001", "madrid"), ("PT", "1100", "lisboa"),
        ("US", "90012", "los angeles"), ("MC", "98000", "monaco"), ("RE", "97400", "saint denis"),
    }  # fmt: skip
    rows = ws.rows(f"select country, code, place from {GAZETTEER}")
    assert known <= set(rows)


def test_it_holds_no_spelling_to_write_out_and_stays_small(ws: Workspace) -> None:
    load_gazetteer(ws, BOOK)
    assert ws.value(f"select count(*) from {GAZETTEER} where not regexp_full_match(place, '[a-z0-9 ]+')") == 0
    assert (SHIPPED / "gazetteer.parquet").stat().st_size < 2_000_000


def test_its_licence_stands_beside_it() -> None:
    assert "GeoNames, CC BY 4.0" in (SHIPPED / "GAZETTEER.md").read_text(encoding="utf-8")


def test_a_project_may_bring_its_own(ws: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "standardisation" / "gazetteer.parquet"
    target.parent.mkdir()
    ws.connection.execute(
        "copy (select 'XX' as country, '1' as code, 'somewhere' as place, null::varchar as region) "
        f"to '{target}' (format parquet)"
    )
    load_gazetteer(ws, RuleBook([tmp_path]))
    assert ws.rows(f"select country, place from {GAZETTEER}") == [("XX", "somewhere")]
