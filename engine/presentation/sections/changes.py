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
        with judged as (
            select
                attribute, raw, standard, rows,
                case  -- each step looks only at what the steps before it left, so the cheap ones come first
                    when standard is null then 'emptied'
                    when standard = raw then 'kept'
                    when lower(raw) = lower(standard) then 'case'
                    when {_bare("raw")} = {_bare("standard")} then 'spaces'
                    when lower({_bare("raw")}) = lower({_bare("standard")}) then 'case'
                    when {_plain("raw")} = {_plain("standard")} then 'accents'
                    when translate({_plain("raw")}, {_SIGNS}, '') = translate({_plain("standard")}, {_SIGNS}, '')
                        then 'signs'
                    else 'form'
                end as change
            from standardise.value
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


def _bare(text: str) -> str:
    return f"translate({text}, {_BLANKS}, '')"


def _plain(text: str) -> str:
    return f"strip_accents(lower({_bare(text)}))"


def _example(change: str, example: dict[str, Any]) -> dict[str, str | None] | None:
    if change == "kept":
        return None
    standard = example["standard"]
    return {
        "before": mask_with_case(example["raw"]),
        "after": None if standard is None else mask_with_case(standard),
    }
