"""Measures of a linkage, against tables counted by hand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from engine.errors import SourceError, UsageError
from engine.evaluation import evaluate


def run_of(folder: Path, contacts: str, *, held: str = "") -> Path:
    """An output folder: line n belongs to the contact of the n-th letter; a letter in ``held`` has none."""
    lines = ["source,line_no,record_id,contact_id,contact_nr,kind"]
    for number, letter in enumerate(contacts, start=1):
        contact, record = ("", "") if letter in held else (letter, f"s:{number}")
        lines.append(f"s,{number},{record},{contact},{number},individual")
    (folder / "crosswalk.csv").write_text("\n".join(lines) + "\n")
    return folder


def truth_of(folder: Path, entities: str) -> Path:
    path = folder / "truth.csv"
    rows = [f"s,{number},{letter}" for number, letter in enumerate(entities, start=1)]
    path.write_text("\n".join(["source,line_no,entity_id", *rows]) + "\n")
    return path


def test_a_perfect_linkage_scores_one_everywhere(tmp_path: Path) -> None:
    score = evaluate(run_of(tmp_path, "aabbc"), truth_of(tmp_path, "xxyyz")).total
    assert {score.f1, score.b3_f1, score.cluster_f1} == {1.0}
    assert (score.rows, score.true_pairs, score.exact_clusters) == (5, 2, 3)


def test_every_measure_equals_the_one_counted_by_hand(tmp_path: Path) -> None:
    # found {1,2,3} {4} {5}; true {1,2} {3,4} {5}: found pairs 3, true pairs 2, both 1
    score = evaluate(run_of(tmp_path, "aaabc"), truth_of(tmp_path, "xxyyz")).total
    assert (score.precision, score.recall, score.f1) == (0.3333, 0.5, 0.4)
    # B-cubed: per record |found & true| / |found|: 2/3, 2/3, 1/3, 1, 1 and / |true|: 1, 1, 1/2, 1/2, 1
    assert (score.b3_precision, score.b3_recall) == (round(11 / 15, 4), 0.8)
    assert (score.exact_clusters, score.cluster_precision, score.cluster_recall) == (1, 0.3333, 0.3333)


def test_a_held_line_is_a_cluster_of_its_own(tmp_path: Path) -> None:
    score = evaluate(run_of(tmp_path, "aah", held="h"), truth_of(tmp_path, "xxx")).total
    assert (score.precision, score.recall, score.rows) == (1.0, 0.3333, 3)


def test_lines_the_run_does_not_know_are_counted_and_left_out(tmp_path: Path) -> None:
    found = evaluate(run_of(tmp_path, "aa"), truth_of(tmp_path, "xxx"))
    assert (found.missing, found.total.rows, found.total.recall) == (1, 2, 1.0)


def test_the_curve_falls_in_threshold_and_never_in_recall(tmp_path: Path) -> None:
    out, truth = run_of(tmp_path, "aabb"), truth_of(tmp_path, "xxyy")
    duckdb.sql(
        "copy (select * from (values ('s:1', 's:2', 9.0), ('s:3', 's:4', 5.0), ('s:2', 's:3', 1.0)) "
        f"as t (record_id_l, record_id_r, match_weight)) to '{tmp_path}/pairs.parquet' (format parquet)"
    )
    curve = evaluate(out, truth).curve
    assert [(one["threshold"], one["precision"], one["recall"]) for one in curve] == [
        (9.0, 1.0, 0.5),
        (5.0, 1.0, 1.0),
        (1.0, 0.6667, 1.0),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "lacks its columns"),
        ("source,line_no,entity_id\ns,1,x\ns,1,y\n", "more than once"),
        ("source,line_no,entity_id\nother,1,x\n", "no line"),
    ],
)
def test_a_truth_that_cannot_be_used_says_why(tmp_path: Path, text: str, said: str) -> None:
    out = run_of(tmp_path, "aa")
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(SourceError, match=said):
        evaluate(out, tmp_path / "t.csv")


def test_a_truth_that_is_not_there_is_named_and_no_error_of_the_database(tmp_path: Path) -> None:
    out = run_of(tmp_path, "aa")
    (tmp_path / "empty.csv").touch()
    for name, said in (("none.csv", "no such file"), (".", "is a folder"), ("empty.csv", "is empty")):
        with pytest.raises(SourceError, match=said):
            evaluate(out, tmp_path / name)


def test_a_folder_without_a_run_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"crosswalk\.csv"):
        evaluate(tmp_path, truth_of(tmp_path, "x"))
