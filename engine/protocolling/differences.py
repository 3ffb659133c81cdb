"""Two protocols held against each other, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Protocol = Mapping[str, Any]

_COUNTS = ("rows_in", "rows_changed", "rows_emptied", "rows_refused")
_COMPARED = ("from_column", "parameters", *_COUNTS, "output_hash")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not the same.

    Attributes:
        kind: of a replay ``source``, ``records``, ``contacts``, ``file``, ``missing``, ``more``, ``differs``;
            of a comparison ``added``, ``removed``, ``changed``, ``counts``.
        step: number of the step, None for a source.
        where: source and column.
        fields: name of what differs -> before and after; never a value of a contact.
    """

    kind: str
    step: int | None
    where: str
    fields: Mapping[str, tuple[object, object]] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"kind": self.kind, "step": self.step, "where": self.where, "fields": dict(self.fields)}


def compare(before: Protocol, after: Protocol) -> list[Difference]:
    """What differs between two protocols: steps added, removed, changed in what they do, and other counts."""
    old, new = _by_key(before["steps"]), _by_key(after["steps"])
    found: list[Difference] = []
    for key, step in new.items():
        if key not in old:
            found.append(Difference("added", step["step_no"], _where(step)))
            continue
        ways = _fields(old[key], step, ("from_column", "parameters"))
        counts = _fields(old[key], step, _COUNTS)
        if ways:
            found.append(Difference("changed", step["step_no"], _where(step), {**ways, **counts}))
        elif counts:
            found.append(Difference("counts", step["step_no"], _where(step), counts))
    found += [Difference("removed", step["step_no"], _where(step)) for key, step in old.items() if key not in new]
    return found


def unlike(mine: Sequence[Mapping[str, Any]], again: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    """Steps that did not come out the same."""
    old, new = _by_key(mine), _by_key(again)
    for key, step in old.items():
        if key not in new:
            yield Difference("missing", step["step_no"], _where(step))
        elif fields := _fields(step, new[key], _COMPARED):
            yield Difference("differs", step["step_no"], _where(step), fields)
    yield from (Difference("more", step["step_no"], _where(step)) for key, step in new.items() if key not in old)


def _by_key(steps: Sequence[Mapping[str, Any]]) -> dict[tuple[object, ...], Mapping[str, Any]]:
    """Steps by what makes them the same one in two protocols: stage, source, column, rule, and which of several."""
    seen: Counter[tuple[object, ...]] = Counter()
    found: dict[tuple[object, ...], Mapping[str, Any]] = {}
    for step in steps:
        key = (step["stage"], step["source"], step["to_column"], step["rule"])
        seen[key] += 1
        found[(*key, seen[key])] = step
    return found


def _fields(old: Mapping[str, Any], new: Mapping[str, Any], names: Sequence[str]) -> dict[str, tuple[object, object]]:
    return {name: (old.get(name), new.get(name)) for name in names if _alike(old, name) != _alike(new, name)}


def _alike(step: Mapping[str, Any], name: str) -> object:
    """What is compared: where a step or column stands in its file, or a file has it, does not matter."""
    value = step.get(name)
    if name != "parameters" or not isinstance(value, Mapping):
        return value
    return {key: item for key, item in value.items() if key not in ("step", "join", "position", "why", "contested")}


def _where(step: Mapping[str, Any]) -> str:
    return " ".join(str(part) for part in (step["source"], step["to_column"]) if part)
