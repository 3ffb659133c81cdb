"""Environments: contact bases of a project (dev, preprod, prod) that import files are rehearsed and applied in.

Files of a base hold personal data: they are private to the user, and nothing of them but counts is ever told.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine import journal
from engine.deliveries import refuse_foreign
from engine.errors import SourceError, SurroundingsError, UsageError
from engine.importfile import ImportFile, open_import_file
from engine.options import DEMO_INSTITUTION
from engine.presentation.import_log import write_import_log
from engine.progress import Watcher
from engine.project import Project
from engine.rulebook import RuleBook
from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier
from engine.target import Answered, Application, Base, Store, answer_file
from engine.target.columns import ANSWER, APPLICATION, CONTACT, FIELDS, PROPERTY, SALE
from engine.vocabulary import Language
from engine.workspace import Workspace

RULE_FILE = "delivery/import_rules.yml"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where environments are: the project, or a folder without one.

    Attributes:
        folder: holds ``environments/``.
        project: what assay.toml says, None without one.
        threads / memory: what an application may use.
    """

    folder: Path
    project: Project | None = None
    threads: int = 2
    memory: str = "4GB"

    @property
    def bases(self) -> Path:
        """Folder of the embedded bases."""
        return self.folder / "environments"

    @property
    def named(self) -> Mapping[str, Mapping[str, Any]]:
        """What assay.toml says of environments."""
        found = self.project.settings.get("environments", {}) if self.project else {}
        return found if isinstance(found, dict) else {}

    def rules(self) -> ImportRules:
        """The import rules in force.

        Raises:
            RuleErrors: mistakes in rules/delivery/import_rules.yml.
        """
        return RuleBook([self.project.rules] if self.project else []).load(RULE_FILE, ImportRules)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Asks whether production may be changed: gets the name of the environment, answers whether it was typed."""

    ask: Callable[[str], bool]


@contextmanager
def _working(place: Place) -> Iterator[Workspace]:
    """A private workspace for one command; holds nothing after it."""
    folder = place.project.workspace / "environments" if place.project else place.bases / ".work"
    place.bases.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Workspace.open(folder, threads=place.threads, memory=place.memory) as ws:
        yield ws
        for leftover in folder.glob("workspace.duckdb*"):
            leftover.unlink(missing_ok=True)


def _scratch(ws: Workspace) -> Path:
    """A private folder that the next command empties, should this one be killed."""
    assert ws.folder is not None
    return ws.folder / "spill"


@contextmanager
def _store(place: Place, name: str, scratch: Path) -> Iterator[Store]:
    if _NAME.fullmatch(name) is None:
        raise UsageError(
            f"{name[:40]!r} is no name for an environment", hint="Small letters, digits and _, such as preprod."
        )
    store: Store
    if url := place.named.get(name, {}).get("url"):
        from engine.target.postgres import PostgresStore

        store = PostgresStore(str(url), name, scratch)
    else:
        from engine.target.embedded import EmbeddedStore

        store = EmbeddedStore(place.bases / f"{name}.duckdb")
    try:
        yield store
    except Exception as error:
        if not type(error).__module__.startswith("psycopg"):
            raise
        # its text may hold values
        raise SurroundingsError(
            f"the database of environment {name} failed ({type(error).__name__}); nothing was changed",
            hint="Check that the server runs and what its log says.",
        ) from None
    finally:
        store.close()


@contextmanager
def existing_store(place: Place, name: str, ws: Workspace) -> Iterator[Store]:
    """The base ``name``, open; what it moves passes through a private folder of ``ws``.

    Raises:
        UsageError: there is no such environment.
        SurroundingsError: it cannot be reached.
    """
    with _store(place, name, _scratch(ws)) as store:
        if not store.exists():
            raise UsageError(f"there is no environment {name}", hint=f"Make it: assay env create {name}")
        yield store


def _is_production(place: Place, name: str, settings: Mapping[str, str]) -> bool:
    return name == "prod" or bool(place.named.get(name, {}).get("production")) or settings.get("production") == "true"


def create_environment(
    place: Place, name: str, *, institution: str | None, organization: str | None, country: str | None
) -> dict[str, Any]:
    """Make the empty base ``name``; codes that are not given are the project's.

    Raises:
        UsageError: it is there already, the name is none, or production has no institution.
    """
    project = place.project
    settings = {
        "institution": institution or (project.institution if project else None) or DEMO_INSTITUTION,
        "organization": organization or (project.organization if project else None) or "*",
        "country": country or (project.country if project else None) or "",
        "production": "true" if _is_production(place, name, {}) else "false",
        "last_number": "0",
    }
    if settings["production"] == "true" and settings["institution"] == DEMO_INSTITUTION:
        raise UsageError(
            f"{name} is production: it needs the code of its institution, not {DEMO_INSTITUTION}",
            hint="Give --institution CODE, or write it into assay.toml.",
        )
    with _working(place) as ws, _store(place, name, _scratch(ws)) as store:
        if store.exists():
            raise UsageError(f"there is an environment {name} already", hint="See it: assay env list")
        store.create(settings)
    journal.note(project, "environment", action="create", name=name)
    return {"name": name, **settings, "production": settings["production"] == "true"}


def list_environments(place: Place) -> list[dict[str, Any]]:
    """Every base: whose it is, contacts by state, the last file applied."""
    embedded = {path.stem for path in place.bases.glob("*.duckdb")} if place.bases.is_dir() else set()
    found = []
    with _working(place) as ws:
        for name in sorted(embedded | set(place.named)):
            with _store(place, name, _scratch(ws)) as store:
                if not store.exists():
                    continue
                settings, counts, applied = store.settings(), store.counts(), store.applications()
                found.append(
                    {
                        "name": name,
                        "store": "postgresql" if place.named.get(name, {}).get("url") else "embedded",
                        "institution": settings.get("institution"),
                        "organization": settings.get("organization"),
                        "production": _is_production(place, name, settings),
                        "active": counts.get("active", 0),
                        "invalid": counts.get("invalid", 0),
                        "anonymised": counts.get("anonymised", 0),
                        "files_applied": len(applied),
                        "last_file": applied[-1].file if applied else None,
                        "last_applied_at": applied[-1].applied_at if applied else None,
                    }
                )
    return found


def copy_environment(
    place: Place, source: str, target: str, *, replace: bool, confirmation: Confirmation
) -> dict[str, Any]:
    """Make ``target`` a copy of ``source``: contacts, sales, files applied; it stays what it is, production or not.

    Raises:
        UsageError: no such source, the same twice, or a target with contacts and no ``replace``.
    """
    if source == target:
        raise UsageError("an environment cannot be copied onto itself")
    tables = [CONTACT, PROPERTY, SALE, APPLICATION, ANSWER]
    with _working(place) as ws, existing_store(place, source, ws) as origin:
        settings = origin.settings()
        origin.load(ws, tables)
        with _store(place, target, _scratch(ws)) as store:
            there = store.settings() if store.exists() else {}
            production = _is_production(place, target, there)
            if production and settings["institution"] == DEMO_INSTITUTION:
                raise UsageError(f"{target} is production: the institution {DEMO_INSTITUTION} has no place there")
            if there and sum(store.counts().values()) and not replace:
                raise UsageError(f"{target} has contacts already", hint="Give --replace to lose them.")
            _confirm(production, target, confirmation)
            settings = {**settings, "production": "true" if production else "false"}
            if not there:
                store.create(settings)
            store.replace(ws, tables, settings)
            told = {"from": source, "to": target, "contacts": sum(store.counts().values())}
            journal.note(place.project, "environment", action="copy", **told)
            return told


def diff_environments(place: Place, left: str, right: str) -> dict[str, Any]:
    """Contacts that only one of two bases has, and those that differ: counts, and contact numbers."""
    with _working(place) as ws:
        for name, prefix in ((left, "l_"), (right, "r_")):
            with existing_store(place, name, ws) as store:
                store.load(ws, [CONTACT, PROPERTY], prefix)
        for prefix in ("l_", "r_"):
            ws.execute(
                f"""
create or replace temp table {prefix}full as
select {prefix}contact.*, properties from {prefix}contact left join (
    select contact_nr, string_agg(field || chr(31) || code || '=' || value, chr(30) order by field, code) as properties
    from {prefix}property group by contact_nr) using (contact_nr)"""
            )
        compared = [*("kind", "structure_nr", "state", "login"), *FIELDS, "properties"]
        unequal = {name: f"l.{identifier(name)} is distinct from r.{identifier(name)}" for name in compared}
        counts = ", ".join(f"count(*) filter ({test})" for test in unequal.values())
        both = "l_full as l join r_full as r using (contact_nr)"
        by_column = dict(zip(compared, ws.rows(f"select {counts} from {both}")[0], strict=True))
        order = "order by length(contact_nr), contact_nr"
        differing = [
            row[0] for row in ws.rows(f"select contact_nr from {both} where {' or '.join(unequal.values())} {order}")
        ]
        only = {
            side: [
                row[0]
                for row in ws.rows(
                    f"select contact_nr from {ours}full where contact_nr not in (select contact_nr from {theirs}full) "
                    + order
                )
            ]
            for side, ours, theirs in ((left, "l_", "r_"), (right, "r_", "l_"))
        }
        common = int(ws.value(f"select count(*) from {both}"))
    return {
        "left": left,
        "right": right,
        "same": common - len(differing),
        "differing": len(differing),
        "only_left": len(only[left]),
        "only_right": len(only[right]),
        "by_column": {name: count for name, count in by_column.items() if count},
        "contacts": {"differing": differing, "only_left": only[left], "only_right": only[right]},
    }


def set_sales(place: Place, name: str, file: Path) -> dict[str, Any]:
    """Replace the list of contacts with sales by the contact numbers in ``file`` (one a line, or a CSV's CONTACT_NR).

    Raises:
        SourceError: the file cannot be read or holds no number.
    """
    numbers = read_numbers(file)
    with _working(place) as ws, existing_store(place, name, ws) as store:
        ws.put(SALE.name, pa.table({"contact_nr": pa.array(numbers, pa.string())}))
        store.load(ws, [CONTACT])
        known = int(ws.value("select count(*) from contact where contact_nr in (select contact_nr from sale)"))
        store.replace(ws, [SALE], {})
    return {"name": name, "numbers": len(numbers), "known": known, "unknown": len(numbers) - known}


def read_numbers(file: Path) -> list[str]:
    """The contact numbers of ``file``, each once: one a line, or the column CONTACT_NR of a CSV.

    Raises:
        SourceError: the file cannot be read or holds no number.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"cannot read {file.name} as UTF-8 text") from error
    separator = next((sign for sign in ";,\t" if sign in text.split("\n", 1)[0]), ";")
    rows = list(csv.reader(text.splitlines(), delimiter=separator))
    header = [cell.strip() for cell in rows[0]] if rows else []
    column = header.index("CONTACT_NR") if "CONTACT_NR" in header else 0
    found = {row[column].strip() for row in rows if len(row) > column}
    numbers = sorted(number for number in found if re.fullmatch(r"[0-9]{1,20}", number))
    if not numbers:
        raise SourceError(
            f"{file.name} holds no contact number", hint="One number a line, or a CSV with a column CONTACT_NR."
        )
    return numbers


def apply_files(
    place: Place,
    files: Sequence[Path],
    name: str,
    *,
    as_of: date,
    at: str,
    log: Path,
    language: Language,
    confirmation: Confirmation,
    watcher: Watcher,
) -> dict[str, Any]:
    """Apply import files to environment ``name``, each in one transaction, and write their log.

    A file that was applied before (by its hash) changes nothing; its log is written again.

    Args:
        at: moment of the application, kept in the base's record.
        log: folder of the log.

    Returns:
        Per file: rows, imported, not imported, changed, whether it was applied before; and the log's files.

    Raises:
        UsageError: no such environment, or production that was not confirmed.
        SourceError: a file is no import file, or made for another environment (nothing is changed then), or for another
            institution; files before it stay applied.
    """
    rules = place.rules()
    with _working(place) as ws, existing_store(place, name, ws) as store:
        settings = store.settings()
        production = _is_production(place, name, settings)
        if production and settings["institution"] == DEMO_INSTITUTION:
            raise UsageError(f"{name} is production: files of the institution {DEMO_INSTITUTION} have no place there")
        # every file is looked at before the first one changes anything
        opened = [open_import_file(path, rules.aliases, _scratch(ws)) for path in files]
        for file in opened:
            refuse_foreign(place.folder, file.path, file.sha256, name)
        before = {application.sha256: application for application in store.applications()}
        if any(file.sha256 not in before for file in opened):
            _confirm(production, name, confirmation)
        ws.execute(
            "create or replace temp table log_row (file varchar, file_order integer, line_no bigint, "
            "contact_nr varchar, field varchar, rule varchar, outcome varchar)"
        )
        facts = []
        for order, file in enumerate(opened):
            watcher.step(f"{name}: {file.path.name}")
            fact = (
                _told_again(ws, store, before[file.sha256])
                if file.sha256 in before
                else _apply(ws, store, file, rules, settings, as_of, at)
            )
            before = {application.sha256: application for application in store.applications()}
            settings = store.settings()
            facts.append({"file": file.path.name, "sha256": file.sha256, **fact})
            ws.connection.execute(
                "insert into log_row select ?, ?, line_no, contact_nr, field, rule, outcome from answer",
                [file.path.name, order],
            )
        written = write_import_log(ws, rules, facts, log, language=language)
        journal.note(place.project, "apply", environment=name, production=production, as_of=as_of, files=facts)
    return {"environment": name, "files": facts, "log": [str(path) for path in written]}


def _confirm(production: bool, name: str, confirmation: Confirmation) -> None:
    if production and not confirmation.ask(name):
        raise UsageError(
            f"{name} is production: nothing was changed",
            hint="Type the name of the environment when asked, or give --yes-production.",
        )


def _apply(
    ws: Workspace, store: Store, file: ImportFile, rules: ImportRules, settings: Mapping[str, str], as_of: date, at: str
) -> dict[str, Any]:
    store.load(ws, [CONTACT, PROPERTY, SALE])
    base = Base(
        institution=settings["institution"],
        organization=settings["organization"],
        country=settings["country"] or None,
        as_of=as_of,
        last_number=int(settings["last_number"]),
    )
    answered = answer_file(ws, file, rules, base)
    number = 1 + max((application.application_no for application in store.applications()), default=0)
    record = Application(
        number, file.sha256, file.path.name, at, answered.rows, answered.imported, answered.not_imported
    )
    store.write(ws, record, {"last_number": str(answered.last_number)})
    return _fact(ws, answered, applied=True)


def _told_again(ws: Workspace, store: Store, application: Application) -> dict[str, Any]:
    """The answers that the file got when it was applied."""
    store.load(ws, [ANSWER], "all_")
    ws.execute(
        "create or replace temp table answer as select * exclude (application_no) from all_answer "
        "where application_no = $number",
        {"number": application.application_no},
    )
    changed = _changed(ws)
    answered = Answered(application.rows_in, application.rows_imported, application.rows_not_imported, changed, 0)
    return _fact(ws, answered, applied=False)


def _changed(ws: Workspace) -> int:
    return int(
        ws.value(
            "select count(distinct line_no) from answer where outcome in ('dropped', 'truncated') "
            "and line_no not in (select line_no from answer where outcome = 'not_imported')"
        )
    )


def _fact(ws: Workspace, answered: Answered, *, applied: bool) -> dict[str, Any]:
    rules = dict(ws.rows("select rule, count(*) from answer group by rule order by rule"))
    return {
        "applied": applied,
        "rows": answered.rows,
        "imported": answered.imported,
        "not_imported": answered.not_imported,
        "imported_with_changes": answered.changed,
        "rules": rules,
    }


__all__ = [
    "Confirmation", "Place", "apply_files", "copy_environment", "create_environment",
    "diff_environments", "existing_store", "list_environments", "read_numbers", "set_sales",
]  # fmt: skip
