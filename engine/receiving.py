"""Receipts: what arrived, so that sender and receiver can say the same of it later. Nothing is cleaned, linked or kept.

A receipt names each file by its hash and holds counts: rows, filled and different cells a column, control totals. It is
written before anything is done with the data, and holds no value of a contact.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from engine import __version__, journal, receipts
from engine.options import RunOptions, open_workspace, rule_books, source_files
from engine.presentation.atomic import write_text
from engine.presentation.files import as_json
from engine.presentation.receipt import receipt_html, receipt_markdown
from engine.progress import Watcher
from engine.project import Project
from engine.rulebook import RuleBook
from engine.rulebook.milestone import RULE_FILE, MilestoneRules
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace

FORMAT = 1
FOLDER = "receipt"
SECOND_EXTRACT = "second_extract"
"""Step of rules/milestone.yml that a further extract belongs to."""


@dataclass(frozen=True, slots=True)
class ReceiptOptions:
    """What a receipt depends on.

    Attributes:
        run: sources, day, language, threads and memory; its folders are not used.
        project: whose journal remembers it and whose assay.toml has control totals; None = bare files.
        controls: a control file for sources of the command line.
        out: folder of the receipt.
    """

    run: RunOptions
    project: Project | None
    controls: Path | None
    out: Path


def receive(options: ReceiptOptions, watcher: Watcher) -> tuple[dict[str, Any], list[Path]]:
    """Read the sources, count, compare with the control totals, write receipt.json, .html and .md.

    Returns:
        What the receipt says, and the files written.

    Raises:
        SourceError: a source or the control file cannot be read.
        RuleErrors: totals that are none.
        SurroundingsError: the folder cannot be written.
    """
    announced = receipts.read_controls(options.project) if options.project else ()
    if options.controls is not None:
        only = options.run.sources[0].title if len(options.run.sources) == 1 else None
        announced = (*announced, *receipts.read_control_file(options.controls, only))
    kinds = any(control.measure == "kind" for control in announced)
    with tempfile.TemporaryDirectory(prefix="assay-receipt-") as folder:
        run = replace(options.run, workspace=Path(folder))
        with open_workspace(run) as ws:
            _stage(ws, run, watcher, kinds=kinds)
            receipts.compare_controls(ws, announced)
            receipt = _receipt(ws, options)
    language = options.run.language or "en"
    files = [options.out / f"receipt.{suffix}" for suffix in ("json", "html", "md")]
    texts = (as_json(receipt), receipt_html(receipt, language), receipt_markdown(receipt, language))
    for path, text in zip(files, texts, strict=True):
        write_text(path.absolute(), text)
    if options.project is not None:
        journal.note(
            options.project,
            "receipt",
            as_of=receipt["as_of"],
            days_late=receipt["days_late"],
            sources={source["source"]: source["sha256"] for source in receipt["sources"]},
            controls=receipt["controls"],
            files=journal.fingerprints(options.project.root, files),
        )
    return receipt, files


def _stage(ws: Workspace, run: RunOptions, watcher: Watcher, *, kinds: bool) -> None:
    """Lines and the mapping, so that a total may name an attribute; records only where kinds are counted."""
    from engine import intake

    scratch = run.workspace / "scratch"
    scratch.mkdir(mode=0o700)
    book, _ = rule_books(run.project)
    ws.create(PROTOCOL_STEP)
    watcher.step("intake")
    intake.stage_sources(ws, source_files(run), scratch=scratch, watcher=watcher, book=book).check()
    mappings = intake.guess_mapping(ws, book, watcher=watcher)
    intake.map_records(ws, mappings).check()
    if kinds:
        from engine import standardise

        watcher.step("standardise")
        standardise.apply(
            ws, book, home_country=run.country, as_of=run.as_of, workers=run.threads, watcher=watcher
        ).check()


def _receipt(ws: Workspace, options: ReceiptOptions) -> dict[str, Any]:
    names = ("source", "file", "sheet", "format", "bytes", "sha256", "encoding", "encoding_why", "delimiter", "lines",
             "loaded", "held")  # fmt: skip
    sources = []
    for row in ws.rows(f"select {', '.join(names)} from intake.source order by source"):
        source = dict(zip(names, row, strict=True))
        source["rows"] = int(
            ws.value(
                f"select $lines - count(*) from intake.held where source = $source and reason in {receipts.NO_ROWS!r}",
                {"source": source["source"], "lines": source["lines"]},
            )
        )
        source["held_by_reason"] = [
            {"reason": reason, "lines": count}
            for reason, count in ws.rows(
                "select reason, count(*) from intake.held where source = $source group by reason order by reason",
                {"source": source["source"]},
            )
        ]
        source["columns"] = _columns(ws, str(source["source"]))
        sources.append(source)
    due = _due(options.project, {str(source["source"]): source["sha256"] for source in sources})
    late = 0 if due is None else max((options.run.as_of - due).days, 0)
    controls = receipts.control_outcome(ws)
    return {
        "format": FORMAT,
        "institution": options.run.institution,
        "as_of": options.run.as_of.isoformat(),
        "due": None if due is None else due.isoformat(),
        "days_late": late,
        "complete": not controls["missed"] if controls["given"] else None,
        "sources": sources,
        "controls": controls,
        "version": __version__,
    }


def _columns(ws: Workspace, source: str) -> list[dict[str, Any]]:
    """Header, filled cells and different cells of each column, in one scan."""
    headers = list(ws.value("select headers from intake.source where source = $source", {"source": source}))
    counts = ", ".join(f"count(cells[{place}]), count(distinct cells[{place}])" for place in range(1, len(headers) + 1))
    row = ws.rows(f"select {counts} from intake.line where source = $source", {"source": source})[0]
    return [
        {"header": header, "filled": row[2 * place], "distinct": row[2 * place + 1]}
        for place, header in enumerate(headers)
    ]


def _due(project: Project | None, sources: dict[str, Any]) -> date | None:
    """The day the data is due: that of the gate that wants its control totals; of a second extract that of its step."""
    if project is None or project.milestone is None:
        return None
    rules = RuleBook([project.rules]).load(RULE_FILE, MilestoneRules)
    days = [gate.due for gate in rules.gates if "control_totals" in gate.conditions]
    if _is_further_extract(project, sources):
        days = [step.due for step in rules.steps if step.name == SECOND_EXTRACT]
    return project.milestone + timedelta(days=min(days)) if days else None


def _is_further_extract(project: Project, sources: dict[str, Any]) -> bool:
    """Whether other files of these sources were run before: a corrected file before any run is still the first."""
    ran = [entry.facts["sources"] for entry in journal.read_journal(project).entries if entry.event == "run"]
    return bool(ran) and any(ran[0].get(name) != digest for name, digest in sources.items())


def receipt_options(
    run: RunOptions, project: Project | None, controls: Path | None, out: Path | None, files: Sequence[str | Path]
) -> ReceiptOptions:
    """Options of the command line: with files named, the control totals of assay.toml are about other sources."""
    folder = out or (project.out if project else Path("out")) / FOLDER
    return ReceiptOptions(run, None if files else project, controls, folder)
