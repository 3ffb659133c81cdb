"""Why two records were merged, asked about or left apart: the evidence step by step, in words and in bits.

One bit doubles the odds. The steps add up to the match weight: prior odds of two records that share a block, what
each comparison says, what was taken back because evidence that is not independent counts once, and what is too small
to be named.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Literal

from engine.errors import UsageError
from engine.lookup import one_record
from engine.sql import identifier
from engine.tables import STANDARDISE_RECORD
from engine.workspace import Workspace

Told = dict[str, Any]

Fate = Literal[
    "merged", "kept apart", "to ask", "left", "identical", "other kinds", "other structures", "never compared"
]

_PART = re.compile(r"(?P<name>.+) (?P<bits>[+-]\d+(?:\.\d+)?)")
_SHOWN = (
    "kind", "title", "first_name", "last_name", "birth_name", "suffix", "birth_date", "birth_year", "organisation",
    "function", "addr_line1", "addr_line2", "postcode", "town", "country", "phone", "mobile", "email", "siret", "vat",
    "identifier",
)  # fmt: skip


def explain(ws: Workspace, left: str, right: str) -> Told:
    """What the model made of two records, each named as :func:`engine.lookup.find` takes it.

    Returns:
        ``fate`` and ``why`` in words; ``together``: whether they ended in one cluster; ``match_weight``,
        ``match_probability``, ``outcome`` and ``steps`` (name, bits, weight so far) when they were compared, else None
        and ``[]``; ``thresholds``: smallest weight that merged and that asked for this kind; ``values``: attribute by
        attribute side by side. ``compared_as``: the records that stood for them, when rows identical in everything
        were collapsed before comparing.

    Raises:
        UsageError: a name means nothing, several records, or both mean the same record.
    """
    a, b = sorted((one_record(ws, left), one_record(ws, right)))
    if a == b:
        raise UsageError("both names mean the same record", hint="assay trace tells where a record went.")
    kinds, clusters, structures = _belongings(ws, a, b)
    stand_in = tuple(sorted((_stands_for(ws, a), _stands_for(ws, b))))
    pair = _pair(ws, *(stand_in if stand_in[0] != stand_in[1] else (a, b)))
    together = clusters[0] is not None and clusters[0] == clusters[1]
    fate = _fate(kinds, structures, stand_in, pair, together)
    thresholds = _thresholds(ws, kinds[0])
    return {
        "record_id_l": a,
        "record_id_r": b,
        "kinds": list(kinds),
        "fate": fate,
        "why": _WHY[fate],
        "together": together,
        "compared_as": list(stand_in) if pair is not None and stand_in not in ((a, b), (stand_in[0],) * 2) else None,
        "match_weight": pair["match_weight"] if pair else None,
        "match_probability": pair["match_probability"] if pair else None,
        "outcome": pair["outcome"] if pair else None,
        "thresholds": thresholds,
        "steps": _steps(ws, pair) if pair and fate != "identical" else [],
        "values": _side_by_side(ws, a, b),
    }


_WHY: dict[Fate, str] = {
    "merged": "They are one contact: the evidence reaches the weight from which pairs are merged.",
    "kept apart": "The evidence would do, but the cluster it would make holds a contradiction, a weak bridge or a "
    "decision that keeps them apart.",
    "to ask": "The evidence is neither enough to merge nor to leave: a person should look (assay review).",
    "left": "The evidence says two contacts.",
    "identical": "They are identical in everything that is compared, so they are one without any model.",
    "other kinds": "A person, a structure and a person of a structure are never one contact.",
    "other structures": "Both are persons of a structure, and their structures are two.",
    "never compared": "Nothing that is looked up brings them together: no name, address, phone, e-mail or number in "
    "common, not even alike.",
}


def _fate(
    kinds: tuple[str, str],
    structures: tuple[str | None, str | None],
    stand_in: tuple[str, ...],
    pair: Told | None,
    together: bool,
) -> Fate:
    if stand_in[0] == stand_in[1]:
        return "identical"
    if kinds[0] != kinds[1]:
        return "other kinds"
    if pair is None:
        apart = kinds[0] == "relay" and structures[0] != structures[1]
        return "merged" if together else "other structures" if apart else "never compared"
    if together:
        return "merged"
    if pair["outcome"] == "merge":
        return "kept apart"
    return "to ask" if pair["outcome"] == "ask" else "left"


def _belongings(
    ws: Workspace, a: str, b: str
) -> tuple[tuple[str, str], tuple[str | None, str | None], tuple[str | None, str | None]]:
    rows = {
        record: (kind, cluster, structure)
        for record, kind, cluster, structure in ws.rows(
            "select r.record_id, r.kind, c.cluster_id, c.structure_cluster_id "
            "from standardise.record as r left join matching.cluster as c using (record_id) "
            "where record_id in ($a, $b)",
            {"a": a, "b": b},
        )
    }
    left, right = rows[a], rows[b]
    return (left[0], right[0]), (left[1], right[1]), (left[2], right[2])


def _stands_for(ws: Workspace, record: str) -> str:
    """The record that was compared in place of ``record``: the first of those identical to it."""
    first = ws.value(
        "select min(record_id_l) from matching.pair where record_id_r = $id and evidence = $identical",
        {"id": record, "identical": IDENTICAL},
    )
    return str(first) if first is not None else record


IDENTICAL = "identical in everything compared"
"""The evidence that matching writes for rows collapsed before comparing."""


def _pair(ws: Workspace, a: str, b: str) -> Told | None:
    columns = ("record_id_l", "record_id_r", "kind", "match_weight", "match_probability", "outcome", "evidence")
    rows = ws.rows(
        f"select {', '.join(columns)} from matching.pair where record_id_l = $a and record_id_r = $b order by kind",
        {"a": a, "b": b},
    )
    return dict(zip(columns, rows[0], strict=True)) if rows else None


def _steps(ws: Workspace, pair: Told) -> list[Told]:
    """The waterfall: each step with its bits and the weight so far. Rounded parts leave a last, small step."""
    parts = [_PART.fullmatch(part) for part in str(pair["evidence"]).split("; ")]
    steps = [(part["name"], float(part["bits"])) for part in parts if part is not None]
    prior = _prior(ws, pair["kind"])
    if prior is not None:
        steps.insert(0, ("before looking (prior odds)", prior))
    rest = pair["match_weight"] - sum(bits for _, bits in steps)
    if abs(rest) >= 0.05:
        steps.append(("all else, and rounding", rest))
    told, so_far = [], 0.0
    for name, bits in steps:
        so_far += bits
        told.append({"name": name, "bits": round(bits, 2), "so_far": round(so_far, 2)})
    return told


def _prior(ws: Workspace, kind: str) -> float | None:
    text = ws.value("select json from matching.model where kind = $kind", {"kind": kind})
    if text is None:
        return None
    share = json.loads(text).get("probability_two_random_records_match")
    return math.log2(share / (1 - share)) if share and 0 < share < 1 else None


def _thresholds(ws: Workspace, kind: str) -> dict[str, float | None]:
    """Smallest weights met that merge and that ask: what the thresholds let through in this run."""
    rows = dict(
        ws.rows(
            "select outcome, min(match_weight) from matching.pair where kind = $kind group by outcome", {"kind": kind}
        )
    )
    return {"merge": rows.get("merge"), "ask": rows.get("ask")}


def _side_by_side(ws: Workspace, a: str, b: str) -> list[Told]:
    columns = [name for name in _SHOWN if name in STANDARDISE_RECORD.column_names]
    rows = {
        row[0]: row[1:]
        for row in ws.rows(
            f"select record_id, {', '.join(f'{identifier(name)}::varchar' for name in columns)} "
            "from standardise.record where record_id in ($a, $b)",
            {"a": a, "b": b},
        )
    }
    return [
        {"attribute": name, "left": left, "right": right, "same": left == right and left is not None}
        for name, left, right in zip(columns, rows[a], rows[b], strict=True)
        if left is not None or right is not None
    ]
