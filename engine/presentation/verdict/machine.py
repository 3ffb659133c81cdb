"""``--format json``: the verdict for programs, and the baseline of a later check."""

from __future__ import annotations

from typing import Any

from engine.presentation.verdict.escape import in_json
from engine.presentation.verdict.model import LISTED, Entry, Place, Verdict

FORMAT = 1
"""Version of the layout."""


def as_machine(verdict: Verdict) -> str:
    """The verdict as JSON; same check, same bytes."""
    gate = verdict.gate
    return in_json(
        {
            "format": FORMAT,
            "as_of": verdict.as_of.isoformat(),
            "language": verdict.language,
            "passed": verdict.passed,
            "gate": {
                "fail_on": gate.fail_on,
                "max_failed": float(gate.max_failed),
                "baseline": gate.baseline is not None,
                "against": [entry.id for entry in verdict.against],
            },
            "sources": [
                {"source": source.name, "file": source.file, "lines": source.lines, "held": source.held}
                for source in verdict.sources
            ],
            "scores": [
                {
                    "dimension": score.dimension,
                    "checked": score.checked,
                    "failed": score.failed,
                    "score": round(score.value, 6),
                    "before": None if score.before is None else round(score.before, 6),
                }
                for score in verdict.scores
            ],
            "listed_per_expectation": LISTED,
            "expectations": [_entry(verdict, entry) for entry in verdict.entries],
        }
    )


def _entry(verdict: Verdict, entry: Entry) -> dict[str, Any]:
    before = entry.before
    return {
        "suite": entry.suite,
        "expectation": entry.name,
        "type": entry.type,
        "column": entry.column,
        "severity": entry.severity,
        "dimension": entry.dimension,
        "owner": entry.owner,
        "sentence": entry.sentence,
        "success": entry.success,
        "against_the_gate": verdict.gate.counts(entry),
        "rows": entry.rows,
        "rows_checked": entry.checked,
        "rows_failed": entry.failed,
        "failed_share": round(float(entry.share), 6),
        "change": entry.change,
        "before": None
        if before is None
        else {"success": before.success, "rows": before.rows, "rows_failed": before.failed},
        "places": [_place(place) for place in entry.places],
    }


def _place(place: Place) -> dict[str, Any]:
    shown = {"file": place.file, "line": place.line, "column": place.column, "reason": place.reason}
    return shown if place.value is None else {**shown, "value": place.value}
