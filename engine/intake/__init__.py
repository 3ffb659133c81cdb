"""Intake: files become lines, lines become records in canonical columns; what cannot be trusted is held.

The road: :func:`stage_sources`, :func:`guess_mapping`, :func:`map_records`.
"""

from engine.intake.guess import guess_mapping
from engine.intake.record import map_records
from engine.intake.source_file import SourceFile
from engine.intake.stage import stage_sources

__all__ = ["SourceFile", "guess_mapping", "map_records", "stage_sources"]
