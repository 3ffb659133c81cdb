"""The protocol put to the proof: replayed on the raw extract, and held against another one.

A replay takes nothing from the run but its protocol.json: joins, steps and columns of every source are built from the
parameters written there, run on the raw files in a workspace of their own, and every count and fingerprint compared.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from engine.bringing import bring_records
from engine.errors import UsageError
from engine.options import RunOptions, open_workspace, rule_books, source_files
from engine.presentation.protocol import protocol_data, read_protocol
from engine.progress import Watcher
from engine.rulebook.mapping import ColumnMapping, SourceMapping
from engine.rulebook.steps import AnyStep, JoinedTable, LookupTable
from engine.standardising import standardise_records
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace

Protocol = Mapping[str, Any]

_REPLAYED = ("mapping", "standardise")
_COUNTS = ("rows_in", "rows_changed", "rows_emptied", "rows_refused")
_COMPARED = ("from_column", "parameters", *_COUNTS, "output_hash")
_STEP: TypeAdapter[AnyStep] = TypeAdapter(AnyStep)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not the same.

    Attributes:
        kind: ``source``, ``missing``, ``more``, ``differs``; of a comparison ``added``, ``removed``, ``changed``,
            ``counts``.
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


@dataclass(frozen=True, slots=True)
class Verification:
    """What a replay showed.

    Attributes:
        replayed: steps of the protocol that were replayed.
        left: steps of later stages, which were not.
        differences: what did not come out the same, the first step first.
    """

    replayed: int
    left: int
    differences: tuple[Difference, ...]


def load_protocol(out: Path) -> dict[str, Any]:
    """The protocol of the run in ``out``.

    Raises:
        UsageError: there is none, or it is damaged.
    """
    data = read_protocol(out / "protocol.json")
    if data is None:
        raise UsageError(f"{out} holds no protocol of this version", hint="Run `assay run` first, or name --out DIR.")
    return data


def verify(options: RunOptions, watcher: Watcher) -> Verification:
    """Replay the protocol in ``options.out`` on the sources of ``options``.

    Raises:
        UsageError: there is no protocol, or its parameters cannot be replayed.
        SourceError: a source cannot be read.
    """
    data = load_protocol(options.out)
    options = _as_it_was(options)
    mappings = mappings_of(data)
    folder = options.workspace / "replay"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with open_workspace(replace(options, workspace=folder)) as ws:
            again = _replay(ws, data, mappings, replace(options, workspace=folder), watcher)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    mine = [step for step in data["steps"] if step["stage"] in _REPLAYED]
    left = len(data["steps"]) - len(mine)
    if isinstance(again, list):
        return Verification(0, left, tuple(again))
    return Verification(len(mine), left, tuple(_unlike(mine, again["steps"])))


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


def _as_it_was(options: RunOptions) -> RunOptions:
    """The options with the day and the country of the run, as its manifest tells them.

    Raises:
        UsageError: there is no manifest.
    """
    try:
        manifest = json.loads((options.out / "manifest.json").read_text(encoding="utf-8"))
        as_of = date.fromisoformat(manifest["as_of"])
        country = manifest["options"]["country"]
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{options.out} holds no manifest of a run", hint="Run `assay run` first.") from None
    return replace(options, as_of=as_of, country=country)


def _replay(
    ws: Workspace, data: Protocol, mappings: Sequence[SourceMapping], options: RunOptions, watcher: Watcher
) -> dict[str, Any] | list[Difference]:
    """The protocol of the replay, or the sources that are not those of the protocol."""
    from engine import intake

    book, _ = rule_books(options.project)
    scratch = options.workspace / "scratch"
    scratch.mkdir(mode=0o700)
    ws.create(PROTOCOL_STEP)
    intake.stage_sources(ws, source_files(options), scratch=scratch, watcher=watcher, book=book).check()
    there = dict(ws.rows("select source, sha256 from intake.source"))
    told = {source["source"]: source["sha256"] for source in data["sources"]}
    others = [name for name in sorted({*there, *told}) if there.get(name) != told.get(name)]
    if others:
        return [Difference("source", None, name) for name in others]
    order = {name: at for at, (name,) in enumerate(ws.rows("select source from intake.source order by rowid"))}
    placed = sorted((_placed(ws, mapping) for mapping in mappings), key=lambda mapping: order[mapping.source])
    for report in bring_records(ws, placed, book, options):
        report.check()
    for report in standardise_records(ws, book, options, watcher):
        report.check()
    return protocol_data(ws)


def _placed(ws: Workspace, mapping: SourceMapping) -> SourceMapping:
    """The mapping with the places its columns have: a column that was made has none."""
    headers = ws.value("select headers from intake.source where source = $source", {"source": mapping.source})
    there = {header: place for place, header in enumerate(headers, start=1)}
    columns = tuple(column.model_copy(update={"position": there.get(column.header)}) for column in mapping.columns)
    return mapping.model_copy(update={"columns": columns})


def _unlike(mine: Sequence[Mapping[str, Any]], again: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
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
