"""The mapping of every source as a protocol tells it: joins, columns and steps built from its parameters alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from engine.errors import UsageError
from engine.protocolling.differences import Protocol
from engine.rulebook.mapping import ColumnMapping, SourceMapping
from engine.rulebook.steps import AnyStep, JoinedTable, LookupTable

_STEP: TypeAdapter[AnyStep] = TypeAdapter(AnyStep)


def mappings_of(data: Protocol) -> list[SourceMapping]:
    """The mapping of every source as the protocol tells it, in the order of the sources.

    Raises:
        UsageError: the parameters of a step are not those of a step.
    """
    by_source: dict[str, dict[str, Any]] = {}
    for step in data["steps"]:
        if step["stage"] != "mapping" or step["source"] is None:
            continue
        told = by_source.setdefault(step["source"], {"columns": [], "join": {}, "steps": {}, "tables": {}})
        try:
            _add(told, step)
        except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
            raise UsageError(
                f"step {step.get('step_no')} of the protocol cannot be replayed: its parameters are damaged",
                hint="Take the protocol.json that the run wrote.",
            ) from None
    return [
        SourceMapping.model_construct(
            source=source,
            origin="protocol",
            columns=tuple(told["columns"]),
            join=tuple(told["join"].values()),
            steps=tuple(told["steps"].values()),
            tables={name: LookupTable.model_construct(entries=entries) for name, entries in told["tables"].items()},
            places={},
        )
        for source, told in by_source.items()
    ]


def _add(told: dict[str, Any], step: Mapping[str, Any]) -> None:
    """Put one step of the protocol into the mapping of its source."""
    parameters = dict(step["parameters"] or {})
    if "join" in parameters:
        at = int(parameters.pop("join"))
        told["join"][at] = JoinedTable.model_validate(parameters)
    elif "step" in parameters:
        at = int(parameters.pop("step"))
        told["tables"] |= {str(name): dict(entries) for name, entries in parameters.pop("tables", {}).items()}
        told["steps"][at] = _STEP.validate_python(parameters)
    else:
        transform = None if step["rule"] == "take" else step["rule"]
        told["columns"].append(
            ColumnMapping(
                position=parameters.get("position"),
                header=step["from_column"],
                attribute=step["to_column"],
                transform=transform,
            )
        )
