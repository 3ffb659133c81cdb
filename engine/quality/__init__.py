"""Quality: expectations of records, contacts and import rows, judged by Great Expectations; findings to the row.

The only package that imports Great Expectations, and only when :func:`check`, :func:`warm_up` or
:func:`write_data_docs` runs.
"""

from engine.quality.check import RECORDS, check, warm_up, write_data_docs
from engine.quality.history import read_previous, remember

__all__ = ["RECORDS", "check", "read_previous", "remember", "warm_up", "write_data_docs"]
