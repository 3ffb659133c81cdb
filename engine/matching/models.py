"""Trained models as JSON: written into a project after the first extract, used again for the second.

One file a kind, ``individual.json``: m and u by comparison and level, the share of matches, and what the households of
the file said. Conditions are not saved: what a level means is code and rules, what it is worth is the model.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import UsageError
from engine.matching.adjustment import adjustment_from_json, adjustment_to_json
from engine.matching.comparisons import everything
from engine.matching.households import Households
from engine.matching.levels import Comparison
from engine.matching.training import Model
from engine.rulebook.matching import MatchRules
from engine.vocabulary import KINDS, Kind
from engine.workspace import Workspace

FORMAT = 2


def to_json(model: Model) -> str:
    """The model as text; floats as Python writes them, so that reading gives the same model to the bit."""
    return json.dumps(
        {
            "format": FORMAT,
            "kind": model.kind,
            "match_share": model.match_share,
            "expected_pairs": model.expected_pairs,
            "households": asdict(model.homes),
            **({} if model.learned is None else {"decisions": adjustment_to_json(model.learned)}),
            **({} if model.threshold is None else {"threshold": model.threshold}),
            "comparisons": [
                {
                    "name": one.name,
                    "levels": [
                        {"name": level.name, "m": float(m[-1 - place]), "u": float(u[-1 - place])}
                        for place, level in enumerate(one.levels)
                    ],
                }
                for one, m, u in zip(model.comparisons, model.m, model.u, strict=True)
            ],
        },
        indent=2,
    )


def from_json(text: str, rules: MatchRules, name: str = "the model") -> Model:
    """The model that :func:`to_json` wrote.

    Raises:
        UsageError: the text is no model, or its comparisons and levels are not those of this version and its rules.
    """
    try:
        saved = json.loads(text)
        kind: Kind = saved["kind"]
        if saved["format"] != FORMAT or kind not in KINDS:
            raise KeyError
        known = {one.name: one for one in everything(kind, rules.comparisons)}
        compared = [_known(known, one) for one in saved["comparisons"]]
        return Model(
            kind,
            compared,
            tuple(_levels(one, "m") for one in saved["comparisons"]),
            tuple(_levels(one, "u") for one in saved["comparisons"]),
            float(saved["match_share"]),
            float(saved["expected_pairs"]),
            _households(saved["households"]),
            adjustment_from_json(saved["decisions"]) if saved.get("decisions") else None,
            None if saved.get("threshold") is None else float(saved["threshold"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{name} cannot be used: it is no match model of this version", hint="Delete it; a run trains a new one."
        ) from error


def export_models(ws: Workspace, folder: Path) -> list[Path]:
    """Write every model of ``matching.model`` into ``folder`` as ``<kind>.json``; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, text in ws.rows("select kind, trained from matching.model order by kind"):
        path = folder / f"{kind}.json"
        path.write_text(text + "\n", encoding="utf-8")
        written.append(path)
    return written


def load_models(folder: Path, rules: MatchRules) -> dict[Kind, Model]:
    """The models that stand in ``folder``, by kind; none when it is missing or empty.

    Raises:
        UsageError: a file is no model of this version.
    """
    found: dict[Kind, Model] = {}
    for kind in KINDS:
        path = folder / f"{kind}.json"
        if path.is_file():
            found[kind] = from_json(path.read_text(encoding="utf-8"), rules, f"models/{path.name}")
            if found[kind].kind != kind:
                raise UsageError(f"models/{path.name} holds the model of another kind", hint="Delete it.")
    return found


def _known(known: dict[str, Comparison], saved: dict[str, Any]) -> Comparison:
    one = known[saved["name"]]
    if [level.name for level in one.levels] != [level["name"] for level in saved["levels"]]:
        raise ValueError
    return one


def _households(saved: dict[str, Any]) -> Households:
    limits = {one.name: float(saved[one.name]) for one in fields(Households) if one.name != "families"}
    return Households(families=bool(saved["families"]), **limits)


def _levels(saved: dict[str, Any], side: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    shares: Sequence[float] = [float(level[side]) for level in reversed(saved["levels"])]
    if not all(0 < share <= 1 for share in shares):
        raise ValueError
    return np.array(shares)
