"""The rule of a protocol step in a sentence, from its name and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.presentation.catalogue import Catalogue, catalogue
from engine.vocabulary import Language

_LONGEST = 300


def rule_in_words(step: Mapping[str, Any], language: Language) -> str:
    """What a step does, as a person reads it; a rule that has no words is shown as it is called."""
    say = catalogue(language)
    parameters: Mapping[str, Any] = step["parameters"] or {}
    key, values = _key(step, parameters, say)
    if f"protocol.rule.{key}" not in say.texts:
        return str(step["rule"]).replace("_", " ")
    text = say.text(f"protocol.rule.{key}", **values)
    if parameters.get("when"):
        text = say.text("protocol.when", rule=text, when=_short(parameters["when"]))
    return text


def _key(step: Mapping[str, Any], parameters: Mapping[str, Any], say: Catalogue) -> tuple[str, dict[str, Any]]:
    rule, stage = str(step["rule"]), step["stage"]
    values: dict[str, Any] = {name: _short(value) for name, value in parameters.items() if name != "count"}
    if stage == "standardise":
        if rule in ("resolve_country", "e164"):
            return rule, values
        return "standard", {"attribute": say.attribute(rule)}
    if stage == "golden":
        words = ", ".join(str(word).replace("_", " ") for word in parameters.get("letters", ()))
        return rule, {"preferences": words}
    if stage == "delivery":
        return "field", {"form": parameters.get("form", rule)}
    if stage != "mapping" or not {"step", "join"} & parameters.keys():
        return rule, values
    return _of_mapping(rule, parameters, values, say)


def _of_mapping(
    rule: str, parameters: Mapping[str, Any], values: dict[str, Any], say: Catalogue
) -> tuple[str, dict[str, Any]]:
    """Steps and joins of a mapping file."""
    kept = parameters.get("otherwise") or ("empty" if rule == "regex" else "keep")
    values["otherwise"] = say.text(f"protocol.otherwise.{kept}")
    if rule == "join_table":
        pairs = " + ".join(f"{mine} = {theirs}" for mine, theirs in parameters["on"].items())
        return rule, {**values, "on": _short(pairs)}
    if rule == "join":
        return "join_columns", {"between": " ", **values}
    if rule == "case":
        return f"case.{parameters['form']}", values
    if rule == "regex":
        return ("regex.replace" if "replace" in parameters else "regex.extract"), values
    if rule == "date":
        return rule, {"writes": "%Y-%m-%d", **values}
    if rule == "standardise":
        return rule, {**values, "kind": say.attribute(parameters["with"])}
    if rule == "lookup":
        entries: Mapping[str, str] = parameters.get("entries") or next(iter(parameters.get("tables", {}).values()), {})
        return rule, {**values, "entries": say.number(len(entries))}
    return rule, values


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
