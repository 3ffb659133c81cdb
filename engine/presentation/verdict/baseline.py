"""``--baseline``: what an earlier check, or the report of a run, said of each expectation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import UsageError
from engine.presentation.verdict.model import Before


def read_baseline(path: Path) -> Mapping[tuple[str, str], Before]:
    """By suite and expectation what ``path`` says: the JSON of ``assay check --format json``, or report.json.

    Raises:
        UsageError: it cannot be read, or is neither.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the baseline {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"the baseline {path} is not JSON", hint=_HINT) from error
    try:
        return _entries(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"the baseline {path} does not hold the result of a check", hint=_HINT) from error


_HINT = "Make one with: assay check FILE... --format json --output baseline.json. A run's report.json does too."


def _entries(data: Any) -> dict[tuple[str, str], Before]:
    report = data.get("quality", {})
    entries = report["expectations"] if report else data["expectations"]
    return {
        (str(entry["suite"]), str(entry["expectation"])): Before(
            success=bool(entry["success"]),
            rows=int(entry["rows"] if "rows" in entry else report["records"]),
            failed=int(entry["rows_failed"]),
        )
        for entry in entries
    }
