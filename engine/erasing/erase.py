"""Erase, step by step.

Derived data are never edited: they are destroyed and made again from the sources without the persons, who are held by
the suppression list from the first step on. So nothing that a run makes, now or later, must be listed here to be clean.

1. suppressed.jsonl learns the persons (killed from here on: erase again, or run, and they stay out)
2. decisions, numbers, freeze and the snapshots of former extracts are rewritten
3. the workspace and the outputs are overwritten and removed, then the run is made again
4. the folder is searched for what only they held; what still holds it is destroyed (outputs) or named
5. the certificate says all this, without a value
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine import journal
from engine.deliveries import Request, add_requests
from engine.erasing.certificate import new_folder, shown, write_certificate, write_operations
from engine.erasing.elsewhere import environments_holding, forget_delivered
from engine.erasing.files import destroy
from engine.erasing.incoming import Held, changed_sources, databases_holding, sources_holding, take_lines_out
from engine.erasing.memory import count_memory, scrub_memory
from engine.erasing.people import Person, find_people, suppressed_entries
from engine.erasing.places import DERIVED, UNSEARCHED, is_copy
from engine.erasing.search import Searched, search
from engine.erasing.statistics import (
    FILE,
    Groups,
    groups_of,
    load_rules,
    make_anonymous,
    read_groups,
    smallest,
    write_groups,
)
from engine.erasing.traces import Traces, traces_of
from engine.errors import AssayError, UsageError
from engine.golden import letters_alone
from engine.golden.preferences import CONTACT_RULES
from engine.matching import SEEN_FILE, values_alone
from engine.options import RunOptions, project_options
from engine.outbox import MANIFEST
from engine.pipeline import run
from engine.progress import Watcher
from engine.project import Project, project_secret
from engine.protection import Suppressed, add_suppressed
from engine.rulebook import RuleBook
from engine.rulebook.anonymising import AnonymisingRules
from engine.rulebook.survivorship import Survivorship
from engine.tables import INTAKE_JOINED
from engine.vocabulary import LANGUAGES
from engine.workspace import Workspace, overwrite

KEPT = frozenset({"extracts", "lock", "journal.head"})
"""What of the workspace's folder is not derived from the last run alone; former extracts are rewritten."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What else is to be done.

    Attributes:
        incoming: take the persons' lines out of the source files in the project folder.
        copies: destroy other files of the project folder that hold them (workbooks of questions, lists).
        rerun: make the last run again; False = its outputs are gone until somebody does.
        threads / memory: what the run may use.
    """

    incoming: bool = False
    copies: bool = False
    rerun: bool = True
    threads: int = 2
    memory: str = "4GB"


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of anonymised persons: all groups of the project, theirs among them, no group under k."""

    rules: AnonymisingRules
    groups: Groups

    @property
    def data(self) -> dict[str, int | None]:
        """Counts for people: contacts in all, groups, the smallest group that tells anything, and k."""
        return {
            "k": self.rules.k,
            "contacts": sum(self.groups.values()),
            "groups": len(self.groups),
            "smallest": smallest(self.groups),
        }


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure would do, or did: places and counts, no value.

    Attributes:
        people: the contacts.
        entries: what the suppression list learns.
        traces: texts that only they held.
        memory: lines of kept files that name them.
        letters: (attribute, letters) that a freeze learned and only they hold.
        values: (what, value) that pairs are judged by and only they hold.
        held: sources with their lines.
        databases: sources that are no file -> lines of theirs read there.
        others: files of the project folder, neither source nor derived, that hold a trace.
        outputs: files of the last run.
        environments: environment -> contacts of theirs in it; None = not looked into.
        options: the run to make again.
        kept: what stays of them for statistics, when they are anonymised and not erased.
    """

    project: Project
    people: tuple[Person, ...]
    entries: tuple[Suppressed, ...]
    traces: Traces
    memory: dict[str, int]
    letters: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]
    held: tuple[Held, ...]
    databases: dict[str, int]
    others: Searched
    outputs: tuple[str, ...]
    environments: dict[str, int | None]
    options: RunOptions = field(repr=False)
    kept: Kept | None = None


def plan_erasure(
    project: Project, names: Sequence[str], *, wishes: Wishes, today: date, statistics: bool = False
) -> Erasure:
    """Find everything that holds the persons; nothing is changed.

    Args:
        names: of contacts or records.
        wishes: what else is to be done.
        today: the day of the erasure.
        statistics: anonymise: keep what rules/anonymising.yml says, in groups of k.

    Raises:
        UsageError: a name means nobody or a structure; the last run cannot be made again.
        RuleErrors: suppressed.jsonl or decisions.jsonl is damaged.
    """
    options = _last_run(project, wishes)
    paths = {source.title: source.path for source in options.sources if source.path is not None}
    with Workspace.look(project.workspace) as ws:
        if not ws.exists(INTAKE_JOINED.name):
            raise UsageError("the last run was made by an older version", hint="Run `assay run` first.")
        people = find_people(ws, project.numbers, names)
        entries = suppressed_entries(ws, people, secret=project_secret(project), since=today.isoformat())
        traces = traces_of(ws, people)
        held = sources_holding(ws, people, paths)
        databases = databases_holding(ws, people, paths)
        letters, values = _learned_alone(project, ws, people)
        kept = _kept(project, ws, people) if statistics else None
        if wishes.rerun:
            _refuse_another_run(project, changed_sources(ws, paths))
    sources = {path.resolve() for path in paths.values()}
    others = search(project.root, traces, without=UNSEARCHED | DERIVED)
    others.holding = {path: lines for path, lines in others.holding.items() if path.resolve() not in sources}
    for rewritten in (project.decisions, project.numbers, *project.frozen.glob("*.parquet")):
        others.holding.pop(rewritten, None)
    return Erasure(
        project=project,
        people=tuple(people),
        entries=tuple(entries),
        traces=traces,
        memory=count_memory(project, people),
        letters=letters,
        values=values,
        held=tuple(held),
        databases=databases,
        others=others,
        outputs=_outputs(project),
        environments=environments_holding(project, [person.contact_nr for person in people]),
        options=options,
        kept=kept,
    )


def _learned_alone(
    project: Project, ws: Workspace, people: Sequence[Person]
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """What a freeze learned and only they hold: of values, and of what pairs are judged by."""
    records = sorted(record for person in people for record in person.records)
    ws.put("erasing_record", pa.table({"record_id": pa.array(records, pa.string())}))
    book = RuleBook([project.rules])
    letters = letters_alone(ws, project.frozen, book.load(CONTACT_RULES, Survivorship), "erasing_record")
    there = (project.frozen / SEEN_FILE).is_file()
    return tuple(letters), tuple(values_alone(ws, book, "erasing_record")) if there else ()


def _kept(project: Project, ws: Workspace, people: Sequence[Person]) -> Kept:
    """The groups of anonymised.csv with these persons among them."""
    rules = load_rules(project.rules)
    former = read_groups(project.root / FILE, rules)
    return Kept(rules, make_anonymous(rules, former + groups_of(ws, rules, [person.contact_id for person in people])))


def planned_data(erasure: Erasure) -> dict[str, Any]:
    """What would be done, and what would be left alone: places and counts, no value."""
    root = erasure.project.root
    rewritten = {**erasure.memory, erasure.project.frozen.name: len(erasure.letters) + len(erasure.values)}
    return {
        "persons": len(erasure.people),
        "records": len([record for person in erasure.people for record in (*person.records, *person.former)]),
        "would": [
            {"place": "workspace and outputs", "did": "made again", "count": len(erasure.outputs)},
            *({"place": name, "did": "rewritten", "count": count} for name, count in rewritten.items() if count),
            {"place": erasure.project.suppressed.name, "did": "added", "count": len(erasure.entries)},
        ],
        "statistics": erasure.kept.data if erasure.kept else None,
        "left_alone": [
            *({"place": shown(held.path, root), "lines": list(held.lines)} for held in erasure.held),
            *({"place": name, "records": count} for name, count in erasure.databases.items()),
            *({"place": shown(path, root), "lines": lines} for path, lines in erasure.others.holding.items()),
            *({"place": f"environment {name}", "contacts": count} for name, count in erasure.environments.items()),
        ],
    }


def _last_run(project: Project, wishes: Wishes) -> RunOptions:
    """The options of the last run, from its manifest."""
    try:
        manifest = json.loads((project.out / MANIFEST).read_text(encoding="utf-8"))
        said, as_of = manifest["options"], date.fromisoformat(manifest["as_of"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError("the project has no finished run", hint="Run `assay run` first.") from None
    language = next((known for known in LANGUAGES if known == said.get("language")), None)
    options = RunOptions(
        sources=(),
        out=project.out,
        workspace=project.workspace,
        as_of=as_of,
        institution=said.get("institution"),
        organization=said.get("organization") or "*",
        country=said.get("country"),
        language=language,
        threads=wishes.threads,
        memory=wishes.memory,
    )
    return project_options(project, options)


def _refuse_another_run(project: Project, changed: Sequence[str]) -> None:
    """The run must be the last one again: other sources or rules would change contacts that nobody asked about."""
    from engine.freezing import read_frozen, refuse_changes

    if changed:
        raise UsageError(
            f"sources have changed since the last run: {', '.join(changed)}",
            hint="Run `assay run` first; or give --no-run, and the outputs are gone until the next run.",
        )
    frozen = read_frozen(project)
    if frozen is not None:
        refuse_changes(project, frozen)


def _outputs(project: Project) -> tuple[str, ...]:
    manifest = json.loads((project.out / MANIFEST).read_text(encoding="utf-8"))
    return tuple(sorted(str(entry["file"]) for entry in manifest["files"]))


def carry_out(
    erasure: Erasure, *, by: str, why: str, at: str, wishes: Wishes, operation: str, watcher: Watcher
) -> dict[str, object]:
    """Do it.

    Args:
        erasure: what :func:`plan_erasure` found.
        by: who decides.
        why: the reason; it stands in the certificate.
        at: moment (ISO 8601).
        wishes: as planned.
        operation: what the target is to be asked for: ANONYMIZE.
        watcher: is told the steps.

    Returns:
        The certificate's data; ``folder`` is where it stands.

    Raises:
        UsageError: the reason names a person.
        AssayError: the new run failed; the persons are erased all the same, and the certificate says it.
    """
    project, traces = erasure.project, erasure.traces
    if any(traces.holds(text) for text in (by, why)):
        raise UsageError(
            "--by or --why says something that only the person held",
            hint="The certificate stays when the person is gone: name the request by its number or date.",
        )
    Workspace.look(project.workspace).close()  # nobody else is at work here
    folder = new_folder(project.root / "erasures", at[:10])
    watcher.step("suppression list")
    add_suppressed(project.suppressed, erasure.entries)
    watcher.step("decisions, numbers, former extracts")
    if erasure.kept is not None:
        write_groups(project.root / FILE, erasure.kept.rules, erasure.kept.groups)
    rewritten = scrub_memory(project, erasure.people, traces, erasure.letters, erasure.values)
    forgotten = forget_delivered(project, [person.contact_nr for person in erasure.people])
    taken_out = {held.source: take_lines_out(held) for held in _own(project, erasure.held)} if wishes.incoming else {}
    watcher.step("workspace and outputs")
    destroyed = destroy(project.workspace, keep=KEPT)
    for name in erasure.outputs:
        if (project.out / name).resolve().is_relative_to(project.out.resolve()):
            overwrite(project.out / name)
    overwrite(project.out / MANIFEST)
    copies = [
        path for path in erasure.others.holding if wishes.copies and is_copy(path.relative_to(project.root).as_posix())
    ]
    for path in copies:
        overwrite(path)
    write_operations(folder, [person.contact_nr for person in erasure.people], operation, at[:10])
    # planned for every environment that holds them; an environment is never edited from here
    add_requests(project.root, [Request(person.contact_nr, operation, "erased") for person in erasure.people])
    failed: AssayError | None = None
    if wishes.rerun:
        try:
            run(replace(erasure.options, project=project), watcher)
        except AssayError as error:
            failed = error
    watcher.step("search")
    swept, left = _sweep(erasure)
    certificate = write_certificate(
        folder,
        erasure,
        by=by,
        why=why,
        at=at,
        operation=operation,
        rewritten=rewritten,
        workspace_files=destroyed,
        taken_out=taken_out,
        forgotten=forgotten,
        destroyed=[*copies, *swept],
        left=left,
        run="failed" if failed else "made again" if wishes.rerun else "not made",
    )
    papers = journal.fingerprints(project.root, [folder / "certificate.json"])
    journal.note(project, "anonymise" if erasure.kept else "erase", persons=len(erasure.people), by=by, files=papers)
    if failed is not None:
        raise AssayError(
            f"the person is erased, but the run could not be made again: {failed.message}",
            hint=failed.hint or "Put it right, then `assay run`.",
        )
    return certificate


def _own(project: Project, held: Sequence[Held]) -> list[Held]:
    """Sources inside the project folder: the others are the customer's own and are never written."""
    return [one for one in held if one.path.resolve().is_relative_to(project.root.resolve())]


def _sweep(erasure: Erasure) -> tuple[list[Path], Searched]:
    """Destroy outputs of other commands that hold a trace (logs, verdicts, old import files); search what is left."""
    project = erasure.project
    ours = {project.out / name for name in (*_fresh_outputs(project), MANIFEST)}
    swept = [path for path in search(project.out, erasure.traces).holding if path not in ours]
    for path in swept:
        overwrite(path)
    return swept, search(project.root, erasure.traces, without=UNSEARCHED)


def _fresh_outputs(project: Project) -> tuple[str, ...]:
    return _outputs(project) if (project.out / MANIFEST).is_file() else ()
