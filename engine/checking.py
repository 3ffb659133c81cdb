"""A check, read aloud: intake, standardisation and quality, nothing linked and nothing written but the verdict.

The workspace is a private temporary folder that goes with the check, whatever its end.
"""

from __future__ import annotations

import gc
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from threading import Thread
from typing import get_args

from engine.accounts import count_what_arrived, note_check
from engine.errors import SurroundingsError, UsageError
from engine.file_checking import SUITE, check_import_files
from engine.options import RunOptions, RunSource, open_workspace, rule_books
from engine.outputs import source_links
from engine.preparing import Aside, prepare
from engine.presentation.atomic import write_text
from engine.presentation.verdict import FORMATS, FailOn, Format, Gate, Verdict, read_baseline, read_verdict
from engine.progress import Watcher
from engine.rulebook import RuleBook
from engine.rulebook.expectations import load_suites
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Everything a check depends on.

    Attributes:
        run: sources, day, country, language, threads, memory and project; its folders are not used.
        gate: what must be met.
        suites: names of the suites to check; None = every suite about records.
        show_values: put values of contacts into the verdict.
        workbook: also write the findings as a workbook to correct from; it holds values of contacts.
        data_docs: folder for Great Expectations' own pages, None = none.
    """

    run: RunOptions
    gate: Gate
    suites: tuple[str, ...] | None = None
    show_values: bool = False
    workbook: Path | None = None
    data_docs: Path | None = None


def check_sources(options: CheckOptions, watcher: Watcher, *, aside: Aside | None = None) -> Verdict:
    """Check the sources of ``options``.

    Args:
        options: what to check, and what must be met.
        watcher: hears what happens.
        aside: a second process to prepare the records in while Great Expectations is imported; None = here.

    Raises:
        UsageError: a suite that does not exist or is about a table a check does not make; mistakes in rules.
        SourceError: a source that cannot be used.
        SurroundingsError: disk, memory.
    """
    from engine import quality

    run = options.run
    if options.suites == (SUITE,) and options.workbook is None and options.data_docs is None:
        judged = _judged_as_import_files(options, watcher)
        if judged is not None:
            return judged
    _, expectations = rule_books(run.project)
    _refuse_suites_of_later_tables(expectations, options.suites)
    # seconds of imports, beside the first stages
    warming = Thread(target=quality.warm_up, daemon=True)
    warming.start()
    with _rare_collections(), tempfile.TemporaryDirectory(prefix="assay-check-") as folder:
        private = Path(folder)
        if aside is not None:
            load_suites(expectations, options.suites)  # here and now: the book remembers them
            aside.prepare(replace(run, workspace=private), watcher)
        else:
            prepare(replace(run, workspace=private), watcher)
        watcher.step("quality")
        warming.join()
        with open_workspace(replace(run, workspace=private), fresh=False) as ws:
            count_what_arrived(ws, run.project, watcher)
            quality.check(ws, expectations, suites=options.suites, as_of=run.as_of, watcher=watcher).check()
            if run.project is not None:
                quality.read_previous(ws, run.project.quality)
            if options.data_docs is not None:
                page = quality.write_data_docs(
                    ws,
                    expectations,
                    options.data_docs,
                    as_of=run.as_of,
                    language=run.language or "en",
                    show_values=options.show_values,
                )
                watcher.say(f"Data Docs: {page}")
            verdict = read_verdict(
                ws,
                files=shown_files(run.sources),
                gate=options.gate,
                language=run.language or "en",
                as_of=run.as_of,
                show_values=options.show_values,
            )
            note_check(ws, run, passed=verdict.passed)
            if options.workbook is not None:
                _write_workbook(ws, options.workbook, run)
            return verdict


def _judged_as_import_files(options: CheckOptions, watcher: Watcher) -> Verdict | None:
    """The verdict on import files, by the rules of the import; None = the sources are none."""
    watcher.step("import files")
    with (
        tempfile.TemporaryDirectory(prefix="assay-check-") as folder,
        open_workspace(replace(options.run, workspace=Path(folder))) as ws,
    ):
        if check_import_files(ws, options.run) is None:
            return None
        return read_verdict(
            ws,
            files=shown_files(options.run.sources),
            gate=options.gate,
            language=options.run.language or "en",
            as_of=options.run.as_of,
            show_values=False,
        )


def _write_workbook(ws: Workspace, path: Path, run: RunOptions) -> None:
    """The findings to correct from, last: it makes the tables of stages that a check leaves out."""
    from engine.presentation.workbook import write_workbook

    write_workbook(
        ws,
        path,
        language=run.language or "en",
        as_of=run.as_of,
        links=source_links(run.sources, path.absolute().parent),
        book=rule_books(run.project)[0],
    )


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for cyclic garbage two hundred times less often: a check is short, and a tenth of it went there."""
    before = gc.get_threshold()
    gc.set_threshold(150_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def shown_files(sources: Sequence[RunSource]) -> Mapping[str, str]:
    """By name of the source its file as a reader finds it: from the working directory where it lies below it."""
    here = os.getcwd()
    shown = {}
    for source in sources:
        if source.path is None:
            shown[source.title] = source.shown
            continue
        path = os.path.abspath(source.path)
        inside = os.path.commonpath([here, path]) == here
        shown[source.title] = Path(os.path.relpath(path, here) if inside else path).as_posix()
    return shown


def gate_of(fail_on: str, max_failed: str, baseline: Path | None) -> Gate:
    """The gate in the words of the command line.

    Raises:
        UsageError: an unknown severity, a share that is none, a baseline that cannot be read.
    """
    severity = next((known for known in get_args(FailOn) if known == fail_on), None)
    if severity is None:
        raise UsageError(f"--fail-on takes one of {', '.join(get_args(FailOn))}")
    return Gate(severity, parse_share(max_failed), None if baseline is None else read_baseline(baseline))


def as_format(name: str) -> Format:
    """The format called ``name``.

    Raises:
        UsageError: there is none.
    """
    known = next((format_ for format_ in FORMATS if format_ == name), None)
    if known is None:
        raise UsageError(f"--format takes one of {', '.join(FORMATS)}")
    return known


def write_verdict(verdict: Verdict, format_: Format, output: Path | None) -> str | None:
    """The verdict as text, or None when it was written to ``output``.

    Raises:
        SurroundingsError: the file cannot be written.
    """
    text = FORMATS[format_](verdict)
    if output is None:
        return text
    try:
        write_text(output.absolute(), text)
    except OSError as error:
        raise SurroundingsError(f"cannot write {output}: {error.strerror}") from error
    return None


def parse_share(text: str) -> Fraction:
    """A share of rows as people write it, exactly.

    >>> parse_share("0.5%"), parse_share("0.005"), parse_share("0")
    (Fraction(1, 200), Fraction(1, 200), Fraction(0, 1))

    Raises:
        UsageError: not a share between 0 and 1 (100%).
    """
    written = re.fullmatch(r"\s*(\d{1,12}(?:\.\d{1,12})?)\s*(%?)\s*", text)
    share = Fraction(written[1]) / (100 if written[2] else 1) if written else None
    if share is None or share > 1:
        raise UsageError(f'"{text}" is not a share of rows', hint="Write it as 0.5% or as 0.005.")
    return share


def _refuse_suites_of_later_tables(book: RuleBook, names: Sequence[str] | None) -> None:
    from engine.quality import RECORDS

    later = [suite for suite in load_suites(book, names) if suite.table not in RECORDS] if names else []
    if later:
        said = ", ".join(f"{suite.suite} is about {suite.table}" for suite in later)
        raise UsageError(f"a check does not make these tables: {said}", hint="assay run checks them on its way.")
