"""The rows of one level, carried out in order: new contacts, changed ones, logins, properties, those that go."""

from __future__ import annotations

from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier
from engine.target.columns import CONTACT
from engine.target.effects.belongings import give_logins, place_properties
from engine.target.effects.changed import removed_statement, updated_statement
from engine.target.effects.new import insert_contacts
from engine.workspace import Workspace


def apply_level(ws: Workspace, rules: ImportRules, *, next_number: int, home_country: str | None) -> int:
    """Carry out the rows of ``met`` that are not in ``refused``.

    Args:
        next_number: the next contact number to give.
        home_country: country of the institution.

    Returns:
        The next contact number after it.
    """
    ws.execute(
        f"create or replace temp table changed as select 0::bigint as row_no, 0 as part, '' as operation, "
        f"{_empty_contact()} where false"
    )
    inserts = bool(ws.value("select count(*) from met where operation = 'INSERT'"))
    given = insert_contacts(ws, rules, next_number, home_country) if inserts else 0
    if ws.value("select count(*) from met where operation != 'INSERT'"):
        ws.execute(updated_statement(rules))
        ws.execute(removed_statement(rules))
    give_logins(ws, rules)
    place_properties(ws)
    ws.execute(
        "create or replace temp table gone as select contact_nr from met where operation = 'DROP' and "
        "row_no not in (select row_no from refused)"
    )
    ws.execute("insert into touched select contact_nr from changed union select contact_nr from gone")
    for table in ("contact", "property"):
        ws.execute(f"delete from {table} where contact_nr in (select contact_nr from gone)")
    ws.execute("delete from contact where contact_nr in (select contact_nr from changed where operation != 'INSERT')")
    listing = ", ".join(identifier(name) for name in CONTACT.names)
    ws.execute(f"insert into contact ({listing}) select {listing} from changed")
    ws.drop("changed", "gone")
    return next_number + given


def _empty_contact() -> str:
    types = {"text": "varchar", "boolean": "boolean", "bigint": "bigint"}
    return ", ".join(f"null::{types[kind]} as {identifier(name)}" for name, kind in CONTACT.columns)
