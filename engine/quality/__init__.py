"""Quality: expectations of records and tables, judged by Great Expectations; findings to the record.

The only package that imports Great Expectations, and only when :func:`check` or :func:`warm_up` runs.
"""

from engine.quality.check import check, warm_up

__all__ = ["check", "warm_up"]
