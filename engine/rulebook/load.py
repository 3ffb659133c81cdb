"""Load rule files: shipped first, the project's overlay on top, every mistake with its file and line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
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


@dataclass(slots=True, eq=False)
class Document:
    """A rule file's data and where each key stands. Shared by every book of the process: read, never changed."""

    data: Any
    places: dict[Keys, Place] = field(default_factory=dict)

    def place(self, keys: Keys) -> Place:
        """Where ``keys`` stands; the nearest parent when it has no place of its own."""
        while keys:
            if keys in self.places:
                return self.places[keys]
            keys = keys[:-1]
        return self.places.get((), ("?", 1))


@dataclass(frozen=True, slots=True)
class _Node:
    """A value and its place: a mapping or list of nodes, or a scalar. Overlays are merged with their places."""

    value: Any
    place: Place


class RuleBook:
    """All rules of a run: the shipped ones, then the folders of ``overlays`` (the project's ``rules/``), in order.

    In an overlay a key replaces the shipped key of the same name, ``enabled: false`` switches a named thing off,
    a new name adds; lists of things with a ``name`` are merged by that name, other lists are replaced whole.
    """

    def __init__(self, overlays: Sequence[Path] = (), *, base: Path | None = None) -> None:
        self.roots: tuple[Path, ...] = (base or shipped("rules"), *overlays)
        self._loaded: dict[tuple[str, type[BaseModel]], BaseModel] = {}
        self._documents: dict[str, Document] = {}

    def load(self, relative: str, model: type[Model]) -> Model:
        """Validate ``rules/<relative>`` with its overlays.

        Raises:
            RuleErrors: every mistake found, with file, line and the nearest known key.
        """
        key = (relative, model)
        if key not in self._loaded:
            document = self.document(relative)
            try:
                self._loaded[key] = _validated(model, document)
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
        if relative not in self._documents:
            texts = tuple(
                (str(root / relative), _text(root / relative)) for root in self.roots if (root / relative).is_file()
            )
            if not texts:
                raise RuleErrors([Problem(str(self.roots[-1] / relative), 1, "no such rule file")])
            self._documents[relative] = _together(texts)
        return self._documents[relative]

    def files(self) -> list[Path]:
        """Every rule file in force, sorted."""
        return sorted(path for root in self.roots if root.is_dir() for path in root.rglob("*") if path.is_file())


def read_document(path: Path) -> Document:
    """Parse one YAML file, remembering the line of each key.

    Raises:
        RuleErrors: the file is not YAML.
    """
    return _document(_parsed(str(path), _text(path)))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise RuleErrors([Problem(str(path), 1, "not UTF-8 text")]) from None


# Every command reads several books, and they hold the same files. What is remembered is a function of the texts, not of
# the paths alone: a file that was changed is read anew.
@lru_cache(maxsize=256)
def _together(texts: tuple[tuple[str, str], ...]) -> Document:
    """The files of one name (path and text), the later on top of the earlier."""
    base, *overlays = (_parsed(file, text) for file, text in texts)
    for over in overlays:
        base = _merge(base, over)
    return _document(_without_disabled(base))


@lru_cache(maxsize=256)
def _validated(model: type[Model], document: Document) -> Model:
    return model.model_validate(document.data)


def _parsed(file: str, text: str) -> _Node:
    try:
        # libyaml where it is there: ten times faster, and the rule files are large
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleErrors([Problem(file, line, f"not YAML: {error.problem}")]) from None
    if node is None:
        return _Node(None, (file, 1))
    return _node(node, file, yaml.constructor.SafeConstructor())


def _node(node: yaml.Node, file: str, scalars: yaml.constructor.SafeConstructor) -> _Node:
    place = (file, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        # a thing in a mapping stands where its key stands
        return _Node(
            {
                _key(key, scalars): replace(_node(value, file, scalars), place=(file, key.start_mark.line + 1))
                for key, value in node.value
            },
            place,
        )
    if isinstance(node, yaml.SequenceNode):
        return _Node([_node(item, file, scalars) for item in node.value], place)
    return _Node(scalars.construct_object(node), place)


def _key(node: yaml.Node, scalars: yaml.constructor.SafeConstructor) -> Any:
    """A key as it is written: YAML 1.1 would make ``on`` and ``no`` truth values, which no key is meant to be."""
    key = scalars.construct_object(node)
    return node.value if isinstance(key, bool) else key


def _document(root: _Node) -> Document:
    document = Document(data=None)
    document.data = _flatten(root, (), document.places)
    return document


def _flatten(node: _Node, keys: Keys, places: dict[Keys, Place]) -> Any:
    places[keys] = node.place
    if isinstance(node.value, dict):
        return {key: _flatten(item, (*keys, key), places) for key, item in node.value.items()}
    if isinstance(node.value, list):
        return [_flatten(item, (*keys, number), places) for number, item in enumerate(node.value)]
    return node.value


def _merge(base: _Node, over: _Node) -> _Node:
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        merged = dict(base.value)
        for key, value in over.value.items():
            merged[key] = _merge(merged[key], value) if key in merged else value
        return _Node(merged, over.place)
    if _named(base) and _named(over):
        by_name = {item.value["name"].value: item for item in base.value}
        for item in over.value:
            name = item.value["name"].value
            by_name[name] = _merge(by_name[name], item) if name in by_name else item
        return _Node(list(by_name.values()), over.place)
    return over


def _named(node: _Node) -> bool:
    value = node.value
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item.value, dict) and "name" in item.value for item in value)
    )


def _without_disabled(node: _Node) -> _Node:
    """``node`` without the things inside it that say ``enabled: false``, and without that key in the others."""
    if isinstance(node.value, dict):
        kept = {key: item for key, item in node.value.items() if not _is_disabled(item)}
        return _Node({key: _without_disabled(_without_switch(item)) for key, item in kept.items()}, node.place)
    if isinstance(node.value, list):
        kept_items = [item for item in node.value if not _is_disabled(item)]
        return _Node([_without_disabled(_without_switch(item)) for item in kept_items], node.place)
    return node


def _is_disabled(node: _Node) -> bool:
    return isinstance(node.value, dict) and "enabled" in node.value and node.value["enabled"].value is False


def _without_switch(node: _Node) -> _Node:
    if not isinstance(node.value, dict):
        return node
    return _Node({key: item for key, item in node.value.items() if key != "enabled"}, node.place)


def _problems(error: ValidationError, document: Document, model: type[BaseModel]) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_input=False):
        located: Keys = tuple(detail["loc"])
        keys = _without_tags(located, document)
        file, line = document.place(keys)
        said = detail["msg"].removeprefix("Value error, ")
        message = f"{'.'.join(str(key) for key in keys)}: {said}" if keys else said
        if detail["type"] == "extra_forbidden":
            known = sorted(_known_keys(model, located[:-1]))
            message = unknown_word("key", str(keys[-1]), known)
        elif detail["type"] == "union_tag_invalid":
            known = [tag.strip(" '") for tag in str(detail["ctx"]["expected_tags"]).split(",")]
            file, line = document.place((*keys, "do"))
            message = unknown_word("step", str(detail["ctx"]["tag"]), known)
        yield Problem(file, line, message)


def unknown_word(what: str, word: str, known: Iterable[str]) -> str:
    """An unknown word, the known ones, and the nearest.

    >>> unknown_word("key", "colour", ["color", "size"])
    'unknown key "colour"; known: color, size.  Did you mean color?'
    """
    words = list(known)
    near = difflib.get_close_matches(word, words, n=1)
    return f'unknown {what} "{word[:80]}"; known: {", ".join(words)}.' + (f"  Did you mean {near[0]}?" if near else "")


def _without_tags(keys: Keys, document: Document) -> Keys:
    """Where a mistake stands in the file: pydantic's place also names the kind of a thing (``do: split``)."""
    kept: Keys = ()
    for at, key in enumerate(keys):
        is_tag = (
            isinstance(key, str) and at > 0 and isinstance(keys[at - 1], int) and (*kept, key) not in document.places
        )
        if not is_tag or at == len(keys) - 1:
            kept = (*kept, key)
    return kept


def _known_keys(model: Any, keys: Keys) -> set[str]:
    """Keys of the model that stands at ``keys`` as a file writes them, as far as the annotations tell."""
    fields = getattr(model, "model_fields", {})
    if not keys:
        return {field.alias or name for name, field in fields.items()}
    by_key = {field.alias or name: field for name, field in fields.items()}
    if keys[0] not in by_key:
        return set()
    candidates = list(_models_in(by_key[keys[0]].annotation))
    tagged = [one for one in candidates if _tag_of(one) in keys[1:]]
    for candidate in tagged or candidates:
        # names of things, list positions and tags stand between a field and the model of its items
        names = {field.alias or name for name, field in candidate.model_fields.items()}
        found = _known_keys(candidate, tuple(key for key in keys[1:] if key in names and key != _tag_of(candidate)))
        if found:
            return found
    return set()


def _tag_of(model: type[BaseModel]) -> str | None:
    """The word after ``do:`` that chooses this model among others."""
    field = model.model_fields.get("do")
    words: tuple[Any, ...] = getattr(field.annotation, "__args__", ()) if field is not None else ()
    return str(words[0]) if len(words) == 1 else None


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)
