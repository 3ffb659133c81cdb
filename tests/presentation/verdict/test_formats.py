"""Each format is read back by somebody else's parser, and what is foreign in it stays text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any, get_args
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from engine.presentation.verdict import FORMATS, Format
from engine.presentation.verdict.model import LISTED
from engine.presentation.verdict.words import WORDS
from engine.vocabulary import LANGUAGES, Language
from tests.presentation.verdict.made import FILE, HOSTILE, against, entry, verdict

SHOWING = sorted(set(get_args(Format)) - {"text"})


def drawn(form: Format, **more: Any) -> str:
    return FORMATS[form](verdict(**more))


# -- every format --------------------------------------------------------------------------------


@pytest.mark.parametrize("form", get_args(Format))
def test_the_same_verdict_has_the_same_bytes_and_ends_its_last_line(form: Format) -> None:
    assert drawn(form) == drawn(form)
    assert drawn(form).endswith("\n")


@pytest.mark.parametrize("form", get_args(Format))
def test_no_hidden_character_of_a_value_gets_out(form: Format) -> None:
    text = drawn(form, value=HOSTILE)
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text) == []
    assert "alert" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["text", "junit", "html"])
def test_the_words_around_the_sentences_are_the_reader_s(form: Format, language: Language) -> None:
    text = drawn(form, language=language)
    assert WORDS[language].counted_only in text or form != "html"
    assert WORDS[language].failed_of.split("{")[1].split("}")[-1].strip() in text or form == "text"
    if language != "en" and form != "junit":
        assert WORDS["en"].not_passed not in text


def test_every_language_says_everything_with_the_same_blanks_to_fill() -> None:
    for name in ("gate", "against", "failed_of", "listed", "more", "lines", "held", "met"):
        blanks = {language: sorted(re.findall(r"\{\w+\}", getattr(WORDS[language], name))) for language in LANGUAGES}
        assert len({tuple(found) for found in blanks.values()}) == 1, name


# -- text ----------------------------------------------------------------------------------------


def test_the_text_says_what_counts_where_it_stands_and_the_last_word() -> None:
    text = drawn("text")
    assert "!      30" in text
    assert "format.email_form" in text
    assert f"{FILE}:2, 3, 4, 5, 6, …" in text
    assert text.rstrip().endswith("NOT PASSED")
    assert "201 lines, 1 could not be read" in text
    assert "(-6.0)" in text  # validity against the extract before


def test_the_text_shows_three_values_at_most() -> None:
    lines = [line for line in drawn("text", value="zo").splitlines() if "e.g." in line]
    assert len(lines) == 2
    assert all(line.count("«") <= 3 for line in lines)


# -- json ----------------------------------------------------------------------------------------


def test_the_json_holds_counts_places_and_the_gate() -> None:
    data = json.loads(drawn("json"))
    assert (data["passed"], data["gate"]["against"]) == (False, ["format.email_form"])
    first = data["expectations"][0]
    assert (first["rows"], first["rows_failed"], first["failed_share"]) == (200, 30, 0.15)
    assert len(first["places"]) == LISTED
    assert first["places"][0] == {"file": FILE, "line": 2, "column": "email", "reason": "bad_form"}
    assert "value" in json.loads(drawn("json", value="zo"))["expectations"][0]["places"][0]


# -- junit ---------------------------------------------------------------------------------------


def test_junit_counts_add_up_and_a_failure_is_what_counts_against_the_gate() -> None:
    root = ET.fromstring(drawn("junit").encode())
    assert (root.tag, root.attrib) == ("testsuites", {})
    suites = {suite.attrib["name"]: suite for suite in root}
    assert list(suites) == ["completeness", "format"]
    for suite in suites.values():
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        # the order that the schema of Ant's task asks for
        tags = [child.tag for child in suite]
        assert tags == ["properties", *["testcase"] * int(suite.attrib["tests"]), "system-out", "system-err"]
        assert {"id", "package", "name", "timestamp", "hostname", "tests", "failures", "errors", "time"} <= set(
            suite.attrib
        )
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
        for case in suite.findall("testcase"):
            assert set(case.attrib) == {"classname", "name", "time"}
    (failure,) = suites["format"].findall("testcase/failure")
    assert failure.attrib["type"] == "error"
    assert failure.attrib["message"].startswith("30 of 200 rows failed")
    assert f"{FILE}:2: email: bad_form" in (failure.text or "")
    assert "the first 20 of 30 failing rows are listed" in (failure.text or "")
    assert "email_typo (warning)" in (suites["format"].findtext("system-out") or "")


def test_a_hostile_value_is_text_in_junit() -> None:
    benign, hostile = ET.fromstring(drawn("junit", value="zo")), ET.fromstring(drawn("junit", value=HOSTILE).encode())
    assert [element.tag for element in hostile.iter()] == [element.tag for element in benign.iter()]


# -- sarif ---------------------------------------------------------------------------------------


def test_sarif_has_the_shape_of_2_1_0() -> None:
    data = json.loads(drawn("sarif"))
    assert (data["version"], set(data)) == ("2.1.0", {"$schema", "version", "runs"})
    (run,) = data["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
        assert len(set(rule["properties"]["tags"])) == len(rule["properties"]["tags"])
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] == rules[result["ruleIndex"]]["defaultConfiguration"]["level"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9/._~%-]+", uri)
        assert unquote(uri) == FILE
        region = location["physicalLocation"].get("region")
        assert region is None or region["startLine"] >= 1
    by_rule = [result["ruleId"] for result in run["results"]]
    assert by_rule.count("format.email_form") == LISTED
    assert by_rule.count("completeness.email_given") == 1
    (invocation,) = run["invocations"]
    notes = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    assert any("format.email_form: the first 20 of 30" in note for note in notes)
    assert invocation["executionSuccessful"] is True


# -- github --------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:\r\n]*)(?:,\w+=[^,:\r\n]*)*)::([^\r\n]*)")


def unescaped(text: str) -> str:
    """As the runner reads a command."""
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def test_github_annotations_stand_at_file_and_line() -> None:
    lines = drawn("github").splitlines()
    found = [match for line in lines if (match := COMMAND.fullmatch(line))]
    assert [match[1] for match in found] == ["error", "warning", "notice", "warning"]
    properties = dict(part.split("=", 1) for part in found[0][2].split(","))
    assert unescaped(properties["file"]) == FILE
    assert (properties["line"], unescaped(properties["title"])) == ("2", "format.email_form")
    assert unescaped(found[0][3]).startswith("It's <wrong>: 100% & more. 30 of 200 rows failed")


def test_a_hostile_value_starts_no_command() -> None:
    hostile = drawn("github", value=HOSTILE)
    assert len(hostile.splitlines()) == len(drawn("github", value="zo").splitlines())
    starts = [line for line in hostile.splitlines() if line.startswith("::")]
    assert all(COMMAND.fullmatch(line) for line in starts)
    assert "%250A" in hostile  # the value's own percent sign is escaped


def test_github_shows_ten_of_a_level_and_says_how_many_more() -> None:
    many = verdict(*(entry(f"bad_{n}", failed=1) for n in range(13)))
    lines = FORMATS["github"](many).splitlines()
    assert sum(line.startswith("::error") for line in lines) == 10
    assert any(line.startswith("and 3 more") for line in lines)


# -- html ----------------------------------------------------------------------------------------


class Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


def test_a_hostile_value_adds_no_element_to_the_page() -> None:
    assert Elements(drawn("html", value=HOSTILE)).found == Elements(drawn("html", value="zo")).found


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = drawn("html")
    assert re.findall(r"(?:src|href)=|url\(|https?://", page) == []
    assert "default-src 'none'" in page


# -- baseline ------------------------------------------------------------------------------------


def test_the_difference_from_the_baseline_is_shown() -> None:
    compared = against({}, entry("bad", failed=3))
    assert "[new]" in FORMATS["text"](compared)
    assert json.loads(FORMATS["json"](compared))["expectations"][0]["change"] == "new"
    assert json.loads(FORMATS["sarif"](compared))["runs"][0]["results"][0]["properties"]["change"] == "new"
    assert ">new<" in FORMATS["html"](compared)
    assert "Only what got worse" in FORMATS["text"](compared)
