"""JSON Schemas of rule files, for editors that complete and check keys while a file is written."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from engine.rulebook.registry import RuleFile

SCHEMAS = "schemas"
"""Folder of a project for the JSON Schemas that editors read."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def modeline(rule: RuleFile) -> str:
    """The comment by which editors find the schema of a rule file of a project."""
    up = "../" * rule.name.count("/")
    return f"# yaml-language-server: $schema={up}{SCHEMAS}/{rule.schema_file}"


def schema_text(rule: RuleFile) -> str:
    """The JSON Schema of a rule file as text."""
    return json.dumps(schema_of(rule), ensure_ascii=False, indent=2) + "\n"


def schema_of(rule: RuleFile) -> dict[str, Any]:
    """The JSON Schema of a rule file, for editors.

    A project's file may say only what differs: nothing is required then, and ``enabled: false`` may stand everywhere.
    """
    made = TypeAdapter(rule.model).json_schema(by_alias=True, mode="validation")
    if not rule.whole:
        _loosen(made)
    if rule.relative.startswith("mapping/") and rule.whole:
        for hidden in ("origin", "places"):
            made.get("properties", {}).pop(hidden, None)
    return {"$schema": _DIALECT, **made, "title": rule.name}


def _loosen(part: Any) -> None:
    if isinstance(part, dict):
        part.pop("required", None)
        if part.get("additionalProperties") is False and isinstance(part.get("properties"), dict):
            part["properties"].setdefault("enabled", {"type": "boolean", "description": "false switches it off"})
        for item in part.values():
            _loosen(item)
    elif isinstance(part, list):
        for item in part:
            _loosen(item)
