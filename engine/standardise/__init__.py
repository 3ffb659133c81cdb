"""Standardise: raw values become standard ones beside them, with a reason when refused; never a guess in silence.

The road: :func:`apply`. Knowledge of one value is a pure function, run once per distinct value.
"""

from engine.standardise.apply import apply
from engine.standardise.columns import NO_ANSWERS, Answers, read_answers
from engine.standardise.named import NamedStandardisers

__all__ = ["NO_ANSWERS", "Answers", "NamedStandardisers", "apply", "read_answers"]
