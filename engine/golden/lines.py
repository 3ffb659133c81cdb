"""Street line: addr_line1 says the same as the chosen street and house number, to the letter."""

from __future__ import annotations

from engine.golden.attributes import NUMBER
from engine.rulebook.survivorship import Survivorship
from engine.workspace import Workspace, in_list


def street_line_sql(street: str, number: str, country: str, rules: Survivorship) -> str:
    """The street line in the country's order; the number comes last where the country is unknown."""
    nothing = "('')"
    first = in_list(rules.home.number_first) if rules.home.number_first else nothing
    comma = in_list(rules.home.number_comma) if rules.home.number_comma else nothing
    return (
        f"case when {number} is null then {street} when {street} is null then {number}"
        f" when {country} in {first} then {number} || ' ' || {street}"
        f" when {country} in {comma} then {street} || ', ' || {number}"
        f" else {street} || ' ' || {number} end"
    )


def rebuild_street_lines(ws: Workspace, rules: Survivorship) -> None:
    """Give addr_line1 of every field in golden_winner with a street the line of that street and number.

    A record of the home with both gives its own line; where none has both, the line is built and marked repaired.
    """
    street, number, line, country = (NUMBER[name] for name in ("street", "house_number", "addr_line1", "country"))
    built = street_line_sql("street.value", "number.value", "country.value", rules)
    ws.execute(
        f"""
        create or replace temp table golden_line as
        with chosen as (
            select street.group_no, street.value as street, street.record_no, street.candidates,
                number.value as number, {built} as built
            from golden_winner as street
            left join golden_winner as number
                on number.group_no = street.group_no and number.attribute_no = {number}
            left join golden_winner as country
                on country.group_no = street.group_no and country.attribute_no = {country}
            left join golden_winner as line
                on line.group_no = street.group_no and line.attribute_no = {line}
            where street.attribute_no = {street} and line.value is distinct from {built}
        ),
        written as (
            select chosen.group_no, line.value, min(line.record_no) as record_no
            from chosen
            join golden_cell as line on line.group_no = chosen.group_no and line.attribute_no = {line}
            join golden_cell as street
                on street.group_no = chosen.group_no and street.attribute_no = {street}
                and street.record_no = line.record_no and street.value = chosen.street
            left join golden_cell as number
                on number.group_no = chosen.group_no and number.attribute_no = {number}
                and number.record_no = line.record_no
            where number.value is not distinct from chosen.number
            group by chosen.group_no, line.value
            qualify row_number() over (partition by chosen.group_no order by count(*) desc, line.value) = 1
        )
        select chosen.group_no, coalesce(written.value, chosen.built) as value,
            coalesce(written.record_no, chosen.record_no) as record_no, written.value is null as repaired,
            chosen.candidates
        from chosen left join written using (group_no)
        """
    )
    ws.execute(
        f"""
        create or replace temp table golden_old_line as
        select old.* from golden_winner as old semi join golden_line using (group_no)
        where old.attribute_no = {line}
        """
    )
    ws.execute(
        f"""
        delete from golden_winner
        where attribute_no = {line} and group_no in (select group_no from golden_line)
        """
    )
    ws.execute(
        f"""
        insert into golden_winner by name
        select line.group_no, {line}::utinyint as attribute_no, line.value,
            case when old.value = line.value then old.record_no else line.record_no end as record_no,
            case when old.value = line.value then old.rule else 'street_and_number' end as rule,
            coalesce(old.candidates, line.candidates) as candidates,
            case when old.value = line.value then old.runner_up else old.value end as runner_up, line.repaired
        from golden_line as line left join golden_old_line as old using (group_no)
        """
    )
    ws.drop("golden_line", "golden_old_line")
