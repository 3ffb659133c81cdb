"""Target: contact bases that answer to an import file as the real import does, row by row."""

from engine.target.answer import Answered, Base, answer_file, answer_lines, empty_snapshot
from engine.target.columns import STORE_TABLES
from engine.target.store import Application, Store

__all__ = ["STORE_TABLES", "Answered", "Application", "Base", "Store", "answer_file", "answer_lines", "empty_snapshot"]
