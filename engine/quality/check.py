"""Check tables against the suites: findings to the row, counts to the expectation, scores to the column."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import get_args

import duckdb
import pyarrow as pa

from engine.counted import counted
from engine.errors import AssayError, Problem, RuleErrors
from engine.ledger import StageReport
from engine.progress import Watcher
from engine.quality.deferred import deferred
from engine.quality.filled import count_filled
from engine.quality.findings import failing_rows, finding_select, query_of_rows
from engine.quality.outcome import Outcome
from engine.quality.scores import Judged, append_scores, count_looked_at
from engine.quality.subject import SUBJECTS
from engine.rulebook import RuleBook
from engine.rulebook.expectations import CheckedTable, Dimension, ExpectationRule, Suite, load_suites, problem_at
from engine.sql import identifier, qualified
from engine.tables import QUALITY_EXPECTATION, QUALITY_FINDING, QUALITY_PREVIOUS, QUALITY_SCORE
from engine.vocabulary import Language, Severity
from engine.workspace import Workspace, in_list

RECORDS: tuple[CheckedTable, ...] = ("intake.record", "standardise.record")
"""What is checked before matching."""

_TRUE_UNASKED = Outcome(success=True, failed=0)


def warm_up() -> None:
    """Import Great Expectations (3 s), so that a thread can do it while other stages wait for DuckDB.

    Safe beside other imports: each module is imported under its own lock, by whoever comes first. Without a network
    and without telemetry: the variable that switches it off is read at import.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with deferred("scipy.stats", "altair"):
        import engine.quality.validation  # noqa: F401


def check(
    ws: Workspace,
    book: RuleBook,
    *,
    suites: Sequence[str] | None = None,
    tables: Sequence[CheckedTable] = RECORDS,
    as_of: date,
    watcher: Watcher,
) -> StageReport:
    """Validate the suites on their tables; add to ``quality.expectation``, ``quality.finding`` and ``quality.score``.

    May be called several times in a run, once the tables are there; what was said of ``tables`` before is replaced.
    A finding names row, attribute, expectation and reason, never the value. Every row goes on, whatever was
    found: the stage holds nothing back.

    Args:
        ws: workspace with the tables the suites are about.
        book: ``RuleBook(overlays, base=shipped("expectations"))``.
        suites: names of the suites to check; None = all that are not switched off.
        tables: tables to check; suites about others are left out.
        as_of: the day the run is made for, ``$PARAMETER: as_of`` in a suite.
        watcher: told what was found.

    Returns:
        Rows in and out; figures: ``expectations``, ``expectations_failed``, ``findings``, findings by severity
        and by dimension, ``<rows>_with_findings`` and ``<rows>_with_errors``.

    Raises:
        RuleErrors: mistakes in the suites, all of them.
        AssayError: an expectation could not be computed, or its findings are not as many as its failures.
    """
    chosen = [suite for suite in load_suites(book, suites) if suite.table in tables]
    _refuse_bad_queries(ws, book, chosen)
    for contract in (QUALITY_EXPECTATION, QUALITY_FINDING, QUALITY_SCORE, QUALITY_PREVIOUS):
        if not ws.exists(contract.name):
            ws.create(contract)
    _forget(ws, tables)
    for table in tables:
        of_table = [suite for suite in chosen if suite.table == table]
        if of_table:
            _check_table(ws, book, table, of_table, as_of, watcher)
    return _report(ws, tables, watcher)


def write_data_docs(
    ws: Workspace, book: RuleBook, folder: Path, *, as_of: date, language: Language = "en", show_values: bool = False
) -> Path:
    """Great Expectations' own pages of what :func:`check` found; see :mod:`engine.quality.data_docs`."""
    warm_up()
    from engine.quality import data_docs

    return data_docs.write_data_docs(ws, book, folder, as_of=as_of, language=language, show_values=show_values)


def _forget(ws: Workspace, tables: Sequence[CheckedTable]) -> None:
    """Take out what an earlier call said of ``tables``."""
    about = in_list(tables)
    ws.execute(
        f'delete from quality.score where suite in (select suite from quality.expectation where "table" in {about})'
    )
    for contract in (QUALITY_EXPECTATION, QUALITY_FINDING):
        ws.execute(f'delete from {qualified(contract.name)} where "table" in {about}')


def _check_table(
    ws: Workspace, book: RuleBook, table: CheckedTable, suites: Sequence[Suite], as_of: date, watcher: Watcher
) -> None:
    warm_up()
    from engine.quality.validation import validate

    rules = list(_rules(suites))
    watcher.step(f"{len(rules)} expectations of {len(suites)} suites on {table}")
    filled = count_filled(ws, table, [rule for _, _, rule in rules])
    asked = [entry for entry in rules if not filled.is_true_unasked(entry[2])]
    outcomes = validate(
        ws.connection,
        table,
        [(problem_at(book, suite.suite, number, ""), rule) for suite, number, rule in asked],
        {"as_of": as_of.isoformat()},
    )
    found = {(suite.suite, rule.name): outcome for (suite, _, rule), outcome in zip(asked, outcomes, strict=True)}
    judged = [_judge(ws, suite, rule, found.get((suite.suite, rule.name), _TRUE_UNASKED)) for suite, _, rule in rules]
    checked = count_looked_at(ws, table, judged)
    entries = [
        _entry(
            table,
            one,
            found.get((one.suite, one.rule.name), _TRUE_UNASKED).success,
            filled.rows,
            sum(by_source.values()),
        )
        for one, by_source in zip(judged, checked, strict=True)
    ]
    ws.put("quality_validated", pa.Table.from_pylist(entries, _ENTRY))
    ws.append(QUALITY_EXPECTATION, "select * from quality_validated")
    ws.drop("quality_validated")
    append_scores(ws, table, judged, checked)


def _judge(ws: Workspace, suite: Suite, rule: ExpectationRule, outcome: Outcome) -> Judged:
    """Write the findings of ``rule`` and keep what its score needs."""
    failing = None
    if rule.by_record and outcome.failed:
        failing = failing_rows(rule, suite.table, outcome.index_query, outcome.condition)
        if rule.listed:
            _find(ws, suite, rule, outcome.failed, failing)
    return Judged(suite.suite, rule, outcome.condition, outcome.failed, failing)


_ENTRY = pa.schema(
    [
        (column.name, {"VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "BIGINT": pa.int64()}[column.type])
        for column in QUALITY_EXPECTATION.columns
    ]
)


def _entry(table: CheckedTable, one: Judged, success: bool, rows: int, checked: int) -> dict[str, object]:
    """A row of ``quality.expectation``."""
    rule, meta = one.rule, one.rule.meta
    return {
        "suite": one.suite,
        "expectation": rule.name,
        "table": table,
        "type": rule.type,
        "column": meta.column,
        "severity": rule.severity,
        "dimension": meta.dimension,
        "success": success,
        "rows": rows,
        "rows_checked": checked,
        "rows_failed": one.failed,
        "listed": rule.listed,
        "sentence": meta.sentence.en,
        "sentence_fr": meta.sentence.fr,
        "sentence_de": meta.sentence.de,
        "sentence_it": meta.sentence.it,
        "owner": meta.owner,
    }


def _find(ws: Workspace, suite: Suite, rule: ExpectationRule, failed: int, failing: str) -> None:
    before = ws.count(QUALITY_FINDING.name)
    found = ws.append(QUALITY_FINDING, finding_select(suite.suite, rule, suite.table, failing)) - before
    if found != failed:
        raise AssayError(
            f"{suite.suite}.{rule.name}: {failed} rows failed, but {found} findings were written",
            hint="This is a defect of Assay, not of your data: please report it with the suite.",
        )


def _rules(suites: Sequence[Suite]) -> Iterator[tuple[Suite, int, ExpectationRule]]:
    for suite in suites:
        for number, rule in enumerate(suite.expectations):
            yield suite, number, rule


def _refuse_bad_queries(ws: Workspace, book: RuleBook, suites: Sequence[Suite]) -> None:
    """Plan every query of the suites before anything costly: a mistake in one is a mistake in a rule file."""
    problems: list[Problem] = []
    for suite, number, rule in _rules(suites):
        if rule.kwargs.unexpected_rows_query is None:
            continue
        try:
            ws.rows(f"explain {finding_select(suite.suite, rule, suite.table, query_of_rows(rule, suite.table))}")
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
            said = str(error).splitlines()[0]
            problems.append(problem_at(book, suite.suite, number, f"{rule.name}: {said}"))
    if problems:
        raise RuleErrors(problems)


_CALLED = {"info": "note"}
"""Severities that a sentence calls by another word."""


def _report(ws: Workspace, tables: Sequence[CheckedTable], watcher: Watcher) -> StageReport:
    """What was found in ``tables``, which are about the same kind of rows."""
    subject = SUBJECTS[tables[0]]
    about = in_list(tables)
    expectations, failed = ws.rows(
        f'select count(*), count(*) filter (not success) from quality.expectation where "table" in {about}'
    )[0]
    key = "coalesce(record_id, contact_id)"
    findings, found, with_errors = ws.rows(
        f"select count(*), count(distinct {key}), count(distinct {key}) filter (severity = 'error') "
        f'from quality.finding where "table" in {about}'
    )[0]
    severities = _findings_by(ws, about, "severity", get_args(Severity))
    units = f"{subject.unit}s"
    figures: dict[str, int | float | str] = {
        "expectations": expectations,
        "expectations_failed": failed,
        "findings": findings,
        **severities,
        **_findings_by(ws, about, "dimension", get_args(Dimension)),
        f"{units.replace(' ', '_')}_with_findings": found,
        f"{units.replace(' ', '_')}_with_errors": with_errors,
    }
    checked = max((ws.count(table) for table in tables if ws.exists(table)), default=0)
    counts = ", ".join(counted(number, _CALLED.get(severity, severity)) for severity, number in severities.items())
    note = f"{found:,} of {counted(checked, subject.unit)} with findings ({counts}); {with_errors:,} with errors"
    watcher.say(note)
    return StageReport(subject.stage, subject.unit, checked, checked, notes=(note,), figures=figures)


def _findings_by(ws: Workspace, about: str, column: str, words: Sequence[str]) -> dict[str, int]:
    """Findings by a column of quality.expectation: every word, in its order, also those without any."""
    name = identifier(column)
    found = dict(
        ws.rows(
            "with counted as (select suite, expectation, count(*) as findings from quality.finding "
            f'where "table" in {about} group by all) '
            f"select expectation.{name}, sum(counted.findings)::bigint "
            "from quality.expectation join counted using (suite, expectation) group by all"
        )
    )
    return {word: int(found.get(word, 0)) for word in words}
