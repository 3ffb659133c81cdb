-- One row per record that gives a structure and nobody's name, and is a relay's all the same: its mailbox is that relay's.
-- Reads: standardise.record; the structure is not known before structures are linked (scl is null).
-- Told by one relay of the same organisation's name whose last name the mailbox is made of: beside the first name, or
-- beside what it begins with where the relay's own rows give that mailbox. A house named after the person says nothing.
with relay as (
    select
        m_fold(organisation) as org,
        regexp_replace(replace(m_fold(first_name), ' ', ''), '([aou])e', '\1', 'g') as fn,
        regexp_replace(replace(m_fold(last_name), ' ', ''), '([aou])e', '\1', 'g') as ln,
        emails
    from standardise.record
    where kind = 'relay' and organisation is not null
),
mailbox as (
    select
        record_id,
        m_fold(organisation) as org,
        mail,
        regexp_replace(regexp_replace(split_part(mail, '@', 1), '[^a-z]+', '', 'g'), '([aou])e', '\1', 'g') as local
    from (
        select record_id, organisation, unnest(emails) as mail
        from standardise.record
        where kind = 'structure' and organisation is not null and first_name is null and last_name is null
    )
    where not regexp_matches(mail, $roles)
),
beside as (
    select
        m.record_id,
        r.fn,
        r.ln,
        list_contains(r.emails, m.mail) as own,
        case when starts_with(m.local, r.ln) then substr(m.local, length(r.ln) + 1) else left(m.local, -length(r.ln)) end
            as rest
    from mailbox as m
    join relay as r on r.org = m.org
    where length(r.ln) > 2
        and (starts_with(m.local, r.ln) or ends_with(m.local, r.ln))
        and not contains(regexp_replace(replace(m.org, ' ', ''), '([aou])e', '\1', 'g'), r.ln)
)
select record_id, 'relay' as kind, null::bigint as scl
from beside
where rest <> '' and ((length(fn) > 1 and rest = fn) or (own and starts_with(fn, rest)))
group by record_id
having count(distinct ln) = 1
