"""One decision, and the file that keeps them."""

from __future__ import annotations

import json
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
