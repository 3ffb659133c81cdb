"""Make a project folder, empty or with what a bare run guesses about some files written out.

The mapping is what a customer's people argue about, so it is written as a rule file, a line a column; encoding and
separator stand in assay.toml as comments to be switched on where the guess is wrong.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.errors import SurroundingsError, UsageError
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
    folder: Path, files: Sequence[Path], *, country: str | None, institution: str | None, watcher: Watcher
) -> list[Path]:
    """Make the project ``folder``; ``files`` are copied to ``incoming/`` and their guessed mappings written out.

    Returns:
        The files written, in the order of their names.

    Raises:
        UsageError: there is a project already, or two files have the same name.
        SourceError: a file cannot be used; nothing is made then.
        SurroundingsError: the folder cannot be written.
    """
    if (folder / PROJECT_FILE).exists():
        raise UsageError(
            f"{folder} is a project already", hint=f"Edit {folder / PROJECT_FILE}, or choose another folder."
        )
    names = [path.name for path in files]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"two files are called {twice[0]}", hint="Rename one: incoming/ holds each name once.")
    sources, mappings = _guess(files, watcher)
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

_Source = tuple[str, str, str | None, str | None, str | None]
"""Name, file name, sheet, encoding, delimiter."""


def _guess(files: Sequence[Path], watcher: Watcher) -> tuple[list[_Source], dict[str, str]]:
    """What a bare run would guess: the sources, and for each mapping file below ``rules/`` its text."""
    if not files:
        return [], {}
    from engine import intake

    with tempfile.TemporaryDirectory(prefix="assay-init-") as scratch, Workspace.memory() as ws:
        ws.create(PROTOCOL_STEP)
        given = [intake.SourceFile(path=path, name=path.stem) for path in files]
        book = RuleBook()
        intake.stage_sources(ws, given, scratch=Path(scratch), watcher=watcher, book=book).check()
        mappings = intake.guess_mapping(ws, book, watcher=watcher)
        found = ws.rows("select source, file, sheet, encoding, delimiter from intake.source")
    order = {path.name: place for place, path in enumerate(files)}
    sources = sorted(((str(row[0]), str(row[1]), *row[2:]) for row in found), key=lambda row: (order[row[1]], row[0]))
    return sources, {mapping_file(mapping.source): dump_mapping(mapping) for mapping in mappings}


def _project_text(name: str, sources: Sequence[_Source], country: str | None, institution: str | None) -> str:
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
    for source, file, sheet, encoding, delimiter in sources:
        lines += ["", "[[sources]]", f"name = {_quoted(source)}", f"path = {_quoted(f'incoming/{file}')}"]
        if sheet is not None:
            lines.append(f"sheet = {_quoted(sheet)}")
        if encoding is not None:
            lines.append(f"# encoding = {_quoted(encoding)}    # as guessed; uncomment to fix it")
        if delimiter is not None:
            lines.append(f"# delimiter = {_quoted(delimiter)}")
    if not sources:
        lines += ["", "# [[sources]]", '# name = "box-office"', '# path = "incoming/box-office.csv"']
    return "\n".join(lines) + "\n"


def _setting(key: str, value: str | None, example: str, why: str) -> str:
    text = f"{key} = {_quoted(value)}" if value else f"# {key} = {_quoted(example)}"
    return f"{text:<32} # {why}"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's, once non-ASCII stays as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
