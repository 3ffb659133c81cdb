"""Values on very many rows, in bases of three sizes: placeholders are found, ordinary crowds are not."""

from __future__ import annotations

from datetime import date

import pytest

from engine.standardise.days import standardise_days
from engine.standardise.frequency import guard_frequent_values, put_holders
from engine.tables import INTAKE_RECORD, STANDARDISE_COLUMN, STANDARDISE_VALUE
from engine.workspace import Workspace
from tests.standardise.words import BOOK

SIZES = (200, 5_000, 100_000)

_BASE = """
    insert into intake.record by name
    select
        'r' || i as record_id,
        's' as source,
        i as line_no,
        -- a tenth of the first names and a hundredth of the last names cover a third of the people, as in life
        'First' || (pow(hash(i, 1) % 10007 / 10007, 2) * 400)::int as first_name,
        'Last' || (pow(
            hash(case when i % 11 = 0 then i else i // 3 end, 2) % 10007 / 10007, 2
        ) * 3000)::int as last_name,
        -- a family of two to three has one mailbox and one phone, and at times two last names
        'family' || i // 3 || '@x.fr' as email,
        '+3314' || lpad((i // 3)::varchar, 7, '0') as phone,
        (i // 6) || ' rue de la Paix' as addr_line1,
        '75002' as postcode,
        (date '1940-01-01' + (hash(i, 3) % 25000)::int)::varchar as birth_date
    from range({rows}) as numbers(i)
"""
_SAID = (
    "std_person as select record_id, coalesce(nullif(structure_type, ''), 'individual') as kind, first_name, "
    "last_name, organisation from intake.record",
    "std_email as select record_id, [email] as emails from intake.record where email is not null",
    "std_phone as select record_id, [phone] as phones from intake.record where phone is not null",
    "std_address as select record_id, addr_line1, postcode from intake.record",
    "std_siret as select distinct siret as raw, siret as standard from intake.record where siret is not null",
    "std_identifier as select distinct identifier as raw, identifier as standard from intake.record "
    "where identifier is not null",
)


def base(ws: Workspace, rows: int, *changes: str) -> None:
    """A base of ``rows`` people, some of them changed: ``set ... where ...`` over ``line_no``."""
    ws.create(INTAKE_RECORD)
    ws.create(STANDARDISE_VALUE)
    ws.create(STANDARDISE_COLUMN)
    ws.execute(_BASE.format(rows=rows))
    for change in changes:
        ws.execute(f"update intake.record {change}")
    ws.execute(
        "create or replace temp macro std_birth_cell(full_date, y, m, d) as "
        "coalesce(full_date, concat_ws('-', y, m, d), y)"
    )
    for said in _SAID:
        ws.execute(f"create or replace temp table {said}")


def guard(ws: Workspace) -> list[tuple[str, str, str, str]]:
    """Attribute, value, verdict and reason of what the guard names."""
    put_holders(ws)
    standardise_days(ws, BOOK, as_of=date(2026, 11, 22), workers=1)
    guard_frequent_values(ws, BOOK)
    return ws.rows("select attribute, value, verdict, reason from standardise.frequent order by all")


@pytest.mark.parametrize("size", SIZES)
def test_an_ordinary_base_raises_no_alarm(ws: Workspace, size: int) -> None:
    base(ws, size)
    assert guard(ws) == []


@pytest.mark.parametrize("size", SIZES)
def test_a_mailbox_of_a_twentieth_of_the_people_is_a_placeholder(ws: Workspace, size: int) -> None:
    base(ws, size, f"set email = 'kasse@oper.ch' where line_no % 20 = 0 or line_no < {size // 25}")
    assert guard(ws) == [("email", "kasse@oper.ch", "placeholder", "many_holders")]


@pytest.mark.parametrize("size", SIZES)
def test_a_switchboard_of_one_structure_is_shared_and_stays(ws: Workspace, size: int) -> None:
    base(
        ws,
        size,
        "set phone = '+33199999999', structure_type = 'relay', organisation = 'Mairie de X' where line_no % 8 = 0",
    )
    assert guard(ws) == [("phone", "+33199999999", "shared", "one_holder")]


def test_the_same_number_for_people_of_many_structures_is_a_placeholder(ws: Workspace) -> None:
    base(
        ws,
        5_000,
        "set phone = '+33199999999', structure_type = 'relay', organisation = 'Mairie ' || line_no where line_no < 40",
    )
    assert guard(ws) == [("phone", "+33199999999", "placeholder", "many_holders")]


def test_forty_orders_of_one_person_with_typing_errors_stay_a_persons(ws: Workspace) -> None:
    base(
        ws,
        5_000,
        "set email = 'eva@x.fr', last_name = case when line_no % 7 = 0 then 'Meier' || line_no else 'Meier' end "
        "where line_no < 60",
    )
    assert guard(ws) == [("email", "eva@x.fr", "shared", "many_holders")]


@pytest.mark.parametrize("size", SIZES)
def test_a_forms_default_birth_date_is_found_also_on_a_1_january(ws: Workspace, size: int) -> None:
    base(
        ws,
        size,
        f"set birth_date = '1980-05-05' where line_no % 20 = 0 or line_no < {size // 20}",
        f"set birth_date = '1985-01-01' where line_no % 20 = 1 or line_no > {size - size // 20}",
    )
    assert guard(ws) == [
        ("birth_date", "1980-05-05", "placeholder", "crowded_day"),
        ("birth_date", "1985-01-01", "placeholder", "crowded_day"),
    ]


def test_a_1_january_that_every_year_has_is_an_unknown_day_and_no_placeholder(ws: Workspace) -> None:
    base(ws, 5_000, "set birth_date = left(birth_date, 4) || '-01-01' where line_no % 4 = 0")
    assert guard(ws) == []
    assert ws.value("select count(*) from std_day where reason = 'first_of_january'") > 0


def test_a_school_of_two_years_has_no_crowded_days(ws: Workspace) -> None:
    base(ws, 5_000, "set birth_date = (date '2014-01-01' + (hash(line_no, 7) % 730)::int)::varchar")
    assert guard(ws) == []


@pytest.mark.parametrize("size", SIZES)
def test_a_name_of_a_hundred_places_is_named_and_a_common_name_is_not(ws: Workspace, size: int) -> None:
    base(ws, size, f"set first_name = 'Client', last_name = 'Internet' where line_no % 4 = 0 and line_no > {size // 5}")
    assert guard(ws) == [("name", "Client Internet", "placeholder", "more_than_chance")]


def test_a_house_of_a_hundred_families_is_shared(ws: Workspace) -> None:
    base(ws, 5_000, "set addr_line1 = '1 rue du Foyer' where line_no < 300")
    assert guard(ws) == [("address", "1 rue du Foyer, 75002", "shared", "many_holders")]


def test_a_siret_of_many_organisations_is_a_placeholder_a_groups_own_is_not(ws: Workspace) -> None:
    base(
        ws,
        5_000,
        "set structure_type = 'structure', organisation = 'Association ' || line_no where line_no < 100",
        "set siret = '40483304800022' where line_no < 60",
        "set siret = '80295478500028', organisation = 'Ville de X' where line_no between 60 and 99",
    )
    assert guard(ws) == [
        ("siret", "40483304800022", "placeholder", "many_holders"),
        ("siret", "80295478500028", "shared", "one_holder"),
    ]
