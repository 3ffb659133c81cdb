"""Data Docs: Great Expectations' own pages of the validations, built on request into a folder of the caller's.

Importing this module imports Great Expectations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)
from great_expectations.expectations.expectation import Expectation

from engine.errors import SurroundingsError
from engine.quality.validation import build
from engine.rulebook import RuleBook
from engine.rulebook.expectations import ExpectationRule, Suite, load_suites, problem_at
from engine.sql import identifier
from engine.tables import RAW_SIDE, STANDARDISE_RECORD
from engine.vocabulary import Language
from engine.workspace import Workspace

_EXAMPLES = 3
_SITE = "assay"


def write_data_docs(
    ws: Workspace, book: RuleBook, folder: Path, *, as_of: date, language: Language = "en", show_values: bool = False
) -> Path:
    """Build the site into ``folder``: a page per suite and one per validation.

    Args:
        ws: workspace after :func:`engine.quality.check`.
        book: the rule book that was checked.
        folder: where the site goes.
        as_of: the day of the check, said as the time of validation.
        language: language of the sentences, which stand as notes beside the expectations.
        show_values: give a few failing values of each expectation; otherwise no value of a contact is read.

    Returns:
        The page to open.

    Raises:
        SurroundingsError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SurroundingsError(f"cannot write {folder}: {error.strerror}") from error
    run = RunIdentifier(run_name="check", run_time=datetime.combine(as_of, time(), UTC))
    context = _context(folder)
    checked = dict(ws.rows('select suite, "table" from quality.expectation group by all'))
    for suite in load_suites(book, sorted(checked)):
        expectations = _expectations(book, suite, language)
        context.suites.add(ExpectationSuite(name=suite.suite, expectations=expectations))
        results = list(_results(ws, suite, expectations, show_values))
        key = ValidationResultIdentifier(ExpectationSuiteIdentifier(suite.suite), run, suite.table)
        context.validation_results_store.set(key, _validation(suite, run, results))
    context.build_data_docs(site_names=[_SITE])
    return folder / "index.html"


def _context(folder: Path) -> Any:
    """A context in memory whose only site is ``folder``."""
    context = gx.get_context(mode="ephemeral")
    configured: Any = context.get_config()
    for name in list(configured["data_docs_sites"] or {}):
        context.delete_data_docs_site(name)
    context.add_data_docs_site(
        _SITE,
        {
            "class_name": "SiteBuilder",
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(folder.absolute()),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    return context


def _expectations(book: RuleBook, suite: Suite, language: Language) -> list[Expectation]:
    """The expectations of ``suite``, each with its sentence as a note."""
    placed = [(problem_at(book, suite.suite, number, ""), rule) for number, rule in enumerate(suite.expectations)]
    expectations = build(placed)
    for expectation, rule in zip(expectations, suite.expectations, strict=True):
        expectation.notes = getattr(rule.meta.sentence, language)
    return expectations


def _results(
    ws: Workspace, suite: Suite, expectations: Sequence[Expectation], show_values: bool
) -> Iterable[ExpectationValidationResult]:
    """What was counted of each expectation, in Great Expectations' words."""
    counted = {
        name: counts
        for name, *counts in ws.rows(
            'select expectation, success, "rows", rows_checked, rows_failed from quality.expectation '
            "where suite = $suite",
            {"suite": suite.suite},
        )
    }
    for expectation, rule in zip(expectations, suite.expectations, strict=True):
        success, rows, checked, failed = counted[rule.name]
        result: dict[str, Any] = {
            "element_count": rows,
            "missing_count": rows - checked,
            "missing_percent": _percent(rows - checked, rows),
            "unexpected_count": failed,
            "unexpected_percent": _percent(failed, checked),
            "partial_unexpected_list": _examples(ws, suite, rule) if show_values and failed else [],
        }
        if not rule.by_record:
            result = {"observed_value": "met" if success else "not met"}
        elif rule.type == "unexpected_rows_expectation":
            result = {"observed_value": failed, "details": {"unexpected_rows_count": failed}}
        yield ExpectationValidationResult(
            success=success, expectation_config=expectation.configuration, result=result, meta={}
        )


def _percent(part: int, whole: int) -> float:
    return round(part * 100 / whole, 4) if whole else 0.0


def _examples(ws: Workspace, suite: Suite, rule: ExpectationRule) -> list[str]:
    """The first failing values, by source and line, as the source wrote them."""
    column = rule.meta.column
    if suite.table != "standardise.record" or column not in STANDARDISE_RECORD.column_names:
        return []
    value = identifier(f"{column}_raw" if column in RAW_SIDE else column)
    rows = ws.rows(
        f"select record.{value}::varchar from quality.finding as finding "
        "join standardise.record as record using (record_id) "
        f"where finding.suite = $suite and finding.expectation = $expectation and record.{value} is not null "
        f"order by finding.source, finding.line_no, finding.record_id limit {_EXAMPLES}",
        {"suite": suite.suite, "expectation": rule.name},
    )
    return [value for (value,) in rows]


def _validation(
    suite: Suite, run: RunIdentifier, results: list[ExpectationValidationResult]
) -> ExpectationSuiteValidationResult:
    met = sum(bool(result.success) for result in results)
    return ExpectationSuiteValidationResult(
        success=met == len(results),
        results=results,
        suite_name=suite.suite,
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": met,
            "unsuccessful_expectations": len(results) - met,
            "success_percent": _percent(met, len(results)),
        },
        meta={
            "run_id": run,
            "great_expectations_version": gx.__version__,
            "active_batch_definition": {
                "datasource_name": "assay",
                "data_connector_name": "workspace",
                "data_asset_name": suite.table,
                "batch_identifiers": {},
            },
        },
    )
