"""Every rule file has its model, and a schema that editors can check it with."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from engine.errors import UsageError
from engine.rulebook import RuleBook
from engine.rulebook.registry import RuleFile, find_rule, rule_files, source_mapping
from engine.rulebook.schema import schema_of
from engine.shipped import shipped

KNOWN = rule_files(shipped("expectations"))
FILES = sorted(
    f"{folder}/{path.relative_to(shipped(folder)).as_posix()}"
    for folder in ("rules", "expectations")
    for path in shipped(folder).rglob("*.yml")
)


def read(rule: RuleFile) -> object:
    """A shipped rule file as JSON has it: keys are texts."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load((shipped(rule.folder) / rule.relative).read_text(encoding="utf-8"), Loader=loader)
    return json.loads(json.dumps(data, default=str))


def test_every_shipped_rule_file_is_registered() -> None:
    assert sorted(KNOWN) == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_rule_file_fits_its_model_and_its_schema(name: str) -> None:
    rule = KNOWN[name]
    book = RuleBook() if rule.folder == "rules" else RuleBook(base=shipped("expectations"))
    book.load(rule.relative, rule.model)
    schema = schema_of(rule)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(read(rule), schema)


def test_a_schema_refuses_a_key_mistyped_and_takes_a_part_of_a_file() -> None:
    schema = schema_of(KNOWN["rules/survivorship/numbers.yml"])
    jsonschema.validate({"why": "only this differs"}, schema)
    with pytest.raises(jsonschema.ValidationError, match="whyy"):
        jsonschema.validate({"whyy": "x"}, schema)


def test_the_schema_of_a_mapping_knows_every_step_and_what_it_needs() -> None:
    schema = schema_of(source_mapping())
    mapping = {
        "source": "crm",
        "columns": [{"header": "Nom", "attribute": "last_name"}],
        "join": [{"table": "tel", "on": {"id": "id"}, "how": "many"}],
        "tables": {"titles": {"entries": {"1": "M."}}},
        "steps": [
            {"do": "split", "column": "Nom", "by": ",", "into": ["a", "b"], "from": "end"},
            {"do": "date", "column": "Nom", "reads": ["%d.%m.%Y"]},
            {"do": "standardise", "column": "Nom", "with": "email"},
            {"do": "constant", "to": "x", "value": 1},
        ],
    }
    jsonschema.validate(mapping, schema)
    assert "places" not in schema["properties"]
    for wrong in ({"do": "split", "column": "Nom"}, {"do": "spilt", "column": "Nom"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**mapping, "steps": [wrong]}, schema)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("headers", "rules/mapping/headers.yml"),
        ("mapping/headers.yml", "rules/mapping/headers.yml"),
        ("survivorship/contact", "rules/survivorship/contact.yml"),
        ("expectations/contact", "expectations/contact.yml"),
    ],
)
def test_a_rule_file_is_found_by_what_people_call_it(asked: str, name: str) -> None:
    assert find_rule(asked, KNOWN).name == name


def test_a_name_of_several_or_none_is_said() -> None:
    with pytest.raises(UsageError, match="several rule files"):
        find_rule("contact", KNOWN)
    with pytest.raises(UsageError, match=r"Did you mean rules/mapping/headers\.yml"):
        find_rule("heders", KNOWN)


def test_schemas_have_different_names() -> None:
    names = [rule.schema_file for rule in [*KNOWN.values(), source_mapping()]]
    assert len(set(names)) == len(names)
    assert all(Path(name).name == name for name in names)
