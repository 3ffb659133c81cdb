"""Formats that cannot be read: recognised by their bytes, and what to ask for instead is said."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import SourceError, UsageError
from engine.intake import SourceFile
from engine.intake.sources.registry import kinds
from engine.remote import parse_address
from tests.intake.conftest import Stage

Write = Callable[[str, str | bytes], Path]


def _bacpac() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        for name in ("model.xml", "Origin.xml", "Data/dbo.Contacts/TableData-000-00000.BCP"):
            container.writestr(name, "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "what", "hint"),
    [
        (b"TAPE\0\0\3\0\x8c\0\x0e\1" + bytes(500), r"SQL Server backup \(\.bak\)", "Generate Scripts"),
        (_bacpac(), r"data-tier export \(\.bacpac\)", "Generate Scripts"),
        (b"\3\1\x14EXPORT:V11.02.00\nDSYSTEM\n" + bytes(500), "an Oracle export", "INSERT scripts"),
        (b"\1\3\0\2\0" + bytes(40) + b'"CRM"."SYS_EXPORT_SCHEMA_01"' + bytes(900), "an Oracle export", "impdp"),
        (b"%PDF-1.7\n" + bytes(100), "a PDF", "Export it as CSV"),
        (b"\x1f\x8b\x08" + bytes(100), "a gzip archive", "Unpack it"),
    ],
)
def test_what_cannot_be_read_says_what_to_ask_for(
    content: bytes, what: str, hint: str, write: Write, stage: Stage
) -> None:
    # the extension is no help: the first bytes decide
    with pytest.raises(SourceError, match=what) as caught:
        stage(write("contacts.csv", content))
    assert hint in str(caught.value.hint)


def test_every_scheme_and_every_name_of_a_kind_is_used_once() -> None:
    schemes = [scheme for kind in kinds() for scheme in kind.schemes]
    assert len(schemes) == len(set(schemes))
    names = [kind.name for kind in kinds()]
    assert len(names) == len(set(names))


def test_an_unknown_scheme_is_met_with_the_nearest(stage: Stage) -> None:
    from engine.intake import SourceAddress

    with pytest.raises(UsageError, match="no source has the scheme 'postgesql'") as caught:
        stage(SourceAddress(parse_address("postgesql://db/crm")))
    assert caught.value.hint == "Did you mean postgresql://?"


def test_a_text_file_has_no_tables(write: Write, stage: Stage) -> None:
    with pytest.raises(UsageError, match="it has no tables to choose from"):
        stage(SourceFile(write("a.csv", "nom;ville\nA;B\n"), table="contacts"))
