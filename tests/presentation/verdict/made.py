"""A verdict made by hand: an error that counts, a warning, one only counted, a table that failed, one that is met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from engine.presentation.verdict.model import Before, CheckedSource, Entry, Gate, Place, Score, Verdict
from engine.vocabulary import Language

HOSTILE = "\x1b[31m]]><script>alert('x')</script>\u202e%0A::error::\n&\"=1+1"
"""A value that is markup, a workflow command, a terminal escape and a formula at once."""

FILE = "data/été, 1:2.csv"


def entry(name: str, severity: str = "error", failed: int = 0, **more: object) -> Entry:
    fields: dict[str, object] = {
        "suite": "format", "name": name, "type": "expect_column_values_to_match_regex", "column": "email",
        "severity": severity, "dimension": "validity", "owner": "customer", "sentence": "It's <wrong>: 100% & more.",
        "success": not failed, "rows": 200, "checked": 150, "failed": failed,
        "places": tuple(Place(FILE, line, "email", "bad_form") for line in range(2, 2 + min(failed, 20))),
    }  # fmt: skip
    return Entry(**{**fields, **more})  # type: ignore[arg-type]


def verdict(*entries: Entry, gate: Gate | None = None, language: Language = "en", value: str | None = None) -> Verdict:
    chosen = entries or (
        entry("email_form", failed=30),
        entry("email_typo", "warning", failed=3),
        entry("email_given", "info", failed=50, places=(), suite="completeness", dimension="completeness"),
        entry("rows_enough", "warning", success=False, column=None, places=()),
        entry("email_lower"),
    )
    if value is not None:
        chosen = tuple(
            replace(one, places=tuple(replace(place, value=value) for place in one.places)) for one in chosen
        )
    return Verdict(
        date(2026, 11, 22), language, gate or Gate(), (CheckedSource("été", FILE, 201, 1),),
        (Score("validity", 300, 33, before=0.95), Score("completeness", 200, 50)), chosen,
    )  # fmt: skip


def against(baseline: Mapping[tuple[str, str], Before], *entries: Entry, max_failed: str = "0") -> Verdict:
    compared = (replace(one, compared=True, before=baseline.get((one.suite, one.name))) for one in entries)
    return verdict(*compared, gate=Gate("error", Fraction(max_failed), baseline))
