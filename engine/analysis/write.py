"""The files of an analysis."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.presentation.analysis import analysis_html, write_document
from engine.presentation.atomic import write_text
from engine.presentation.files import as_json
from engine.vocabulary import Language


def write_analysis(analysis: Mapping[str, Any], folder: Path, language: Language) -> list[Path]:
    """Write analysis.json, analysis.html and analysis.docx into ``folder``.

    Raises:
        SurroundingsError: the folder cannot be written.
    """
    files = [folder / f"analysis.{suffix}" for suffix in ("json", "html", "docx")]
    write_text(files[0].absolute(), as_json(dict(analysis)))
    write_text(files[1].absolute(), analysis_html(analysis, language))
    write_document(analysis, files[2], language)
    return files
