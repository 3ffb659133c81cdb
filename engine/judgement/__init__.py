"""Judgement: what people said of pairs of records; it outranks the model.

decisions.jsonl holds one decision a line, only ever added to; of two about one pair the later line counts::

    {"record_id_l": "crm:7", "record_id_r": "web:9", "judgement": "match", "by": "Ana", "why": "twins"}
"""

from engine.judgement.conflict import Conflict, conflicts
from engine.judgement.decision import Decision, append_decisions, read_decisions
from engine.judgement.queue import Question, review_queue

__all__ = [
    "Conflict", "Decision", "Question", "append_decisions", "conflicts", "read_decisions", "review_queue",
]  # fmt: skip
