"""A trained model saved and used again."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.matching import export_models, link, load_models
from engine.progress import Silent
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules
from engine.workspace import Workspace
from tests.conftest import given
from tests.matching.people import person, town

BOOK = RuleBook()
RULES = BOOK.load("matching/model.yml", MatchRules)


def test_a_saved_model_gives_the_same_scores_again(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", town())
    link(ws, BOOK, threads=2, watcher=Silent())
    pairs = ws.rows("select * from matching.pair order by all")
    clusters = ws.rows("select * from matching.cluster order by all")
    files = export_models(ws, tmp_path)
    assert [path.name for path in files] == ["individual.json"]
    link(ws, BOOK, threads=1, watcher=Silent(), models=load_models(tmp_path, RULES))
    assert ws.rows("select * from matching.pair order by all") == pairs
    assert ws.rows("select * from matching.cluster order by all") == clusters


def test_a_saved_model_judges_a_file_too_small_to_learn_from(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", town())
    link(ws, BOOK, threads=2, watcher=Silent())
    export_models(ws, tmp_path)
    few = [person(1), {**person(1), "record_id": "later:1", "emails": []}, person(2)]
    given(ws, "standardise.record", few)
    link(ws, BOOK, threads=2, watcher=Silent(), models=load_models(tmp_path, RULES))
    learned = ws.value("select max(match_weight) from matching.pair")
    cluster = dict(ws.rows("select record_id, cluster_id from matching.cluster"))
    assert cluster["later:1"] == cluster["town:0001"] != cluster["town:0002"]
    assert learned > 10


def test_exported_models_are_the_same_bytes_for_the_same_file(ws: Workspace, tmp_path: Path) -> None:
    for name, threads in (("one", 1), ("two", 2)):
        given(ws, "standardise.record", town())
        link(ws, BOOK, threads=threads, watcher=Silent())
        export_models(ws, tmp_path / name)
    one, two = (tmp_path / name / "individual.json" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_no_folder_no_models(tmp_path: Path) -> None:
    assert load_models(tmp_path / "models", RULES) == {}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": 0, "kind": "individual"}', '{"format": 1, "kind": "individual", "comparisons": 3}'],
)
def test_what_is_no_model_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "individual.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"individual\.json"):
        load_models(tmp_path, RULES)


def test_a_level_of_another_version_is_refused(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", town())
    link(ws, BOOK, threads=2, watcher=Silent())
    (path,) = export_models(ws, tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace('"exact_rare"', '"precise"'), encoding="utf-8")
    with pytest.raises(UsageError):
        load_models(tmp_path, RULES)


def test_a_saved_model_keeps_the_threshold_whatever_the_pairs_of_the_next_file(ws: Workspace, tmp_path: Path) -> None:
    given(ws, "standardise.record", town())
    first = link(ws, BOOK, threads=1, watcher=Silent()).figures["individual_threshold"]
    export_models(ws, tmp_path)
    models = load_models(tmp_path, RULES)
    assert round(models["individual"].threshold or 0.0, 6) == first
    given(ws, "standardise.record", town(size=90, copies=45))
    assert link(ws, BOOK, threads=1, watcher=Silent(), models=models).figures["individual_threshold"] == first
