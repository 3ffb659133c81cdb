"""Evidence: a pattern's weights in words, made once per distinct pattern."""

from __future__ import annotations

import numpy as np

from engine.matching.adjustment import STEP
from engine.matching.case import Case
from engine.matching.patterns import Bools, Floats


def sentences(case: Case, *, keep: Bools, added: Floats | None = None) -> list[str]:
    """``last_name exact +7.1; first_name close +3.2; household cap -4.0`` for the patterns to keep, else "".

    Comparisons come strongest first, corrections last in the order they were applied, then what people's decisions
    ``added``; missing values are left out.
    """
    compared = case.patterns.comparisons
    names = [[level.name for level in one.levels][::-1] for one in compared]
    taken = [(name, bits) for name, bits in case.taken.items() if np.any(bits >= 0.05)]
    said = []
    for row, kept in enumerate(keep):
        if not kept:
            said.append("")
            continue
        levels = case.patterns.levels[row]
        parts = sorted(
            (-abs(float(case.weights[row, place])), place) for place in range(len(compared)) if levels[place] >= 0
        )
        texts = [
            f"{compared[place].name} {names[place][levels[place]]} {case.weights[row, place]:+.1f}"
            for _, place in parts
        ]
        texts += [f"{name} {-bits[row]:+.1f}" for name, bits in taken if bits[row] >= 0.05]
        if added is not None and abs(added[row]) >= 0.05:
            texts.append(f"{STEP} {added[row]:+.1f}")
        said.append("; ".join(texts))
    return said
