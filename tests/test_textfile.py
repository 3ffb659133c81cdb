"""Lists that people hand over: what cannot be read is said as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import SourceError
from engine.textfile import read_text


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes("\ufeffCONTACT_NR\n1\n".encode())
    assert read_text(tmp_path / "list.csv") == "CONTACT_NR\n1\n"


def test_a_missing_file_is_not_called_badly_encoded(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        read_text(tmp_path / "none.csv")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot read"):
        read_text(tmp_path)


def test_another_encoding_is_named_without_its_text(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes("Müller".encode("cp1252"))
    with pytest.raises(SourceError, match="no UTF-8 text") as refused:
        read_text(tmp_path / "list.csv")
    assert "ller" not in refused.value.message
