"""Import files judged by the format, as `assay check --suite format` says it: what the import would answer to each row.

Nothing is known of the base they are meant for, so they are imported into an empty one, in the order given: whether a
number is there is not asked, everything else is. The answers become findings, each rule an expectation.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from engine.errors import SourceError
from engine.importfile import ImportFile, open_import_file
from engine.importfile.layout import names_fields
from engine.options import RunOptions, rule_books
from engine.rulebook.import_rules import ImportRule, ImportRules
from engine.sql import literal
from engine.tables import (
    INTAKE_HELD,
    INTAKE_LINE,
    INTAKE_SOURCE,
    QUALITY_EXPECTATION,
    QUALITY_FINDING,
    QUALITY_PREVIOUS,
    QUALITY_SCORE,
)
from engine.target import Answered, Base, answer_file, empty_snapshot
from engine.workspace import Workspace

SUITE = "format"
_OF_THE_BASE = frozenset({"number_unknown"})
"""Rules that only the base itself can answer."""

_GRAVITY = {"not_imported": "error", "dropped": "error", "truncated": "warning", "warned": "warning"}


def import_files(paths: Sequence[Path], rules: ImportRules, scratch: Path) -> list[ImportFile] | None:
    """``paths`` opened as import files; None where one of them is none.

    Raises:
        SourceError: a file has columns of the format but cannot be one: it is refused whole.
    """
    opened = []
    for path in paths:
        try:
            opened.append(open_import_file(path, rules.aliases, scratch))
        except SourceError:
            if path.is_file() and names_fields(path):
                raise
            return None
    return opened or None


def check_import_files(ws: Workspace, run: RunOptions) -> Mapping[str, str] | None:
    """Fill the tables of a check from import files; None = the sources are none, and nothing was done.

    Returns:
        By source the path of its file.

    Raises:
        SourceError: a file is refused whole, e.g. because a global column is missing.
    """
    rules = rule_books(run.project)[0].load("delivery/import_rules.yml", ImportRules)
    paths = [source.path for source in run.sources if source.path is not None and source.path.is_file()]
    if len(paths) < len(run.sources):
        return None
    with tempfile.TemporaryDirectory(prefix="assay-import-") as folder:
        files = import_files(paths, rules, Path(folder))
        if files is None:
            return None
        names = [source.name or path.stem for source, path in zip(run.sources, paths, strict=True)]
        asked = [rule for rule in rules.rules if rule.name not in _OF_THE_BASE]
        rules = rules.model_copy(update={"rules": tuple(asked)})
        _prepare(ws)
        empty_snapshot(ws)
        answered = [
            _judge(ws, name, file, rules, run.institution, run.country, run.as_of)
            for name, file in zip(names, files, strict=True)
        ]
    _tell(ws, asked, names, answered)
    return {name: str(file.path) for name, file in zip(names, files, strict=True)}


def _prepare(ws: Workspace) -> None:
    for table in (INTAKE_SOURCE, INTAKE_LINE, INTAKE_HELD, QUALITY_FINDING, QUALITY_PREVIOUS):
        ws.create(table)


def _judge(
    ws: Workspace,
    name: str,
    file: ImportFile,
    rules: ImportRules,
    institution: str | None,
    country: str | None,
    as_of: date,
) -> Answered:
    base = Base(institution or _institution(ws, file), "*", country, as_of)
    answered = answer_file(ws, file, rules, base)
    ws.append(
        INTAKE_SOURCE,
        "select $source as source, $file as file, null::varchar as sheet, $sha256 as sha256, $bytes::bigint as bytes, "
        "$format as format, $encoding as encoding, null::varchar as encoding_why, $separator as delimiter, "
        "null::varchar as quote, $header::integer as header_line, $headers as headers, $lines::bigint as lines, "
        "$lines::bigint as loaded, 0::bigint as held",
        {
            "source": name,
            "file": file.path.name,
            "sha256": file.sha256,
            "bytes": file.path.stat().st_size,
            "format": file.path.suffix.lstrip("."),
            "encoding": file.layout.encoding,
            "separator": file.layout.separator or None,
            "header": file.layout.header_line,
            "headers": list(file.codes),
            "lines": answered.rows,
        },
    )
    gravity = " ".join(f"when {literal(outcome)} then {literal(severity)}" for outcome, severity in _GRAVITY.items())
    ws.append(
        QUALITY_FINDING,
        f"""
select 'delivery.operation' as "table", $source || ':' || line_no as record_id, $source as source, line_no,
    null::varchar as contact_id, field as "column", rule as expectation, $suite as suite,
    case outcome {gravity} end as severity, outcome as reason
from answer""",
        {"source": name, "suite": SUITE},
    )
    return answered


def _institution(ws: Workspace, file: ImportFile) -> str:
    """Without a project the file says itself whose it is: the code of most of its rows."""
    counts: dict[str, int] = {}
    for batch in file.batches():
        for entry in batch.column("INSTITUTION").value_counts().to_pylist():
            if entry["values"] is not None:
                counts[entry["values"]] = counts.get(entry["values"], 0) + entry["counts"]
    file.misfits.clear()  # they are found again when it is read
    return min(counts, key=lambda code: (-counts[code], code)) if counts else "-"


def _tell(ws: Workspace, rules: Sequence[ImportRule], names: Sequence[str], answered: Sequence[Answered]) -> None:
    """quality.expectation: a rule each; quality.score: rows of a file, and those of which the import says anything."""
    ws.put(
        "import_rule",
        pa.table(
            {
                "expectation": [rule.name for rule in rules],
                "severity": [_GRAVITY[rule.outcome] for rule in rules],
                **{
                    "sentence" if language == "en" else f"sentence_{language}": [
                        getattr(rule.reason, language) for rule in rules
                    ]
                    for language in ("en", "fr", "de", "it")
                },
            }
        ),
    )
    rows = sum(found.rows for found in answered)
    ws.build(
        QUALITY_EXPECTATION,
        f"""
with met as (
    select expectation, count(distinct (source, line_no)) as lines
    from quality.finding group by expectation
)

select {literal(SUITE)} as suite, expectation, 'delivery.operation' as "table", 'import_rule' as type,
    null::varchar as "column", severity, 'validity' as dimension, coalesce(lines, 0) = 0 as success,
    {rows:d}::bigint as "rows", {rows:d}::bigint as rows_checked, coalesce(lines, 0) as rows_failed, true as listed,
    sentence, sentence_fr, sentence_de, sentence_it, 'import' as owner
from import_rule left join met using (expectation)""",
    )
    ws.put("import_score", pa.table({"source": list(names), "rows": [found.rows for found in answered]}))
    ws.build(
        QUALITY_SCORE,
        f"""
select {literal(SUITE)} as suite, source, null::varchar as "column", 'validity' as dimension, "rows" as checked,
    (select count(distinct line_no) from quality.finding as finding where finding.source = import_score.source)
        as failed
from import_score""",
    )
    ws.drop("import_rule", "import_score", "answer", "contact", "property", "sale")
