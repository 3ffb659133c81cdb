"""The report: right figures, no personal value, nothing from outside, nothing executed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from engine.presentation import RunFacts, render_html, report_data, write_report
from engine.presentation.sections import scores
from engine.presentation.sections.sources import shape
from engine.tables import PROTOCOL_STEP, table
from engine.workspace import Workspace
from tests.conftest import given
from tests.presentation.scene import CANARY, SCRIPT, scene


class Page(HTMLParser):
    """Counts elements and keeps attributes and ids of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: dict[str, int] = {}
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] = self.elements.get(tag, 0) + 1
        self.attributes += attrs


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    with Workspace.memory() as ws:
        ws.create(PROTOCOL_STEP)
        return report_data(ws, scene(ws))


@pytest.fixture(scope="module")
def html(data: dict[str, Any]) -> str:
    return render_html(data)


def test_the_headline_adds_up(data: dict[str, Any]) -> None:
    head = data["headline"]
    assert (head["lines"], head["lines_held"], head["records"], head["contacts"]) == (4, 1, 3, 2)
    assert (head["duplicates"], round(head["duplicates_share"], 3)) == (1, 0.333)
    assert (head["pairs"], head["pairs_merge"], head["pairs_ask"]) == (3, 1, 1)
    assert (head["import_rows"], head["contacts_held"], head["findings"]) == (1, 1, 1)


def test_a_column_tells_what_it_feeds_and_its_profile(data: dict[str, Any]) -> None:
    number, name, tags = data["sources"][0]["columns"]
    assert (number["attribute"], name["attribute"], tags["attribute"]) == ("contact_number", "last_name", None)
    assert (name["filled"], name["distinct"], name["shortest"], name["longest"]) == (2, 2, 9, 10)
    assert tags["filled_share"] == pytest.approx(1 / 3, abs=1e-6)
    assert number["shapes"] == [{"shape": "9", "share": 1.0}]


def test_standardisation_tells_kept_changed_and_refused_in_rows(data: dict[str, Any]) -> None:
    name, phone = data["standardisation"]["attributes"]
    assert (name["kept"], name["changed"], name["refused"]) == (1, 1, 0)
    assert phone["refused"] == 3
    assert phone["reasons"] == [{"reason": "too_short", "refused": True, "values": 1, "rows": 3}]


def test_a_quality_score_is_the_share_of_tests_that_held(data: dict[str, Any]) -> None:
    quality = data["quality"]
    assert quality["score"] == 0.9
    assert [(d["dimension"], d["failed"], d["score"]) for d in quality["dimensions"]] == [
        ("completeness", 1, 0.75),
        ("validity", 0, 1.0),
    ]
    assert quality["severities"][0]["records"] == 1


def test_scores_are_told_by_attribute_dimension_source_and_suite_with_the_change(data: dict[str, Any]) -> None:
    quality = data["quality"]
    assert [(c["name"], c["score"], c["dimensions"]) for c in quality["columns"]] == [
        ("last_name", 0.75, {"completeness": 0.75}),
        ("email", 1.0, {"validity": 1.0}),
    ]
    assert [(s["source"], s["score"], s["change"]) for s in quality["sources"]] == [(f"crm{SCRIPT}", 0.9, 0.4)]
    assert [(s["suite"], s["change"]) for s in quality["suites"]] == [("format", 0.4)]
    assert (quality["change"], quality["previous"]) == (0.4, "2026-09-01")


def test_a_suite_or_source_that_is_new_does_not_count_as_a_change(ws: Workspace) -> None:
    score = {"suite": "format", "source": "a", "column": "email", "dimension": "validity", "checked": 10}
    given(ws, "quality.score", [{**score, "failed": 1}])
    given(ws, "quality.previous", [{**score, "failed": 1}, {**score, "source": "gone", "failed": 9}])
    assert scores.by_dimension(ws)[0]["change"] == 0.0


def test_what_was_checked_on_no_row_has_no_score(ws: Workspace) -> None:
    never = {"column": "fax", "dimension": "accuracy", "suite": "s", "source": "a", "checked": 0, "failed": 0}
    given(ws, "quality.score", [never, {**never, "column": "email", "dimension": "validity", "checked": 2}])
    report = report_data(ws, RunFacts(institution="", as_of=date(2026, 11, 22)))
    assert [column["name"] for column in report["quality"]["columns"]] == ["email"]
    assert "e-mail" in render_html(report)


def test_problems_stand_by_weight_with_what_to_do_and_masked_examples(ws: Workspace) -> None:
    given(ws, "standardise.record", [{"record_id": "a", "email_raw": "Jean.Dupont(at)x.fr"}, {"record_id": "b"}])
    note = {"table": "standardise.record", "suite": "s", "dimension": "validity", "rows": 2, "listed": True}
    given(
        ws,
        "quality.expectation",
        [
            {**note, "expectation": "light", "severity": "info", "column": "phone", "rows_failed": 9},
            {**note, "expectation": "heavy", "severity": "error", "column": "email", "rows_failed": 1,
             "sentence_de": "Unbrauchbar."},
            {**note, "expectation": "met", "severity": "error", "column": "fax", "success": True},
        ],
    )  # fmt: skip
    given(
        ws,
        "quality.finding",
        [
            {"table": "standardise.record", "record_id": "a", "source": "s", "line_no": 1, "suite": "s",
             "expectation": "heavy", "severity": "error", "column": "email", "reason": "no_at_sign"}
        ],
    )  # fmt: skip
    facts = RunFacts(institution="", as_of=date(2026, 11, 22), language="de")
    heavy, light = report_data(ws, facts)["quality"]["problems"]
    assert (heavy["expectation"], heavy["weight"], heavy["share"]) == ("heavy", 10, 0.5)
    assert heavy["sentence"] == "Unbrauchbar."
    assert heavy["todo"].startswith("Das fehlende @ ergänzen")
    assert heavy["examples"] == [{"before": "J***.D*****(**)*.**", "after": None}]
    assert (light["weight"], light["todo"], light["examples"]) == (9, None, [])


def test_matching_shows_weights_thresholds_clusters_and_what_was_capped(data: dict[str, Any]) -> None:
    individual, structure = data["matching"]["kinds"]
    assert [(bin["weight"], bin["merge"], bin["ask"], bin["leave"]) for bin in individual["histogram"]] == [
        (-4, 0, 0, 1), (1, 0, 1, 0), (9, 1, 0, 0),
    ]  # fmt: skip
    assert individual["thresholds"] == {"merge": 9.5, "ask": 1.25}
    assert individual["figures"] == {"blocking_recall": 0.97}
    assert individual["expected"] == {"ask": 0.7, "leave": 0.1, "merge": 0.99}
    assert individual["blocks"][0]["rows_capped"] == 2
    assert structure["histogram"] == []
    assert data["matching"]["cluster_sizes"] == [{"size": 1, "clusters": 1}, {"size": 2, "clusters": 1}]


def test_golden_counts_rules_contests_and_repairs(data: dict[str, Any]) -> None:
    (name,) = data["golden"]["attributes"]
    assert (name["attribute"], name["contested"], name["repaired"], name["filled_share"]) == ("last_name", 1, 1, 0.5)
    assert name["rules"] == [{"rule": "rows_agree", "choices": 1}]
    assert data["golden"]["figures"] == {"dispersion": 1.2}
    assert data["golden"]["evidence"] == [
        {"attribute": "town", "kind": "known", "cases": 9, "sides_with_majority": 0.5}
    ]


def test_post_code_regions_are_counted_and_small_ones_added_up(ws: Workspace) -> None:
    places = [("FR", "75011", 12), ("FR", "75002", 3), ("FR", "97400", 11), ("FR", "69001", 2), ("CH", "1203", 10)]
    contacts = [
        {"contact_id": f"{country}{code}{n}", "country": country, "postcode": code, "region": f"r{n}"}
        for country, code, count in places
        for n in range(count)
    ]
    given(ws, "golden.contact", [*contacts, {"contact_id": "x", "country": "CH", "postcode": "?"}])
    regions = report_data(ws, RunFacts(institution="", as_of=date(2026, 11, 22)))["population"]["regions"]
    assert regions == [
        {
            "country": "FR",
            "contacts": 28,
            "regions": [{"name": "75", "contacts": 15}, {"name": "974", "contacts": 11}],
            "others": {"regions": 1, "contacts": 2},
        },
        {
            "country": "CH",
            "contacts": 10,
            "regions": [{"name": "12", "contacts": 10}],
            "others": {"regions": 0, "contacts": 0},
        },
    ]


def test_delivery_counts_rows_fields_notes_and_held(data: dict[str, Any]) -> None:
    delivery = data["delivery"]
    assert delivery["operations"] == [{"operation": "INSERT", "kind": "individual", "rows": 1}]
    assert [field["field"] for field in delivery["fields"]] == ["OPERATION", "CONTACT_NR", "LASTNAME"]
    assert delivery["held"] == [{"reason": "no_name", "contacts": 1}]


def test_what_a_person_must_do_comes_first(data: dict[str, Any]) -> None:
    levels = [entry["level"] for entry in data["attention"]]
    assert levels == ["act", "act", "act", "ask", "ask", "know", "know"]


def test_no_value_of_a_contact_is_in_the_report(data: dict[str, Any], html: str) -> None:
    for text in (json.dumps(data, ensure_ascii=False), html):
        assert CANARY.lower() not in text.lower()
        assert "+4179" not in text
        assert "=1+1" not in text


CODES = {"kind", "kind_reason", "country", "country_source", "language", "source"}
"""Columns of codes, which the report may show."""


@pytest.mark.parametrize(
    "name",
    ["intake.record", "standardise.record", "golden.contact", "golden.crosswalk", "delivery.operation"],
)
def test_no_column_that_holds_values_reaches_the_report(ws: Workspace, name: str) -> None:
    texts = [column.name for column in table(name).columns if column.type == "VARCHAR"]
    given(ws, name, [{column: f"Canary {column}" for column in texts if column not in CODES and column != "OPERATION"}])
    report = report_data(ws, RunFacts(institution="", as_of=date(2026, 11, 22)))
    assert "Canary" not in json.dumps(report)


def test_a_script_in_a_header_a_file_name_or_a_warning_is_only_text(
    ws: Workspace, data: dict[str, Any], html: str
) -> None:
    harmless = json.loads(json.dumps(data).replace(json.dumps(SCRIPT)[1:-1], "harmless"))
    ours, theirs = Page(html), Page(render_html(harmless))
    assert "script" not in ours.elements
    assert ours.elements == theirs.elements
    assert [name for name, _ in ours.attributes] == [name for name, _ in theirs.attributes]
    assert "&lt;script&gt;" in html


def test_hidden_characters_become_visible(html: str) -> None:
    assert "\u202e" not in html
    assert "Tags\ufffd" in html


def test_the_page_needs_nothing_from_outside(html: str) -> None:
    assert set(re.findall(r"https?://[^\"'\s<)]*", html)) <= {"http://www.w3.org/2000/svg"}
    page = Page(html)
    assert not {"script", "link", "iframe", "img", "object", "embed"} & set(page.elements)
    assert all(value.startswith("#") for name, value in page.attributes if name in ("href", "src") and value)
    assert "default-src 'none'" in html
    assert not re.search(r"@import|url\((?!#)", html)


def test_the_page_can_be_read_without_seeing_it(html: str) -> None:
    page = Page(html)
    assert dict(page.attributes)["lang"] == "en" or ("lang", "en") in page.attributes
    drawings = [value for name, value in page.attributes if name == "role" and value == "img"]
    assert len(drawings) == page.elements["svg"] > 3
    assert page.elements["th"] > 20
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_the_same_run_gives_the_same_bytes(ws: Workspace, tmp_path: Path) -> None:
    facts = scene(ws)
    for name in ("one", "two"):
        write_report(report_data(ws, facts), tmp_path / name)
    for file in ("report.json", "report.html"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert json.loads((tmp_path / "one" / "report.json").read_text(encoding="utf-8"))["format"] == 1


def test_a_run_of_nothing_still_gives_a_page(ws: Workspace) -> None:
    html = render_html(report_data(ws, RunFacts(institution="", as_of=date(2026, 11, 22))))
    assert "No record was compared" in html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller-Lüdenscheidt", "a-a"),
        ("+41 79 123", "+99 99 999"),
        ("12.03.1970", "99.99.9999"),
        ("東京 5", "a 9"),
        ("a😀b", "a?a"),
    ],
)
def test_a_shape_shows_the_form_and_not_the_value(ws: Workspace, text: str, expected: str) -> None:
    assert ws.value(f"select {shape('$text::varchar')}", {"text": text}) == expected


def test_a_second_extract_has_a_chapter_of_its_own_and_the_first_has_none(ws: Workspace) -> None:
    facts = scene(ws)
    assert 'id="delta"' not in render_html(report_data(ws, facts))
    delta = {"extract": "j-1", "before": "first", "kept": 1234, "changed": 5, "new": 6, "back": 0, "split": 0,
             "joined": 2, "gone": 7, "fields": {"town": 5},
             "why": {change: {"decision": 31, "evidence": 0, "evidence_gone": 0} for change in ("joined", "split")},
             "decisions": {"followed": 41, "record_gone": 2, "overruled": 0},
             "quality": {"first": 0.9, "now": 0.987, "as_of": "2026-11-22"}}  # fmt: skip
    html = render_html(report_data(ws, replace(facts, delta=delta)))
    assert 'id="delta"' in html
    for shown in (
        "extract j-1", "1,234", "joined into another", "gone at the source", ">31<", ">41<", "a record is gone",
        "decisions_idle.csv", "sources that held: 98.7",
    ):  # fmt: skip
        assert shown in html
    french = render_html(report_data(ws, replace(facts, delta=delta, language="fr")))
    assert "contre 90" in french
    assert "une fiche a disparu" in french


def test_only_files_that_were_written_are_listed(ws: Workspace) -> None:
    facts = replace(scene(ws), files=("golden.csv", "import/contacts_insert.csv", "protocol.json"))
    assert [entry["file"] for entry in report_data(ws, facts)["files"]] == [
        "import/contacts_insert.csv", "golden.csv", "manifest.json", "protocol.json", "report.html", "report.json",
    ]  # fmt: skip
