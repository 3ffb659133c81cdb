"""``--format html``: the verdict as one page that needs no network, no script and no other file."""

from __future__ import annotations

from engine import __version__
from engine.presentation.page import environment
from engine.presentation.verdict.model import Verdict
from engine.presentation.verdict.words import WORDS, failed_of, gate_sentence


def as_html(verdict: Verdict) -> str:
    """The page, in the style of report.html."""
    words = WORDS[verdict.language]
    return (
        environment()
        .get_template("verdict.html.j2")
        .render(
            verdict=verdict,
            words=words,
            gate=gate_sentence(verdict, words),
            amounts={entry.id: failed_of(words, entry) for entry in verdict.failing},
            version=__version__,
        )
        + "\n"
    )
