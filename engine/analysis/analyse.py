"""Analyse sources: what they hold, what an import would need, what it would cost. Nothing is linked or kept."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine import __version__, journal, receipts
from engine.analysis.approval import refuse_unfinished
from engine.analysis.duplicates import Duplicates, estimate_duplicates
from engine.analysis.plan import Task, make_plan
from engine.analysis.prerequisites import Counted, Finding, count_raw, count_standard, finding_data, judge
from engine.analysis.proposal import Line, Proposal, propose
from engine.analysis.sample import keep_sample
from engine.analysis.tables import all_at_hand, every_table
from engine.errors import SourceError
from engine.options import RunOptions, open_workspace, rule_books, source_files
from engine.presentation.sections.sources import sources as describe_sources
from engine.progress import Watcher
from engine.rulebook import RuleBook
from engine.rulebook.analysis import RULE_FILE, AnalysisRules
from engine.rulebook.mapping import SourceMapping
from engine.rulebook.pricing import RULE_FILE as PRICING_FILE
from engine.rulebook.pricing import PricingRules, Quantity
from engine.tables import INTAKE_MAPPING, PROTOCOL_STEP
from engine.vocabulary import EXTRAS
from engine.workspace import Workspace

FORMAT = 1

_LIST_OF_VALUES = 50
"""Different values up to which an unused column may be a criterion with a list of values."""


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What an analysis depends on.

    Attributes:
        run: sources, day, institution, country, language, threads, memory, project; its folders are not used.
        j: the day production is loaded, None = not known.
    """

    run: RunOptions
    j: date | None


def analyse(options: AnalysisOptions, watcher: Watcher) -> dict[str, Any]:
    """Analyse the sources of ``options``: plain data without a value of any contact.

    Raises:
        SourceError: a source cannot be read, or none of its tables holds contacts.
        RuleErrors: mistakes in rule files, an approved proposal with prices that nobody stated.
        SurroundingsError: disk, memory.
    """
    run = options.run
    book, _ = rule_books(run.project)
    rules, prices = book.load(RULE_FILE, AnalysisRules), book.load(PRICING_FILE, PricingRules)
    unfinished = refuse_unfinished(book)
    with tempfile.TemporaryDirectory(prefix="assay-analyse-") as folder:
        run = replace(run, workspace=Path(folder))
        with open_workspace(run) as ws:
            notes, contact_tables = _read(ws, run, book, watcher)
            tables = [_table(entry, contact_tables, rules.sure) for entry in describe_sources(ws)]
            records = ws.count("intake.record")
            counted = count_raw(ws, without_totals=_without_totals(ws, run))
            watcher.step("choose a sample")
            keep_sample(ws, sample=rules.sample, whole=rules.whole)
            watcher.step("standardise the sample")
            _standardise(ws, run, book, watcher)
            watcher.step("look for duplicates")
            duplicates = estimate_duplicates(ws, book, records=records, threads=run.threads, watcher=watcher)
            ws.execute("delete from standardise.record where record_id not in (select record_id from sampled)")
            kinds = _kinds(ws)
            counted |= count_standard(ws, records=records, as_of=run.as_of, old_after=rules.old_after_years)
    counted |= _of_columns(tables, duplicates)
    findings = judge(rules, counted)
    quantities = _quantities(tables, records, findings, duplicates, len(run.sources))
    proposal = propose(prices, quantities, run.as_of)
    plan = make_plan(rules, findings, proposal, j=options.j, as_of=run.as_of)
    if run.project is not None:
        failed = [finding.rule.name for finding in findings if finding.met is False]
        journal.note(run.project, "analyse", as_of=run.as_of.isoformat(), records=records, failed=failed)
    return {
        "format": FORMAT,
        "version": __version__,
        "institution": run.institution,
        "as_of": run.as_of.isoformat(),
        "milestone": options.j.isoformat() if options.j else None,
        "notes": notes,
        "records": records,
        "kinds": kinds,
        "tables": tables,
        "prerequisites": [_finding(finding) for finding in findings],
        "duplicates": {
            "records": duplicates.records,
            "looked_at": duplicates.looked_at,
            "exact": duplicates.exact,
            "low": duplicates.low,
            "likely": duplicates.likely,
            "high": duplicates.high,
            "questions": duplicates.questions,
        },
        "quantities": dict(quantities),
        "plan": [_task(task) for task in plan],
        "proposal": _proposal(proposal, unfinished),
    }


def _read(ws: Workspace, run: RunOptions, book: RuleBook, watcher: Watcher) -> tuple[list[str], set[str]]:
    """Lines, mappings and records of every table; returns notes and the sources that hold contacts."""
    from engine import intake

    scratch = run.workspace / "scratch"
    scratch.mkdir(mode=0o700)
    ws.create(PROTOCOL_STEP)
    watcher.step("intake")
    with all_at_hand(source_files(run), scratch) as sources:
        every = every_table(sources, scratch)
        report = intake.stage_sources(
            ws, every.asked, scratch=scratch, watcher=watcher, book=book, unchosen=every.unchosen
        ).check()
    notes = [*every.notes, *(note for note in report.notes if note.endswith(intake.LEFT_OUT))]
    others: dict[str, SourceMapping] = {}
    mappings = intake.guess_mapping(ws, book, watcher=watcher, unusable=others)
    if not mappings:
        raise SourceError(
            "no table holds contacts: none has a name, an organisation, an e-mail or a telephone",
            hint="Name another source, or another table with --table NAME.",
        )
    intake.map_records(ws, mappings).check()
    _note_mappings(ws, others)
    return notes, {mapping.source for mapping in mappings}


def _note_mappings(ws: Workspace, others: Mapping[str, SourceMapping]) -> None:
    """What columns of tables without contacts would feed, into intake.mapping."""
    names = [column for column in INTAKE_MAPPING.column_names if column != "source"]
    rows = [
        {"source": source, **{name: getattr(column, name, None) for name in names}}
        for source, mapping in others.items()
        for column in mapping.columns
    ]
    if rows:
        ws.put("mapping_of_others", pa.Table.from_pylist(rows))
        ws.append(INTAKE_MAPPING, "select * from mapping_of_others")
        ws.drop("mapping_of_others")


def _without_totals(ws: Workspace, run: RunOptions) -> int:
    receipts.compare_controls(ws, receipts.read_controls(run.project) if run.project else ())
    return len(receipts.control_outcome(ws)["without"])


def _standardise(ws: Workspace, run: RunOptions, book: RuleBook, watcher: Watcher) -> None:
    from engine import standardise

    standardise.apply(ws, book, home_country=run.country, as_of=run.as_of, workers=run.threads, watcher=watcher).check()


def _kinds(ws: Workspace) -> list[dict[str, Any]]:
    """Shares of the kinds of contact in the sample."""
    return [
        {"kind": kind, "share": round(share, 6)}
        for kind, share in ws.rows(
            "select kind, count(*) / sum(count(*)) over () from standardise.record group by kind order by 2 desc, 1"
        )
    ]


def _table(entry: Mapping[str, Any], contact_tables: set[str], sure: float) -> dict[str, Any]:
    """A table as the analysis shows it: how it was read, and what each column would feed."""
    headers = {column["header"].strip().upper() for column in entry["columns"]}
    names = ("source", "file", "sheet", "format", "encoding", "bytes", "lines", "loaded", "held")
    places: dict[int, list[Mapping[str, Any]]] = {}
    for column in entry["columns"]:
        places.setdefault(column["position"], []).append(column)
    return {
        **{name: entry[name] for name in names},
        "contacts": entry["source"] in contact_tables,
        "secutix_format": {"INSTITUTION", "OPERATION"} <= headers,
        "columns": [_column(feeds, sure) for feeds in places.values()],
    }


def _column(entries: Sequence[Mapping[str, Any]], sure: float) -> dict[str, Any]:
    """A column of a source; several entries when it feeds several attributes."""
    feeds = [entry for entry in entries if entry["attribute"] is not None and entry["attribute"] not in EXTRAS]
    shown = ("position", "header", "filled", "filled_share", "distinct", "distinct_exact", "shapes")
    return {
        **{name: entries[0][name] for name in shown},
        "feeds": [entry["attribute"] for entry in feeds],
        "confidence": min((entry["confidence"] for entry in feeds), default=0.0),
        "why": entries[0]["why"],
        "standing": _standing(entries[0], feeds, sure),
    }


def _standing(column: Mapping[str, Any], feeds: Sequence[Mapping[str, Any]], sure: float) -> str:
    """fed, unsure, criterion (feeds nothing but may become one), unused, or empty."""
    if not column["filled"]:
        return "empty"
    if feeds:
        return "fed" if min(entry["confidence"] for entry in feeds) >= sure else "unsure"
    return "criterion" if 2 <= column["distinct"] <= _LIST_OF_VALUES else "unused"


def _of_columns(tables: Sequence[Mapping[str, Any]], duplicates: Duplicates) -> dict[Any, Counted]:
    standings = [column["standing"] for table in tables if table["contacts"] for column in table["columns"]]
    used = standings.count("fed") + standings.count("unsure")
    criteria = standings.count("criterion")
    return {
        "mapping": Counted(standings.count("unsure"), used),
        "criteria": Counted(criteria, criteria),
        "duplicates": Counted(duplicates.likely, duplicates.records, sampled=not duplicates.exact),
    }


def _quantities(
    tables: Sequence[Mapping[str, Any]],
    records: int,
    findings: Sequence[Finding],
    duplicates: Duplicates,
    sources: int,
) -> dict[Quantity, int]:
    """What the effort model multiplies with."""
    ours = [table for table in tables if table["contacts"]]
    columns = [column["standing"] for table in ours for column in table["columns"]]
    structure_types = next((f.counted.count for f in findings if f.rule.name == "structure_types"), 0)
    return {
        "sources": sources,
        "tables": len(tables),
        "contact_tables": len(ours),
        "further_tables": len(tables) - len(ours),
        "own_format": sum(not table["secutix_format"] for table in ours),
        "columns": len(columns),
        "columns_fed": columns.count("fed"),
        "columns_unsure": columns.count("unsure"),
        "columns_unused": columns.count("unused"),
        "criteria": columns.count("criterion") + structure_types,
        "records": records,
        "hundred_thousands": math.ceil(records / 100_000),
        "problems": sum(finding.met is False for finding in findings),
        "questions": duplicates.questions,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    rule = finding.rule
    return {
        **finding_data(finding),
        "title": rule.title.model_dump(),
        "action": rule.action.model_dump(),
        "who": rule.who,
        "hours": round(finding.hours, 2),
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "kind": task.kind,
        "name": task.name,
        "title": task.title.model_dump(),
        "count": task.count,
        "who": task.who,
        "due": task.due,
        "day": task.day.isoformat() if task.day else None,
        "hours": round(task.hours, 2),
        "risk": task.risk,
        "passed": task.passed,
    }


def _proposal(proposal: Proposal, unfinished: Sequence[str]) -> dict[str, Any]:
    rules = proposal.rules
    return {
        "approved": rules.approved,
        "to_fill_in": list(unfinished),
        "provider": rules.provider,
        "currency": rules.currency,
        "vat_percent": str(rules.vat),
        "valid_until": proposal.valid_until.isoformat(),
        "hours_a_day": str(rules.hours_a_day),
        "rates": [{"name": r.name, "day": _money(r.day), "title": r.title.model_dump()} for r in rules.rates],
        "lines": [_line(line) for line in proposal.lines],
        "options": [_line(line) for line in proposal.options],
        "net": _money(proposal.net),
        "vat": _money(proposal.vat),
        "total": _money(proposal.total),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.item.name,
        "title": line.item.title.model_dump(),
        "role": line.item.role,
        "quantities": dict(line.quantities),
        "hours": str(line.hours.normalize() if line.hours else 0),
        "days": f"{line.days:.4f}",
        "price": _money(line.price),
    }


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"
