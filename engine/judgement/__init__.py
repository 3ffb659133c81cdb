"""Judgement: what people said of pairs of records; it outranks the model.

decisions.jsonl holds one decision a line, only ever added to; of two about one pair the later line counts::

    {"record_id_l": "crm:7", "record_id_r": "web:9", "judgement": "match", "by": "Ana", "why": "twins"}
"""

from engine.judgement.decision import Decision, read_decisions

__all__ = ["Decision", "read_decisions"]
