"""Options that several commands share: one name, one form and one sentence of help for each, stated once.

Each is a type to annotate a parameter with; typer reads name, form and help from it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

RUN_HELP = "Output folder of the run to look at. Default: ./out, or the project's."
ID_HELP = "A record_id, source#line, a contact_id or a contact number."
LANGUAGE_HELP = "Language of what people read. Default: en, or the project's."
SOURCES_HELP = "CSV or Excel files, dumps, addresses of databases. None: the sources of the project."
TABLE_HELP = "Table of the database or dump; may be repeated."
CREDENTIALS_HELP = "Where the database's password is: env:NAME, keyring:SERVICE or file:PATH."
YES_HELP = "Change production without asking."
LIST_HELP = "A list: one number a line, or a CSV with a column CONTACT_NR."


def day_option(help: str, *names: str) -> Any:
    """An option that takes a day; ``names`` when it is not called as its parameter."""
    return typer.Option(*names, metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help=help, show_default=False)


def memory_option(whose: str) -> Any:
    """An option that takes an amount of memory: what ``whose`` ("the run", "it") may use."""
    return typer.Option(metavar="4GB", help=f"Memory {whose} may use. Default: 4GB.")


def json_option(what: str = "it") -> Any:
    """``--json``: print ``what`` as JSON on stdout."""
    return typer.Option("--json", help=f"Print {what} as JSON.")


Sources = Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help=SOURCES_HELP)]
Tables = Annotated[list[str] | None, typer.Option("--table", metavar="NAME", help=TABLE_HELP, show_default=False)]
Query = Annotated[str | None, typer.Option(metavar="SQL", help="A SELECT to read of the database instead of a table.")]
Credentials = Annotated[str | None, typer.Option(metavar="PLACE", help=CREDENTIALS_HELP)]
Country = Annotated[
    str | None, typer.Option(metavar="CH", help="Home country (ISO 3166), for rows that do not tell theirs.")
]
Tongue = Annotated[
    str | None, typer.Option("--language", metavar="en|fr|de|it", help=LANGUAGE_HELP, show_default=False)
]
Threads = Annotated[
    int | None,
    typer.Option(min=1, max=256, metavar="N", help="Threads and worker processes. Default: all cores."),
]
RunFolder = Annotated[Path | None, typer.Option("--out", metavar="DIR", help=RUN_HELP, show_default=False)]
AsJson = Annotated[bool, json_option()]
AskedOn = Annotated[datetime | None, day_option("The day the question is asked on. Default: today.", "--as-of")]
BornBefore = Annotated[
    datetime | None, day_option("Birth dates after it lie in the future. Default: today.", "--as-of")
]
By = Annotated[str, typer.Option(metavar="NAME", help="Who decides.")]
Why = Annotated[str, typer.Option(metavar="TEXT", help="For those who ask later.")]
YesProduction = Annotated[bool, typer.Option("--yes-production", help=YES_HELP)]
