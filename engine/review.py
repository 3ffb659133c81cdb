"""Review: the questions out into a workbook, the answers back into decisions.jsonl."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.errors import SourceError
from engine.judgement import Decision, append_decisions, conflicts, read_decisions, review_queue
from engine.judgement.answers import read_answers
from engine.vocabulary import Language
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: answers read, decisions that say something new, records the last run did not know."""

    answers: int
    added: int
    unknown: int


def export_review(
    ws: Workspace, decisions: Path | None, path: Path, *, language: Language, limit: int, as_of: date
) -> int:
    """Write the ``limit`` questions that matter most to ``path``; the number written.

    Args:
        ws: what the last run left.
        decisions: decisions.jsonl: what it answers is not asked again.
        path: the workbook to write.
        language: of headers and answers.
        limit: questions at most.
        as_of: the workbook's date of creation.
    """
    from engine.presentation.review_book import write_review_book

    decided = read_decisions(decisions) if decisions else []
    questions = review_queue(ws, decided, limit=limit)
    write_review_book(ws, questions, path, language=language, as_of=as_of)
    return len(questions)


def import_review(ws: Workspace, decisions: Path, path: Path, *, by: str, at: str) -> Taken:
    """Add the answers in ``path`` to ``decisions``, all of them or none.

    Answers about records that the last run does not know are kept: they may come back with the next extract.

    Raises:
        SourceError: the workbook cannot be read, or answers contradict each other or earlier decisions: each
            contradiction with the chain of decisions that makes it.
    """
    answers = read_answers(path, by=by, at=at)
    together = {_pair(said): said for said in [*read_decisions(decisions), *answers]}
    contradictions = conflicts([together[pair] for pair in sorted(together)])
    if contradictions:
        said = []
        for one in contradictions:
            chain = " = ".join(
                dict.fromkeys(record for link in one.chain for record in (link.record_id_l, link.record_id_r))
            )
            said.append(f"{one.apart.record_id_l} and {one.apart.record_id_r} are kept apart, but joined by: {chain}")
        raise SourceError(
            "the answers contradict each other:\n" + "\n".join(said),
            hint="Nothing was taken over. Change one answer of each chain and import again.",
        )
    named = sorted({record for said in answers for record in (said.record_id_l, said.record_id_r)})
    known = ws.value(
        "select count(*) from standardise.record where record_id in (select unnest($named))", {"named": named}
    )
    return Taken(len(answers), append_decisions(decisions, answers), len(named) - int(known))


def _pair(said: Decision) -> tuple[str, str]:
    return min(said.record_id_l, said.record_id_r), max(said.record_id_l, said.record_id_r)
