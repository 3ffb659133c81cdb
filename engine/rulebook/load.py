"""Load rule files: shipped first, the project's overlay on top, every mistake with its file and line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import Problem, RuleErrors
from engine.shipped import shipped

Place = tuple[str, int]
Keys = tuple[str | int, ...]


class RuleModel(BaseModel):
    """Base of every rule model: frozen, and a key it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=BaseModel)


@dataclass(slots=True)
class Document:
    """A rule file's data and where each key stands."""

    data: Any
    places: dict[Keys, Place] = field(default_factory=dict)

    def place(self, keys: Keys) -> Place:
        """Where ``keys`` stands; the nearest parent when it has no place of its own."""
        while keys:
            if keys in self.places:
                return self.places[keys]
            keys = keys[:-1]
        return self.places.get((), ("?", 1))


class RuleBook:
    """All rules of a run: the shipped ones, then the folders of ``overlays`` (the project's ``rules/``), in order.

    In an overlay a key replaces the shipped key of the same name, ``enabled: false`` switches a named thing off,
    a new name adds; lists of things with a ``name`` are merged by that name, other lists are replaced whole.
    """

    def __init__(self, overlays: Sequence[Path] = (), *, base: Path | None = None) -> None:
        self.roots: tuple[Path, ...] = (base or shipped("rules"), *overlays)
        self._loaded: dict[tuple[str, type[BaseModel]], BaseModel] = {}

    def load(self, relative: str, model: type[Model]) -> Model:
        """Validate ``rules/<relative>`` with its overlays.

        Raises:
            RuleErrors: every mistake found, with file, line and the nearest known key.
        """
        key = (relative, model)
        if key not in self._loaded:
            document = self.document(relative)
            try:
                self._loaded[key] = model.model_validate(document.data)
            except ValidationError as error:
                raise RuleErrors(list(_problems(error, document, model))) from None
        found = self._loaded[key]
        assert isinstance(found, model)
        return found

    def document(self, relative: str) -> Document:
        """The merged data of ``rules/<relative>``, not validated.

        Raises:
            RuleErrors: a file is not YAML.
        """
        merged: Document | None = None
        for root in self.roots:
            path = root / relative
            if path.is_file():
                found = read_document(path)
                merged = found if merged is None else _overlay(merged, found)
        if merged is None:
            raise RuleErrors([Problem(str(self.roots[-1] / relative), 1, "no such rule file")])
        merged.data = _without_disabled(merged.data)
        return merged

    def files(self) -> list[Path]:
        """Every rule file in force, sorted."""
        return sorted(path for root in self.roots if root.is_dir() for path in root.rglob("*") if path.is_file())


def read_document(path: Path) -> Document:
    """Parse one YAML file, remembering the line of each key.

    Raises:
        RuleErrors: the file is not YAML.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleErrors([Problem(str(path), line, f"not YAML: {error.problem}")]) from None
    except UnicodeDecodeError:
        raise RuleErrors([Problem(str(path), 1, "not UTF-8 text")]) from None
    document = Document(data=None)
    if node is not None:
        document.data = _plain(node, (), str(path), document.places)
    document.places.setdefault((), (str(path), 1))
    return document


def _plain(node: yaml.Node, keys: Keys, file: str, places: dict[Keys, Place]) -> Any:
    places[keys] = (file, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        data: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = yaml.SafeLoader("").construct_object(key_node)
            places[(*keys, key)] = (file, key_node.start_mark.line + 1)
            data[key] = _plain(value_node, (*keys, key), file, places)
            places[(*keys, key)] = (file, key_node.start_mark.line + 1)
        return data
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*keys, number), file, places) for number, item in enumerate(node.value)]
    return yaml.SafeLoader("").construct_object(node)


def _overlay(base: Document, over: Document) -> Document:
    places = {**base.places, **over.places}
    return Document(data=_merge(base.data, over.data), places=places)


def _merge(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        merged = dict(base)
        for key, value in over.items():
            merged[key] = _merge(base[key], value) if key in base else value
        return merged
    if _named(base) and _named(over):
        by_name = {item["name"]: item for item in base}
        for item in over:
            name = item["name"]
            by_name[name] = _merge(by_name[name], item) if name in by_name else item
        return list(by_name.values())
    return over


def _named(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "name" in item for item in value)


def _without_disabled(data: Any) -> Any:
    if isinstance(data, dict):
        return {
            key: _without_disabled(
                {k: v for k, v in value.items() if k != "enabled"} if isinstance(value, dict) else value
            )
            for key, value in data.items()
            if not (isinstance(value, dict) and value.get("enabled") is False)
        }
    if isinstance(data, list):
        return [
            _without_disabled({k: v for k, v in item.items() if k != "enabled"} if isinstance(item, dict) else item)
            for item in data
            if not (isinstance(item, dict) and item.get("enabled") is False)
        ]
    return data


def _problems(error: ValidationError, document: Document, model: type[BaseModel]) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_input=False):
        keys: Keys = tuple(detail["loc"])
        file, line = document.place(keys)
        message = f"{'.'.join(str(key) for key in keys)}: {detail['msg']}"
        if detail["type"] == "extra_forbidden":
            known = sorted(_known_keys(model, keys[:-1]))
            near = difflib.get_close_matches(str(keys[-1]), known, n=1)
            message = f'unknown key "{keys[-1]}"; known: {", ".join(known)}.'
            if near:
                message += f"  Did you mean {near[0]}?"
        yield Problem(file, line, message)


def _known_keys(model: Any, keys: Keys) -> set[str]:
    """Field names of the model that stands at ``keys``, as far as the annotations tell."""
    if not keys:
        return set(getattr(model, "model_fields", {}))
    fields = getattr(model, "model_fields", {})
    if keys[0] not in fields:
        return set()
    for candidate in _models_in(fields[keys[0]].annotation):
        # names of things and list positions stand between a field and the model of its items
        inner = tuple(key for key in keys[1:] if key in candidate.model_fields)
        found = _known_keys(candidate, inner)
        if found:
            return found
    return set()


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)
