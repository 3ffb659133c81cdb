"""The verdict of ``assay check`` and its faces: text, JSON, JUnit, SARIF, GitHub workflow commands, HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from engine.presentation.verdict.baseline import read_baseline
from engine.presentation.verdict.github import as_github
from engine.presentation.verdict.junit import as_junit
from engine.presentation.verdict.machine import as_machine
from engine.presentation.verdict.model import FailOn, Gate, Verdict
from engine.presentation.verdict.read import read_verdict
from engine.presentation.verdict.sarif import as_sarif
from engine.presentation.verdict.text import as_text, summary

Format = Literal["text", "json", "junit", "sarif", "github", "html"]


def _as_html(verdict: Verdict) -> str:
    from engine.presentation.verdict.html import as_html  # jinja and the charts: only when asked for

    return as_html(verdict)


FORMATS: Mapping[Format, Callable[[Verdict], str]] = {
    "text": as_text,
    "json": as_machine,
    "junit": as_junit,
    "sarif": as_sarif,
    "github": as_github,
    "html": _as_html,
}
"""How each format is drawn."""

__all__ = ["FORMATS", "FailOn", "Format", "Gate", "Verdict", "read_baseline", "read_verdict", "summary"]
