"""What each standardiser did to the values: how many it changed, in which way, and what that looks like (masked)."""

from __future__ import annotations

from typing import Any

from engine.presentation.masking import mask_with_case
from engine.presentation.sections.flow import share
from engine.workspace import Workspace

KINDS: tuple[str, ...] = ("kept", "spaces", "case", "accents", "signs", "form", "emptied")
"""How a value changed, the smallest difference that explains it first: another distribution of blanks; capitals too;
accents too; signs such as dots and hyphens too; anything more; refused."""

_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(8239)"
_SIGNS = "'.,;:-_/()''\"&+’`´#*|'"


def changes(ws: Workspace) -> list[dict[str, Any]]:
    """Per attribute: rows, and per kind of change rows, different values and the form of one example."""
    found = ws.rows(
        f"""
        with squeezed as (
            select
                attribute, raw, standard, rows,
                translate(raw, {_BLANKS}, '') as raw_bare,
                translate(standard, {_BLANKS}, '') as standard_bare
            from standardise.value
        ),
        judged as (
            select
                attribute, raw, standard, rows,
                case
                    when standard is null then 'emptied'
                    when standard = raw then 'kept'
                    when raw_bare = standard_bare then 'spaces'
                    when lower(raw_bare) = lower(standard_bare) then 'case'
                    when strip_accents(lower(raw_bare)) = strip_accents(lower(standard_bare)) then 'accents'
                    when translate(strip_accents(lower(raw_bare)), {_SIGNS}, '')
                        = translate(strip_accents(lower(standard_bare)), {_SIGNS}, '') then 'signs'
                    else 'form'
                end as change
            from squeezed
        )
        select
            attribute,
            change,
            sum(rows)::bigint,
            count(*),
            min({{'order': -rows, 'raw': raw, 'standard': standard}}) as example
        from judged
        group by attribute, change
        order by attribute, change
        """
    )
    attributes: dict[str, dict[str, Any]] = {}
    for attribute, change, rows, values, example in found:
        entry = attributes.setdefault(attribute, {"attribute": attribute, "rows": 0, "kinds": {}})
        entry["rows"] += rows
        entry["kinds"][change] = {"kind": change, "rows": rows, "values": values, "example": _example(change, example)}
    return [
        {
            "attribute": entry["attribute"],
            "rows": entry["rows"],
            "changed": entry["rows"] - entry["kinds"].get("kept", {"rows": 0})["rows"],
            "kinds": [
                {**entry["kinds"][kind], "share": share(entry["kinds"][kind]["rows"], entry["rows"])}
                for kind in KINDS
                if kind in entry["kinds"]
            ],
        }
        for entry in attributes.values()
    ]


def _example(change: str, example: dict[str, Any]) -> dict[str, str | None] | None:
    if change == "kept":
        return None
    standard = example["standard"]
    return {
        "before": mask_with_case(example["raw"]),
        "after": None if standard is None else mask_with_case(standard),
    }
