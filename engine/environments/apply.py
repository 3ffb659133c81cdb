"""Import files are applied to a base, and their log is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from engine import journal
from engine.definitions import Definitions, as_setting, of_settings, read_definition_file, told_by_rules
from engine.deliveries import refuse_foreign
from engine.environments.place import Confirmation, Place, confirm, existing_store, is_production, scratch, working
from engine.errors import UsageError
from engine.importfile import ImportFile, open_import_file
from engine.options import DEMO_INSTITUTION
from engine.presentation.import_log import write_import_log
from engine.progress import Watcher
from engine.rulebook.definitions import RULE_FILE, DefinitionRules
from engine.rulebook.import_rules import ImportRules
from engine.target import Answered, Application, Base, Store, answer_file, empty_snapshot
from engine.target.columns import ANSWER, CONTACT, PROPERTY, SALE
from engine.vocabulary import Language
from engine.workspace import Workspace

_ANSWER = (
    ("answer_no", "bigint"), ("line_no", "bigint"), ("contact_nr", "varchar"), ("field", "varchar"),
    ("rule", "varchar"), ("outcome", "varchar"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """A file that defines criteria or types of structures, read and found right."""

    path: Path
    sha256: str
    definitions: Definitions


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

    Definition files among them go first: a criterion must be there before a row uses it.

    A file that was applied before (by its hash) changes nothing; its log is written again.

    Args:
        at: moment of the application, kept in the base's record.
        log: folder of the log.

    Returns:
        Per file: rows, imported, not imported, changed, whether it was applied now, and then also how many structures
        the import made for relays; and the log's files.

    Raises:
        UsageError: no such environment, or production that was not confirmed.
        SourceError: a file is neither an import nor a definition file, defines something wrongly, or was made for
            another environment (nothing is changed then), or for another institution; files before it stay applied.
    """
    rules = place.rules()
    with working(place) as ws, existing_store(place, name, ws) as store:
        settings = store.settings()
        production = is_production(place, name, settings)
        if production and settings["institution"] == DEMO_INSTITUTION:
            raise UsageError(f"{name} is production: files of the institution {DEMO_INSTITUTION} have no place there")
        # every file is looked at before the first one changes anything
        opened = [_open(place, path, rules, ws) for path in files]
        # what rows use is defined before them, in whatever order the files are named
        opened.sort(key=lambda file: not isinstance(file, DefinitionFile))
        for file in opened:
            refuse_foreign(place.folder, file.path, file.sha256, name)
        before = {application.sha256: application for application in store.applications()}
        if any(file.sha256 not in before for file in opened):
            confirm(production, name, confirmation)
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
                else _define(ws, store, file, settings, at)
                if isinstance(file, DefinitionFile)
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


def _open(place: Place, path: Path, rules: ImportRules, ws: Workspace) -> ImportFile | DefinitionFile:
    """An import file, or the definitions that go before one: those are checked whole here."""
    definitions = read_definition_file(path, place.book().load(RULE_FILE, DefinitionRules))
    if definitions is not None:
        return DefinitionFile(path, journal.fingerprint(path), definitions)
    return open_import_file(path, rules.aliases, scratch(ws))


def _define(ws: Workspace, store: Store, file: DefinitionFile, settings: Mapping[str, str], at: str) -> dict[str, Any]:
    """Let the base know what a definition file says; no contact changes."""
    empty_snapshot(ws)
    ws.execute("create or replace temp table touched (contact_nr varchar)")
    ws.execute(f"create or replace temp table answer ({', '.join(f'{name} {kind}' for name, kind in _ANSWER)})")
    rows = file.definitions.count
    record = Application(_next_number(store), file.sha256, file.path.name, at, rows, rows, 0)
    store.write(ws, record, as_setting(of_settings(settings).and_then(file.definitions)))
    codes = {"CRITERIA": file.definitions.criteria, "STRUCT_TYPE": file.definitions.structure_types}
    return {
        **_fact(ws, Answered(rows, rows, 0, 0, 0), applied=True),
        "defined": {kind: sorted(found) for kind, found in codes.items() if found is not None},
    }


def _next_number(store: Store) -> int:
    return 1 + max((application.application_no for application in store.applications()), default=0)


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
    defined = told_by_rules(rules.defined).and_then(of_settings(settings))
    ws.execute("create or replace temp table before_contact as select contact_nr from contact")
    answered = answer_file(ws, file, defined.in_force(rules), base)
    record = Application(
        _next_number(store),
        file.sha256,
        file.path.name,
        at,
        answered.rows,
        answered.imported,
        answered.not_imported,
    )
    store.write(ws, record, {"last_number": str(answered.last_number)})
    return {**_fact(ws, answered, applied=True), "structures_made": _structures_made(ws)}


def _structures_made(ws: Workspace) -> int:
    """Structures that the import made by itself, for rows of relays: no row is theirs."""
    new = int(
        ws.value(
            "select count(*) from contact where kind = 'structure' "
            "and contact_nr not in (select contact_nr from before_contact)"
        )
    )
    own = int(
        ws.value(
            """
select count(*) from line
where "OPERATION" = 'INSERT' and row_no not in (select row_no from refused)
    and nullif("OFFICIAL_NAME", '=') is not null
    and nullif("FIRSTNAME", '=') is null and nullif("LASTNAME", '=') is null"""
        )
    )
    ws.drop("before_contact")
    return max(new - own, 0)  # a row of the file may drop a structure that a row before made


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
