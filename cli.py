"""The command line: parse, call one function of the engine, render, exit code. Nothing else.

stdout is data, stderr is narration. Exit codes: 0 done, 1 a gate was not met (or a defect of Assay),
2 usage or configuration, 3 input that cannot be used, 4 surroundings (disk, memory, lock).
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from engine.correction import Corrected, Signed
    from engine.errors import AssayError
    from engine.pipeline import RunOptions, RunResult
    from engine.project import Project
    from engine.vocabulary import Language
    from engine.workspace import Workspace

app = typer.Typer(
    name="assay",
    help="From messy contact files to golden records and import files that can be signed for.",
    epilog="Exit codes: 0 done, 1 gate not met, 2 usage or configuration, 3 unusable input, 4 disk, memory or lock.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # drawing help with rich doubles its time
)

match_app = typer.Typer(help="Look into matching.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(match_app, name="match")
env_app = typer.Typer(help="Contact bases to rehearse an import in.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(env_app, name="env")
undo_app = typer.Typer(help="Take a correction back.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(undo_app, name="undo")

_RUN_HELP = "Output folder of the run to look at. Default: ./out, or the project's."
_ID_HELP = "A record_id, source#line, a contact_id or a contact number."
_LANGUAGE_HELP = "Language of what people read. Default: en, or the project's."

_DEFECT = 1
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _plain(text: str) -> str:
    """Text without control characters: a header must not become a terminal escape."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def _narrate(text: str) -> None:
    typer.echo(_plain(text), err=True)


class _Narrator:
    """Draws the narration on stderr: a live line where stderr is a terminal, plain sentences always."""

    def __init__(self) -> None:
        self._status: Any = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status("starting")
            self._status.start()

    def say(self, text: str) -> None:
        _narrate(text)

    def step(self, text: str) -> None:
        if self._status is not None:
            from rich.text import Text

            self._status.update(Text(_plain(text)))

    def close(self) -> None:
        if self._status is not None:
            self._status.stop()


@contextmanager
def _narrator() -> Iterator[_Narrator]:
    narrator = _Narrator()
    try:
        yield narrator
    finally:
        narrator.close()


def _fail(error: AssayError) -> NoReturn:
    _narrate(f"assay: {error.message}")
    if error.hint:
        _narrate(f"       {error.hint}")
    raise typer.Exit(error.exit_code)


@contextmanager
def _known_failures() -> Iterator[None]:
    """Turn every failure into one clear message and its exit code; never a traceback, never a value of a contact."""
    from engine.errors import AssayError
    from engine.pipeline import as_known_failure

    try:
        yield
    except typer.Exit:
        raise
    except AssayError as error:
        _fail(error)
    except BrokenPipeError:  # the reader of stdout has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except KeyboardInterrupt:
        _narrate("assay: stopped; nothing was written")
        raise typer.Exit(130) from None
    except Exception as error:
        if os.environ.get("ASSAY_DEBUG"):
            raise
        known = as_known_failure(error)
        if known is not None:
            _fail(known)
        # the text of an unknown exception may hold a contact's value: say only what and where
        where = getattr(error, "where", None) or f"{type(error).__name__} at {_where(error)}"
        _narrate(f"assay: a defect of Assay ({where}); nothing was written")
        _narrate("       Please report it. ASSAY_DEBUG=1 shows the traceback, which may hold contact data.")
        raise typer.Exit(_DEFECT) from None


def _where(error: BaseException) -> str:
    """File and line of the innermost frame of ours."""
    place = "?"
    trace = error.__traceback__
    while trace is not None:
        name = Path(trace.tb_frame.f_code.co_filename)
        if "engine" in name.parts or name.name == "cli.py":
            place = f"{name.parent.name}/{name.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _version(wanted: bool) -> None:
    if wanted:
        from engine import __version__

        typer.echo(f"assay {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """From messy contact files to golden records and import files that can be signed for."""


@app.command()
def run(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="CSV or Excel files. None: the sources of the project."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Output folder. Default: ./out, or the project's out/.", show_default=False)
    ] = None,
    country: Annotated[
        str | None, typer.Option(metavar="CH", help="Home country (ISO 3166), for rows that do not tell theirs.")
    ] = None,
    institution: Annotated[
        str | None, typer.Option(metavar="CODE", help="INSTITUTION of the import files. Default: DEMO, with a warning.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(metavar="en|fr|de|it", help="Language of what people read. Default: en, or the project's."),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day the run is made for. Default: today.", show_default=False),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=256, help="Threads and worker processes. Default: all cores.")
    ] = None,
    memory: Annotated[str | None, typer.Option(metavar="4GB", help="Memory the run may use. Default: 4GB.")] = None,
    extract: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What this extract is called, such as j-1: it is compared with the one before."
        ),
    ] = None,
    accept_new_keys: Annotated[
        bool, typer.Option("--accept-new-keys", help="A source's keys were changed for good: go on all the same.")
    ] = False,
    accept_changes: Annotated[
        bool, typer.Option("--accept-changes", help="Go on although something differs from what was frozen.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON on stdout.")] = False,
) -> None:
    """Take contact files the whole road: clean, check, link, merge, and write the import files.

    With bare files nothing needs to be configured: encoding, separator, columns, countries and kinds are guessed,
    and what was guessed is said on stderr and written to report.html.
    """
    with _known_failures():
        from engine import pipeline

        options = _run_options(files or [], out, country, institution, language, as_of, threads, memory)
        options = replace(options, extract=extract, accept_new_keys=accept_new_keys, accept_changes=accept_changes)
        with _narrator() as narrator:
            result = pipeline.run(options, narrator)
        _closing_words(options, result)
        if as_json:
            typer.echo(json.dumps(pipeline.machine_report(result), ensure_ascii=False, indent=2))
        else:
            for name in result.files:
                typer.echo(str(options.out / name))


@app.command(
    epilog="Exit codes: 0 the gate is met, 1 it is not (or a defect of Assay), 2 usage or configuration, "
    "3 a source that cannot be used, 4 disk, memory or lock."
)
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[SOURCE]...", help="CSV or Excel files. None: the sources of the project."),
    ] = None,
    suite: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Check this suite only; may be repeated.", show_default=False),
    ] = None,
    fail_on: Annotated[str, typer.Option(metavar="error|warning", help="Lowest severity that counts.")] = "error",
    max_failed: Annotated[
        str, typer.Option(metavar="0.5%", help="Share of all rows that may fail an expectation before it counts.")
    ] = "0%",
    form: Annotated[
        str, typer.Option("--format", metavar="text|json|junit|sarif|github|html", help="What to write.")
    ] = "text",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file instead of stdout.")] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="An earlier --format json, or report.json: only what got worse counts."),
    ] = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show values that failed. They are personal data.")
    ] = False,
    workbook: Annotated[
        Path | None,
        typer.Option(metavar="FILE.xlsx", help="Also write the findings to correct from. It holds personal data."),
    ] = None,
    data_docs: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Build Great Expectations' Data Docs there.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(metavar="CH", help="Home country (ISO 3166), for rows that do not tell theirs.")
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="en|fr|de|it", help="Language of the sentences.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day the check is made for. Default: today.", show_default=False),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=256, help="Threads and worker processes. Default: all cores.")
    ] = None,
    memory: Annotated[str | None, typer.Option(metavar="4GB", help="Memory the check may use. Default: 4GB.")] = None,
) -> None:
    """Check contact files against the expectation suites: a verdict for people or machines, and an exit code.

    Nothing is linked, nothing is kept. An expectation counts against the gate when its severity is at least --fail-on,
    more than --max-failed of the rows failed it and, with --baseline, its share of failed rows grew. No value of a
    contact is shown unless --show-values asks for it.
    """
    with _known_failures(), ExitStack() as stack:
        from engine.preparing import Aside, pays_aside

        aside = stack.enter_context(Aside()) if pays_aside(files or [], threads) else None
        from engine.checking import CheckOptions, as_format, check_sources, gate_of, write_verdict
        from engine.presentation.verdict import summary

        wanted, gate = as_format(form), gate_of(fail_on, max_failed, baseline)
        run_options = _run_options(files or [], None, country, None, language, as_of, threads, memory)
        options = CheckOptions(run_options, gate, tuple(suite) if suite else None, show_values, workbook, data_docs)
        with _narrator() as narrator:
            verdict = check_sources(options, narrator, aside=aside)
        text = write_verdict(verdict, wanted, output)
        if text is not None:
            typer.echo(text, nl=False)
        if text is None or wanted in ("json", "junit", "sarif", "html"):
            _narrate(summary(verdict))
        if not verdict.passed:
            raise typer.Exit(1)


@app.command()
def init(
    where: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[DIR] [FILE]...", help="The project folder (default: here); further files for --from."),
    ] = None,
    from_files: Annotated[
        list[Path] | None,
        typer.Option("--from", metavar="FILE...", help="Write out what a bare run guesses about these files."),
    ] = None,
    country: Annotated[str | None, typer.Option(metavar="CH", help="Home country (ISO 3166).")] = None,
    institution: Annotated[str | None, typer.Option(metavar="CODE", help="INSTITUTION of the import files.")] = None,
) -> None:
    """Make a project folder: assay.toml, incoming/, rules/, expectations/.

    With --from FILE... the guesses of a bare run are written out as rules/mapping/*.yml, to be read and corrected;
    `assay run` in the project then gives the same bytes as the bare run.
    """
    with _known_failures():
        from engine import initialise

        folder, files = _init_arguments(where or [], from_files or [])
        with _narrator() as narrator:
            written = initialise.create_project(
                folder, files, country=_country(country), institution=institution, watcher=narrator
            )
        for path in written:
            typer.echo(str(path))


@app.command()
def trace(
    name: Annotated[str, typer.Argument(metavar="ID", help=_ID_HELP)],
    out: Annotated[Path | None, typer.Option(help=_RUN_HELP, show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show where a contact comes from: its lines, every value with the rule that chose it, and its import rows.

    Prints personal data: that is what it is for.
    """
    with _known_failures():
        from engine.presentation.aloud import trace_lines
        from engine.trace import trace as told_of

        with _last_run(out) as ws:
            told = told_of(ws, name)
        _tell(told, trace_lines(told), as_json)


@app.command()
def explain(
    left: Annotated[str, typer.Argument(metavar="A", help="A record: record_id, source#line, or a contact of one.")],
    right: Annotated[str, typer.Argument(metavar="B", help="The other record.")],
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw the waterfall too.", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option(help=_RUN_HELP, show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Say why two records were merged, asked about or left apart: the evidence step by step, in bits.

    Prints personal data: that is what it is for.
    """
    with _known_failures():
        from engine.errors import UsageError
        from engine.explanation import explain as told_of
        from engine.presentation.aloud import explanation_lines

        with _last_run(out) as ws:
            told = told_of(ws, left, right)
        if chart is not None:
            from engine.presentation.waterfall import write_waterfall

            if not told["steps"]:
                raise UsageError(f"there is nothing to draw: {told['fate']}", hint=told["why"])
            write_waterfall(told, chart)
        _tell(told, explanation_lines(told), as_json)


@match_app.command()
def evaluate(
    truth: Annotated[Path, typer.Option(metavar="FILE", help="CSV: source,line_no,entity_id or record_id,entity_id.")],
    out: Annotated[Path | None, typer.Option(help=_RUN_HELP, show_default=False)] = None,
    min_f1: Annotated[
        float | None, typer.Option(min=0, max=1, help="Exit with 1 when the pairwise F1 is below.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Measure the last run against truth: pairs, records (B-cubed), whole clusters, and a curve by threshold."""
    with _known_failures():
        from engine.evaluation import evaluate as measured
        from engine.presentation.aloud import evaluation_lines

        told = measured(_output_folder(out), truth).row()
        _tell(told, evaluation_lines(told), as_json)
        if min_f1 is not None and told["total"]["f1"] < min_f1:
            _narrate(f"assay: F1 {told['total']['f1']:.4f} is below {min_f1}")
            raise typer.Exit(1)


@app.command()
def review(
    to: Annotated[
        Path | None, typer.Option("--export", metavar="FILE.xlsx", help="Write the questions.", show_default=False)
    ] = None,
    answered: Annotated[
        Path | None, typer.Option("--import", metavar="FILE.xlsx", help="Take the answers over.", show_default=False)
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who answered (for --import).")] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Default: the project's decisions.jsonl.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Questions at most.")] = 500,
    language: Annotated[str | None, typer.Option(metavar="en|fr|de|it", help=_LANGUAGE_HELP)] = None,
    out: Annotated[Path | None, typer.Option(help=_RUN_HELP, show_default=False)] = None,
) -> None:
    """Ask people about pairs in a workbook, and take their answers into decisions.jsonl.

    The questions that change most come first. `assay run` in the project then follows the answers.
    """
    with _known_failures():
        from engine import review as reviewing
        from engine.errors import UsageError
        from engine.project import find_project

        project = find_project(Path.cwd())
        kept = decisions or (project.decisions if project else None)
        if (to is None) == (answered is None):
            raise UsageError("either --export FILE.xlsx or --import FILE.xlsx")
        with _last_run(out) as ws:
            if to is not None:
                spoken = _language(language) or (project.language if project else "en")
                asked = reviewing.export_review(ws, kept, to, language=spoken, limit=limit, as_of=date.today())
                _narrate(f"{asked:,} questions in {to}")
                typer.echo(str(to))
                return
            assert answered is not None
            if not by or kept is None:
                raise UsageError(
                    "--import needs --by NAME and a place for the decisions",
                    hint="Run it in a project, or name --decisions decisions.jsonl.",
                )
            now = datetime.now().astimezone().isoformat(timespec="seconds")
            taken = reviewing.import_review(ws, kept, answered, by=by, at=now)
        _narrate(
            f"{taken.answers:,} answers read, {taken.added:,} decisions added to {kept}"
            + (f"; {taken.unknown:,} records are not in the last run" if taken.unknown else "")
        )
        typer.echo(str(kept))


@app.command()
def freeze() -> None:
    """Write down what the last run was made with; later runs in the project stop when anything of it has changed.

    Rules, expectations, settings, decisions, models, versions, and the columns of every source.
    """
    with _known_failures():
        from engine import freezing

        project = _project_here()
        with _last_run(None) as ws:
            typer.echo(str(freezing.freeze(project, ws, as_of=date.today().isoformat())))


@app.command()
def join(
    left: Annotated[str, typer.Argument(metavar="A", help=_ID_HELP)],
    right: Annotated[str, typer.Argument(metavar="B", help="The other contact.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides.")],
    why: Annotated[str, typer.Option(help="For those who ask later.")] = "",
) -> None:
    """Decide that two contacts are one. The next `assay run` follows; `assay undo merge` takes it back."""
    with _known_failures():
        from engine import correction

        project = _project_here()
        with _last_run(None) as ws:
            _corrected(correction.join(ws, project.decisions, left, right, _signed(by, why)), project)


@app.command()
def split(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="A record_id or source#line.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides.")],
    why: Annotated[str, typer.Option(help="For those who ask later.")] = "",
) -> None:
    """Decide that a record is a contact of its own. The next `assay run` follows."""
    with _known_failures():
        from engine import correction

        project = _project_here()
        with _last_run(None) as ws:
            _corrected(correction.split(ws, project.decisions, record, _signed(by, why)), project)


@undo_app.command("merge")
def undo_merge(
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help=_ID_HELP)],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides.")],
    why: Annotated[str, typer.Option(help="For those who ask later.")] = "",
) -> None:
    """Part a contact into those its records were before: the next `assay run` gives them their ids and numbers back."""
    with _known_failures():
        from engine import correction

        project = _project_here()
        with _last_run(None) as ws:
            done = correction.undo_merge(ws, project.decisions, project.numbers, contact, _signed(by, why))
            _corrected(done, project)


def _project_here() -> Project:
    from engine.errors import UsageError
    from engine.project import find_project

    project = find_project(Path.cwd())
    if project is None:
        raise UsageError("decisions are kept in a project, and there is none here", hint="Try: assay init DIR first.")
    return project


def _signed(by: str, why: str) -> Signed:
    from engine.correction import Signed

    return Signed(by=by, at=datetime.now().astimezone().isoformat(timespec="seconds"), why=why)


def _corrected(done: Corrected, project: Project) -> None:
    _narrate(f"{done.added:,} decisions added to {project.decisions}; `assay run` follows them")
    for group in done.groups:
        typer.echo(" ".join(group))


_YES_HELP = "Change production without asking."


@app.command(
    epilog="Exit codes: 0 every row imported, 1 some were not, 2 usage or configuration, 3 a file that cannot be used, "
    "4 disk, memory, lock or database."
)
def apply(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Import files, .csv or .xlsx.")],
    env: Annotated[str, typer.Option(metavar="NAME", help="The environment to apply them to.")],
    log: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the log. Default: out/log/NAME.", show_default=False)
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="en|fr|de|it", help=_LANGUAGE_HELP)] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Birth dates after it lie in the future. Default: today."),
    ] = None,
    yes_production: Annotated[bool, typer.Option("--yes-production", help=_YES_HELP)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Apply import files to an environment as the real import would: all answers in a log, row by row.

    Each file is applied whole or not at all. A file that was applied before changes nothing.
    """
    with _known_failures():
        from engine import environments

        place = _environments()
        with _narrator() as narrator:
            told = environments.apply_files(
                place,
                files,
                env,
                as_of=as_of.date() if as_of else date.today(),
                at=datetime.now().astimezone().isoformat(timespec="seconds"),
                log=log or _output_folder(None) / "log" / env,
                language=_language(language) or (place.project.language if place.project else "en"),
                confirmation=_confirmation(yes_production),
                watcher=narrator,
            )
        for fact in told["files"]:
            again = "" if fact["applied"] else "  (applied before: nothing was changed)"
            _narrate(
                f"{fact['file']}: {fact['rows']:,} rows, {fact['imported']:,} imported "
                f"({fact['imported_with_changes']:,} with a field left out or cut), "
                f"{fact['not_imported']:,} not imported{again}"
            )
        _tell(told, told["log"], as_json)
        if any(fact["not_imported"] for fact in told["files"]):
            raise typer.Exit(1)


@env_app.command("create")
def env_create(
    name: Annotated[str, typer.Argument(help="dev, preprod, prod, or another name.")],
    institution: Annotated[str | None, typer.Option(metavar="CODE", help="Default: the project's, or DEMO.")] = None,
    organization: Annotated[str | None, typer.Option(metavar="CODE", help="Default: the project's, or *.")] = None,
    country: Annotated[str | None, typer.Option(metavar="CH", help="Country of the institution.")] = None,
) -> None:
    """Make an empty environment: a file of the project, or a schema of the PostgreSQL that assay.toml names."""
    with _known_failures():
        from engine import environments

        told = environments.create_environment(
            _environments(), name, institution=institution, organization=organization, country=_country(country)
        )
        kind = "production, " if told["production"] else ""
        _narrate(f"environment {name}: {kind}institution {told['institution']}")


@env_app.command("list")
def env_list(as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """List the environments: contacts by state, and the last file applied."""
    with _known_failures():
        from engine import environments

        found = environments.list_environments(_environments())
        lines = [
            f"{base['name']:<12} {base['institution']:<16} {base['active']:>9,} active {base['invalid']:>7,} invalid "
            f"{base['anonymised']:>7,} anonymised  {base['last_file'] or 'no file applied'}"
            for base in found
        ]
        _tell({"environments": found}, lines, as_json)


@env_app.command("copy")
def env_copy(
    source: Annotated[str, typer.Argument(metavar="FROM")],
    target: Annotated[str, typer.Argument(metavar="TO")],
    replace_contacts: Annotated[bool, typer.Option("--replace", help="TO has contacts: lose them.")] = False,
    yes_production: Annotated[bool, typer.Option("--yes-production", help=_YES_HELP)] = False,
) -> None:
    """Make TO a copy of FROM, as pre-production is one of production."""
    with _known_failures():
        from engine import environments

        told = environments.copy_environment(
            _environments(), source, target, replace=replace_contacts, confirmation=_confirmation(yes_production)
        )
        _narrate(f"{target} has {told['contacts']:,} contacts, as {source}")


@env_app.command("diff")
def env_diff(
    left: Annotated[str, typer.Argument(metavar="A")],
    right: Annotated[str, typer.Argument(metavar="B")],
    as_json: Annotated[bool, typer.Option("--json", help="Print counts and contact numbers as JSON.")] = False,
) -> None:
    """Compare two environments contact by contact."""
    with _known_failures():
        from engine import environments

        told = environments.diff_environments(_environments(), left, right)
        lines = [
            f"{told['same']:,} contacts are the same, {told['differing']:,} differ, "
            f"{told['only_left']:,} only in {left}, {told['only_right']:,} only in {right}",
            *(f"  {column:<20} {count:>9,}" for column, count in told["by_column"].items()),
        ]
        _tell(told, lines, as_json)


@env_app.command("sales")
def env_sales(
    name: Annotated[str, typer.Argument(help="The environment.")],
    numbers: Annotated[Path, typer.Option("--list", metavar="FILE", help="Contact numbers, one a line, or a CSV.")],
) -> None:
    """Say which contacts have sales: INVALIDATE and DROP leave them alone."""
    with _known_failures():
        from engine import environments

        told = environments.set_sales(_environments(), name, numbers)
        _narrate(f"{told['numbers']:,} contacts with sales, {told['unknown']:,} of them not in {name} now")


def _environments() -> Any:
    """Where environments are: the project's, or those below the working directory."""
    from engine.environments import Place
    from engine.project import find_project

    project = find_project(Path.cwd())
    return Place(
        folder=project.root if project else Path.cwd(),
        project=project,
        threads=(project.threads if project else None) or os.cpu_count() or 1,
        memory=(project.memory if project else None) or "4GB",
    )


def _confirmation(yes: bool) -> Any:
    """Production is changed when the command line says so, or its name is typed on a terminal."""
    from engine.environments import Confirmation

    def ask(name: str) -> bool:
        if yes:
            return True
        if not sys.stdin.isatty():
            return False
        typer.echo(f"{name} is production. Type its name to go on: ", nl=False, err=True)
        return sys.stdin.readline().strip() == name

    return Confirmation(ask)


def _output_folder(out: Path | None) -> Path:
    """The folder of the last run: named, the project's, or ./out."""
    from engine.project import find_project

    if out is not None:
        return out
    project = find_project(Path.cwd())
    return project.out if project else Path("out")


@contextmanager
def _last_run(out: Path | None) -> Iterator[Workspace]:
    """The tables the last run left, to read."""
    from engine.project import find_project
    from engine.workspace import Workspace

    project = find_project(Path.cwd()) if out is None else None
    with Workspace.look(project.workspace if project else _output_folder(out) / ".assay") as ws:
        yield ws


def _tell(told: dict[str, Any], lines: list[str], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            typer.echo(_plain(line))


def _init_arguments(where: list[Path], from_files: list[Path]) -> tuple[Path, list[Path]]:
    """``--from a.csv b.csv`` reaches us as an option and an argument: files that exist are sources."""
    from engine.errors import UsageError

    files = [*from_files, *(path for path in where if from_files and path.is_file())]
    folders = [path for path in where if path not in files]
    if len(folders) > 1:
        names = ", ".join(str(path) for path in folders)
        raise UsageError(f"more than one project folder given: {names}", hint="Is a file name misspelt?")
    if not folders and not files:
        raise UsageError("which folder?", hint="Try: assay init DIR, or assay init DIR --from FILE...")
    return (folders[0] if folders else Path()), files


def _run_options(
    files: list[Path],
    out: Path | None,
    country: str | None,
    institution: str | None,
    language: str | None,
    as_of: datetime | None,
    threads: int | None,
    memory: str | None,
) -> RunOptions:
    from engine.pipeline import RunOptions, RunSource, project_options
    from engine.project import find_project

    project = None if files else find_project(Path.cwd())
    if project is None and not files:
        from engine.errors import UsageError

        raise UsageError("no files given, and no project here", hint="Try: assay run FILE..., or assay init DIR first.")
    folder = out or (project.out if project else Path("out"))
    options = RunOptions(
        sources=tuple(RunSource(path) for path in files),
        out=folder,
        workspace=project.workspace if project else folder / ".assay",
        as_of=as_of.date() if as_of else date.today(),
        institution=institution,
        country=_country(country),
        language=_language(language),
        threads=threads or (project.threads if project else None) or os.cpu_count() or 1,
        memory=memory or (project.memory if project else None) or "4GB",
    )
    return project_options(project, options) if project else options


def _country(code: str | None) -> str | None:
    if code is not None and not re.fullmatch(r"[A-Za-z]{2}", code):
        from engine.errors import UsageError

        raise UsageError("--country takes an ISO 3166 code of two letters, such as CH")
    return code.upper() if code else None


def _language(word: str | None) -> Language | None:
    from engine.errors import UsageError
    from engine.vocabulary import LANGUAGES

    known = next((language for language in LANGUAGES if language == word), None)
    if word is not None and known is None:
        raise UsageError(f"--language takes one of {', '.join(LANGUAGES)}")
    return known


def _closing_words(options: RunOptions, result: RunResult) -> None:
    """What a person wants to know when the run is over, in a few lines on stderr."""
    headline = result.report["headline"]
    held = headline["lines_held"] + headline["contacts_held"]
    _narrate(
        f"{headline['lines']:,} lines, {headline['contacts']:,} contacts, {headline['duplicates']:,} merged away, "
        f"{headline['import_rows']:,} import rows, {held:,} held, {headline['pairs_ask']:,} pairs to ask a person about"
    )
    for warning in result.report["warnings"]:
        _narrate(f"Warning: {warning}")
    _narrate(f"Look at {options.out / 'report.html'}")
    if options.project is None:
        names = shlex.join(str(source.path) for source in options.sources)
        _narrate(f"To turn these guesses into a project: assay init my-project --from {names}")


if __name__ == "__main__":
    app()
