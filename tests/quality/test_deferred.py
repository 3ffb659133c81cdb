"""A stand-in is the module once something of it is asked for, and nobody's afterwards."""

from __future__ import annotations

import subprocess
import sys

from engine.quality.deferred import deferred

PROBE = "colorsys"


def test_a_module_is_read_when_something_of_it_is_asked_for() -> None:
    sys.modules.pop(PROBE, None)
    with deferred(PROBE):
        import colorsys as kept
    assert PROBE not in sys.modules
    assert kept.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)
    import colorsys as real

    assert real is not kept
    assert kept.rgb_to_hsv is real.rgb_to_hsv


def test_a_module_that_is_there_already_stays_itself() -> None:
    import colorsys as before

    with deferred(PROBE):
        import colorsys as inside
    assert inside is before


def test_warming_up_reads_neither_scipy_s_statistics_nor_altair() -> None:
    program = (
        "import sys; from engine import quality; quality.warm_up(); "
        "print({'scipy.stats', 'altair'} & set(sys.modules), 'great_expectations' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "set() True\n"
