"""One decision, and the file that keeps them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import Problem, RuleErrors


class Decision(BaseModel):
    """What a person said of two records: ``match``, ``no_match`` or ``unsure`` (which leaves the pair to the model)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_id_l: str
    record_id_r: str
    judgement: Literal["match", "no_match", "unsure"]
    by: str = ""
    at: str = ""
    why: str = ""


def read_decisions(path: Path) -> list[Decision]:
    """The decisions in force, one a pair, ordered by their records; none when the file is absent or empty.

    Raises:
        RuleErrors: every line that is no decision, with its number.
    """
    if not path.is_file():
        return []
    latest: dict[tuple[str, str], Decision] = {}
    problems: list[Problem] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            decision = Decision.model_validate(json.loads(line))
        except ValidationError as error:
            wrong = ", ".join(sorted({".".join(map(str, detail["loc"])) for detail in error.errors()}))
            problems.append(Problem(str(path), number, f"not a decision: {wrong}"))
        except ValueError:
            problems.append(Problem(str(path), number, "not JSON"))
        else:
            left, right = sorted((decision.record_id_l, decision.record_id_r))
            latest[left, right] = decision
    if problems:
        raise RuleErrors(problems)
    return [latest[pair] for pair in sorted(latest)]


def append_decisions(path: Path, decisions: Sequence[Decision]) -> int:
    """Add ``decisions`` to the file, those that say nothing new left out; readable by the owner only.

    Returns:
        Decisions added.

    Raises:
        RuleErrors: the file holds lines that are no decisions.
    """
    in_force = {
        tuple(sorted((said.record_id_l, said.record_id_r))): (said.judgement, said.why) for said in read_decisions(path)
    }
    new = [
        said
        for said in decisions
        if in_force.get(tuple(sorted((said.record_id_l, said.record_id_r)))) != (said.judgement, said.why)
    ]
    if not new:
        return 0
    text = "".join(json.dumps(said.model_dump(), ensure_ascii=False) + "\n" for said in new)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write((b"\n" if _is_torn(path) else b"") + text.encode())
        file.flush()
        os.fsync(file.fileno())
    return len(new)


def _is_torn(path: Path) -> bool:
    """Whether the last line has no end: a line added to it would be glued on."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
