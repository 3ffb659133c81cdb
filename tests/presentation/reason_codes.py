"""Every reason code the engine can give, read from its sources: what people read must have words for each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from engine.delivery.reasons import HELD, REASONS
from tests.support.yaml_files import read_yaml

ROOT = Path(__file__).resolve().parents[2]

_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")

_NOT_CODES = {"text", "null", "reason"}
"""Literals in the same places that are types of columns, SQL or the name of a column."""


def codes_of_expectations() -> set[str]:
    """``meta.reason`` of every shipped expectation."""
    return {
        expectation["meta"]["reason"]
        for path in sorted((ROOT / "expectations").glob("*.yml"))
        for expectation in read_yaml(path)["expectations"]
    }


def codes_of_standardisation() -> set[str]:
    """Reasons that a standardiser (Python) or a statement (SQL) can put beside a value."""
    found: set[str] = set()
    for path in sorted((ROOT / "engine" / "standardise").rglob("*.py")):
        found.update(_in_python(ast.parse(path.read_text(encoding="utf-8"))))
    for path in sorted((ROOT / "engine" / "standardise" / "sql").glob("*.sql")):
        found.update(_in_sql(path.read_text(encoding="utf-8")))
    return {code for code in found if _CODE.fullmatch(code)} - _NOT_CODES


def codes_of_intake() -> set[str]:
    """Reasons why a line is held at intake."""
    found: set[str] = set()
    for path in sorted((ROOT / "engine" / "intake").rglob("*.py")):
        found.update(_in_python(ast.parse(path.read_text(encoding="utf-8"))))
    judged = (ROOT / "engine" / "intake" / "sql" / "judged.sql").read_text(encoding="utf-8")
    found.update(re.findall(r"then '([a-z_]+)'", judged))
    return {code for code in found if "_" in code}


def codes_of_delivery() -> set[str]:
    """Rules of the format that a value or a contact met."""
    return {*REASONS, *HELD}


def _in_python(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[_, *_, reason]) if name[0].isupper():  # an answer
                yield from _texts(reason)
            case ast.keyword(arg="reason", value=value):
                yield from _texts(value)
            case ast.Assign(targets=[ast.Name(id="reason")], value=value):
                yield from _texts(value)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="refused"), attr="append"), args=[value]):
                yield from _texts(value)
            case ast.FunctionDef(name=name) if name.endswith("_reason") or name.startswith("reason_"):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and inner.value is not None:
                        yield from _texts(inner.value)
            case ast.Return(value=ast.Tuple(elts=[ast.Constant(value=None), reason, *_])):
                yield from _texts(reason)


def _texts(node: ast.AST) -> Iterator[str]:
    """String constants an expression can come out as: the tests of a condition are not among them."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body)
            yield from _texts(orelse)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _texts(value)


def _in_sql(text: str) -> Iterator[str]:
    """Literals of every ``case`` whose name ends in "reason", the reasons for a kind apart."""
    text = re.sub(r"--.*", "", text)
    for end in re.finditer(r"\bend\)? as (\w*reason)(?:_read)?\b", text):
        if end.group(1) == "kind_reason":
            continue
        begun, depth = end.start(), 1
        while depth:
            word = max(text.rfind("case", 0, begun), text.rfind(" end", 0, begun))
            depth += 1 if text.startswith(" end", word) else -1
            begun = word
        yield from re.findall(r"(?:then|else) '([a-z_0-9]+)'", text[begun : end.start()])


if __name__ == "__main__":
    for codes in (codes_of_expectations, codes_of_standardisation, codes_of_intake, codes_of_delivery):
        print(codes.__name__, *sorted(codes()))  # noqa: T201
