"""The examples in docstrings are true. They are found without importing a module, which would load every library."""

from __future__ import annotations

import ast
import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
NEEDS_GX = "engine.quality"


def documented(file: Path) -> Iterator[tuple[str, str, int]]:
    """Qualified name, docstring and line of every definition of ``file`` whose docstring holds an example."""

    def inside(node: Any, name: str) -> Iterator[tuple[str, str, int]]:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False)
            if text and ">>>" in text:
                yield name, text, node.body[0].lineno - 1
            for child in node.body:
                yield from inside(child, f"{name}.{child.name}" if hasattr(child, "name") else name)

    text = file.read_text(encoding="utf-8")
    if ">>>" in text:
        yield from inside(ast.parse(text), ".".join(file.relative_to(ROOT).with_suffix("").parts))


def examples() -> Iterator[Any]:
    for file in sorted([*(ROOT / "engine").rglob("*.py"), ROOT / "cli.py"]):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        marks = [pytest.mark.gx] if module.startswith(NEEDS_GX) else []
        for name, text, line in documented(file):
            yield pytest.param(module, name, text, line, id=name, marks=marks)


@pytest.mark.parametrize(("module", "name", "text", "line"), examples())
def test_the_examples_of_a_docstring_are_true(module: str, name: str, text: str, line: int) -> None:
    loaded = importlib.import_module(module)
    test = doctest.DocTestParser().get_doctest(text, dict(vars(loaded)), name, loaded.__file__, line)
    assert test.examples
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(test, out=said.append)
    assert runner.failures == 0, "".join(said)


def test_the_examples_of_the_engine_are_found() -> None:
    names = {str(one.id) for one in examples()}
    assert "engine.rulebook.load.unknown_word" in names
    assert "engine.presentation.catalogue.Catalogue.number" in names
