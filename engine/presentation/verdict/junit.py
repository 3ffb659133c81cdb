"""``--format junit``: a test suite per suite, a test case per expectation, as CI servers read them.

Written so that both schemas in use take it: the one of the Jenkins plug-in and the stricter one of Ant's task, which
wants a time stamp, a host and a time, and refuses attributes on the root. Times are 0: the same check, the same bytes.
"""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree as ET

from engine.presentation.verdict.escape import plain
from engine.presentation.verdict.model import Entry, Verdict
from engine.presentation.verdict.words import WORDS, Words, failed_of
from engine.presentation.wording import number


def as_junit(verdict: Verdict) -> str:
    """JUnit XML. A case fails when it counts against the gate; one that failed within it says so in its output."""
    root = ET.Element("testsuites")
    entries = sorted(verdict.entries, key=lambda entry: (entry.suite, entry.name))
    for number_, (suite, group) in enumerate(groupby(entries, key=lambda entry: entry.suite)):
        _suite(root, number_, suite, list(group), verdict)
    ET.indent(root, space=" ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, number_: int, name: str, entries: list[Entry], verdict: Verdict) -> None:
    failures = sum(verdict.gate.counts(entry) for entry in entries)
    element = ET.SubElement(
        root,
        "testsuite",
        {
            "id": str(number_), "package": "assay", "name": plain(name), "hostname": "localhost",
            "timestamp": f"{verdict.as_of.isoformat()}T00:00:00", "tests": str(len(entries)),
            "failures": str(failures), "errors": "0", "skipped": "0", "time": "0",
        },
    )  # fmt: skip
    ET.SubElement(element, "properties")
    words = WORDS[verdict.language]
    told = []
    for entry in entries:
        case = ET.SubElement(
            element, "testcase", {"classname": plain(f"assay.{name}"), "name": plain(entry.name), "time": "0"}
        )
        if verdict.gate.counts(entry):
            message = f"{failed_of(words, entry)}: {entry.sentence}"
            failure = ET.SubElement(case, "failure", {"type": entry.severity, "message": plain(message)})
            failure.text = _details(entry, words)
        elif entry.share:
            told.append(plain(f"{entry.name} ({words.severities[entry.severity]}): {failed_of(words, entry)}"))
    ET.SubElement(element, "system-out").text = "\n".join(told)
    ET.SubElement(element, "system-err")


def _details(entry: Entry, words: Words) -> str:
    lines = [plain(entry.sentence)]
    for place in entry.places:
        value = "" if place.value is None else f"  «{plain(place.value)}»"
        column = words.whole_row if place.column is None else place.column
        lines.append(f"{plain(place.file)}:{place.line}: {plain(column)}: {plain(place.reason)}{value}")
    if entry.failed > len(entry.places):
        lines.append(
            words.listed.format(listed=number(len(entry.places)), failed=number(entry.failed))
            if entry.places
            else words.counted_only
        )
    return "\n".join(lines)
