"""Overlays: what is merged, and where each key of the result stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import RuleErrors
from engine.rulebook import RuleBook, RuleModel


class Thing(RuleModel):
    name: str
    size: int
    colours: tuple[str, ...] = ()


class Things(RuleModel):
    things: tuple[Thing, ...]


BASE = """things:
  - name: ball
    size: 1
    colours: [red, blue]
  - name: box
    size: 2
"""


def book(tmp_path: Path, overlay: str) -> RuleBook:
    for folder, text in (("base", BASE), ("project", overlay)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "things.yml").write_text(text, encoding="utf-8")
    return RuleBook([tmp_path / "project"], base=tmp_path / "base")


def test_same_name_replaces_key_by_key_and_lists_whole(tmp_path: Path) -> None:
    overlay = "things:\n  - {name: ball, colours: [green]}\n"
    things = book(tmp_path, overlay).load("things.yml", Things).things
    assert [(thing.name, thing.size, thing.colours) for thing in things] == [("ball", 1, ("green",)), ("box", 2, ())]


def test_a_new_name_adds_and_enabled_false_takes_away(tmp_path: Path) -> None:
    overlay = "things:\n  - {name: ball, enabled: false}\n  - {name: cup, size: 3, enabled: true}\n"
    assert [thing.name for thing in book(tmp_path, overlay).load("things.yml", Things).things] == ["box", "cup"]


def test_mistakes_of_an_overlay_stand_in_the_overlay_though_its_list_is_shorter_than_the_merged_one(
    tmp_path: Path,
) -> None:
    overlay = "# mine\nthings:\n  - {name: ball, enabled: false}\n  - name: box\n    size: big\n  - name: cup\n"
    with pytest.raises(RuleErrors) as raised:
        book(tmp_path, overlay).load("things.yml", Things)
    places = [(Path(problem.file).parent.name, problem.line) for problem in raised.value.problems]
    assert places == [("project", 5), ("project", 6)]


def test_a_mistake_in_the_base_stands_in_the_base_though_the_overlay_took_a_thing_away(tmp_path: Path) -> None:
    rules = book(tmp_path, "things:\n  - {name: ball, enabled: false}\n")
    (tmp_path / "base" / "things.yml").write_text(BASE.replace("size: 2", "size: two"), encoding="utf-8")
    with pytest.raises(RuleErrors) as raised:
        rules.load("things.yml", Things)
    places = [(Path(problem.file).parent.name, problem.line) for problem in raised.value.problems]
    assert places == [("base", 6)]
