"""Home: the address a contact lives at, chosen whole before its lines are spelled.

Two addresses are one home when their streets are alike and something else agrees, or when all but the street agrees
(a street typed in another column). The winning home is the seed that ``home.choose`` prefers, with every record whose
address is like it; records of other homes have no say in the address.
"""

from __future__ import annotations

from engine.golden.attributes import HOME_NO, ranks_sources, source_rank_sql
from engine.golden.contest import hold_contest
from engine.golden.evidence import MOST_CANDIDATES
from engine.golden.letters import letters_sql
from engine.golden.preferences import resolve
from engine.rulebook.survivorship import Survivorship
from engine.sql import identifier
from engine.workspace import Workspace


def choose_homes(ws: Workspace, rules: Survivorship) -> None:
    """Set golden_multi.away of the records that have no say in the address, and make golden_home (the rules)."""
    filled = " + ".join(f"({identifier(name)} is not null)::integer" for name in rules.home.members)
    ws.execute(
        f"""
        create or replace temp table golden_address as
        with several as (
            select block_no from golden_multi where block_size > 1 group by block_no
            having min(hash(street, addr_line1, po_box, house_number, postcode, town))
                <> max(hash(street, addr_line1, po_box, house_number, postcode, town))
        )
        select block_no, record_no, newest, {source_rank_sql(rules.home, rules)} as source_rank, {filled} as filled,
            {letters_sql("coalesce(street, addr_line1)", "words")} as street,
            {letters_sql("house_number", "compact")} as number,
            {letters_sql("postcode", "compact")} as postcode,
            {letters_sql("town", "words")} as town,
            (coalesce(street, addr_line1, po_box) is not null)::integer as has_street
        from golden_multi semi join several using (block_no)
        """
    )
    ws.execute(
        """
        create or replace temp table golden_place as
        select *, count(*) over (partition by block_no) as places
        from (
            select block_no, street, number, postcode, town, min(record_no) as place_no, count(*) as rows,
                max(newest) as newest, max(source_rank) as source_rank, max(filled) as filled,
                max(has_street) as has_street
            from golden_address
            where filled > 0
            group by block_no, street, number, postcode, town
        )
        """
    )
    ws.execute(
        f"""
        create or replace temp table golden_alike as
        with compared as (
            select * from golden_place where places > 1
            qualify row_number() over (
                partition by block_no order by has_street desc, rows desc, newest desc nulls last, place_no
            ) <= {MOST_CANDIDATES}
        )
        select seed.block_no, seed.place_no, other.place_no as other_no
        from compared as seed
        join compared as other using (block_no)
        where seed.place_no = other.place_no or {_same_home(rules.home.street_similarity)}
        """
    )
    ws.execute(
        f"""
        create or replace temp table golden_candidate as
        select alike.block_no as group_no, {HOME_NO}::utinyint as attribute_no,
            lpad(alike.place_no::varchar, 10, '0') as candidate,
            sum(other.rows) as rows, max(other.newest) as newest, max(other.source_rank) as source_rank,
            max(seed.has_street) as has_street, max(seed.filled) as filled
        from golden_alike as alike
        join golden_place as seed on seed.place_no = alike.place_no
        join golden_place as other on other.place_no = alike.other_no
        group by alike.block_no, alike.place_no
        """
    )
    ws.drop("golden_home")
    names = (("source",) if ranks_sources(rules.home, rules) else ()) + rules.home.choose
    hold_contest(ws, "golden_candidate", "golden_home", {HOME_NO: resolve(names)}, _no_evidence)
    # several homes of which no date, or not all dates, say which is lived in now
    ws.execute(
        """
        create or replace temp table golden_undated as
        select home.group_no as block_no
        from golden_home as home
        join golden_candidate as other
            on other.group_no = home.group_no and other.candidate <> home.candidate
        left join golden_alike as alike
            on alike.block_no = home.group_no and alike.place_no = home.candidate::integer
            and alike.other_no = other.candidate::integer
        where home.rule not in ('single', 'has_street', 'source') and alike.other_no is null and other.has_street = 1
        group by home.group_no, home.rule
        having home.rule <> 'newest' or bool_or(other.newest is null)
        """
    )
    ws.execute(
        """
        update golden_multi set away = true
        where record_no in (
            select address.record_no
            from golden_address as address
            join golden_home as home on home.group_no = address.block_no
            join golden_place as place
                on place.block_no = address.block_no
                and place.street is not distinct from address.street
                and place.number is not distinct from address.number
                and place.postcode is not distinct from address.postcode
                and place.town is not distinct from address.town
            left join golden_alike as alike
                on alike.block_no = address.block_no and alike.place_no = home.candidate::integer
                and alike.other_no = place.place_no
            where address.filled > 0 and alike.other_no is null
        )
        """
    )
    ws.drop("golden_address", "golden_place", "golden_alike", "golden_candidate")


def _same_home(similarity: float) -> str:
    street_alike = (
        f"1 - damerau_levenshtein(seed.street, other.street) / greatest(length(seed.street), length(other.street))"
        f" >= {similarity}"
    )
    # NULL on either side is no contradiction and no agreement
    agreeing = (
        "coalesce(seed.number = other.number, false) or coalesce(seed.town = other.town, false)"
        " or coalesce(damerau_levenshtein(seed.postcode, other.postcode) <= 1, false)"
    )
    comparable = (
        "coalesce(seed.number = other.number, seed.town = other.town, seed.postcode = other.postcode) is not null"
    )
    area = (
        "coalesce(seed.town = other.town, false)"
        " or coalesce(damerau_levenshtein(seed.postcode, other.postcode) <= 1, false)"
    )
    return f"""
        case
            when seed.street is not null and other.street is not null then
                case
                    when {street_alike} then ({agreeing}) or not ({comparable})
                    else coalesce(seed.number = other.number and seed.postcode = other.postcode, false)
                end
            else ({area}) or coalesce(seed.town = other.town, seed.postcode = other.postcode) is null
        end
    """


def _no_evidence(ws: Workspace, name: str, numbers: object) -> str:
    raise AssertionError(f"no evidence is gathered for homes: {name}")  # the rule loader keeps such words out
