"""`assay erase`, `assay anonymise`, `assay retention`: data protection."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.counted import counted
from engine.faces.options import ID_HELP, LIST_HELP, AsJson, By, Tongue, day_option, json_option
from engine.faces.shared import known_failures, language_of, last_run, narrate, narrating, project_here, tell

if TYPE_CHECKING:
    from engine.erasing import Erasure

Wanted = Annotated[list[str] | None, typer.Argument(metavar="CONTACT_OR_RECORD", help=ID_HELP)]
Numbers = Annotated[Path | None, typer.Option("--list", metavar="FILE", help=LIST_HELP, show_default=False)]
Reason = Annotated[
    str,
    typer.Option(
        "--why",
        metavar="TEXT",
        help="The reason, such as the number of the request; never the person's name.",
        show_default=False,
    ),
]
Incoming = Annotated[
    bool, typer.Option("--incoming", help="Also take the lines out of the source files in the project folder.")
]
Copies = Annotated[
    bool,
    typer.Option("--copies", help="Also destroy other files of the project that hold the person: workbooks, lists."),
]
NoRun = Annotated[
    bool, typer.Option("--no-run", help="Do not make the last run again: its outputs are gone until the next one.")
]
ForReal = Annotated[
    bool, typer.Option("--for-real", help="Do it. Without it nothing is changed: it is said what would be.")
]
Settle = Annotated[
    bool,
    typer.Option(
        "--settle",
        help="Erase nobody: look again at the environments of former erasures, and close their certificates.",
    ),
]


def erase(
    names: Wanted = None,
    by: By = "",
    why: Reason = "",
    numbers: Numbers = None,
    incoming: Incoming = False,
    copies: Copies = False,
    no_run: NoRun = False,
    for_real: ForReal = False,
    settle: Settle = False,
    as_json: AsJson = False,
) -> None:
    """Erase persons from the project: workspace, outputs, decisions, numbers, former extracts; they do not come back.

    A record means the whole contact it is in. Source files and environments are named, not changed. The certificate
    stands in erasures/; it is open until every environment has applied the operations: --settle looks.
    """
    if settle:
        _settle(as_json, asked=bool(names or numbers))
        return
    _take_out(names, numbers, by, why, incoming, copies, no_run, for_real, as_json, statistics=False)


def anonymise(
    names: Wanted = None,
    by: By = "",
    why: Reason = "",
    numbers: Numbers = None,
    incoming: Incoming = False,
    copies: Copies = False,
    no_run: NoRun = False,
    for_real: ForReal = False,
    as_json: AsJson = False,
) -> None:
    """Erase persons, but keep count of them: anonymised.csv says how many of which region, age and year there were.

    What is kept and how coarse is in rules/anonymising.yml; fewer than k contacts alike tell nothing.
    """
    _take_out(names, numbers, by, why, incoming, copies, no_run, for_real, as_json, statistics=True)


def _settle(as_json: bool, *, asked: bool) -> None:
    with known_failures():
        from engine import erasing
        from engine.errors import UsageError

        if asked:
            raise UsageError("--settle erases nobody: it takes no contact", hint="Run `assay erase --settle` alone.")
        said = erasing.settle(project_here("erasures are settled in a project"), at=date.today().isoformat())
        lines = [
            f"{one['certificate']:<16} "
            + " · ".join(f"{word}: {', '.join(one[word])}" for word in ("settled", "open") if one[word])
            for one in said
        ]
        tell({"certificates": said}, lines or ["no certificate is open"], as_json)
        if any(one["open"] for one in said):
            raise typer.Exit(1)


def _take_out(
    names: list[str] | None,
    numbers: Path | None,
    by: str,
    why: str,
    incoming: bool,
    copies: bool,
    no_run: bool,
    for_real: bool,
    as_json: bool,
    *,
    statistics: bool,
) -> None:
    with known_failures():
        from engine import erasing

        project = project_here("persons are erased from a project")
        wanted = _wanted(names, numbers, by, why, for_real)
        wishes = erasing.Wishes(
            incoming=incoming,
            copies=copies,
            rerun=not no_run,
            threads=project.threads or os.cpu_count() or 1,
            memory=project.memory or "4GB",
        )
        planned = erasing.plan_erasure(project, wanted, wishes=wishes, today=date.today(), statistics=statistics)
        if not for_real:
            lines = _planned_lines(planned)
            tell(erasing.planned_data(planned), lines, as_json)
            narrate("Nothing was changed. To do it: --for-real")
            return
        with narrating() as narrator:
            certificate = erasing.carry_out(
                planned,
                by=by,
                why=why,
                at=datetime.now().astimezone().isoformat(timespec="seconds"),
                wishes=wishes,
                operation="ANONYMIZE",
                watcher=narrator,
            )
        done = "anonymised" if statistics else "erased"
        persons = counted(len(planned.people), "person")
        narrate(f"{persons} {done}; what remains to be done stands in the certificate")
        tell(certificate, [str(certificate["folder"])], as_json)


def retention(
    as_of: Annotated[datetime | None, day_option("Years are counted back from it. Default: today.")] = None,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="FILE", help="Contacts never to propose. " + LIST_HELP, show_default=False),
    ] = None,
    over_ceiling: Annotated[
        bool, typer.Option("--over-ceiling", help="Write the list although more is proposed than the ceiling allows.")
    ] = False,
    language: Tongue = None,
    for_real: Annotated[
        bool,
        typer.Option("--for-real", help="Also write the list of contact numbers and operations; nothing is removed."),
    ] = False,
    as_json: Annotated[bool, json_option("the report")] = False,
) -> None:
    """Propose contacts nobody has heard of for long to be inactivated, anonymised or deleted, by rules/retention.yml.

    A simulation with a report in retention/. With --for-real the list for `assay deliver --list` is written as well.
    """
    with known_failures():
        from engine import retaining
        from engine.environments import read_numbers

        project = project_here("contacts to let go are proposed in a project")
        folder = project.root / retaining.FOLDER
        with last_run(None) as ws:
            done = retaining.simulate(
                project,
                ws,
                as_of=as_of.date() if as_of else date.today(),
                keep=read_numbers(keep) if keep else [],
                language=language_of(language) or project.language,
                out=folder,
            )
            data = done.data
            over = ", over the ceiling" if data["over_ceiling"] else ""
            narrate(
                f"{data['proposed']:,} of {data['contacts']:,} contacts proposed ({data['share']:.1%}{over}), "
                f"{data['kept']:,} kept by an exception, {data['undated']:,} without any date"
            )
            files = [str(path) for path in done.files]
            if for_real:
                rules = retaining.load_rules(project)
                lists = retaining.write_lists(ws, rules, data, folder, over_ceiling=over_ceiling)
                files += [str(path) for path in lists.values()]
                for word, path in lists.items():
                    narrate(f"To plan it: assay deliver --list {word}={path}")
            tell(data, files, as_json)


def _wanted(names: list[str] | None, numbers: Path | None, by: str, why: str, for_real: bool) -> list[str]:
    from engine.environments import read_numbers
    from engine.errors import UsageError

    wanted = [*(names or []), *(read_numbers(numbers) if numbers else [])]
    if not wanted:
        raise UsageError("who?", hint="Name contacts or records, or give a list of numbers with --list FILE.")
    if for_real and not (by.strip() and why.strip()):
        raise UsageError("--for-real needs --by NAME and --why TEXT", hint="Both stand in the certificate.")
    return wanted


def _planned_lines(planned: Erasure) -> list[str]:
    from engine.erasing import planned_data

    data = planned_data(planned)
    lines = [f"{counted(data['persons'], 'person')} with {counted(data['records'], 'record')}"]
    for place in data["would"]:
        lines.append(f"  {place['place']:<40} {place['did']:<12} {place['count']:>9,}")
    if data["statistics"]:
        kept = data["statistics"]
        lines.append(f"  anonymised.csv: {counted(kept['contacts'], 'contact')} in {counted(kept['groups'], 'group')}")
    for left in data["left_alone"]:
        where = f" file lines {', '.join(map(str, left['lines'][:20]))}" if left.get("lines") else ""
        if "contacts" in left:
            where = " cannot be reached" if left["contacts"] is None else f" {counted(left['contacts'], 'contact')}"
        if "records" in left:
            where = f" {counted(left['records'], 'row')} of a database"
        lines.append(f"  {left['place']:<40} {'left alone':<12}{where}")
    return lines


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    codes = (
        "Exit codes: 0 done, 1 the run could not be made again or a certificate is still open, "
        "2 usage or configuration, 4 disk, memory or lock."
    )
    app.command(epilog=codes)(erase)
    app.command(epilog=codes)(anonymise)
    app.command(
        epilog="Exit codes: 0 done, 1 more is proposed than the ceiling allows, 2 usage or configuration, "
        "4 disk, memory or lock."
    )(retention)
