"""Assay's engine: the road of a contact row from a file to golden records and import files.

The folders are the stages in the order a row travels: intake, quality, standardise, matching,
judgement, golden, delivery. They meet in DuckDB tables only; :mod:`engine.tables` holds the contracts.
"""

__version__ = "0.1.0"
