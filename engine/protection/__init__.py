"""Protection: who must not come back, and who may be proposed for removal; set-based, on the tables of a run."""

from engine.protection.hold import hold_suppressed
from engine.protection.keys import Suppressed, make_suppressed
from engine.protection.lines import OWNERS, lines_of
from engine.protection.suppression import add_suppressed, read_suppressed

__all__ = [
    "OWNERS",
    "Suppressed",
    "add_suppressed",
    "hold_suppressed",
    "lines_of",
    "make_suppressed",
    "read_suppressed",
]
