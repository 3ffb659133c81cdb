"""What the pipeline tells the report about a run, beyond what stands in the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.ledger import StageReport
from engine.vocabulary import Language


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The facts of one run. Everything here ends up in report.json: no value of a contact, no machine path.

    Attributes:
        institution: code of the institution the contacts are for; ``""`` = not given.
        as_of: the day the run takes as today.
        language: what sentences for people are written in.
        sources: names of the sources, in the order they were given.
        stages: the report of each stage, in order of the row's road.
        options: options of the command that change the result (never threads or memory).
        versions: program and version, see :func:`engine.presentation.manifest.versions`.
        warnings: sentences a person should read before trusting the result.
        files: files written so far, relative to the output folder.
        delta: what changed since the extract before, see :func:`engine.extracts.delta_data`; None = nothing to compare.
    """

    institution: str
    as_of: date
    language: Language = "en"
    sources: tuple[str, ...] = ()
    stages: tuple[StageReport, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    delta: Mapping[str, object] | None = None

    def stage(self, name: str) -> StageReport | None:
        """The report of stage ``name``, or None when it did not run."""
        return next((report for report in self.stages if report.stage == name), None)
