"""Alone: what a freeze saw of names, words and mailboxes that certain records alone hold. It is gone with them."""

from __future__ import annotations

import pyarrow as pa

from engine.matching import keys, seen
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules
from engine.tables import STANDARDISE_RECORD
from engine.vocabulary import KINDS
from engine.workspace import Workspace

_OTHERS = """
with other as (select * from standardise.record anti join {records} using (record_id)),
held as (
    select 'first name' as what, m_fold(first_name) as value from other
    union all select 'last name', m_fold(last_name) from other
    union all select 'word', unnest(string_split(m_fold(replace(organisation, '&', ' and ')), ' ')) from other
    union all select 'contact', regexp_replace(unnest(emails), '^([^+@]+)\\+[^@]*@', '\\1@') from other
    union all select 'contact', right(unnest(phones), 9) from other
)
select what, value from m_own anti join held using (what, value) order by what, value
"""


def values_alone(ws: Workspace, book: RuleBook, records: str) -> list[tuple[str, str]]:
    """What :mod:`engine.matching.seen` may know of the records in temp table ``records`` and of no other record.

    A name that others hold in another script counts as theirs alone: a replay then asks the extract at hand for it.

    Returns:
        Pairs (what, value), sorted.
    """
    columns = ", ".join(STANDARDISE_RECORD.column_names)
    own = ws.arrow(f"select {columns} from standardise.record semi join {records} using (record_id)")
    known = keys.words(book)
    ws.put("m_own", _values(own, book.load("matching/model.yml", MatchRules), known))
    keys.prepare(ws, known)
    found = [(str(what), str(value)) for what, value in ws.rows(_OTHERS.format(records=records))]
    ws.drop("m_own", "m_latin", "m_nickname", "m_birth_place", "m_employed")
    return found


def _values(records: pa.Table, rules: MatchRules, known: keys.Words) -> pa.Table:
    """What a run over ``records`` by themselves would note, and all their phones and mailboxes: what, value."""
    with Workspace.memory(threads=1) as aside:
        aside.put("given", records)
        aside.build(STANDARDISE_RECORD, "from given")
        aside.put("m_spoken", pa.table({"record_id": pa.array([], pa.string())}))
        aside.execute("create temp table m_structure_cluster (record_id varchar, scl bigint)")
        keys.prepare(aside, known)
        seen.start(aside, None)
        for kind in KINDS:
            keys.build(aside, kind, rules, known)
            aside.execute(
                "insert into m_noted by name select 'contact' as what, unnest(em || ph) as value "
                "from (select coalesce(em, []) as em, coalesce(ph, []) as ph from m_key)"
            )
        return aside.arrow("select distinct what, value from m_noted where value <> '' order by what, value")
