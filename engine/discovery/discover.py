"""Discover: read every table of the sources, make a plan, tell it, write it into a project."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit

from engine.analysis.tables import all_at_hand, every_table
from engine.discovery.facts import Table, gather_facts
from engine.discovery.found import plan_of_facts
from engine.discovery.joins import Join, find_joins
from engine.discovery.plan import Plan
from engine.discovery.profiled import fits, plan_of_profile
from engine.errors import SourceError, UsageError
from engine.intake.source_file import SourceFile
from engine.intake.sources import Asked
from engine.options import RunOptions, open_workspace, rule_books, source_files
from engine.progress import Watcher
from engine.project import PROJECT_FILE, Project
from engine.rulebook import RuleBook
from engine.rulebook.mapping import HeaderRules, SourceMapping, dump_mapping, mapping_file
from engine.rulebook.profiles import Profile
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace

FOLDER = "profiles"


@dataclass(frozen=True, slots=True)
class Discovered:
    """What was found.

    Attributes:
        data: all of it as plain data, without a value of any contact.
        mapping: the mapping of the table of contacts, with its joins.
        asked: the sources that the plan reads, the table of contacts first, with their names.
    """

    data: dict[str, Any]
    mapping: SourceMapping
    asked: tuple[Asked, ...]


def discover(run: RunOptions, profile: str | None, watcher: Watcher) -> Discovered:
    """Find the tables of contacts, addresses and numbers in the sources of ``run``, and how they join.

    Args:
        run: sources, rules, threads and memory; its folders are not used.
        profile: name of a profile in rules/profiles; None = the one that fits, or none.
        watcher: told what happens.

    Raises:
        SourceError: a source cannot be read, or no table holds contacts.
        UsageError: there is no such profile, or it does not fit.
        RuleErrors: a profile has mistakes.
    """
    book, _ = rule_books(run.project)
    with tempfile.TemporaryDirectory(prefix="assay-discover-") as folder:
        run = replace(run, workspace=Path(folder))
        with open_workspace(run) as ws:
            asked, notes = _stage(ws, run, book, watcher)
            usable, others = _guess(ws, watcher)
            tables = gather_facts(ws, usable, others)
            watcher.step("joins")
            joins = find_joins(ws, tables)
            chosen = _profile(book, profile, tables)
            if chosen is not None:
                plan = plan_of_profile(chosen[1], tables)
            elif usable:
                plan = plan_of_facts(ws, tables, joins, usable, book.load("mapping/headers.yml", HeaderRules))
            else:
                raise SourceError(
                    "no table holds contacts: none has a name, an organisation, an e-mail or a telephone",
                    hint="Name the system with --profile, or another source.",
                )
    mapping = plan.mapping()
    used = {mapping.source, *(table.table for table in mapping.join)}
    reading = sorted((one for one in asked if one.name in used), key=lambda one: (one.name != mapping.source, one.name))
    return Discovered(_data(plan, tables, joins, chosen, mapping, [*notes, *plan.notes]), mapping, tuple(reading))


def write_discovered(found: Discovered, project: Project) -> list[Path]:
    """Write the mapping and the sources into a project that names neither; returns what was written.

    Raises:
        UsageError: the project names a source of that name, or has its mapping already.
    """
    path = project.rules / mapping_file(found.mapping.source)
    names = {source.name for source in project.sources}
    if path.exists() or names & {source.name for source in found.asked}:
        raise UsageError(
            f"the project already has {path.name if path.exists() else 'sources of these names'}",
            hint="Remove them, or make another project: assay init DIR.",
        )
    document = tomlkit.parse((project.root / PROJECT_FILE).read_text(encoding="utf-8"))
    sources = document.get("sources")
    if sources is None or not isinstance(sources, tomlkit.items.AoT):
        document.pop("sources", None)
        sources = tomlkit.aot()
        document.append("sources", sources)
    for source in found.asked:
        entry = tomlkit.table()
        entry.append("name", source.name)
        if isinstance(source, SourceFile):
            entry.append("path", _path(source.path, project.root))
        else:
            entry.append("url", _url(source))
        if source.table is not None:
            entry.append("table", source.table)
        sources.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump_mapping(found.mapping), encoding="utf-8")
    (project.root / PROJECT_FILE).write_text(tomlkit.dumps(document), encoding="utf-8")
    return [path, project.root / PROJECT_FILE]


def _path(path: Path, root: Path) -> str:
    absolute = path.absolute()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else absolute.as_posix()


def _url(source: Any) -> str:
    address = source.address
    return str(address.shown if address.user is None else address.shown.replace("://", f"://{address.user}@", 1))


def _stage(ws: Workspace, run: RunOptions, book: RuleBook, watcher: Watcher) -> tuple[list[Asked], list[str]]:
    from engine import intake
    from engine.intake.source_file import named

    scratch = run.workspace / "scratch"
    scratch.mkdir(mode=0o700)
    ws.create(PROTOCOL_STEP)
    watcher.step("intake")
    named_sources = source_files(run)
    with all_at_hand(named_sources, scratch) as sources:
        every = every_table(sources, scratch)
        asked = named(every.asked)
        report = intake.stage_sources(
            ws, asked, scratch=scratch, watcher=watcher, book=book, unchosen=every.unchosen
        ).check()
    asked = _as_named(asked, dict(zip(map(_place, sources), named_sources, strict=True)))
    return asked, [*every.notes, *(note for note in report.notes if note.endswith(intake.LEFT_OUT))]


def _as_named(asked: Sequence[Asked], given: Mapping[object, Asked]) -> list[Asked]:
    """The tables under the places they were named by: a copy of what was fetched is gone after the reading."""
    return [
        one if (place := given[_place(one)]) is one else replace(place, name=one.name, table=one.table) for one in asked
    ]


def _place(source: Asked) -> object:
    return source.path if isinstance(source, SourceFile) else source.address.shown


def _guess(ws: Workspace, watcher: Watcher) -> tuple[dict[str, SourceMapping], dict[str, SourceMapping]]:
    """Guesses about every table by the shipped rules: a project's own mapping is what is being made here."""
    from engine import intake

    others: dict[str, SourceMapping] = {}
    usable = intake.guess_mapping(ws, RuleBook([]), watcher=watcher, unusable=others)
    return {mapping.source: mapping for mapping in usable}, others


def _profile(book: RuleBook, wanted: str | None, tables: Sequence[Table]) -> tuple[str, Profile] | None:
    known = sorted({path.stem for root in book.roots for path in (root / FOLDER).glob("*.yml")})
    if wanted is not None:
        if wanted not in known:
            raise UsageError(f"no profile is called {wanted[:60]!r}", hint=f"Profiles: {', '.join(known)}.")
        return wanted, book.load(f"{FOLDER}/{wanted}.yml", Profile)
    for name in known:
        profile = book.load(f"{FOLDER}/{name}.yml", Profile)
        if fits(profile, tables):
            return name, profile
    return None


def _data(
    plan: Plan,
    tables: Sequence[Table],
    joins: Sequence[Join],
    chosen: tuple[str, Profile] | None,
    mapping: SourceMapping,
    notes: Sequence[str],
) -> dict[str, Any]:
    return {
        "profile": None if chosen is None else chosen[0],
        "contacts": plan.main,
        "tables": [
            {
                "table": table.name,
                "role": plan.roles[table.name],
                "lines": table.lines,
                "columns": [
                    {
                        "column": column.header,
                        "filled": column.filled,
                        "distinct": column.distinct,
                        "key": column.is_key,
                        "attribute": column.attribute,
                    }
                    for column in table.columns
                ],
            }
            for table in tables
        ],
        "joins": [
            {
                "table": join.child, "column": join.column, "key_of": join.parent, "key": join.key,
                "share": round(join.share, 4), "names_agree": join.named, "several_rows": join.several,
            }
            for join in joins
        ],
        "feeds": {column.header: column.attribute for column in mapping.columns if column.attribute is not None},
        "notes": list(notes),
    }  # fmt: skip
