"""The ledger: at every stage in = out + held, checked at run time and printed."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import LedgerError


@dataclass(frozen=True, slots=True)
class StageReport:
    """What a stage did: rows in, out and held must add up.

    Attributes:
        stage: name of the stage.
        unit: what is counted ("line", "record", "contact").
        rows_in / rows_out / rows_held: counts of that unit.
        notes: sentences for the person who watches, without values of contacts.
        figures: further counts for report.json, by name.
    """

    stage: str
    unit: str
    rows_in: int
    rows_out: int
    rows_held: int = 0
    notes: tuple[str, ...] = ()
    figures: dict[str, int | float | str] = field(default_factory=dict)

    def check(self) -> StageReport:
        """Return self, or raise when rows were lost or invented.

        Raises:
            LedgerError: in is not out + held.
        """
        if self.rows_in != self.rows_out + self.rows_held:
            raise LedgerError(
                f"{self.stage}: {self.rows_in} {self.unit}s in, but {self.rows_out} out and {self.rows_held} held",
                hint="This is a defect of Assay, not of your data: please report it with the run's report.json.",
            )
        return self
