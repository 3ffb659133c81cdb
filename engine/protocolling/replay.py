"""A protocol is replayed on the raw extract, in a workspace of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from engine.bringing import bring_records
from engine.delivery.files import FOLDER
from engine.errors import UsageError
from engine.options import RunOptions, open_workspace, rule_books, source_files
from engine.presentation.protocol import protocol_data, read_protocol
from engine.progress import Watcher
from engine.protocolling.differences import Difference, Protocol, unlike
from engine.protocolling.later import bring_clusters, choose_again, deliver_again, run_differences
from engine.protocolling.mappings import mappings_of
from engine.rulebook.mapping import SourceMapping
from engine.standardising import standardise_records
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace

_REPLAYED = ("mapping", "standardise")


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification showed.

    Attributes:
        replayed: steps of mapping and standardisation, replayed on the raw files.
        chosen: steps of golden, chosen again among the replayed records.
        written: steps of import files, written again.
        files: import files that came out the same, byte by byte.
        left: steps that could not be looked at: the run's workspace is gone.
        differences: what did not come out the same, the first step first.
    """

    replayed: int
    chosen: int
    written: int
    files: int
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
            return _verified(ws, data, mappings, options, watcher)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _verified(
    ws: Workspace, data: Protocol, mappings: Sequence[SourceMapping], options: RunOptions, watcher: Watcher
) -> Verification:
    private = replace(options, workspace=options.workspace / "replay")
    steps: dict[str, list[Mapping[str, Any]]] = {}
    for step in data["steps"]:
        steps.setdefault(step["stage"], []).append(step)
    early = [step for stage in _REPLAYED for step in steps.get(stage, [])]
    golden, delivery = steps.get("golden", []), steps.get("delivery", [])
    others = _replay(ws, data, mappings, private, watcher)
    if others:
        return Verification(0, 0, 0, 0, len(data["steps"]), tuple(others))
    if not delivery or not bring_clusters(ws, options.workspace):
        again = protocol_data(ws)["steps"]
        return Verification(len(early), 0, 0, 0, len(data["steps"]) - len(early), tuple(unlike(early, again)))
    choose_again(ws, options, watcher)
    files = deliver_again(ws, data, private, watcher)
    again = protocol_data(ws)["steps"]
    found = [
        *unlike(early, [step for step in again if step["stage"] in _REPLAYED]),
        *run_differences(ws, options.workspace, "records"),
        *unlike(golden, [step for step in again if step["stage"] == "golden"]),
        *run_differences(ws, options.workspace, "contacts"),
        *unlike(delivery, [step for step in again if step["stage"] == "delivery"]),
        *files,
    ]
    same = sum(1 for path in (options.out / FOLDER).glob("*") if path.is_file()) - len(
        [one for one in files if one.fields["sha256"][0] is not None]
    )
    return Verification(len(early), len(golden), len(delivery), same, 0, tuple(found))


def _as_it_was(options: RunOptions) -> RunOptions:
    """The options with the day, country and codes of the run, as its manifest tells them.

    Raises:
        UsageError: there is no manifest.
    """
    try:
        manifest = json.loads((options.out / "manifest.json").read_text(encoding="utf-8"))
        as_of = date.fromisoformat(manifest["as_of"])
        told = manifest["options"]
        country = told["country"]
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{options.out} holds no manifest of a run", hint="Run `assay run` first.") from None
    return replace(
        options,
        as_of=as_of,
        country=country,
        institution=told.get("institution", options.institution),
        organization=told.get("organization", options.organization),
    )


def _replay(
    ws: Workspace, data: Protocol, mappings: Sequence[SourceMapping], options: RunOptions, watcher: Watcher
) -> list[Difference]:
    """Bring and standardise the records again; sources that are not those of the protocol, and then nothing is."""
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
    return []


def _placed(ws: Workspace, mapping: SourceMapping) -> SourceMapping:
    """The mapping with the places its columns have: a column that was made has none."""
    headers = ws.value("select headers from intake.source where source = $source", {"source": mapping.source})
    there = {header: place for place, header in enumerate(headers, start=1)}
    columns = tuple(column.model_copy(update={"position": there.get(column.header)}) for column in mapping.columns)
    return mapping.model_copy(update={"columns": columns})
