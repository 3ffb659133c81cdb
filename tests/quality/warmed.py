"""The one import of Great Expectations of a test session, made as the pipeline makes it: in a thread, beside others."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module

from engine import quality

BESIDE = ("pandas", "altair", "splink", "duckdb", "pyarrow.compute")
"""What other stages import meanwhile; Great Expectations imports the first two as well."""


@cache
def warmed() -> bool:
    """Import Great Expectations in a thread while this one imports the rest; an exception of either comes through."""
    with ThreadPoolExecutor(max_workers=1) as background:
        warming = background.submit(quality.warm_up)
        for module in BESIDE:
            import_module(module)
        warming.result()
    return "great_expectations" in sys.modules
