"""Gates: conditions that Assay sees, and signatures of people, each bound by hash to the files it was given for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from engine.journal import Entry, fingerprints
from engine.milestone.conditions import Seen, look
from engine.milestone.evidence import Evidence, day_of
from engine.rulebook.milestone import GateRule

GateState = Literal["met", "open", "missed"]


@dataclass(frozen=True, slots=True)
class Signature:
    """A name under a gate.

    Attributes:
        entry: its line of the journal.
        changed: files that are not what they were when it was given, "" none: then it has lapsed.
    """

    entry: Entry
    changed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every file is what it was."""
        return not self.changed


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate on one day."""

    rule: GateRule
    due: date
    seen: tuple[Seen, ...]
    signature: Signature | None
    as_of: date

    @property
    def lacking(self) -> tuple[Seen, ...]:
        """Conditions that are not met and that no signature covers."""
        covered = set(self.signature.entry.facts["despite"]) if self.signature and self.signature.holds else set()
        return tuple(seen for seen in self.seen if not seen.met and seen.condition not in covered)

    @property
    def signed(self) -> bool:
        """Whether a signature that still holds is there."""
        return self.signature is not None and self.signature.holds

    @property
    def met(self) -> bool:
        """Nothing is lacking, and it is signed where somebody must sign."""
        return not self.lacking and (self.signed or self.rule.signature == "otherwise")

    @property
    def state(self) -> GateState:
        """Met, still open, or missed: not met after its day."""
        if self.met:
            return "met"
        return "missed" if self.due < self.as_of else "open"

    @property
    def met_on(self) -> date | None:
        """The day of the signature; None when nobody needed to sign."""
        return day_of(self.signature.entry) if self.met and self.signed and self.signature else None


def read_gates(evidence: Evidence) -> tuple[Gate, ...]:
    """Every gate of the rules, in their order."""
    return tuple(_gate(rule, evidence) for rule in evidence.rules.gates)


def bound_files(root: Path, rule: GateRule) -> dict[str, str]:
    """Hash of every file that a signature under ``rule`` is bound to."""
    return fingerprints(root, (path for pattern in rule.binds for path in root.glob(pattern)))


def _gate(rule: GateRule, evidence: Evidence) -> Gate:
    signed = next((entry for entry in evidence.events("sign") if entry.facts.get("gate") == rule.name), None)
    signature = None
    if signed is not None:
        changed = _changed(signed.facts["files"], bound_files(evidence.project.root, rule))
        signature = Signature(signed, changed)
    seen = tuple(look(condition, evidence, rule) for condition in rule.conditions)
    return Gate(rule, evidence.due(rule.due), seen, signature, evidence.as_of)


def _changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in sorted(then.keys() | now.keys()) if then.get(name) != now.get(name))
