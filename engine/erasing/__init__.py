"""Erase a person from a project, whole: memory, derived data, outputs; what is left elsewhere is named."""

from engine.erasing.erase import Erasure, Wishes, carry_out, plan_erasure, planned_data
from engine.erasing.settle import settle

__all__ = ["Erasure", "Wishes", "carry_out", "plan_erasure", "planned_data", "settle"]
