"""The checklist of the import format names code and tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "format-checklist.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if re.match(r"\| [1-9]", line)]


def test_every_rule_names_code_that_is_there() -> None:
    for row in ROWS:
        code = re.split(r"(?<!\\)\|", row)[3]
        for path in code.split(","):
            assert (ROOT / path.strip()).exists() or (ROOT / f"{path.strip()}.py").exists(), path


def test_every_rule_names_a_proof_that_is_there() -> None:
    proofs = [
        found for row in ROWS for found in re.findall(r"tests/[\w/]+\.\w+(?:::\w+|: [^|]+?(?=, tests/| \|))", row)
    ]
    assert len(proofs) >= len(ROWS) > 30
    for proof in proofs:
        if "::" in proof:
            path, name = proof.split("::")
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), proof
        else:
            path, name = proof.split(": ", 1)
            assert name.strip() in (ROOT / path).read_text(encoding="utf-8"), proof
