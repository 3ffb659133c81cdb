"""Erased persons are held before anything is learned from them, and the workspace's file does not know them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.options import RunOptions, RunSource, open_workspace
from engine.preparing import prepare
from engine.progress import Silent
from engine.project import Project, project_secret
from engine.protection import add_suppressed, make_suppressed
from engine.protection.hold import ANCHOR, names_of, put_anchors

HEAD = "N° client;Nom;Prénom;Date de naissance;E-mail;Adresse;CP;Ville\n"
LINES = [
    f"{n};Rochat{'abcdefgh'[n]};Paul;0{n + 1}.03.1970;p{n}@web.ch;Rue du Lac {n};1003;Lausanne\n" for n in range(8)
]
ANN = "77;Quimbovardel;Annabella;12.11.1968;box@yonostral.ch;Chemin Tilkeron 5;1009;Pully\n"
AGAIN = "X9;QUIMBOVARDELL;Anabella;12.11.1968;;;1204;Genève\n"


def prepared(root: Path, *lines: str, folder: str) -> RunOptions:
    """The options of a run whose records were prepared into ``root/folder``."""
    source = root / f"{folder}.csv"
    source.write_text(HEAD + "".join(lines), encoding="utf-8")
    options = RunOptions(
        sources=(RunSource(source, "crm"),),
        out=root / "out",
        workspace=root / folder,
        as_of=date(2026, 11, 22),
        country="CH",
        threads=1,
        memory="1GB",
        project=Project(root=root),
    )
    options.workspace.mkdir()
    prepare(options, Silent())
    return options


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that erased Annabella Quimbovardel."""
    root = tmp_path_factory.mktemp("standardising")
    project = Project(root=root)
    options = prepared(root, *LINES, ANN, folder="before")
    assert b"Quimbovardel" in (options.workspace / "workspace.duckdb").read_bytes()
    with open_workspace(options, fresh=False) as ws:
        put_anchors(ws, project_secret(project))
        ann = "record_id = 'crm:77'"
        anchors = [row[0] for row in ws.rows(f"select anchor from {ANCHOR} where {ann}")]
        names = names_of(ws, ["crm:77"]).values()
        add_suppressed(project.suppressed, [make_suppressed(project_secret(project), "2026-11-22", anchors, [], names)])
    return root


def test_she_is_held_under_another_key_and_spelling_and_no_byte_of_her_is_in_the_workspace(root: Path) -> None:
    options = prepared(root, *LINES[:4], AGAIN, *LINES[4:], ANN, folder="after")
    with open_workspace(options, fresh=False) as ws:
        assert ws.count("standardise.record") == ws.count("intake.record") == 8
        held = ws.rows("select line_no, reason, detail from intake.held order by line_no")
        assert held == [(5, "suppressed", None), (10, "suppressed", None)]
        assert ws.rows("select lines, loaded, held from intake.source") == [(10, 8, 2)]
        what = "count(*), count(distinct (rule, from_column, to_column))"
        steps = f"select {what} from protocol.step where stage = 'standardise'"
        (count, different) = ws.rows(steps)[0]
        assert count == different  # standardised twice, told once
    for path in options.workspace.rglob("*"):
        if path.is_file():
            data = path.read_bytes().lower()
            words = (b"quimbovardel", b"annabella", b"anabella", b"yonostral", b"tilkeron", b"1968-11-12")
            assert not any(word in data for word in words), path.name
    assert b"Rochata" in (options.workspace / "workspace.duckdb").read_bytes()


def test_an_extract_without_her_is_read_as_ever(root: Path) -> None:
    options = prepared(root, *LINES, folder="without")
    with open_workspace(options, fresh=False) as ws:
        assert ws.count("standardise.record") == 8
        assert ws.count("intake.held") == 0
