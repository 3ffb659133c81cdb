-- One row per phone or mailbox that more different people or structures carry than one household or office would.
-- Reads: m_folded.
-- A placeholder typed 50,000 times and a switchboard look alike here: neither says who a record is.
with carried as (
    select unnest(em) as value, coalesce(left(ln, 4) || left(fn, 2), left(org, 6), '') as carrier from m_folded
    union all
    select unnest(ph), coalesce(left(ln, 4) || left(fn, 2), left(org, 6), '') from m_folded
)
select value, count(distinct carrier) as carriers
from carried
group by value
having count(distinct carrier) > $limit
