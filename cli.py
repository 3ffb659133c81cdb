"""The command line put together. The commands stand in engine/faces, one file a group.

stdout is data, stderr is narration. Exit codes: 0 done, 1 a gate was not met (or a defect of Assay),
2 usage or configuration, 3 input that cannot be used, 4 surroundings (disk, memory, lock).
"""

from __future__ import annotations

import re
from typing import Annotated

import typer

from engine.faces import (
    analysing,
    checking,
    deciding,
    delivering,
    discovering,
    environments,
    looking,
    milestone,
    protecting,
    protocol,
    rules,
    running,
)

app = typer.Typer(
    name="assay",
    help="From messy contact files to golden records and import files that can be signed for.",
    epilog="Exit codes: 0 done, 1 gate not met, 2 usage or configuration, 3 unusable input, 4 disk, memory or lock.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # drawing help with rich doubles its time
)


def _version(wanted: bool) -> None:
    if wanted:
        from engine import __version__

        typer.echo(f"assay {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """From messy contact files to golden records and import files that can be signed for."""


for group in (
    running,
    analysing,
    checking,
    looking,
    deciding,
    environments,
    delivering,
    milestone,
    protecting,
    protocol,
    rules,
    discovering,
):
    group.register(app)

_ROOM = 64
"""Letters that the list of commands has for what one does, in a terminal of 80."""


def _in_a_line(manual: str) -> str:
    """The beginning of a command's manual that fits the list of commands, cut where a clause ends and not in a word."""
    sentence = " ".join(manual.split("\n\n")[0].split())
    clause = re.split(r"[:;.]", sentence)[0]
    return clause if len(clause) <= _ROOM else clause.split(",")[0]


for command in app.registered_commands:
    command.short_help = command.short_help or _in_a_line((command.callback and command.callback.__doc__) or "")

if __name__ == "__main__":
    app()
