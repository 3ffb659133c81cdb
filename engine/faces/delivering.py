"""`assay deliver`: the files that bring an environment to what golden holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from engine.counted import counted
from engine.faces.environments import environments_here
from engine.faces.options import BornBefore, RunFolder, Tongue, json_option
from engine.faces.shared import known_failures, language_of, narrate, narrating, output_folder, tell

if TYPE_CHECKING:
    from engine.delivering import DeliverOptions

Word = TypeVar("Word", bound=str)


def deliver(
    environment: Annotated[
        str | None, typer.Option(metavar="NAME", help="The environment. Default: the only one.", show_default=False)
    ] = None,
    operation: Annotated[
        list[str] | None,
        typer.Option(metavar="INSERT|UPDATE|...", help="Only these operations; may be repeated.", show_default=False),
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="environment|last", help="Compare with what is there, or with the last delivery.")
    ] = "environment",
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            metavar="[OPERATION=]FILE",
            help="Contact numbers to inactivate, anonymise, delete or erase (or withdraw); may be repeated.",
            show_default=False,
        ),
    ] = None,
    qualify: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="CONTACT_NR;CRITERION;VALUE or CONTACT_NR;STRUCT_TYPE; may be repeated.",
            show_default=False,
        ),
    ] = None,
    criteria: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Criteria that are defined. Default: the import rules'.")
    ] = None,
    structure_types: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Types of structures that are defined. Default: the same.")
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="csv|xlsx", help="Text files or workbooks.")] = "csv",
    for_real: Annotated[bool, typer.Option("--for-real", help="Write the files. Default: a dry run.")] = False,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Remove more than the ceiling of the rules allows.")
    ] = False,
    out: RunFolder = None,
    as_of: BornBefore = None,
    language: Tongue = None,
    as_json: Annotated[bool, json_option("the plan")] = False,
) -> None:
    """Make the files that bring an environment to what the golden records say: nothing more, in a safe order.

    Without --for-real it shows what would be sent and leaves nothing behind.
    """
    with known_failures():
        from engine.delivering import DeliverOptions, deliver_to, operation_called

        place = environments_here()
        project = place.project
        folder = output_folder(out)
        wanted = tuple(operation_called(word) for word in operation or ())
        options = DeliverOptions(
            environment=environment or _only_one(place),
            out=folder / "deliver",
            workspace=project.workspace if project and out is None else folder / ".assay",
            as_of=as_of.date() if as_of else date.today(),
            since=_one_of("--since", since, "environment", "last"),
            operations=wanted,
            lists=tuple(_list(entry, wanted) for entry in lists or ()),
            qualify=tuple(qualify or ()),
            criteria=criteria,
            structure_types=structure_types,
            kind=_one_of("--format", form, "csv", "xlsx"),
            for_real=for_real,
            accept_removals=accept_removals,
            language=language_of(language) or (project.language if project else "en"),
        )
        with narrating() as narrator:
            told = deliver_to(place, options, narrator)
        _narrate(told)
        tell(told, _lines(told, options), as_json)
        if told.get("too_many_removals"):
            narrate("assay: more would be removed than the ceiling of rules/delivery/operations.yml allows")
            narrate("       Look at the plan first. If it is meant, say --accept-removals.")
            raise typer.Exit(1)


def _one_of(option: str, given: str, *words: Word) -> Word:
    from engine.errors import UsageError

    found = next((word for word in words if word == given), None)
    if found is None:
        raise UsageError(f"{option} takes {' or '.join(words)}")
    return found


def _list(entry: str, operations: Sequence[str]) -> tuple[str | None, Path]:
    """The operation and the file of ``[OPERATION=]FILE``; the one operation asked for is that of a bare list."""
    from engine.delivering import operation_called

    word, sign, file = entry.partition("=")
    if sign:
        return operation_called(word), Path(file)
    return operations[0] if len(operations) == 1 else None, Path(entry)


def _only_one(place: Any) -> str:
    from engine.environments import list_environments
    from engine.errors import UsageError

    names = [str(base["name"]) for base in list_environments(place)]
    if len(names) != 1:
        said = f"there are {', '.join(names)}" if names else "there is none"
        raise UsageError(f"name the environment: {said}", hint="Give --environment NAME, or assay env create NAME.")
    return names[0]


def _narrate(told: dict[str, Any]) -> None:
    from engine.delivery.reasons import HELD

    plan = told["plan"]
    sent = ", ".join(f"{count:,} {name}" for name, count in plan["operations"].items()) or "nothing to send"
    narrate(f"{told['environment']}: {sent}; {plan['unchanged']:,} of {counted(plan['contacts'], 'contact')} unchanged")
    for reason, count in plan["held"].items():
        narrate(f"  held: {counted(count, 'contact')} without a row, {HELD[reason]}; listed in held.csv of the run")
    for reason, count in plan["by_hand"].items():
        narrate(f"  by hand: {counted(count, 'contact')}, {reason.replace('_', ' ')}; by_hand.csv says what to do")
    if plan["removals"]:
        narrate(f"  removals: {plan['removals']:,} of {plan['there']:,} contacts there, ceiling {plan['ceiling']:.1%}")
    if told["unchecked"]:
        narrate(f"  nobody said what is defined, so this was not checked: {', '.join(told['unchecked'])}")
    if told["written"]:
        narrate(f"written to {told['folder']}, plan {told['sha256'][:16]}")
        if plan["rows"]:
            name = told["environment"]
            narrate("next: load them in the order below, load_order.md beside them says more; to rehearse it:")
            narrate(f"  assay apply {told['folder']}/{name}_* --env {name}")
    else:
        narrate(f"dry run: nothing was written, plan {told['sha256'][:16]}; --for-real writes it")


def _lines(told: dict[str, Any], options: DeliverOptions) -> list[str]:
    from engine.presentation.catalogue import catalogue

    say = catalogue(options.language)
    sent = [entry for entry in told["files"] if entry["part"]]
    lines = [
        f"{place:>3}. {entry['file']}  {counted(entry['rows'], 'row')}: {say.text('sending.part.' + entry['part'])}"
        for place, entry in enumerate(sent, start=1)
    ]
    for sample in told["samples"]:
        cells = "  ".join(f"{field}={cell}" for field, cell in sample["cells"].items())
        more = len(sample["changed"]) - len(sample["cells"])
        rest = f"  and {more} more" if more > 0 else ""
        lines.append(f"  {sample['operation']:<10} {sample['contact_nr']:>12}  {sample['reason']}  {cells}{rest}")
    return lines


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        epilog="Exit codes: 0 done, 1 more removals than the ceiling allows, 2 usage or configuration, "
        "3 a list that cannot be used, 4 disk, memory, lock or database."
    )(deliver)
