"""SQL*Loader: control file and data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import SourceError
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import Stage

Write = Callable[[str, str | bytes], Path]

CONTROL = """\
-- export of the box office
OPTIONS (SKIP=1)
LOAD DATA
CHARACTERSET WE8MSWIN1252
INFILE 'D:\\exports\\contacts.dat'
APPEND INTO TABLE "CRM"."CONTACTS"
FIELDS TERMINATED BY ';' OPTIONALLY ENCLOSED BY '"'
TRAILING NULLCOLS
( ID INTEGER EXTERNAL, NOM CHAR(4000), IGNORE_ME FILLER, NE_LE DATE "DD/MM/RR" , "Ville" CHAR NULLIF ("Ville"=BLANKS) )
"""


def cells(ws: Workspace) -> list[list[str | None]]:
    return [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")]


def test_a_delimited_data_file_is_cut_as_its_control_file_says(ws: Workspace, write: Write, stage: Stage) -> None:
    data = 'titre\r\n1;"Zoé; ""x""\r\nsuite";a;02/01/75;Genève\r\n2;Bea\r\n3;€;b;99/99/99;x\r\n4;a;b;c;d;e\r\n'
    write("contacts.dat", data.encode("cp1252"))
    stage(write("contacts.ctl", CONTROL))
    assert cells(ws) == [["1", 'Zoé; "x"\r\nsuite', "1975-01-02", "Genève"], ["2", "Bea", None, None]]
    assert rows(ws, "intake.held", "line_no", "file_line", "reason") == [
        {"line_no": 3, "file_line": 5, "reason": "date_mask"},
        {"line_no": 4, "file_line": 6, "reason": "too_many_cells"},
    ]
    assert rows(ws, "intake.source", "sheet", "format", "headers") == [
        {"sheet": "CRM.CONTACTS", "format": "sql_loader", "headers": ["ID", "NOM", "NE_LE", "Ville"]}
    ]


def test_fields_at_positions_behind_begindata(ws: Workspace, write: Write, stage: Stage) -> None:
    text = (
        "LOAD DATA\nINFILE *\nINTO TABLE c\n(id POSITION(1:3) CHAR, nom POSITION(4:9) CHAR)\nBEGINDATA\n"
        "001Zoé   \n002Anne  \n"
    )
    stage(write("c.ctl", text))
    assert rows(ws, "intake.line", "line_no", "file_line", "cells") == [
        {"line_no": 1, "file_line": 6, "cells": ["001", "Zoé"]},
        {"line_no": 2, "file_line": 7, "cells": ["002", "Anne"]},
    ]


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.dat", "..", "missing.dat"])
def test_a_data_file_elsewhere_is_not_read(name: str, write: Write, stage: Stage) -> None:
    with pytest.raises(SourceError, match="is not beside it"):
        stage(write("c.ctl", f"LOAD DATA INFILE '{name}' INTO TABLE c FIELDS TERMINATED BY ',' (a, b)"))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ('(a, b "UPPER(:b)")', "runs SQL on column b"),
        ("(a CONSTANT 'x', b)", "uses CONSTANT"),
        ("(a POSITION(1:2), b)", "mixes fields"),
        ("", "has no list of fields"),
    ],
)
def test_what_would_change_the_data_is_refused(fields: str, told: str, write: Write, stage: Stage) -> None:
    write("c.dat", "1,2\n")
    with pytest.raises(SourceError, match=told):
        stage(write("c.ctl", f"LOAD DATA INFILE 'c.dat' INTO TABLE c FIELDS TERMINATED BY ',' {fields}"))
