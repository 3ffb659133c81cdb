"""Extracts: what one extract left, kept to compare the next with: contacts kept, new, changed, joined, split, gone."""

from engine.extracts.compare import compare_extracts, delta_data
from engine.extracts.snapshot import (
    DEFAULT_LABEL,
    check_label,
    keep_records,
    keep_snapshot,
    last_label,
    previous_snapshot,
)

__all__ = [
    "DEFAULT_LABEL",
    "check_label",
    "compare_extracts",
    "delta_data",
    "keep_records",
    "keep_snapshot",
    "last_label",
    "previous_snapshot",
]
