"""Protection: who must not come back, and who may be proposed for removal; set-based, on the tables of a run."""

from engine.protection.hold import hold_suppressed
from engine.protection.keys import Suppressed, make_suppressed
from engine.protection.suppression import add_suppressed, read_suppressed

__all__ = ["Suppressed", "add_suppressed", "hold_suppressed", "make_suppressed", "read_suppressed"]
