"""Rules as a whole: which are in force and where each value comes from, their mistakes, copies and schemas."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from engine import __version__
from engine.errors import AssayError, Problem, RuleErrors, SurroundingsError, UsageError
from engine.golden.preferences import load_rules
from engine.options import rule_books
from engine.project import Project
from engine.rulebook import RuleBook
from engine.rulebook.expectations import load_suites
from engine.rulebook.load import Document, Keys
from engine.rulebook.mapping import SourceMapping, load_mapping, mapping_file
from engine.rulebook.mapping_names import name_problems, resolve
from engine.rulebook.registry import RuleFile, rule_files, source_mapping
from engine.rulebook.schema import SCHEMAS, modeline, schema_text
from engine.shipped import shipped
from engine.workspace import Workspace

_FLOW = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule file in force: its name, and whether it is shipped, the project's, or both."""

    name: str
    origin: str


def known_rules(project: Project | None) -> dict[str, RuleFile]:
    """Every rule file by its name, the project's own included."""
    own = [project.rules, project.expectations] if project is not None else []
    return rule_files(shipped("expectations"), *own)


def list_rules(project: Project | None) -> list[Listed]:
    """Every rule file and where it stands."""
    found = []
    for name, rule in known_rules(project).items():
        places = []
        if (shipped(rule.folder) / rule.relative).is_file():
            places.append("shipped")
        if project is not None and (project.root / name).is_file():
            places.append("project")
        found.append(Listed(name, " + ".join(places)))
    return found


def effective(rule: RuleFile, project: Project | None) -> Document:
    """The rule file in force, the project's over the shipped one, with the place of every value.

    Raises:
        RuleErrors: it is not YAML.
    """
    return _book(rule, project).document(rule.relative)


def shown_lines(rule: RuleFile, project: Project | None, *, origin: bool) -> Iterator[str]:
    """The rule file in force as YAML, each line with the file and line its value comes from when ``origin``."""
    document = effective(rule, project)
    roots = {str(shipped(rule.folder)): f"shipped {rule.folder}"}
    if project is not None:
        roots[str(project.root / rule.folder)] = rule.folder
    for text, keys in _yaml(document.data, ()):
        if not origin:
            yield text
            continue
        file, line = document.place(keys)
        root = next((root for root in roots if file.startswith(root)), "")
        shown = f"{roots.get(root, '')}{file.removeprefix(root)}" if root else file
        yield f"{text}  # {shown}:{line}"


def validate(project: Project | None) -> int:
    """Read every rule file as a run would, and the columns of mappings as the last run saw them.

    Returns:
        Number of files read.

    Raises:
        RuleErrors: every mistake of every file.
    """
    rules, expectations = rule_books(project)
    known = known_rules(project)
    problems: list[Problem] = []
    mappings: list[SourceMapping] = []
    for rule in known.values():
        if rule.folder == "expectations":
            continue
        try:
            if rule.whole:
                mappings.append(_own_mapping(rules, rule))
            else:
                rules.load(rule.relative, rule.model)
        except RuleErrors as error:
            problems += error.problems
    for load in (lambda: load_suites(expectations), lambda: load_rules(rules)):
        try:
            load()
        except RuleErrors as error:
            problems += error.problems
    if project is not None:
        problems += _strays(project, known)
        problems += _names(project, mappings)
    if problems:
        raise RuleErrors(sorted(set(problems), key=lambda one: (one.file, one.line, one.message)))
    return len(known)


def eject(rule: RuleFile, project: Project) -> list[Path]:
    """Copy a shipped rule file into the project, to be changed, with its schema for editors.

    Returns:
        The files written.

    Raises:
        UsageError: the project has one already, or nothing of that name is shipped.
        SurroundingsError: the project cannot be written.
    """
    source, target = shipped(rule.folder) / rule.relative, project.root / rule.name
    if not source.is_file():
        raise UsageError(f"{rule.name} is not shipped: it is the project's own", hint=f"Edit {target}.")
    if target.exists():
        raise UsageError(f"{target} is there already", hint="Edit it, or delete it to have the shipped one again.")
    text = source.read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
    head = [
        modeline(rule),
        f"# Ejected from Assay {__version__}: replaces {rule.name} (sha256 {digest}...). Keys here replace the shipped",
        "# ones of the same name; delete what you do not change, so that later versions of Assay can still improve it.",
    ]
    schema = project.root / SCHEMAS / rule.schema_file
    try:
        for path, content in ((target, "\n".join(head) + "\n" + text), (schema, schema_text(rule))):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise SurroundingsError(f"cannot write to {project.root}: {error.strerror}") from error
    return [target, schema]


def write_schemas(folder: Path) -> list[Path]:
    """Write the schema of every shipped rule file, and of the mapping of a source, into ``folder``.

    Raises:
        SurroundingsError: the folder cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for rule in [*known_rules(None).values(), source_mapping()]:
            path = folder / rule.schema_file
            path.write_text(schema_text(rule), encoding="utf-8")
            written.append(path)
    except OSError as error:
        raise SurroundingsError(f"cannot write to {folder}: {error.strerror}") from error
    return sorted(written)


def _book(rule: RuleFile, project: Project | None) -> RuleBook:
    rules, expectations = rule_books(project)
    return rules if rule.folder == "rules" else expectations


def _own_mapping(book: RuleBook, rule: RuleFile) -> SourceMapping:
    """A mapping of a project, lookup tables read; it must stand in the file of its source."""
    told = book.load(rule.relative, SourceMapping)
    if mapping_file(told.source) != rule.relative:
        place = book.document(rule.relative).place(("source",))
        wanted = f"rules/{mapping_file(told.source)}"
        raise RuleErrors(
            [Problem(*place, f'the mapping of "{told.source}" must be called {wanted}, or nobody reads it')]
        )
    found = load_mapping(book, told.source)
    assert found is not None
    return found


def _strays(project: Project, known: Mapping[str, RuleFile]) -> Iterator[Problem]:
    """Files of a project that no part of Assay reads: mostly a name mistyped."""
    for path in sorted(project.rules.rglob("*")):
        name = f"rules/{path.relative_to(project.rules).as_posix()}"
        if path.suffix not in (".yml", ".yaml") or not path.is_file() or name in known:
            continue
        near = get_close_matches(name, known, n=1)
        yield Problem(
            str(path), 1, "no part of Assay reads this file" + (f".  Did you mean {near[0]}?" if near else "")
        )
    sources = {source.name for source in project.sources}
    for name, rule in known.items():
        stem = Path(rule.relative).stem
        if rule.whole and sources and not any(mapping_file(source) == rule.relative for source in sources):
            near = get_close_matches(stem, sources, n=1)
            hint = f".  Did you mean {near[0]}?" if near else ""
            yield Problem(str(project.root / name), 1, f'no source of assay.toml is called "{stem}"{hint}')


def _names(project: Project, mappings: Sequence[SourceMapping]) -> Iterator[Problem]:
    """Columns that mappings name and sources do not have: known once the project has been run."""
    headers: dict[str, list[str]] = {}
    try:
        with Workspace.look(project.workspace) as ws:
            headers = {name: list(found) for name, found in ws.rows("select source, headers from intake.source")}
    except AssayError:
        pass  # never run, or running: only what the mapping itself says can be checked
    for mapping in mappings:
        own = headers.get(mapping.source)
        seen = headers if own is not None else None
        found = name_problems(mapping, own if own is not None else _believed(mapping), seen)
        yield from (Problem(str(project.root / one.file), one.line, one.message) for one in found)


def _believed(mapping: SourceMapping) -> list[str]:
    """Headers a source must have for its mapping to be right."""
    names = [column.header for column in mapping.columns]
    for table in mapping.join:
        names += [name for name in table.keys if resolve(name, names) is None]
    for step in mapping.steps:
        names += [name for name in step.reads if resolve(name, names) is None]
    return list(dict.fromkeys(names))


def _yaml(data: Any, keys: Keys, indent: int = 0) -> Iterator[tuple[str, Keys]]:
    """Lines of YAML, a value a line, with the keys of each."""
    pad = " " * indent
    if isinstance(data, dict):
        for key, item in data.items():
            here = (*keys, key)
            if _is_leaf(item):
                yield f"{pad}{_scalar(key)}: {_flow(item)}", here
            else:
                yield f"{pad}{_scalar(key)}:", here
                yield from _yaml(item, here, indent + 2)
    elif isinstance(data, list):
        for at, item in enumerate(data):
            here = (*keys, at)
            if _is_leaf(item):
                yield f"{pad}- {_flow(item)}", here
                continue
            first = True
            for text, place in _yaml(item, here, indent + 2):
                yield (f"{pad}- {text[indent + 2 :]}" if first else text), place
                first = False
    else:
        yield f"{pad}{_flow(data)}", keys


def _is_leaf(item: Any) -> bool:
    if isinstance(item, dict | list) and item:
        plain = isinstance(item, list) and not any(isinstance(one, dict | list) for one in item)
        return plain and len(_flow(item)) <= _FLOW
    return True


def _flow(item: Any) -> str:
    return json.dumps(item, ensure_ascii=False, default=str)


def _scalar(key: Any) -> str:
    text = str(key)
    plain = text.replace("_", "a").replace("-", "a").isalnum() and not text[0].isdigit()
    return (
        text
        if plain and text.lower() not in ("on", "off", "yes", "no", "y", "n", "true", "false", "null")
        else _flow(key)
    )
