-- One row per private individual who is a relay of one structure: the source left the organisation's name out.
-- Reads: standardise.record, m_structure_cluster (record -> structure).
-- Told by a relay of that structure with the same name and the same mailbox, or a mailbox of the structure's own domain,
-- where the row also gives the structure's place: its post code beside its own domain, its street beside any mailbox. A
-- work mailbox alone does not do: people buy tickets for themselves with it. Two structures that could be meant say nothing.
with person as (
    select
        record_id,
        kind,
        m_fold(first_name) as fn,
        m_fold(last_name) as ln,
        emails,
        postcode as zip,
        m_fold(concat_ws(' ', house_number, coalesce(street, addr_line1))) as street
    from standardise.record
    where kind <> 'structure' and last_name is not null
),
member as (
    select p.*, c.scl from person as p join m_structure_cluster as c using (record_id)
),
placed as (
    select
        c.scl,
        r.postcode as zip,
        m_fold(concat_ws(' ', r.house_number, coalesce(r.street, r.addr_line1))) as street
    from standardise.record as r
    join m_structure_cluster as c using (record_id)
    group by all
),
mailbox as (
    select record_id, mail, split_part(mail, '@', 2) as dom
    from (select record_id, unnest(emails) as mail from standardise.record)
),
owned as (
    select distinct c.scl, m.dom
    from mailbox as m
    join m_structure_cluster as c using (record_id)
    where not list_contains($free_domains, m.dom)
),
private as (
    select p.*, m.mail, m.dom, not list_contains($free_domains, m.dom) as own
    from person as p
    join mailbox as m using (record_id)
    where p.kind = 'individual'
),
told as (
    select i.record_id, i.zip, i.street, r.scl, i.own
    from private as i
    join mailbox as m on m.mail = i.mail
    join member as r on r.record_id = m.record_id and r.ln = i.ln
    where not regexp_matches(i.mail, $roles) and (i.own or r.fn[1] = i.fn[1])
    union
    select i.record_id, i.zip, i.street, o.scl, true
    from private as i
    join owned as o on o.dom = i.dom
    join member as r on r.scl = o.scl and r.ln = i.ln and r.fn = i.fn
),
believed as (
    select distinct t.record_id, t.scl
    from told as t
    join placed as p on p.scl = t.scl
    where (t.own and t.zip = p.zip)
        or (t.street <> '' and t.street = p.street and coalesce(t.zip = p.zip, true))
)
select record_id, 'relay' as kind, min(scl) as scl
from believed
group by record_id
having count(distinct scl) = 1
