"""The generated reference pages: ``python -m docs.build`` writes them, a test fails when they are out of date.

Each page has one source of truth in the code: the command line, the contracts of the tables, the tree of errors, the
rule files, the catalogue of output files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from inspect import getdoc
from pathlib import Path
from typing import Any

from engine.errors import AssayError
from engine.golden.preferences import PREFERENCES
from engine.presentation.files import FILES, FOLDERS, OTHERS, fill_gaps
from engine.tables import TABLES, schemas
from engine.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"


def tables() -> str:
    """The data dictionary, from engine/tables.py."""
    parts = [
        "# Tables",
        "Stages meet in these tables and nowhere else. The schema of a table is the package that makes it; where a "
        "table has an SQL file of its own, its name is the table's. A column in **bold** is never null.",
        " · ".join(f"[{table.name}](#{_anchor(table.name)})" for table in TABLES),
    ]
    for schema in schemas():
        for table in (table for table in TABLES if table.schema == schema):
            parts += [f"## {table.name}", f"{_sentence(table.grain)} {_made_by(table.schema, table.name)}"]
            parts.append(
                _grid(
                    ("column", "type", "what it holds"),
                    ((f"**{c.name}**" if c.required else c.name, f"`{c.type}`", c.doc) for c in table.columns),
                )
            )
    return _page(parts)


def exit_codes() -> str:
    """The exit codes, from engine/errors.py."""
    rows = [
        ("0", "done", "Everything was written; the gate of `assay check` is met."),
        ("1", "gate", "The gate of `assay check` is not met: see how-to/check-in-ci.md."),
    ]
    rows += [
        (str(error.exit_code), f"`{error.__name__}`", _first_paragraph(error))
        for error in sorted(_family(AssayError), key=lambda error: (error.exit_code, error.__name__))
    ]
    return _page(
        [
            "# Exit codes",
            "stdout is data, stderr is narration: a failed run says on stderr what went wrong, where, and what to do "
            "next.",
            _grid(("code", "error", "meaning"), rows),
            "A run that fails writes nothing: the output folder keeps what the run before it left there.",
            "Dirty data is never an error. It is a finding (findings.csv) or a held line or contact (held.csv), with a "
            "reason, and the run goes on.",
            "No message holds a value of a contact. A failure that Assay does not know ends with code 1 and the place "
            "in its code; `ASSAY_DEBUG=1` shows the full traceback, which may hold contact data.",
            "An interrupted run (Ctrl-C) ends with 130, as the shell would say it.",
        ]
    )


def commands() -> str:
    """Every command with what its help says, from the command line itself."""
    import typer
    from typer.core import TyperGroup

    from cli import app

    def under(group: TyperGroup, words: str) -> Iterator[str]:
        for name, command in group.commands.items():
            if isinstance(command, TyperGroup):
                yield from under(command, f"{words} {name}")
                continue
            parameters = [one for one in command.params if one.name != "help"]
            named = [_parameter(one) for one in parameters]
            yield f"## {words} {name}"
            yield from (" ".join(part.split()) for part in (getdoc(command.callback) or "").split("\n\n"))
            if named:
                yield _grid(("argument or option", "what it says"), named)

    tree = typer.main.get_command(app)
    assert isinstance(tree, TyperGroup)
    return _page(
        [
            "# Commands",
            "What `assay COMMAND --help` says, on one page. All end with one of the [exit codes](exit-codes.md).",
            *under(tree, "assay"),
        ]
    )


def _parameter(one: Any) -> tuple[str, str]:
    """Name and help of an argument or an option of a command."""
    names = ", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts) if name.startswith("-"))
    shown = one.metavar or ""
    value = "" if getattr(one, "is_flag", False) or not shown else f" {shown}"
    return (f"{names}{value}" if names else f"`{shown or (one.name or '').upper()}`", getattr(one, "help", None) or "")


def rules() -> str:
    """Which rule file governs what, from the head comment of each."""
    parts = [
        "# Rule files",
        "Everything a data steward may want to argue about stands in these files, with its reason. A project's own "
        "`rules/` and `expectations/` hold only what differs: the same key or name replaces, a new name adds, "
        "`enabled: false` switches off. Mistakes are reported all at once, with file, line and the nearest known key.",
    ]
    for folder, title in (("rules", "Rules"), ("expectations", "Expectations")):
        parts.append(f"## {title}")
        files = sorted(path for path in (ROOT / folder).rglob("*") if path.is_file() and not path.name.startswith("."))
        rows = ((f"[{_shown(path)}](../../{_shown(path)})", _head_comment(path)) for path in files)
        parts.append(_grid(("file", "what it governs"), rows))
    return _page(parts)


def outputs() -> str:
    """The files of a run, from the catalogue in engine/presentation/files.py."""
    parts = [
        "# Output files",
        "The same sources, rules and options give the same bytes. Files for a person are safe to open in a "
        "spreadsheet: a text that would start a formula has an apostrophe before it, hidden characters are blanks. "
        "Files for a machine carry every value byte for byte.",
    ]
    rows = [(f"`{file.name}`", file.reader, _sentence(file.what)) for file in FILES]
    readers = {True: "person", False: "machine"}
    rows += [
        (f"`{name}`", readers[name.endswith((".html", ".xlsx"))], _sentence(what)) for name, what in OTHERS.items()
    ]
    rows += [(f"`{name}/`", "machine", _sentence(what)) for name, what in FOLDERS.items()]
    parts.append(_grid(("file", "for a", "what it is"), rows))
    with Workspace.memory() as ws:
        fill_gaps(ws)
        for file in FILES:
            select = ws.statement("presentation", file.select)
            columns = ws.rows(f"describe {select}", {"review_limit": 1})
            listing = ", ".join(f"`{name}`" for name, *_ in columns)
            parts += [f"## {file.name}", f"{_sentence(file.what)} Columns: {listing}."]
    return _page(parts)


def preferences() -> str:
    """The words that survivorship lists are made of, from engine/golden/preferences.py."""
    order = ("letters", "form", "home")
    rows = (
        (f"`{word.name}`", ", ".join(scope for scope in order if scope in word.scopes), _first_paragraph_of(word.doc))
        for word in sorted(PREFERENCES.values(), key=lambda word: word.name)
    )
    return _page(
        [
            "# Preferences",
            "The lists in [rules/survivorship/contact.yml](../../rules/survivorship/contact.yml) are made of these "
            "words. The first one that leaves a single candidate decides, and `golden.choice` names it; `only_value` "
            "stands there when nothing competed. `variant` takes the words of `letters`, `home.choose` of `home`.",
            _grid(("preference", "may stand in", "what it prefers"), rows),
        ]
    )


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "tables.md": tables,
    "exit-codes.md": exit_codes,
    "rules.md": rules,
    "outputs.md": outputs,
    "preferences.md": preferences,
}


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n\n<!-- generated by python -m docs.build; do not edit -->\n"


def _grid(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].rstrip(".") + "."


def _anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _made_by(schema: str, name: str) -> str:
    file = f"engine/{schema}/sql/{name.split('.', 1)[1]}.sql"
    if (ROOT / file).is_file():
        return f"Made by [{file}](../../{file})."
    if (ROOT / "engine" / schema).is_dir():
        return f"Made in [engine/{schema}](../../engine/{schema})."
    return "Appended to by every stage."


def _family(error: type[AssayError]) -> list[type[AssayError]]:
    return [error, *(each for child in error.__subclasses__() for each in _family(child))]


def _first_paragraph(thing: object) -> str:
    return _first_paragraph_of(getdoc(thing) or "")


def _first_paragraph_of(text: str) -> str:
    return " ".join(text.split("\n\n", 1)[0].split())


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _head_comment(path: Path) -> str:
    """First sentence of the comment on top of a rule file; data files are named here."""
    data = {
        "fields.csv": "The fields of the import format: order, type, length, rules.",
        "gazetteer.parquet": "Post codes and towns (GeoNames, CC BY 4.0).",
    }
    if path.name in data:
        return data[path.name]
    words = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#") or not line.strip("# "):
            break
        words.append(line.lstrip("# ").strip())
    found = re.match(r"(.+?[.:])(?=\s|$)", " ".join(words))
    return _sentence((found.group(1) if found else " ".join(words)).rstrip(":")) if words else ""


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
        print(f"docs/reference/{name}")


if __name__ == "__main__":
    main()
