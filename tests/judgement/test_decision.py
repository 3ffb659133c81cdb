"""decisions.jsonl: the later line counts, mistakes come all at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import RuleErrors
from engine.judgement import read_decisions


def write(folder: Path, *lines: object) -> Path:
    path = folder / "decisions.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


def said(left: str, right: str, judgement: str) -> dict[str, str]:
    return {"record_id_l": left, "record_id_r": right, "judgement": judgement}


def test_there_are_no_decisions_without_a_file(tmp_path: Path) -> None:
    assert read_decisions(tmp_path / "decisions.jsonl") == []


def test_the_later_of_two_decisions_on_a_pair_counts_whichever_side_is_named_first(tmp_path: Path) -> None:
    path = write(tmp_path, said("a:1", "b:2", "match"), said("b:2", "a:1", "no_match"))
    assert [decision.judgement for decision in read_decisions(path)] == ["no_match"]


def test_every_bad_line_is_told_with_its_number_and_without_its_content(tmp_path: Path) -> None:
    path = write(tmp_path, said("a:1", "b:2", "perhaps"), "not json Dupont", said("a:1", "b:2", "match"))
    with pytest.raises(RuleErrors) as caught:
        read_decisions(path)
    assert [problem.line for problem in caught.value.problems] == [1, 2]
    assert "Dupont" not in str(caught.value)
