"""Presentation: the files people and programs take away, the report and the manifest."""

from engine.presentation.charts import warm_up
from engine.presentation.delta import write_delta
from engine.presentation.facts import RunFacts
from engine.presentation.files import write_tables
from engine.presentation.manifest import output_files, rule_hashes, versions, write_manifest
from engine.presentation.page import render_html
from engine.presentation.protocol_files import write_protocol
from engine.presentation.report import report_data, write_report
from engine.presentation.workbook import write_workbook

__all__ = [
    "RunFacts",
    "output_files",
    "render_html",
    "report_data",
    "rule_hashes",
    "versions",
    "warm_up",
    "write_delta",
    "write_manifest",
    "write_protocol",
    "write_report",
    "write_tables",
    "write_workbook",
]
