"""Intake: sources become lines (text of every cell, or held with a reason), lines become records in canonical columns.

::

    stage_sources   intake.source, intake.line, intake.held     nothing interpreted; engine/intake/sources
    guess_mapping   which column feeds which attribute          rules/mapping/*.yml, or a project's own mapping
    map_records     intake.mapping, intake.record               joins and steps of a mapping; trimmed, still raw text
"""

from engine.intake.guess import guess_mapping
from engine.intake.record import joined_lines, map_records
from engine.intake.source_file import SourceAddress, SourceFile
from engine.intake.stage import LEFT_OUT, stage_sources

__all__ = ["LEFT_OUT", "SourceAddress", "SourceFile", "guess_mapping", "joined_lines", "map_records", "stage_sources"]
