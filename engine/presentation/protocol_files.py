"""The protocol for people: protocol.html and protocol.xlsx, from the protocol.json that stands beside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from engine.errors import UsageError
from engine.presentation.protocol import read_protocol
from engine.presentation.protocol_book import write_protocol_book
from engine.presentation.protocol_page import write_protocol_page
from engine.vocabulary import Language


def write_protocol(out: Path, *, language: Language, as_of: date) -> None:
    """Write protocol.html and protocol.xlsx into ``out`` from its protocol.json.

    Raises:
        UsageError: there is no protocol.json.
        SurroundingsError: a file cannot be written.
    """
    data = read_protocol(out / "protocol.json")
    if data is None:
        raise UsageError(f"{out} holds no protocol of this version", hint="Run `assay run` first.")
    write_protocol_page(data, out, language=language)
    write_protocol_book(data, out / "protocol.xlsx", language=language, as_of=as_of)
