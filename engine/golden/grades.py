"""Grades: how often each kind of evidence sides with a strict majority, which is truth enough to judge it by.

A kind that sides with the majority in fewer than six cases of ten should leave that attribute's list.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.golden.attributes import Attribute
from engine.golden.evidence import Evidence
from engine.sql import literal
from engine.workspace import Workspace

GRADED = ("valid", "known", "not_swapped", "email_supports", "fits_partner", "usual_domain", "ngram")
"""Kinds that judge a value by itself. What takes the best of several records (newest, trust) looks too good here,
as the majority has more records."""

SAMPLE = 10_000
"""Fields looked at, drawn by hash: the standard error of a share over 1,000 of them is one point and a half."""


def grade_evidence(ws: Workspace, chosen: Sequence[Attribute], evidence: Evidence) -> dict[str, int | float | str]:
    """Per kind and attribute: cases in which it speaks, and the share in which it sides with the majority."""
    ws.execute(
        f"""
        create or replace temp table golden_sample as
        with ranked as (
            select *, lead(rows) over (partition by group_no, attribute_no order by rows desc, candidate) as second,
                hash(group_no, attribute_no) as draw
            from golden_letter
        ),
        major as (
            select group_no, attribute_no, candidate, draw from ranked where place = 1 and rows > second
        ),
        sampled as (
            select * from major order by draw, group_no, attribute_no limit {SAMPLE}
        )
        select letter.group_no, letter.attribute_no, letter.candidate, letter.valid,
            letter.candidate = sampled.candidate as major
        from sampled join golden_letter as letter using (group_no, attribute_no)
        """
    )
    figures: dict[str, int | float | str] = {}
    if not ws.value("select count(*) from golden_sample"):
        ws.drop("golden_sample")
        return figures
    for kind in GRADED:
        used = [a for a in chosen if kind in {preference.name for preference in (*a.letters, *a.variant)}]
        if not used:
            continue
        if kind == "valid":
            scores = "select group_no, attribute_no, candidate, valid as score from golden_sample"
        else:
            subjects = "select group_no, attribute_no, candidate from golden_sample"
            scores = evidence.scores(ws, kind, [attribute.number for attribute in used], subjects)
        cases = " ".join(f"when {attribute.number} then {literal(attribute.name)}" for attribute in used)
        found = ws.rows(
            f"""
            with field as (
                select sample.group_no, sample.attribute_no,
                    max(scores.score) filter (where sample.major) as of_major,
                    max(scores.score) filter (where not sample.major) as of_others
                from golden_sample as sample join ({scores}) as scores using (group_no, attribute_no, candidate)
                group by sample.group_no, sample.attribute_no
            )
            select case attribute_no {cases} end as attribute, count(*), avg((of_major > of_others)::integer)
            from field where of_major <> of_others
            group by attribute_no order by attribute_no
            """
        )
        for attribute, speaks, sides in found:
            if attribute is not None:
                figures[f"evidence.{kind}.{attribute}.cases"] = int(speaks)
                figures[f"evidence.{kind}.{attribute}.sides_with_majority"] = round(float(sides), 3)
    ws.drop("golden_sample")
    return figures
