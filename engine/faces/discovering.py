"""`assay source discover`: which tables of a base hold contacts, addresses and numbers, and how they join."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from engine.faces.options import AsJson, Credentials, Tables
from engine.faces.shared import known_failures, narrate, narrating, project_here, run_options, tell


def discover(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE", help="Dumps, files, addresses of databases.")],
    table: Tables = None,
    credentials: Credentials = None,
    profile: Annotated[
        str | None,
        typer.Option(metavar="SYSTEM", help="A profile of rules/profiles: rodrigue, secutix1. Default: what fits."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the mapping and the sources into the project here.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find the tables of contacts, addresses and phone numbers in a dump or database, and how they join.

    By the names of tables and columns, their keys and what they hold, or by a profile of the system. No value is shown.
    """
    with known_failures():
        from engine.discovery import discover as found_in
        from engine.discovery import write_discovered

        project = project_here("--write writes into a project") if write else None
        options = run_options(sources, None, None, None, None, None, None, None, tables=table, credentials=credentials)
        with narrating() as narrator:
            found = found_in(options, profile, narrator)
        tell(found.data, _lines(found.data), as_json)
        if project is not None:
            for path in write_discovered(found, project):
                narrate(f"written: {path}")


def _lines(data: dict[str, Any]) -> list[str]:
    lines = [f"profile: {data['profile']}"] if data["profile"] else []
    for table in data["tables"]:
        keys = [column["column"] for column in table["columns"] if column["key"]]
        lines.append(
            f"{table['table']:<30} {table['role']:<22} {table['lines']:>10,} rows"
            + (f"  key {', '.join(keys[:3])}" if keys else "")
        )
    lines += [
        f"  {join['table']}.{join['column']} = {join['key_of']}.{join['key']}  "
        f"({join['share']:.0%} of its values{', several rows' if join['several_rows'] else ''})"
        for join in data["joins"]
        if join["names_agree"] or len(data["joins"]) <= 20
    ]
    lines += [f"  {column} -> {attribute}" for column, attribute in data["feeds"].items()]
    return lines + [f"look at: {note}" for note in data["notes"]]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    source_app = typer.Typer(
        help="Find the tables of a dump that hold contacts", no_args_is_help=True, rich_markup_mode=None
    )
    source_app.command("discover")(discover)
    app.add_typer(source_app, name="source")
