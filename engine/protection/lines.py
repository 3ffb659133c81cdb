"""Whose a line is: the records of a run, and the lines of joined tables that belong to theirs by key."""

from __future__ import annotations

OWNERS = """
    select source, line_no, record_id from intake.record
    union all
    select joined.source, joined.line_no, record.record_id
    from intake.joined as joined
    join intake.record as record on record.source = joined.of_source and record.line_no = joined.of_line
"""
"""SELECT of source, line_no, record_id: a row per line and record that it belongs to."""


def lines_of(records: str) -> str:
    """SELECT of source, line_no: the lines that belong to the records in temp table ``records`` and to nobody else.

    A line of a joined table that somebody else's record has too (the address of a family) is not theirs alone.
    """
    return f"""
        select source, line_no
        from ({OWNERS}) as owner left join (select record_id, true as theirs from {records}) using (record_id)
        group by source, line_no
        having bool_and(coalesce(theirs, false))
    """
