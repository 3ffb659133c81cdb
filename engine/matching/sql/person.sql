-- One row per unit of persons: what the comparisons and the blocking keys of individuals and relays read.
-- Reads: m_folded, m_unit, m_street, m_sound, m_nickname, m_seen (what a rehearsal saw: its answers go before this base's).
-- A missing first name is read from a mailbox that holds the last name (bruno.franke@, b.franke@, frankebruno@), both
-- names from one made of a first and a last name that the file knows.
-- carriers counts the sounds of the other name that stand beside a name: copies of one person do not make a name common,
-- and an established name one letter away is another name. Bands: common, usual, rare, against the average carrier's.
with representative as (
    select u.unit, f.*
    from m_folded as f
    join m_unit as u on u.record_id = f.record_id and u.first_record = f.record_id
),
mailbox as (
    select
        *,
        regexp_replace(replace(ln, ' ', ''), '([aou])e', '\1', 'g') as glued_last,
        regexp_replace(
            regexp_replace(split_part(em[1], '@', 1), '[^a-z]+', '', 'g'), '([aou])e', '\1', 'g'
        ) as glued_mailbox,
        regexp_replace(split_part(fn, ' ', 1), '([aou])e', '\1', 'g') as glued_first,
        regexp_extract(em[1], '^([a-z]{3,})[._-]([a-z]{3,})[0-9]*@', ['one', 'other']) as halves
    from representative
),
known_first as (
    select distinct fn as name from representative where length(fn) > 2 and not $replayed
    union all
    select value from m_seen where kind = $model and what = 'first name' and known and length(value) > 2
),
known_last as (
    select distinct ln as name from representative where length(ln) > 2 and not $replayed
    union all
    select value from m_seen where kind = $model and what = 'last name' and known and length(value) > 2
),
told as (
    select
        m.*,
        case
            when m.ln is null or length(m.glued_last) < 3 then null
            when starts_with(m.glued_mailbox, m.glued_last) then substr(m.glued_mailbox, length(m.glued_last) + 1)
            when ends_with(m.glued_mailbox, m.glued_last) then left(m.glued_mailbox, -length(m.glued_last))
        end as beside_last,
        m.fn is null and m.ln is null and a.name is not null and d.name is not null as in_order,
        m.fn is null and m.ln is null and c.name is not null and b.name is not null as in_reverse
    from mailbox as m
    left join known_first as a on a.name = m.halves.one
    left join known_last as b on b.name = m.halves.one
    left join known_first as c on c.name = m.halves.other
    left join known_last as d on d.name = m.halves.other
),
split as (
    select *, case when fn is null then beside_last end as rest from told
),
owned as (
    select * replace (
        case
            when length(rest) = 1 or length(rest) > 2 then rest
            when in_order then halves.one
            when in_reverse then halves.other
            else fn
        end as fn,
        case when in_order then halves.other when in_reverse then halves.one else ln end as ln
    ),
    split.fn is null and (coalesce(length(rest) = 1 or length(rest) > 2, false) or in_order or in_reverse) as fn_read,
    coalesce(
        case
            when length(beside_last) > 2 and length(glued_first) > 2
                then jaro_winkler_similarity(beside_last, glued_first) < 0.8
            when length(beside_last) > 0 then left(beside_last, 1) <> left(glued_first, 1)
        end,
        false
    ) as eu_other
    from split
),
named as (
    select
        *,
        split_part(fn, ' ', 1) as f1,
        split_part(ln, ' ', -1) as l1,
        em[1] as em0,
        split_part(em[1], '@', 1) as eu
    from owned
),
sounded as (
    select n.*, s_last.sound as lp, s_first.sound as fp
    from named as n
    left join m_sound as s_last on s_last.word = n.l1
    left join m_sound as s_first on s_first.word = n.f1
),
first_name_carriers as (
    select s.fn, coalesce(min(k.carriers), greatest(count(distinct s.lp), 1)) as carriers
    from sounded as s
    left join m_seen as k on k.kind = $model and k.what = 'first name' and k.value = s.fn
    where s.fn is not null
    group by s.fn
),
last_name_carriers as (
    select s.ln, coalesce(min(k.carriers), greatest(count(distinct s.fp), 1)) as carriers
    from sounded as s
    left join m_seen as k on k.kind = $model and k.what = 'last name' and k.value = s.ln
    where s.ln is not null
    group by s.ln
),
first_name_average as (
    select coalesce(
        (select carriers from m_seen where kind = $model and what = 'average first name'),
        sum(carriers * carriers) / sum(carriers)
    ) as average
    from first_name_carriers
),
last_name_average as (
    select coalesce(
        (select carriers from m_seen where kind = $model and what = 'average last name'),
        sum(carriers * carriers) / sum(carriers)
    ) as average
    from last_name_carriers
)
select
    n.unit,
    n.record_id as first_record,
    n.scl,
    n.fn,
    n.f1,
    n.fn_read,
    n.eu_other,
    left(n.fn, 1) as fi,
    n.ln,
    left(n.ln, 1) as li,
    n.bn,
    n.fn is not null and n.ln is not null and not n.fn_read as whole,
    n.unvowelled as abj,
    m_consonants(n.fn) as fn_cons,
    m_consonants(n.ln) as ln_cons,
    list_filter(string_split(concat_ws(' ', n.ln, n.bn), ' '), lambda w: length(w) > 3) as lnt,
    n.lp,
    n.fp,
    k.groups as nick,
    coalesce(fc.carriers, 1) as fn_c,
    case when fc.carriers >= fa.average then 'c' when fc.carriers >= fa.average / 4 then 'u' else 'r' end as fn_band,
    case when lc.carriers >= la.average then 'c' when lc.carriers >= la.average / 4 then 'u' else 'r' end as ln_band,
    case
        when contains(n.fn || n.ln, ' ') then array_to_string(list_sort(string_split(n.fn || ' ' || n.ln, ' ')), ' ')
        when n.fn is not null and n.ln is not null then least(n.fn, n.ln) || ' ' || greatest(n.fn, n.ln)
    end as nbag,
    n.suffix,
    n.gender,
    n.dob,
    case when n.dob not like '%0000' then n.dob end as dob_full,
    case when len(n.em) > 0 then n.em end as em,
    n.em0,
    n.eu,
    regexp_replace(n.eu, '[^a-z]', '', 'g') as el,
    not regexp_matches(n.eu, '[0-9]{2}') and (
        coalesce(contains(n.eu, left(replace(n.ln, ' ', ''), 4)), false)
        or coalesce(contains(n.eu, left(n.f1, 4)), false)
        or (n.ln is null and n.fn is null)
    ) as eu_named,
    coalesce(contains(n.eu, left(replace(n.ln, ' ', ''), 4)), false)
        or coalesce(contains(n.eu, left(n.f1, 4)), false)
        or (n.ln is null and n.fn is null) as eu_made,
    case when len(n.ph) > 0 then n.ph end as ph,
    n.ph[1] as ph0,
    n.ph_open,
    n.tel,
    n.mob,
    coalesce(t.street, case when n.po_box is not null then 'pobox' end) as street,
    t.styp,
    coalesce(n.house_number, t.number, n.po_box) as hno,
    n.zip,
    n.town,
    n.id,
    n.org,
    n.dom,
    n.fun,
    n.bpl,
    n.x1,
    n.x2,
    n.x3,
    n.x4,
    n.x5,
    n.x6
from sounded as n
left join m_street as t using (street_text)
left join m_nickname as k on k.name = n.f1
left join first_name_carriers as fc on fc.fn = n.fn
left join last_name_carriers as lc on lc.ln = n.ln
cross join first_name_average as fa
cross join last_name_average as la
