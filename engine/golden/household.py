"""Households: private persons of one home who share a surname. They are named, never merged.

Two persons share a surname when a part of it is the same (Meier and Meier-Keller, Dupont and Dupont Martin), and a home
when post code, street and house number are; sharing goes on from one to the next. A home of more than the rules allow
is an institution's, not a family's.
"""

from __future__ import annotations

from engine.rulebook.households import HouseholdRules
from engine.rulebook.load import RuleBook
from engine.tables import GOLDEN_HOUSEHOLD
from engine.workspace import Workspace

RULE_FILE = "survivorship/households.yml"


def name_households(ws: Workspace, book: RuleBook) -> dict[str, int]:
    """Build golden.household from golden.contact.

    Returns:
        Households, and contacts in them.

    Raises:
        RuleErrors: mistakes in the rules.
    """
    rules = book.load(RULE_FILE, HouseholdRules)
    ws.execute(f"create or replace temp table golden_surname as {_SURNAMES}", {"particles": list(rules.particles)})
    ws.execute(
        "create or replace temp table golden_housemate as "
        "select distinct contact_id, contact_id as label from golden_surname"
    )
    while _spread(ws):
        pass
    ws.build(GOLDEN_HOUSEHOLD, ws.statement("golden", "household"), {"most": rules.most})
    ws.drop("golden_surname", "golden_housemate")
    households, contacts = ws.rows("select count(distinct household), count(*) from golden.household")[0]
    return {"households": int(households), "contacts": int(contacts)}


_SURNAMES = r"""
    with housed as (
        select contact_id,
            concat_ws(
                '|',
                coalesce(country, ''),
                postcode,
                regexp_replace(
                    lower(strip_accents(coalesce(street || '|' || house_number, addr_line1))), '[^\pL\pN|]', '', 'g'
                )
            ) as home,
            unnest(
                list_distinct(list_filter(
                    regexp_split_to_array(lower(strip_accents(last_name)), '[^\pL]+'),
                    lambda part: length(part) > 1 and not list_contains($particles, part)
                ))
            ) as part
        from golden.contact
        where kind = 'individual' and last_name is not null and postcode is not null
            and (street is not null and house_number is not null or regexp_matches(addr_line1, '[0-9]'))
    ),
    shared as (
        select *, count(*) over (partition by home, part) as together from housed
    )
    select contact_id, home, part from shared where together > 1
"""
"""A row per contact, home and part of the surname that another contact there has too."""


def _spread(ws: Workspace) -> bool:
    """Give everybody the smallest label of those they share a part of the name with; whether anything changed."""
    ws.execute(
        """
        create or replace temp table golden_housemate_next as
        select contact_id, min(label) as label from (
            select surname.contact_id, min(mate.label) over (partition by surname.home, surname.part) as label
            from golden_surname as surname join golden_housemate as mate using (contact_id)
        ) group by contact_id
        """
    )
    changed = ws.value(
        "select count(*) from golden_housemate_next as next join golden_housemate as mate using (contact_id) "
        "where next.label <> mate.label"
    )
    ws.execute("create or replace temp table golden_housemate as from golden_housemate_next")
    ws.drop("golden_housemate_next")
    return bool(changed)
