"""`assay trace`, `assay explain`, `assay match evaluate`: look into the last run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.faces.options import ID_HELP, AsJson, RunFolder
from engine.faces.shared import known_failures, last_run, narrate, output_folder, tell


def trace(
    name: Annotated[str, typer.Argument(metavar="ID", help=ID_HELP)],
    out: RunFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show where a contact comes from: its lines, every value with the rule that chose it, and its import rows.

    Prints personal data: that is what it is for.
    """
    with known_failures():
        from engine.presentation.aloud import trace_lines
        from engine.trace import trace as told_of

        with last_run(out) as ws:
            told = told_of(ws, name)
        tell(told, trace_lines(told), as_json)


def explain(
    left: Annotated[str, typer.Argument(metavar="A", help="A record: record_id, source#line, or a contact of one.")],
    right: Annotated[str, typer.Argument(metavar="B", help="The other record.")],
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw the waterfall too.", show_default=False)
    ] = None,
    out: RunFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say why two records were merged, asked about or left apart: the evidence step by step, in bits.

    Prints personal data: that is what it is for.
    """
    with known_failures():
        from engine.errors import UsageError
        from engine.explanation import explain as told_of
        from engine.presentation.aloud import explanation_lines

        with last_run(out) as ws:
            told = told_of(ws, left, right)
        if chart is not None:
            from engine.presentation.waterfall import write_waterfall

            if not told["steps"]:
                raise UsageError(f"there is nothing to draw: {told['fate']}", hint=told["why"])
            write_waterfall(told, chart)
        tell(told, explanation_lines(told), as_json)


def evaluate(
    truth: Annotated[Path, typer.Option(metavar="FILE", help="CSV: source,line_no,entity_id or record_id,entity_id.")],
    out: RunFolder = None,
    min_f1: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, metavar="0.95", help="Exit with 1 when the pairwise F1 is below.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure the last run against truth: pairs, records (B-cubed), whole clusters, and a curve by threshold."""
    with known_failures():
        from engine.evaluation import evaluate as measured
        from engine.presentation.aloud import evaluation_lines

        told = measured(output_folder(out), truth).row()
        tell(told, evaluation_lines(told), as_json)
        if min_f1 is not None and told["total"]["f1"] < min_f1:
            narrate(f"assay: F1 {told['total']['f1']:.4f} is below {min_f1}")
            raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(trace)
    app.command()(explain)
    match_app = typer.Typer(
        help="Measure the last run's matching against truth", no_args_is_help=True, rich_markup_mode=None
    )
    match_app.command()(evaluate)
    app.add_typer(match_app, name="match")
