"""The reliability of stated probabilities, in bins and as a drawing."""

from __future__ import annotations

from xml.etree import ElementTree

from benchmarks.scoring import Bin, pooled, reliability_markdown, reliability_svg

HONEST = [Bin(0.5, 100, 0.55, 55), Bin(0.9, 200, 0.93, 186), Bin(1.0, 7, 1.0, 7)]


def test_bins_of_two_runs_are_one() -> None:
    both = pooled([HONEST, [Bin(0.5, 100, 0.65, 45)]])
    assert both[0] == Bin(0.5, 200, 0.6, 100)
    assert [one.low for one in both] == [0.5, 0.9, 1.0]


def test_the_table_says_what_is_right_from_each_bin_upwards() -> None:
    assert "| 0.9 | 200 | 0.9300 | 0.9300 | 0.9324 | 0.9324 |" in reliability_markdown(HONEST)


def test_honest_bins_lie_on_the_diagonal_and_identical_rows_are_not_drawn() -> None:
    drawn = ElementTree.fromstring(reliability_svg(HONEST))
    circles = [one for one in drawn.iter() if one.tag.endswith("circle")]
    assert len(circles) == 2
    for one in circles:
        assert abs(float(one.attrib["cx"]) + float(one.attrib["cy"]) - (46.0 + 420.0 + 46.0)) < 0.2


def test_an_over_sure_bin_lies_under_the_diagonal() -> None:
    (circle,) = (
        one for one in ElementTree.fromstring(reliability_svg([Bin(0.99, 50, 0.995, 40)])).iter()
        if one.tag.endswith("circle")
    )  # fmt: skip
    assert float(circle.attrib["cx"]) + float(circle.attrib["cy"]) > 46.0 + 420.0 + 46.0 + 10
