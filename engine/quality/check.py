"""Check the records against the suites: findings to the record, counts to the expectation."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import get_args

import duckdb

from engine.errors import AssayError, Problem, RuleErrors
from engine.ledger import StageReport
from engine.progress import Watcher
from engine.quality.filled import count_filled
from engine.quality.findings import failing_rows, finding_select, query_of_rows
from engine.quality.outcome import Outcome
from engine.rulebook import RuleBook
from engine.rulebook.expectations import CheckedTable, Dimension, ExpectationRule, Suite, load_suites, problem_at
from engine.sql import identifier
from engine.tables import QUALITY_EXPECTATION, QUALITY_FINDING
from engine.vocabulary import Severity
from engine.workspace import Workspace

_TRUE_UNASKED = Outcome(success=True, failed=0)


def warm_up() -> None:
    """Import Great Expectations (4 to 9 s), so that a thread can do it while other stages wait for DuckDB.

    Safe beside other imports: each module is imported under its own lock, by whoever comes first. Without a network
    and without telemetry: the variable that switches it off is read at import.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import engine.quality.validation  # noqa: F401


def check(
    ws: Workspace, book: RuleBook, *, suites: Sequence[str] | None = None, as_of: date, watcher: Watcher
) -> StageReport:
    """Validate the suites on their tables; fill ``quality.expectation`` and ``quality.finding``.

    A finding names record, attribute, expectation and reason, never the value. Every record goes on, whatever was
    found: the stage holds nothing back.

    Args:
        ws: workspace with the tables the suites are about.
        book: ``RuleBook(overlays, base=shipped("expectations"))``.
        suites: names of the suites to check; None = all that are not switched off.
        as_of: the day the run is made for, ``$PARAMETER: as_of`` in a suite.
        watcher: told what was found.

    Returns:
        Records in and out; figures: ``expectations``, ``expectations_failed``, ``findings``, findings by severity
        and by dimension, ``records_with_findings`` and ``records_with_errors``.

    Raises:
        RuleErrors: mistakes in the suites, all of them.
        AssayError: an expectation could not be computed, or its findings are not as many as its failures.
    """
    chosen = load_suites(book, suites)
    _refuse_bad_queries(ws, book, chosen)
    ws.create(QUALITY_EXPECTATION)
    ws.create(QUALITY_FINDING)
    by_table = sorted(chosen, key=lambda suite: suite.table)
    for table, of_table in groupby(by_table, key=lambda suite: suite.table):
        _check_table(ws, book, table, list(of_table), as_of, watcher)
    return _report(ws, watcher)


def _check_table(
    ws: Workspace, book: RuleBook, table: str, suites: Sequence[Suite], as_of: date, watcher: Watcher
) -> None:
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
    for suite, _, rule in rules:
        outcome = found.get((suite.suite, rule.name), _TRUE_UNASKED)
        if rule.by_record and rule.listed and outcome.failed:
            _find(ws, suite, rule, outcome.failed, failing_rows(rule, table, outcome.index_query, outcome.condition))
        ws.connection.execute(
            "insert into quality.expectation values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                suite.suite,
                rule.name,
                rule.type,
                rule.meta.column,
                rule.severity,
                rule.meta.dimension,
                outcome.success,
                filled.checked(rule, outcome),
                outcome.failed,
                rule.meta.sentence.en,
                rule.meta.sentence.fr,
                rule.meta.sentence.de,
                rule.meta.sentence.it,
                rule.meta.owner,
            ],
        )


def _find(ws: Workspace, suite: Suite, rule: ExpectationRule, failed: int, failing: str) -> None:
    before = ws.count(QUALITY_FINDING.name)
    found = ws.append(QUALITY_FINDING, finding_select(suite.suite, rule, failing)) - before
    if found != failed:
        raise AssayError(
            f"{suite.suite}.{rule.name}: {failed} records failed, but {found} findings were written",
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
            ws.rows(f"explain {finding_select(suite.suite, rule, query_of_rows(rule, suite.table))}")
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
            said = str(error).splitlines()[0]
            problems.append(problem_at(book, suite.suite, number, f"{rule.name}: {said}"))
    if problems:
        raise RuleErrors(problems)


def _report(ws: Workspace, watcher: Watcher) -> StageReport:
    expectations, failed = ws.rows("select count(*), count(*) filter (not success) from quality.expectation")[0]
    records, with_errors = ws.rows(
        "select count(distinct record_id), count(distinct record_id) filter (severity = 'error') from quality.finding"
    )[0]
    severities = _findings_by(ws, "severity", get_args(Severity))
    figures: dict[str, int | float | str] = {
        "expectations": expectations,
        "expectations_failed": failed,
        "findings": ws.count(QUALITY_FINDING.name),
        **severities,
        **_findings_by(ws, "dimension", get_args(Dimension)),
        "records_with_findings": records,
        "records_with_errors": with_errors,
    }
    checked = max(ws.count(table) for table in get_args(CheckedTable) if ws.exists(table))
    counts = ", ".join(f"{number:,} {severity}" for severity, number in severities.items())
    note = f"{records:,} of {checked:,} records have findings ({counts}); {with_errors:,} have errors"
    watcher.say(note)
    return StageReport("quality", "record", checked, checked, notes=(note,), figures=figures)


def _findings_by(ws: Workspace, column: str, words: Sequence[str]) -> dict[str, int]:
    """Findings by a column of quality.expectation: every word, in its order, also those without any."""
    name = identifier(column)
    found = dict(
        ws.rows(
            "with counted as (select suite, expectation, count(*) as findings from quality.finding group by all) "
            f"select expectation.{name}, sum(counted.findings)::bigint "
            "from quality.expectation join counted using (suite, expectation) group by all"
        )
    )
    return {word: int(found.get(word, 0)) for word in words}
