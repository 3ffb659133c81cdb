"""The workbook of findings: what the customer corrects from, in the customer's own system."""

from engine.presentation.workbook.write import LIMIT, write_workbook

__all__ = ["LIMIT", "write_workbook"]
