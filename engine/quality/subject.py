"""What a finding takes from the row it is about: records, golden contacts and import rows have different keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.rulebook.expectations import CheckedTable


@dataclass(frozen=True, slots=True)
class Subject:
    """The rows of one checked table.

    Attributes:
        stage: name of the stage that checks them, in the ledger.
        unit: what is counted.
        index: columns that name a row; Great Expectations selects them beside the judged ones.
        source: column with the source of a row, None where a row has no one source.
        columns: of a finding (record_id, source, line_no, contact_id), SQL over ``index``.
    """

    stage: str
    unit: str
    index: tuple[str, ...]
    source: str | None
    columns: Mapping[str, str]


_RECORD = Subject(
    stage="quality",
    unit="record",
    index=("record_id", "source", "line_no"),
    source="source",
    columns={"record_id": "record_id", "source": "source", "line_no": "line_no", "contact_id": "null"},
)

SUBJECTS: Mapping[CheckedTable, Subject] = {
    "intake.record": _RECORD,
    "standardise.record": _RECORD,
    "golden.contact": Subject(
        stage="golden quality",
        unit="contact",
        index=("contact_id",),
        source=None,
        columns={"record_id": "null", "source": "null", "line_no": "null", "contact_id": "contact_id"},
    ),
    "delivery.operation": Subject(
        stage="delivery quality",
        unit="import row",
        index=("contact_id", "row_no"),
        source=None,
        columns={"record_id": "null", "source": "null", "line_no": "row_no", "contact_id": "contact_id"},
    ),
}
"""Every table a suite may be about."""
