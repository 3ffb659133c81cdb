"""Traces: texts that nobody but the erased persons held, and where they still stand in a text.

A first name or a town that others have too is no trace: it stays theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from engine.erasing.people import Person, all_records
from engine.protection import OWNERS
from engine.sql import identifier
from engine.workspace import Workspace, in_list

SHORTEST = 5
"""Letters and digits of a trace: a shorter text stands in any file by chance."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Traces:
    """Texts to look for, folded. Found whole only: a name inside a longer word is another word.

    Attributes:
        by_word: longest word of a text -> the texts with it.
    """

    by_word: dict[str, tuple[str, ...]]

    @property
    def texts(self) -> list[str]:
        """Every text, sorted."""
        return sorted(text for texts in self.by_word.values() for text in texts)

    def holds(self, text: str) -> bool:
        """Whether any trace stands in ``text``."""
        folded = text.casefold()
        return any(_stands(trace, folded) for trace in self._candidates(folded))

    def lines(self, lines: Sequence[str], first: int = 1) -> Iterator[int]:
        """Numbers of the lines that hold a trace, counted from ``first``."""
        folded = "\n".join(lines).casefold()
        candidates = [trace for trace in self._candidates(folded) if _stands(trace, folded)]
        if not candidates:
            return
        for number, line in enumerate(lines, start=first):
            said = line.casefold()
            if any(trace in said and _stands(trace, said) for trace in candidates):
                yield number

    def _candidates(self, folded: str) -> list[str]:
        words = set(_WORD.findall(folded)) & self.by_word.keys()
        return [trace for word in sorted(words) for trace in self.by_word[word]]


def _stands(trace: str, folded: str) -> bool:
    start = folded.find(trace)
    while start >= 0:
        end = start + len(trace)
        if not (folded[start - 1 : start].isalnum() or folded[end : end + 1].isalnum()):
            return True
        start = folded.find(trace, start + 1)
    return False


def make_traces(texts: Sequence[str]) -> Traces:
    """Traces of ``texts``; too short ones are left out."""
    by_word: dict[str, list[str]] = {}
    for text in sorted({text.strip().casefold() for text in texts}):
        words = _WORD.findall(text)
        if words and sum(map(len, words)) >= SHORTEST:
            by_word.setdefault(max(words, key=len), []).append(text)
    return Traces({word: tuple(found) for word, found in by_word.items()})


def traces_of(ws: Workspace, people: Sequence[Person]) -> Traces:
    """The texts of ``people`` in raw cells, standard values and golden records that no other record or contact holds.

    Their record_ids, contact_ids and full names count; contact numbers do not: they stay burnt.
    """
    records = sorted(record for person in people for record in person.records)
    contacts = sorted(person.contact_id for person in people)
    ws.put("erasing_record", pa.table({"record_id": pa.array(records, pa.string())}))
    ws.put("erasing_contact", pa.table({"contact_id": pa.array(contacts, pa.string())}))
    ws.execute(f"create or replace temp table erasing_text as {_texts(ws)}")
    found = [
        row[0] for row in ws.rows("select text from erasing_text group by text having bool_and(own) order by text")
    ]
    ws.drop("erasing_record", "erasing_contact", "erasing_text")
    keys = [record.partition(":")[2] for record in records]
    return make_traces([*found, *contacts, *all_records(people), *(key for key in keys if len(key) >= SHORTEST + 3)])


_NOT_PERSONAL = (
    "title", "gender", "person_or_org", "salutation_letter", "language", "country", "region", "town", "postcode",
    "status", "structure_type", "function", "department", "created_date", "updated_date", "last_order_date",
    "contact_number",
)  # fmt: skip
"""Attributes of one person that are words of everybody, or days that stand elsewhere by chance."""

_STANDARD = (
    "first_name", "last_name", "birth_name", "organisation", "addr_line1", "addr_line2", "addr_line3", "street",
    "po_box", "phone", "mobile", "fax", "email", "email2", "website", "siret", "vat", "identifier", "remark",
    "household_id",
)  # fmt: skip


def _texts(ws: Workspace) -> str:
    """SELECT of every text of the base (text, own): own = it stands at an erased record or contact.

    A line of a joined table is theirs when it belongs to nobody else. Lines that belong to no record (held ones) are
    nobody's: own is null there, and says nothing.
    """
    listed = ", ".join(identifier(name) for name in _STANDARD)
    golden = ", ".join(identifier(name) for name in (*_STANDARD, "email3", "birth_date"))
    names = "[first_name || ' ' || last_name, last_name || ' ' || first_name, last_name || ', ' || first_name]"
    return f"""
        with mapped as (
            select source, list(position) as places from intake.mapping
            where attribute in {in_list(_NOT_PERSONAL)} group by source
        ),
        owned as (
            select source, line_no, bool_and(record_id in (select record_id from erasing_record)) as own
            from ({OWNERS}) group by source, line_no
        ),
        line as (
            select list_filter(cells, lambda cell, place: not list_contains(coalesce(places, []), place)) as cells,
                own
            from intake.line left join owned using (source, line_no) left join mapped using (source)
        ),
        said as (
            select unnest(cells) as text, own from line
            union all
            select unnest(flatten([[{listed}, birth_date::varchar], emails, phones, {names}])),
                record_id in (select record_id from erasing_record)
            from standardise.record
            union all
            select unnest([{golden}]), contact_id in (select contact_id from erasing_contact) from golden.contact
        )
        select lower(trim(text)) as text, own from said where length(trim(text)) >= {SHORTEST}
    """
