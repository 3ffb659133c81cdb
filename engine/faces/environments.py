"""`assay apply`, `assay env`: contact bases to rehearse an import in."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.counted import counted
from engine.faces.options import AsJson, BornBefore, Tongue, YesProduction, json_option
from engine.faces.shared import country_code, known_failures, language_of, narrate, narrating, output_folder, tell


def apply(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Import files, .csv or .xlsx.")],
    env: Annotated[str, typer.Option(metavar="NAME", help="The environment to apply them to.")],
    log: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the log. Default: out/log/NAME.", show_default=False)
    ] = None,
    language: Tongue = None,
    as_of: BornBefore = None,
    yes_production: YesProduction = False,
    as_json: Annotated[bool, json_option("the counts")] = False,
) -> None:
    """Apply import files to an environment as the real import would: all answers in a log, row by row.

    Each file is applied whole or not at all. A file that was applied before changes nothing.
    """
    with known_failures():
        from engine import environments

        place = environments_here()
        with narrating() as narrator:
            told = environments.apply_files(
                place,
                files,
                env,
                as_of=as_of.date() if as_of else date.today(),
                at=datetime.now().astimezone().isoformat(timespec="seconds"),
                log=log or output_folder(None) / "log" / env,
                language=language_of(language) or (place.project.language if place.project else "en"),
                confirmation=confirmation(yes_production),
                watcher=narrator,
            )
        for fact in told["files"]:
            again = "" if fact["applied"] else "  (applied before: nothing was changed)"
            narrate(
                f"{fact['file']}: {counted(fact['rows'], 'row')}, {fact['imported']:,} imported "
                f"({fact['imported_with_changes']:,} with a field left out or cut), "
                f"{fact['not_imported']:,} not imported{again}"
            )
            if fact.get("structures_made"):
                made = counted(fact["structures_made"], "structure")
                narrate(f"  {made} made by the import itself, for their relays")
            for rule, count in sorted(fact["rules"].items(), key=lambda told: (-told[1], told[0])):
                narrate(f"  {count:,} {rule.replace('_', ' ')}")
        tell(told, told["log"], as_json)
        if any(fact["not_imported"] for fact in told["files"]):
            raise typer.Exit(1)


def env_create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="dev, preprod, prod, or another name.")],
    institution: Annotated[str | None, typer.Option(metavar="CODE", help="Default: the project's, or DEMO.")] = None,
    organization: Annotated[str | None, typer.Option(metavar="CODE", help="Default: the project's, or *.")] = None,
    country: Annotated[str | None, typer.Option(metavar="CH", help="Country of the institution.")] = None,
) -> None:
    """Make an empty environment: a file of the project, or a schema of the PostgreSQL that assay.toml names."""
    with known_failures():
        from engine import environments

        told = environments.create_environment(
            environments_here(), name, institution=institution, organization=organization, country=country_code(country)
        )
        kind = "production, " if told["production"] else ""
        narrate(f"environment {name}: {kind}institution {told['institution']}")


def env_list(as_json: AsJson = False) -> None:
    """List the environments: contacts by state, and the last file applied."""
    with known_failures():
        from engine import environments

        found = environments.list_environments(environments_here())
        lines = [
            f"{base['name']:<12} {base['institution']:<16} {base['active']:>9,} active {base['invalid']:>7,} invalid "
            f"{base['anonymised']:>7,} anonymised  {base['last_file'] or 'no file applied'}"
            for base in found
        ]
        if not found:
            narrate("no environment yet. Try: assay env create dev --institution CODE")
        tell({"environments": found}, lines, as_json)


def env_copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The environment to copy.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The environment that becomes the copy.")],
    replace_contacts: Annotated[bool, typer.Option("--replace", help="TO has contacts: lose them.")] = False,
    yes_production: YesProduction = False,
) -> None:
    """Make TO a copy of FROM, as pre-production is one of production."""
    with known_failures():
        from engine import environments

        told = environments.copy_environment(
            environments_here(), source, target, replace=replace_contacts, confirmation=confirmation(yes_production)
        )
        narrate(f"{target} has {counted(told['contacts'], 'contact')}, as {source}")


def env_diff(
    left: Annotated[str, typer.Argument(metavar="A", help="An environment.")],
    right: Annotated[str, typer.Argument(metavar="B", help="The other one.")],
    as_json: Annotated[bool, json_option("counts and contact numbers")] = False,
) -> None:
    """Compare two environments contact by contact."""
    with known_failures():
        from engine import environments

        told = environments.diff_environments(environments_here(), left, right)
        lines = [
            f"{counted(told['same'], 'contact')} the same, {told['differing']:,} different, "
            f"{told['only_left']:,} only in {left}, {told['only_right']:,} only in {right}",
            *(f"  {column:<20} {count:>9,}" for column, count in told["by_column"].items()),
        ]
        tell(told, lines, as_json)


def env_sales(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The environment.")],
    numbers: Annotated[Path, typer.Option("--list", metavar="FILE", help="Contact numbers, one a line, or a CSV.")],
) -> None:
    """Say which contacts have sales: INVALIDATE and DROP leave them alone."""
    with known_failures():
        from engine import environments

        told = environments.set_sales(environments_here(), name, numbers)
        narrate(f"{counted(told['numbers'], 'contact')} with sales, {told['unknown']:,} of them not in {name} now")


def environments_here() -> Any:
    """Where environments are: the project's, or those below the working directory."""
    from engine.environments import Place
    from engine.project import find_project

    project = find_project(Path.cwd())
    return Place(
        folder=project.root if project else Path.cwd(),
        project=project,
        threads=(project.threads if project else None) or os.cpu_count() or 1,
        memory=(project.memory if project else None) or "4GB",
    )


def confirmation(yes: bool) -> Any:
    """Production is changed when the command line says so, or its name is typed on a terminal."""
    from engine.environments import Confirmation

    def ask(name: str) -> bool:
        if yes:
            return True
        if not sys.stdin.isatty():
            return False
        typer.echo(f"{name} is production. Type its name to go on: ", nl=False, err=True)
        return sys.stdin.readline().strip() == name

    return Confirmation(ask)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(
        epilog="Exit codes: 0 every row imported, 1 some were not, 2 usage or configuration, "
        "3 a file that cannot be used, 4 disk, memory, lock or database."
    )(apply)
    env_app = typer.Typer(help="Contact bases to rehearse an import in", no_args_is_help=True, rich_markup_mode=None)
    env_app.command("create")(env_create)
    env_app.command("list")(env_list)
    env_app.command("copy")(env_copy)
    env_app.command("diff")(env_diff)
    env_app.command("sales")(env_sales)
    app.add_typer(env_app, name="env")
