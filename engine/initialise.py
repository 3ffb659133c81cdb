"""Make a project folder, empty or with what a bare run guesses about some files written out.

The mapping is what a customer's people argue about, so it is written as a rule file, a line a column; encoding and
separator stand in assay.toml as comments to be switched on where the guess is wrong.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from engine.errors import SurroundingsError, UsageError
from engine.options import RunSource, source_of
from engine.progress import Watcher
from engine.project import PROJECT_FILE
from engine.rulebook import RuleBook
from engine.rulebook.mapping import dump_mapping, mapping_file
from engine.rulebook.registry import source_mapping
from engine.rulebook.schema import SCHEMAS, schema_text
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace

_FOLDERS = ("incoming", "rules", "expectations", "models")


def create_project(
    folder: Path, given: Sequence[RunSource], *, country: str | None, institution: str | None, watcher: Watcher
) -> list[Path]:
    """Make the project ``folder`` with the guessed mappings of ``given``, its files copied to ``incoming/``.

    Of a database its address is written down, and where its password is.

    Returns:
        The files written, in the order of their names.

    Raises:
        UsageError: there is a project already, or two files have the same name.
        SourceError: a source cannot be used; nothing is made then.
        SurroundingsError: the folder cannot be written.
    """
    if (folder / PROJECT_FILE).exists():
        raise UsageError(
            f"{folder} is a project already", hint=f"Edit {folder / PROJECT_FILE}, or choose another folder."
        )
    files = list(dict.fromkeys(source.path for source in given if source.path is not None))
    names = [path.name for path in files]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"two files are called {twice[0]}", hint="Rename one: incoming/ holds each name once.")
    sources, mappings = _guess(given, watcher)
    try:
        for name in _FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        for path in files:
            shutil.copyfile(path, folder / "incoming" / path.name)
        written = {PROJECT_FILE: _project_text(folder.resolve().name, sources, country, institution)}
        written |= {f"rules/{name}": text for name, text in mappings.items()}
        if mappings:
            general = source_mapping()
            written[f"{SCHEMAS}/{general.schema_file}"] = schema_text(general)
        written |= {"decisions.jsonl": "", "numbers.jsonl": ""}
        written |= {".gitignore": _IGNORED}
        for name, text in written.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SurroundingsError(f"cannot write to {folder}: {error.strerror}") from error
    return sorted([folder / name for name in written] + [folder / "incoming" / path.name for path in files])


_IGNORED = """\
# derived, and contact data
.assay/
out/
incoming/
environments/
# keep it with numbers.jsonl, show it to nobody
secret.key
"""


@dataclass(frozen=True, slots=True)
class _Guessed:
    """A source as a bare run finds it: what was asked for, and what was decided about it.

    Attributes:
        table: sheet of a workbook, table of a database or of a dump; None = the source is one table.
    """

    name: str
    asked: RunSource
    table: str | None
    format: str
    encoding: str | None
    delimiter: str | None


def _guess(given: Sequence[RunSource], watcher: Watcher) -> tuple[list[_Guessed], dict[str, str]]:
    """What a bare run would guess: the sources, and for each mapping file below ``rules/`` its text."""
    if not given:
        return [], {}
    from engine import intake
    from engine.intake.source_file import named
    from engine.intake.sources.registry import kinds

    with tempfile.TemporaryDirectory(prefix="assay-init-") as scratch, Workspace.memory() as ws:
        ws.create(PROTOCOL_STEP)
        asked = named([source_of(source) for source in given])
        book = RuleBook()
        intake.stage_sources(ws, asked, scratch=Path(scratch), watcher=watcher, book=book).check()
        mappings = intake.guess_mapping(ws, book, watcher=watcher)
        found = ws.rows("select source, format, sheet, encoding, delimiter from intake.source")
    places = {source.name: place for place, source in enumerate(asked)}
    whole = {kind.name for kind in kinds() if kind.single}
    sources = [
        _Guessed(name, given[_whose(name, places)], None if form in whole else table, form, encoding, delimiter)
        for name, form, table, encoding, delimiter in sorted(
            found, key=lambda row: (_whose(str(row[0]), places), str(row[0]))
        )
    ]
    return sources, {mapping_file(mapping.source): dump_mapping(mapping) for mapping in mappings}


def _whose(name: str, places: Mapping[str, int]) -> int:
    """Which of the sources that were asked for a source belongs to: itself, or the workbook of a sheet."""
    if name in places:
        return places[name]
    return max((asked for asked in places.items() if name.startswith(f"{asked[0]}_")), key=lambda item: len(item[0]))[1]


def _project_text(name: str, sources: Sequence[_Guessed], country: str | None, institution: str | None) -> str:
    lines = [
        "# An Assay project. `assay run` in this folder reads the sources and writes out/.",
        f"name = {_quoted(name)}",
        _setting(
            "institution", institution, "CODE", "INSTITUTION of the import files; without it they must not be loaded"
        ),
        'organization = "*"               # "*" = every organization of the institution',
        _setting("country", country, "CH", "home country (ISO 3166) of rows that do not tell theirs"),
        "",
        "# [numbers]                      # contact numbers that Assay may give; numbers of the source are kept",
        "# range_start = 9000001",
        "# range_end = 9999999",
        "",
        "# [milestone]",
        "# date = 2027-01-31               # J, the day production is loaded",
    ]
    for source in sources:
        lines += ["", "[[sources]]", f"name = {_quoted(source.name)}", *_place(source)]
        if source.encoding is not None and source.asked.path is not None:
            lines.append(f"# encoding = {_quoted(source.encoding)}    # as guessed; uncomment to fix it")
        if source.delimiter is not None:
            lines.append(f"# delimiter = {_quoted(source.delimiter)}")
    if not sources:
        lines += ["", "# [[sources]]", '# name = "box-office"', '# path = "incoming/box-office.csv"']
    return "\n".join(lines) + "\n"


def _place(source: _Guessed) -> list[str]:
    """Where a source lies and what is read of it, as keys of assay.toml."""
    from engine.intake.source_file import Format

    asked = source.asked
    where = {"url": asked.url} if asked.path is None else {"path": f"incoming/{asked.path.name}"}
    of_what = "sheet" if asked.path is not None and source.format in get_args(Format) else "table"
    keys = {
        **where,
        of_what: None if asked.query is not None else source.table,
        "query": asked.query,
        "credentials": asked.credentials and _absolute(asked.credentials),
    }
    return [f"{key} = {_quoted(value)}" for key, value in keys.items() if value is not None]


def _absolute(place: str) -> str:
    """A place of a password that stays the same wherever the project lies."""
    kind, _, name = place.partition(":")
    return f"file:{Path(name).expanduser().absolute()}" if kind == "file" else place


def _setting(key: str, value: str | None, example: str, why: str) -> str:
    text = f"{key} = {_quoted(value)}" if value else f"# {key} = {_quoted(example)}"
    return f"{text:<32} # {why}"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's, once non-ASCII stays as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
