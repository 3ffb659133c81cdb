-- One row per phone or mailbox that half as many different people or structures carry as no household or office would.
-- Reads: m_folded, m_seen (what a rehearsal counted goes before this base).
-- A placeholder typed 50,000 times and a switchboard look alike here: neither says who a record is.
with carried as (
    select unnest(em) as value, coalesce(left(ln, 4) || left(fn, 2), left(org, 6), '') as carrier from m_folded
    union all
    select unnest(ph), coalesce(left(ln, 4) || left(fn, 2), left(org, 6), '') from m_folded
)
select c.value, coalesce(min(s.carriers), count(distinct c.carrier)) as carriers
from carried as c
left join m_seen as s on s.kind = $model and s.what = 'contact' and s.value = c.value
group by c.value
having coalesce(min(s.carriers), count(distinct c.carrier)) > $limit // 2
