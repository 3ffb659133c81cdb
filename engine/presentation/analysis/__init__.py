"""An analysis to read and to send: a page, and a Word document to go on writing in."""

from engine.presentation.analysis.document import write_document
from engine.presentation.analysis.page import analysis_html, analysis_lines

__all__ = ["analysis_html", "analysis_lines", "write_document"]
