"""Traces, explanations and evaluations as plain lines for a terminal. The same as JSON is for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.counted import counted

Told = dict[str, Any]


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, widest: int = 46) -> list[str]:
    """Columns lined up by spaces; cells longer than ``widest`` are cut with an ellipsis."""
    cells = [[_cut(value, widest) for value in row] for row in rows]
    widths = [max([len(head), *(len(row[place]) for row in cells)]) for place, head in enumerate(heads)]
    lines = [heads, ["-" * width for width in widths], *cells]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def _cut(value: object, widest: int) -> str:
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    text = "" if value is None else str(value)
    text = " ".join(text.split())
    return text if len(text) <= widest else text[: widest - 1] + "…"


def trace_lines(told: Told) -> list[str]:
    """A trace from the contact back to the cells of its lines, then forward to the import file."""
    lines: list[str] = []
    contact = told["contact"]
    if contact is not None:
        structure = f", of structure {contact['structure_contact_id']}" if contact["structure_contact_id"] else ""
        lines += [
            f"Contact {contact['contact_id']}, number {contact['contact_nr']}: {contact['kind']}{structure}, "
            f"{counted(contact['records'], 'record')}",
            "",
            *table(
                ["attribute", "golden value", "from", "rule", "lost"],
                (
                    [
                        one["attribute"],
                        one["value"] + (" (form repaired)" if one["repaired"] else ""),
                        one["record_id"],
                        one["rule"],
                        " | ".join(lost["value"] for lost in one["lost"]),
                    ]
                    for one in contact["attributes"]
                ),
            ),
        ]
    for record in told["records"]:
        lines += [
            "",
            f"Record {record['record_id']}: line {record['line_no']} of {record['source']}, {record['kind']} "
            f"({record['kind_reason']}), cluster {record['cluster_id'] or 'none'}",
            "",
            *table(
                ["column", "cell", "feeds"],
                ([one["header"], one["cell"], one["attribute"]] for one in record["cells"]),
            ),
            "",
            *table(
                ["attribute", "standard", "reason"],
                ([one["attribute"], one["standard"], one["reason"]] for one in record["values"]),
            ),
        ]
        lines += [
            f"  {one['severity']}: {one['suite']}.{one['expectation']} ({one['reason']})" for one in record["findings"]
        ]
    if told["pairs"]:
        lines += ["", "Pairs"]
        lines += table(
            ["left", "right", "weight", "outcome", "evidence"],
            (
                [
                    one["record_id_l"],
                    one["record_id_r"],
                    f"{one['match_weight']:.1f}",
                    one["outcome"],
                    one["evidence"],
                ]
                for one in told["pairs"]
            ),
            widest=90,
        )
    for operation in told["operations"]:
        lines += ["", f"Import row {operation['row_no']}"]
        lines += table(["field", "value"], operation["fields"].items(), widest=80)
    lines += [f"Held by delivery: {one['reason']} ({one['detail']})" for one in told["held"]]
    lines += [f"Note: {one['field']} {one['outcome']} by {one['rule']}: {one['reason']}" for one in told["notes"]]
    return lines


def explanation_lines(told: Told) -> list[str]:
    """An explanation: the verdict, the waterfall with bars, and the values side by side."""
    lines = [f"{told['record_id_l']}  ~  {told['record_id_r']}: {told['fate']}", told["why"]]
    if told["compared_as"]:
        lines.append(f"Compared through the rows identical to them: {' ~ '.join(told['compared_as'])}")
    if told["steps"]:
        largest = max(abs(step["bits"]) for step in told["steps"]) or 1.0
        lines += ["", "Evidence in bits (one more doubles the odds)"]
        lines += table(
            ["step", "bits", "so far", ""],
            (
                [
                    step["name"],
                    f"{step['bits']:+.1f}",
                    f"{step['so_far']:+.1f}",
                    ("+" if step["bits"] > 0 else "-") * round(20 * abs(step["bits"]) / largest),
                ]
                for step in told["steps"]
            ),
        )
        merge, ask = told["thresholds"]["merge"], told["thresholds"]["ask"]
        met = [
            f"{word} from {weight:+.1f}" for word, weight in (("merged", merge), ("asked", ask)) if weight is not None
        ]
        lines.append(
            f"Match weight {told['match_weight']:+.2f}, probability {told['match_probability']:.1%}"
            + (f"; in this run pairs were {', '.join(met)}" if met else "")
        )
    lines += ["", *table(
        ["attribute", "left", "right", ""],
        ([one["attribute"], one["left"], one["right"], "=" if one["same"] else ""] for one in told["values"]),
    )]  # fmt: skip
    return lines


def evaluation_lines(told: Told) -> list[str]:
    """An evaluation: one row for the whole and for each kind, then the curve."""
    measured = ("precision", "recall", "f1", "b3_f1", "cluster_f1")
    rows = [("all", told["total"]), *told["kinds"].items()]
    lines = table(
        ["", "lines", "true pairs", "found", *(name.replace("_", " ") for name in measured)],
        (
            [name, f"{score['rows']:,}", f"{score['true_pairs']:,}", f"{score['found_pairs']:,}"]
            + [f"{score[one]:.4f}" for one in measured]
            for name, score in rows
        ),
    )
    if told["missing"]:
        lines.append(f"{counted(told['missing'], 'line')} of the truth not in this run, left out")
    if told["curve"]:
        lines += ["", "Scored pairs alone, by threshold on the match weight"]
        lines += table(
            ["weight >=", "pairs", "precision", "recall", "f1"],
            (
                [f"{one['threshold']:+.1f}", f"{one['pairs']:,}"]
                + [f"{one[name]:.4f}" for name in ("precision", "recall", "f1")]
                for one in told["curve"]
            ),
        )
    return lines
