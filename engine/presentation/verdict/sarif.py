"""``--format sarif``: SARIF 2.1.0 (OASIS), for code scanning and editors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from engine import __version__
from engine.presentation.verdict.escape import in_json, plain
from engine.presentation.verdict.model import Entry, Place, Verdict
from engine.presentation.verdict.words import WORDS, Words, failed_of
from engine.presentation.wording import number
from engine.vocabulary import Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def as_sarif(verdict: Verdict) -> str:
    """A run with a rule per expectation that failed, and a result per failing row that is listed."""
    words = WORDS[verdict.language]
    failing = verdict.failing
    capped = [entry for entry in failing if entry.failed > len(entry.places)]
    run = {
        "tool": {
            "driver": {
                "name": "Assay",
                "version": __version__,
                "language": verdict.language,
                "rules": [_rule(entry) for entry in failing],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_capped(entry, words) for entry in capped],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [result for index, entry in enumerate(failing) for result in _results(verdict, entry, index, words)],
        "properties": {"passed": verdict.passed, "asOf": verdict.as_of.isoformat()},
    }
    return in_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "name": "".join(part.title() for part in entry.name.split("_")),
        "shortDescription": {"text": plain(entry.sentence)},
        "help": {"text": plain(entry.sentence)},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
        "properties": {"tags": list(dict.fromkeys([entry.suite, entry.dimension, entry.owner])), "type": entry.type},
    }


def _results(verdict: Verdict, entry: Entry, index: int, words: Words) -> list[dict[str, Any]]:
    """One result per listed row; where no row is listed, one for the expectation, at the first file."""
    common = {"ruleId": entry.id, "ruleIndex": index, "level": _LEVELS[entry.severity]}
    properties: dict[str, Any] = {"againstTheGate": verdict.gate.counts(entry)}
    if entry.change is not None:
        properties["change"] = entry.change
    if not entry.places:
        location = {"physicalLocation": {"artifactLocation": {"uri": uri(verdict.sources[0].file)}}}
        text = f"{entry.sentence} {failed_of(words, entry)}"
        one = {**common, "message": {"text": plain(text)}, "locations": [location], "properties": properties}
        return [one if not entry.failed else {**one, "occurrenceCount": entry.failed}]
    return [
        {
            **common,
            "message": {"text": _message(entry, place)},
            "locations": [_location(place)],
            "properties": properties,
        }
        for place in entry.places
    ]


def _message(entry: Entry, place: Place) -> str:
    value = "" if place.value is None else f" «{place.value}»"
    return plain(f"{entry.sentence} ({place.column or entry.name}: {place.reason}){value}")


def _location(place: Place) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(place.file)},
            "region": {"startLine": place.line},
        }
    }


def _capped(entry: Entry, words: Words) -> dict[str, Any]:
    listed = words.listed.format(listed=number(len(entry.places)), failed=number(entry.failed))
    return {
        "level": "note",
        "message": {"text": plain(f"{entry.id}: {listed if entry.places else words.counted_only}")},
        "associatedRule": {"id": entry.id},
    }


def uri(file: str) -> str:
    """A path as a URI reference, relative where the path is.

    >>> uri("data/été 1.csv"), uri("/tmp/a.csv")
    ('data/%C3%A9t%C3%A9%201.csv', 'file:///tmp/a.csv')
    """
    quoted = quote(file, safe="/", errors="surrogateescape")
    return f"file://{quoted}" if PurePosixPath(file).is_absolute() else quoted
