"""`assay rules show|validate|eject|schema`: which rules are in force, their mistakes, copies and schemas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.faces.shared import known_failures, narrate, plain, project_here

if TYPE_CHECKING:
    from engine.project import Project

_NAME = typer.Argument(metavar="NAME", help="A rule file: mapping/headers, survivorship/contact, expectations/format.")


def show(
    name: Annotated[str | None, _NAME] = None,
    origin: Annotated[
        bool, typer.Option("--origin", help="Say of every value in which file and line it stands.")
    ] = False,
) -> None:
    """Show a rule file as it is in force, the project's over the shipped one. Without a name: list them all."""
    with known_failures():
        from engine import ruling
        from engine.rulebook.registry import find_rule

        project = _project()
        if name is None:
            for listed in ruling.list_rules(project):
                typer.echo(f"{listed.name:<48} {listed.origin}")
            return
        rule = find_rule(name, ruling.known_rules(project))
        for line in ruling.shown_lines(rule, project, origin=origin):
            typer.echo(plain(line))


def validate() -> None:
    """Read every rule file as a run would and report all mistakes at once, each with its place. Exit with 2 if any."""
    with known_failures():
        from engine import ruling

        typer.echo(f"{ruling.validate(_project())} rule files are right")


def eject(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The shipped rule file to copy, such as mapping/headers.")
    ],
) -> None:
    """Copy a shipped rule file into the project, to be changed there; editors find its schema."""
    with known_failures():
        from engine import ruling
        from engine.rulebook.registry import find_rule

        project = project_here("rules are changed in a project")
        for path in ruling.eject(find_rule(name, ruling.known_rules(project)), project):
            typer.echo(str(path))
        narrate("Keep in it only what you change; assay rules validate checks it.")


def schema(
    name: Annotated[str | None, _NAME] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the schemas of all rule files there.", show_default=False)
    ] = None,
) -> None:
    """Print the JSON Schema of a rule file, or write all of them, so that an editor completes and checks keys.

    The mapping of a source is called mapping/SOURCE.
    """
    with known_failures():
        from engine import ruling
        from engine.errors import UsageError
        from engine.rulebook.registry import find_rule, source_mapping
        from engine.rulebook.schema import schema_text

        if out is not None:
            for path in ruling.write_schemas(out):
                typer.echo(str(path))
            return
        if name is None:
            raise UsageError("which rule file?", hint="Name one, or write all schemas with --out DIR.")
        general = source_mapping()
        rule = find_rule(name, {**ruling.known_rules(_project()), general.name: general})
        typer.echo(schema_text(rule), nl=False)


def _project() -> Project | None:
    from engine.project import find_project

    return find_project(Path.cwd())


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    rules_app = typer.Typer(help="Look at, check and change the rules", no_args_is_help=True, rich_markup_mode=None)
    for command in (show, validate, eject, schema):
        rules_app.command()(command)
    app.add_typer(rules_app, name="rules")
