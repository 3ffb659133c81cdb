"""``--format text``: the verdict for a person at a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import groupby

from engine.presentation.verdict.escape import plain
from engine.presentation.verdict.model import Entry, Verdict
from engine.presentation.verdict.words import WORDS, Words, failed_of, gate_sentence
from engine.presentation.wording import number, percent

_WIDTH = 110
_PLACES = 5
_EXAMPLES = 3


def as_text(verdict: Verdict) -> str:
    """The sources, the scores, every expectation that failed, worst first, and the last word."""
    words = WORDS[verdict.language]
    lines = [*_sources(verdict, words), "", *_scores(verdict, words), ""]
    failing = verdict.failing
    if failing:
        lines += _table(verdict, failing, words)
    else:
        lines.append(words.none_failed)
    met = len(verdict.entries) - len(failing)
    if failing and met:
        lines.append(words.met.format(count=number(met)))
    lines += ["", gate_sentence(verdict, words)]
    lines.append(words.against.format(count=number(len(verdict.against)), all=number(len(verdict.entries))))
    lines.append((words.passed if verdict.passed else words.not_passed).upper())
    return "\n".join(lines) + "\n"


def _sources(verdict: Verdict, words: Words) -> Iterator[str]:
    for source in verdict.sources:
        held = f", {words.held.format(held=number(source.held))}" if source.held else ""
        yield f"{plain(source.file)}: {words.lines.format(lines=number(source.lines))}{held}"


def _scores(verdict: Verdict, words: Words) -> Iterator[str]:
    if verdict.scores:
        yield words.scores
    for score in verdict.scores:
        change = "" if score.before is None else f"  ({(score.value - score.before) * 100:+.1f})"
        yield f"  {words.dimensions[score.dimension]:<18}{percent(score.value):>8}{change}"


def _table(verdict: Verdict, entries: tuple[Entry, ...], words: Words) -> Iterator[str]:
    failed, share, severity, expectation, _, _ = words.columns
    wide = max(len(word) for word in words.severities.values())
    yield f"{failed:>9}  {share:>8}  {severity:<{wide}}  {expectation}"
    for entry in entries:
        mark = "!" if verdict.gate.counts(entry) else " "
        amount = number(entry.failed) if entry.failed else "-"
        change = f"  [{words.changes[entry.change]}]" if entry.change else ""
        yield (
            f"{mark}{amount:>8}  {percent(float(entry.share)):>8}  {words.severities[entry.severity]:<{wide}}  "
            f"{plain(entry.id)}{change}"
        )
        indent = " " * 13
        yield from textwrap.wrap(plain(entry.sentence), _WIDTH, initial_indent=indent, subsequent_indent=indent)
        yield from (f"{indent}{line}" for line in _where(entry, words))


def _where(entry: Entry, words: Words) -> Iterator[str]:
    if entry.places:
        shown = entry.places[:_PLACES]
        for file, places in groupby(shown, key=lambda place: place.file):
            more = ", …" if file == shown[-1].file and entry.failed > len(shown) else ""
            yield f"{plain(file)}:{', '.join(str(place.line) for place in places)}{more}"
    values = list(dict.fromkeys(place.value for place in entry.places if place.value is not None))[:_EXAMPLES]
    if values:
        yield f"{words.example} " + ", ".join(f"«{plain(value)}»" for value in values)


def summary(verdict: Verdict) -> str:
    """One line: the last word with its count."""
    words = WORDS[verdict.language]
    worst = f" ({verdict.against[0].id}: {failed_of(words, verdict.against[0])})" if verdict.against else ""
    against = words.against.format(count=number(len(verdict.against)), all=number(len(verdict.entries)))
    return f"{words.passed if verdict.passed else words.not_passed}: {against}{worst}"
