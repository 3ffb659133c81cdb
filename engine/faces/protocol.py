"""`assay protocol`: show the protocol of the last run, replay it, hold it against another one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.faces.options import AsJson, RunFolder, Threads, Tongue, memory_option
from engine.faces.shared import known_failures, language_of, narrating, output_folder, run_options, tell

if TYPE_CHECKING:
    from engine.presentation.catalogue import Catalogue
    from engine.protocolling import Difference, Verification


def protocol(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="With --verify: the raw files. None: the sources of the project."),
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Replay it on the raw files; exit with 1 when anything differs.")
    ] = False,
    diff: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Hold it against that of an earlier extract, of the freeze (frozen), or a file."
        ),
    ] = None,
    out: RunFolder = None,
    language: Tongue = None,
    threads: Threads = None,
    memory: Annotated[str | None, memory_option("--verify")] = None,
    as_json: AsJson = False,
) -> None:
    """Show every column transformation of the last run in words, prove it by a replay, or compare two extracts.

    No value of a contact is shown: samples in protocol.html and protocol.xlsx are masked.
    """
    with known_failures():
        from engine.errors import UsageError
        from engine.presentation.catalogue import catalogue
        from engine.protocolling import load_protocol

        if verify and diff is not None:
            raise UsageError("--verify and --diff are two questions: ask one at a time")
        folder = output_folder(out)
        say = catalogue(language_of(language) or _project_language())
        if verify:
            _verify(files or [], folder, threads, memory, say, as_json)
        elif diff is not None:
            _compare(diff, folder, say, as_json)
        else:
            data = load_protocol(folder)
            tell(data, [_line(step, say) for step in data["steps"]], as_json)


def _project_language() -> Any:
    from engine.project import find_project

    project = find_project(Path.cwd())
    return project.language if project is not None else "en"


def _verify(
    files: list[Path], folder: Path, threads: int | None, memory: str | None, say: Catalogue, as_json: bool
) -> None:
    from engine import protocolling

    options = run_options(files, folder, None, None, None, None, threads, memory)
    with narrating() as narrator:
        found = protocolling.verify(options, narrator)
    told = {
        "replayed": found.replayed,
        "chosen": found.chosen,
        "written": found.written,
        "files": found.files,
        "left": found.left,
        "differences": [difference.row() for difference in found.differences],
    }
    tell(told, list(_verified(found, say)), as_json)
    if found.differences:
        raise typer.Exit(1)


def _verified(found: Verification, say: Catalogue) -> list[str]:
    if not found.differences:
        lines = [say.text("protocol.verify.same", count=found.replayed)]
        if found.written:
            lines.append(say.text("protocol.verify.chosen", count=found.chosen))
            lines.append(say.text("protocol.verify.written", count=found.written, files=found.files))
        return lines + ([say.text("protocol.verify.left", count=found.left)] if found.left else [])
    return [_difference(one, say) for one in found.differences]


def _difference(one: Difference, say: Catalogue) -> str:
    if one.kind == "source":
        return say.text("protocol.verify.source", source=one.where)
    if one.kind in ("records", "contacts", "file"):
        return say.text(f"protocol.verify.{one.kind}", where=one.where)
    words = {"missing": "verify.missing", "more": "verify.more"}
    if one.kind in words:
        what = say.text(f"protocol.{words[one.kind]}")
    else:
        what = "; ".join(f"{_named(name, say)} {before} → {after}" for name, (before, after) in one.fields.items())
        if one.kind != "differs":
            what = f"{say.text(f'protocol.diff.{one.kind}')}{': ' if what else ''}{what}"
    return say.text("protocol.verify.differs", step=one.step, column=one.where, what=what)


def _named(name: str, say: Catalogue) -> str:
    heads = {"output_hash": "hash", "from_column": "from", "parameters": "rule"}
    return say.text(f"protocol.head.{heads.get(name, name)}")


def _compare(name: str, folder: Path, say: Catalogue, as_json: bool) -> None:
    from engine.errors import UsageError
    from engine.presentation.protocol import read_protocol
    from engine.presentation.protocol_kept import kept_names, kept_protocol
    from engine.project import find_project
    from engine.protocolling import compare, load_protocol

    after = load_protocol(folder)
    project = find_project(Path.cwd())
    before = kept_protocol(project.root, name) if project is not None else None
    if before is None and Path(name).suffix == ".json":
        before = read_protocol(Path(name))
    if before is None:
        known = ", ".join(kept_names(project.root)) if project is not None else ""
        raise UsageError(
            f'no protocol is kept as "{name}"' + (f"; there are: {known}" if known else ""),
            hint="Every run in a project keeps one under the name of its extract, assay freeze one as frozen.",
        )
    found = compare(before, after)
    lines = [_difference(one, say) for one in found] or [say.text("protocol.diff.same")]
    tell({"differences": [one.row() for one in found]}, lines, as_json)


def _line(step: dict[str, Any], say: Catalogue) -> str:
    counts = ", ".join(
        f"{say.text(f'protocol.head.{name}')} {say.number(step[name])}"
        for name in ("rows_in", "rows_changed", "rows_emptied", "rows_refused")
        if step[name] or name == "rows_in"
    )
    columns = " → ".join(str(name) for name in (step["from_column"], step["to_column"]) if name)
    place = f"  [{step['origin']}]" if step["origin"] else ""
    return f"{step['step_no']:>3}  {columns}: {step['text'][say.language]}  ({counts}){place}"


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(protocol)
