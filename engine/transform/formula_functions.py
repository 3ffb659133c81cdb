"""What each function of a formula becomes in SQL. An error of Excel is NULL here; an empty cell is an empty text."""

from __future__ import annotations

from collections.abc import Mapping

from engine.transform.formula_dates import DATES
from engine.transform.formula_logic import LOGIC
from engine.transform.formula_numbers import NUMBERS
from engine.transform.formula_texts import TEXTS
from engine.transform.formula_values import Build

BUILDERS: Mapping[str, tuple[int, int, Build]] = {**LOGIC, **TEXTS, **DATES, **NUMBERS}
"""English name -> fewest and most arguments, and what builds the tree."""
