"""Values that should identify and stand on implausibly many rows: they are named, and link nothing.

A value identifies while few hold it. Holders are different last names; the people of one structure are one holder, so
that its switchboard stays a switchboard. Three laws say how many are too many (rules/standardisation/frequency.yml):

e-mail, phone, SIRET, identifier, address
    The number of holders of a genuine value falls off geometrically: P(k or more) = q^(k - 1), where q is the share of
    the column's values with two holders and more (bounded by the rules). Of V values none should reach k by chance
    but with probability alpha: V q^(k - 1) <= alpha, hence ``k = 1 + ln(V / alpha) / -ln(q)`` (Bonferroni's bound).
    It grows with the logarithm of the table: with q = 0.3, 9 of 200 values, 14 of 100,000.
birth date
    Births of one year spread evenly over its days but for a season, so the people on one day are Poisson distributed
    around ``lambda = season * (people of that year on other days) / 364``; more than
    ``lambda + z sqrt(lambda) + least`` are a crowd. For a 1 January the crowds of the other years' 1 January count as
    well: where all years have one, the day is unknown and the year is right (``first_of_january``).
first and last name together
    Independence would put ``first without last * last without first / N`` rows on the pair; names cluster by language,
    hence the rule's factor; above it ``z`` deviations and a least number.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.counted import counted
from engine.rulebook.load import RuleBook
from engine.rulebook.standardisation import Frequency
from engine.tables import STANDARDISE_FREQUENT
from engine.workspace import Workspace

RULES = "standardisation/frequency.yml"


@dataclass(frozen=True, slots=True)
class _Link:
    """One attribute whose values are counted: where they stand, and how a sentence calls them."""

    attribute: str
    select: str
    singular: str
    plural: str
    links: bool = True


_LINKS = (
    _Link("email", "select record_id, unnest(emails) as value from std_email", "e-mail", "e-mails"),
    _Link("phone", "select record_id, unnest(phones) as value from std_phone", "phone number", "phone numbers"),
    _Link(
        "siret",
        "select record.record_id, read.standard as value from intake.record as record "
        "inner join std_siret as read on read.raw = record.siret where read.standard is not null",
        "SIRET",
        "SIRET",
    ),
    _Link(
        "identifier",
        "select record.record_id, read.standard as value from intake.record as record "
        "inner join std_identifier as read on read.raw = record.identifier where read.standard is not null",
        "identifier",
        "identifiers",
    ),
    _Link(
        "address",
        "select record_id, addr_line1 || ', ' || postcode as value from std_address "
        "where addr_line1 is not null and postcode is not null",
        "address",
        "addresses",
        links=False,
    ),
)


def put_holders(ws: Workspace) -> None:
    """Temp table std_frequent_holder: record_id and whose its values are, '' = it names nobody. Reads std_person."""
    ws.execute(f"create or replace temp table std_frequent_holder as {ws.statement('standardise', 'frequent_holder')}")


def guard_frequent_values(ws: Workspace, book: RuleBook) -> tuple[str, ...]:
    """Build standardise.frequent, and two temp tables of what links nothing.

    std_frequent: one row per record that holds such an e-mail or phone (record_id, emails, emails_dropped, phones,
    phones_dropped). std_frequent_value: attribute and value of every placeholder; for names, first_name and last_name.

    Reads std_frequent_holder, std_person, std_email, std_phone, std_address, std_siret, std_identifier, std_day_column.

    Returns:
        Sentences with counts, without the values.
    """
    rules = book.load(RULES, Frequency)
    ws.create(STANDARDISE_FREQUENT)
    for link in _LINKS:
        _count(ws, link, rules)
    _names(ws, rules)
    ws.execute(
        "insert into standardise.frequent by name "
        "select 'birth_date' as attribute, day as value, sum(rows)::bigint as rows, sum(holders)::bigint as holders, "
        "max(expected) as expected, 'placeholder' as verdict, 'crowded_day' as reason "
        "from std_day_column where is_placeholder group by day order by day"
    )
    ws.execute(
        "create or replace temp table std_frequent_value as "
        "select attribute, value from standardise.frequent where verdict = 'placeholder'"
    )
    ws.execute(f"create or replace temp table std_frequent as {ws.statement('standardise', 'frequent_record')}")
    ws.drop("std_frequent_holder", "std_day_column")
    return _told(ws, rules)


def _count(ws: Workspace, link: _Link, rules: Frequency) -> None:
    law = rules.holders[link.attribute]  # type: ignore[index]  # the model's keys are these attributes
    ws.execute(f"create or replace temp table std_frequent_link as {link.select}")
    found = ws.statement("standardise", "frequent_value")
    ws.execute(
        "insert into standardise.frequent by name "
        f"select '{link.attribute}' as attribute, * from ({found}) order by value",
        {
            "records": ws.count("intake.record"),
            "false_alarm": rules.false_alarm,
            "tail": law.tail,
            "least": law.least,
            "highest_tail": rules.highest_tail,
            "holders_share": rules.holders_share,
            "certain_times": rules.certain_times,
            "shared_rows": rules.shared.rows,
            "shared_share": rules.shared.share,
            "links": link.links,
        },
    )
    ws.drop("std_frequent_link")


def _names(ws: Workspace, rules: Frequency) -> None:
    statement = ws.statement("standardise", "frequent_name")
    ws.execute(
        f"create or replace temp table std_frequent_name as {statement}",
        {"records": max(ws.count("intake.record"), 1), **rules.name.model_dump()},
    )
    ws.execute(
        "insert into standardise.frequent by name "
        "select 'name' as attribute, first_name || ' ' || last_name as value, sum(rows)::bigint as rows, "
        "sum(holders)::bigint as holders, max(expected) as expected, 'placeholder' as verdict, "
        "'more_than_chance' as reason from std_frequent_name group by value order by value"
    )


def _told(ws: Workspace, rules: Frequency) -> tuple[str, ...]:
    calls = {link.attribute: (link.singular, link.plural) for link in _LINKS}
    calls |= {"birth_date": ("birth date", "birth dates"), "name": ("full name", "full names")}
    notes: list[str] = []
    for attribute, values, rows in ws.rows(
        "select attribute, count(*), sum(rows)::bigint from standardise.frequent "
        "where verdict = 'placeholder' group by attribute order by attribute"
    ):
        what = calls[attribute][values > 1]
        end = "worth a look." if attribute == "name" else "placeholders, they link no records."
        notes.append(f"{values} {what} on {counted(rows, 'row')}, far more than one contact explains: {end}")
        ws.note_step(
            "standardise",
            "frequent_value",
            from_column=attribute,
            to_column=attribute,
            parameters=rules.model_dump(),
            origin=RULES,
            rows_in=rows,
            rows_refused=0 if attribute == "name" else rows,
        )
    return tuple(notes)
