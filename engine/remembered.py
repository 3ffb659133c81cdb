"""What a run in a project takes over from former runs, and says against them.

Frozen facts, decisions, models, contact numbers, the extract before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from engine.errors import UsageError
from engine.options import RunOptions
from engine.project import Project, project_secret
from engine.rulebook import RuleBook
from engine.vocabulary import Kind

if TYPE_CHECKING:
    from engine.freezing import Frozen
    from engine.golden import Numbers
    from engine.matching import Model


def what_is_frozen(options: RunOptions) -> Frozen | None:
    """What the run must replay; None when nothing was frozen or changes are accepted."""
    if options.project is None or options.accept_changes:
        return None
    from engine.freezing import read_frozen, refuse_changes

    frozen = read_frozen(options.project)
    if frozen is not None:
        refuse_changes(options.project, frozen)
    return frozen


class LearnedFolders(TypedDict):
    """What golden records are judged by beyond the rules: read from ``replay``, written to ``keep``."""

    replay: Path | None
    keep: Path | None


def what_was_learned(options: RunOptions, frozen: Frozen | None) -> LearnedFolders:
    """Where the rehearsal's lexicons are, when the project was frozen with them, and where this run leaves its own."""
    project = options.project
    if project is None:
        return {"replay": None, "keep": None}
    return {"replay": project.frozen if frozen is not None and frozen.learned else None, "keep": project.learned}


def extract_label(options: RunOptions) -> str:
    """What this extract is called: as told, else as the last one."""
    from engine import extracts

    if options.extract is not None:
        if options.project is None:
            raise UsageError(
                "--extract compares with the extract before, which a project remembers, and there is none here",
                hint="Try: assay init DIR --from FILE..., then assay run --extract NAME in it.",
            )
        return extracts.check_label(options.extract)
    return extracts.last_label(options.project.extracts) if options.project else extracts.DEFAULT_LABEL


def decisions_for(project: Project | None, moved: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """What people said of pairs, in matching's words; "unsure" leaves a pair to the model.

    Args:
        project: whose decisions.jsonl is read.
        moved: records under a new key and the key a decision may know them by.
    """
    from engine.judgement import read_decisions

    decisions = read_decisions(project.decisions) if project else []
    now = {old: new for new, old in moved}
    return [
        (now.get(said.record_id_l, said.record_id_l), now.get(said.record_id_r, said.record_id_r), said.judgement)
        for said in decisions
        if said.judgement != "unsure"
    ]


def frozen_models(options: RunOptions, book: RuleBook, frozen: Frozen | None) -> dict[Kind, Model]:
    """The match models of the rehearsal, when the project was frozen with them: the same scores, not new ones."""
    from engine.matching import load_models
    from engine.rulebook.matching import MatchRules

    if frozen is None or options.project is None:
        return {}
    return load_models(options.project.models, book.load("matching/model.yml", MatchRules))


def numbers_for(options: RunOptions, book: RuleBook) -> Numbers:
    """Numbers given before and the ranges for new ones; a range in assay.toml replaces the rule file's."""
    from engine.golden import Numbers
    from engine.rulebook.survivorship import NumberRange

    project = options.project
    if project is None:
        return Numbers.load(book, extract=options.as_of.isoformat())
    numbers = Numbers.load(book, project.numbers, key=project_secret(project), extract=options.as_of.isoformat())
    if not numbers.registry.num_rows:
        _refuse_lost_registry(project)
    if project.range_start is None:
        return numbers
    last = project.range_end or 10 ** len(str(project.range_start)) - 1
    return replace(numbers, ranges=(NumberRange(first=project.range_start, last=last),))


def _refuse_lost_registry(project: Project) -> None:
    """An empty registry where numbers were given already would give them to others.

    Raises:
        UsageError: an environment of the project holds contacts, or a former extract gave numbers.
    """
    from engine.extracts import previous_snapshot
    from engine.target.embedded import EmbeddedStore

    stores = [EmbeddedStore(path) for path in sorted((project.root / "environments").glob("*.duckdb"))]
    holding = [store.path.stem for store in stores if sum(store.counts().values())]
    former = previous_snapshot(project.extracts, "")
    said = [f"environment {name} holds contacts" for name in holding]
    said += [] if former is None else [f"extract {former[0]} was given numbers"]
    if said:
        raise UsageError(
            f"{project.numbers.name} is empty, but {said[0]}: their numbers would be given to others",
            hint="Restore numbers.jsonl (and secret.key). To begin anew, remove environments/ and .assay/ as well.",
        )
