"""What the report shows of a match model and of what people decided: figures that can be counted by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.presentation import render_html, report_data, splink_charts
from engine.presentation.catalogue import catalogue, read
from engine.presentation.files import fill_gaps
from engine.presentation.sections.match_diagnostics import at_threshold, curve, diagnostics, reliability
from engine.vocabulary import LANGUAGES, Language
from engine.workspace import Workspace
from tests.conftest import given
from tests.presentation.scene import CANARY, scene

DECIDED = [(6.0, True), (4.0, False), (2.0, True), (0.0, True), (-2.0, False)]


def judged(ws: Workspace, outcome: str = "recalibrated") -> None:
    given(
        ws,
        "matching.judged",
        [
            {"kind": "individual", "record_id_l": f"a{n}", "record_id_r": f"b{n}", "match": match,
             "weight_before": weight, "weight_after": weight + (1.0 if match else -3.0)}
            for n, (weight, match) in enumerate(DECIDED)
        ],
    )  # fmt: skip
    given(
        ws,
        "matching.recalibration",
        [
            {"kind": "individual", "matches": 3, "no_matches": 2, "left_out": 1, "outcome": outcome,
             "loss_before": 1.5, "loss_after": 0.5, "threshold_before": 3.0, "threshold_after": 3.0,
             "merge_before": 20, "ask_before": 8, "leave_before": 5, "merge_after": 24, "ask_after": 2,
             "leave_after": 7, "changed": 9}
        ],
    )  # fmt: skip
    given(
        ws,
        "matching.learned",
        [{"kind": "individual", "evidence": "household cap", "bits": 1.25, "decisions": 4}],
    )


def test_precision_and_recall_are_counted_on_decided_pairs() -> None:
    assert at_threshold(DECIDED, 3.0) == (0.5, pytest.approx(1 / 3, abs=1e-4))
    assert at_threshold(DECIDED, 7.0) == (1.0, 0.0)
    assert at_threshold([], 0.0) == (1.0, 1.0)


def test_the_curve_goes_from_the_highest_weight_down_to_full_recall() -> None:
    points = curve(DECIDED)
    assert [point["threshold"] for point in points] == [6.0, 4.0, 2.0, 0.0, -2.0]
    assert [point["recall"] for point in points] == sorted(point["recall"] for point in points)
    assert points[-1] == {"threshold": -2.0, "precision": 0.6, "recall": 1.0}


def test_a_curve_has_forty_points_at_most() -> None:
    assert len(curve([(float(number), number % 2 == 0) for number in range(1_000)])) <= 40


def test_reliability_puts_each_decided_pair_in_one_bin() -> None:
    bins = reliability(DECIDED)
    assert sum(one["pairs"] for one in bins) == len(DECIDED)
    even = next(one for one in bins if one["from"] == 0.5)
    assert even == {"from": 0.5, "pairs": 1, "stated": 0.5, "right": 1.0}


def test_completeness_is_the_share_filled_by_source(ws: Workspace) -> None:
    scene(ws)
    rows = [
        {"record_id": "x:1", "source": "x", "kind": "individual", "first_name": "Anna", "emails": ["a@b.ch"]},
        {"record_id": "x:2", "source": "x", "kind": "individual", "emails": []},
        {"record_id": "y:1", "source": "y", "kind": "individual", "first_name": "Bea"},
        {"record_id": "y:2", "source": "y", "kind": "structure"},
    ]
    given(ws, "standardise.record", rows)
    fill_gaps(ws)
    found = diagnostics(ws, "individual", ["email", "first_name"])["completeness"]
    assert {(row["comparison"], row["source"]): row["share"] for row in found} == {
        ("first_name", "x"): 0.5,
        ("first_name", "y"): 1.0,
        ("email", "x"): 0.5,
        ("email", "y"): 0.0,
    }


def individual(ws: Workspace, facts: Any) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = report_data(ws, facts)["matching"]["kinds"]
    return next(kind for kind in kinds if kind["kind"] == "individual")


def test_without_decisions_nothing_is_said_of_them(ws: Workspace) -> None:
    assert individual(ws, scene(ws))["diagnostics"]["decisions"] is None


def test_before_and_after_stand_in_the_report_data(ws: Workspace) -> None:
    facts = scene(ws)
    judged(ws)
    told = individual(ws, facts)["diagnostics"]["decisions"]
    assert (told["precision_before"], told["precision_after"]) == (0.5, 1.0)
    assert told["merge_before"] == 20
    assert told["merge_after"] == 24
    assert told["changed"] == 9
    assert {point["when"] for point in told["curve"]} == {"before", "after"}
    assert told["learned"] == [{"evidence": "household cap", "bits": 1.25, "decisions": 4}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_it_in_its_language_offline_and_without_values(ws: Workspace, language: Language) -> None:
    facts = scene(ws)
    judged(ws)
    html = render_html(report_data(ws, replace(facts, language=language)))
    say = catalogue(language)
    for key in ("changed", "curve", "reliability", "learned", "outcome.recalibrated"):
        assert say.text(f"match.{key}").replace("'", "&#39;") in html, key
    assert "https://" not in html.split("</head>")[0]
    assert CANARY not in html


def test_what_the_model_promises_and_how_clusters_hang_together(ws: Workspace) -> None:
    facts = scene(ws)
    bins = [
        {"kind": "individual", "bin": 0.0, "pairs": 10, "stated": 0.1, "expected": 1.0, "joined": 0},
        {"kind": "individual", "bin": 0.9, "pairs": 4, "stated": 0.97, "expected": 3.88, "joined": 3},
        {"kind": "individual", "bin": 0.99, "pairs": 0, "stated": 0.0, "expected": 0.0, "joined": 0},
    ]
    given(ws, "matching.calibration", bins)
    given(
        ws,
        "matching.quality",
        [
            {"cluster_id": f"c{number}", "kind": "individual", "records": 2 + number, "verdict": verdict}
            for number, verdict in enumerate(("sound", "sound", "thin", "large"))
        ],
    )
    told = individual(ws, facts)["diagnostics"]
    assert [(one["pairs"], one["right"]) for one in told["calibration"]] == [(10, 0.0), (4, 0.75)]
    assert told["clusters"][0] == {"verdict": "sound", "clusters": 2, "records": 5}
    html = render_html(report_data(ws, facts))
    for key in ("promised_says", "verdict.sound", "verdict.thin", "verdict.large"):
        assert catalogue(facts.language).text(f"match.{key}") in html


def test_every_outcome_has_words(ws: Workspace) -> None:
    assert {key for key in read("match") if key.startswith("outcome.")} == {
        "outcome.recalibrated",
        "outcome.too_few",
        "outcome.no_better",
    }
    facts = scene(ws)
    judged(ws, "too_few")
    assert catalogue("en").text("match.outcome.too_few") in render_html(report_data(ws, facts))


def test_the_page_stays_small(ws: Workspace) -> None:
    facts = scene(ws)
    bare = len(render_html(report_data(ws, facts)))
    judged(ws)
    assert len(render_html(report_data(ws, facts))) - bare < 60_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_splinks_own_charts_speak_the_language_of_the_page(language: Language) -> None:
    say = catalogue(language)
    levels: list[dict[str, Any]] = [
        {"level": "exact", "m": 0.9, "u": 0.001, "weight": 9.8},
        {"level": "different", "m": 0.1, "u": 0.999, "weight": -3.3},
    ]
    kind = {"parameters": [{"comparison": "email", "levels": levels}], "figures": {"match_share": 0.0001}}
    drawings = (splink_charts.weights(kind, say), splink_charts.m_and_u(kind, say))
    for drawing in drawings:
        for word in (say.compared("comparison", "email"), *(say.compared("level", level["level"]) for level in levels)):
            assert f">{word}<" in drawing
        assert "comparison" not in drawing.lower()  # none of splink's own words is left
    assert say.text("match.prior_axis") in drawings[0]


def test_splinks_charts_of_rules_and_sources_say_what_was_counted() -> None:
    say = catalogue("en")
    blocks = splink_charts.blocking([{"family": "email", "pairs": 30}, {"family": "name", "pairs": 10}], say)
    assert "Comparisons Generated" not in blocks
    assert say.text("match.cumulative_axis") in blocks
    rows = [
        {"comparison": "email", "source": "crm\u202e", "records": 10, "share": 0.5},
        {"comparison": "phone", "source": "crm\u202e", "records": 10, "share": 1.0},
    ]
    filled = splink_charts.completeness(rows, say)
    assert ">50%<" in filled
    assert ">100%<" in filled
    assert "\u202e" not in filled
