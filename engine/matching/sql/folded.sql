-- One row per record of the wanted kinds: every attribute folded to what comparisons and blocking keys are made of.
-- Reads: standardise.record, m_birth_place, m_latin (other scripts -> latin), m_structure_cluster (relays: their structure), m_employed (individuals who are relays).
-- A role's mailbox links structures, never persons; a relay's own mailbox and mobile never link structures;
-- a mailbox is compared without its +tag. A birth date refused as too old or too young is still the same date twice.
with chosen as (
    select
        r.* replace (coalesce(w.kind, r.kind) as kind),
        coalesce(w.scl, c.scl) as scl,
        b.birth_place,
        nullif(b.old_year, '') || '0000' as old_year,
        coalesce(fn.latin, r.first_name, ln.given) as first_latin,
        coalesce(if(r.first_name is null, ln.family, null), ln.latin, r.last_name) as last_latin,
        coalesce(fn.unvowelled, false) or coalesce(ln.unvowelled, false) as unvowelled,
        coalesce(bn.latin, r.birth_name) as birth_latin,
        coalesce(og.latin, r.organisation) as organisation_latin,
        coalesce(st.latin, r.street, case when r.house_number is null then r.addr_line1 end) as street_latin,
        coalesce(tw.latin, r.town) as town_latin
    from standardise.record as r
    left join m_latin as fn on fn.raw = r.first_name
    left join m_latin as ln on ln.raw = r.last_name
    left join m_latin as bn on bn.raw = r.birth_name
    left join m_latin as og on og.raw = r.organisation
    left join m_latin as st on st.raw = r.street
    left join m_latin as tw on tw.raw = r.town
    left join m_birth_place as b on b.record_id = r.record_id
    left join m_structure_cluster as c on c.record_id = r.record_id
    left join m_employed as w on w.record_id = r.record_id
    where coalesce(w.kind, r.kind) in (select unnest($kinds))
),
mailboxes as (
    select
        *,
        m_set(list_transform(
            case
                when not $structures then list_filter(emails, lambda e: not regexp_matches(e, $roles))
                when kind = 'relay' then list_filter(
                    emails,
                    lambda e: regexp_matches(e, $roles) or list_contains($free_domains, split_part(e, '@', 2))
                )
                else emails
            end,
            lambda e: regexp_replace(e, '^([^+@]+)\+[^@]*@', '\1@')
        )) as mailboxes
    from chosen
)
select
    record_id,
    kind,
    scl,
    nullif(m_fold(first_latin), '') as fn,
    nullif(m_fold(last_latin), '') as ln,
    unvowelled,
    nullif(m_fold(birth_latin), '') as bn,
    suffix,
    gender,
    coalesce(
        if(birth_date_reason = 'first_of_january', null, strftime(birth_date, '%Y%m%d')),
        lpad(birth_year::varchar, 4, '0') || '0000',
        case when birth_date_reason in ('too_old', 'future_date') then coalesce(
            nullif(replace(replace(
                regexp_extract(birth_date_raw, '^ *([1-9][0-9]{3}-[0-9]{2}-[0-9]{2})', 1), '-01-01', '-00-00'
            ), '-', ''), ''),
            nullif(regexp_replace(
                birth_date_raw, '^ *([0-9]{2})[./-]([0-9]{2})[./-]([1-9][0-9]{3}).*$', '\3\2\1'
            ), birth_date_raw)
        ) end,
        if(birth_date_reason is null, null, old_year)
    ) as dob,
    mailboxes as em,
    m_set(list_transform(
        case when $structures and kind = 'relay' then list_filter(phones, lambda p: p is distinct from mobile) else phones end,
        lambda p: right(p, 9)
    )) as ph,
    len(list_filter(phones, lambda p: starts_with(p, '~'))) > 0 as ph_open,
    right(phone, 9) as tel,
    right(coalesce(mobile, list_min(list_filter(phones, lambda p: regexp_matches(p, $mobile)))), 9) as mob,
    nullif(m_fold(replace(organisation_latin, '&', ' and ')), '') as org,
    case when kind <> 'individual' then coalesce(
        nullif(regexp_replace(regexp_extract(lower(website), '^(?:[a-z]+://)?([^/:?#]+)', 1), '^www[0-9]?\.', ''), ''),
        nullif(list_min(list_filter(
            list_transform(emails, lambda e: split_part(e, '@', 2)),
            lambda d: not list_contains($free_domains, d)
        )), '')
    ) end as dom,
    nullif(m_fold(street_latin), '') as street_text,
    nullif(lower(house_number), '') as house_number,
    nullif(lower(regexp_replace(po_box, '[^0-9]', '', 'g')), '') as po_box,
    nullif(ltrim(lower(regexp_replace(postcode, '[^0-9A-Za-z]', '', 'g')), '0'), '') as zip,
    nullif(replace(m_fold(town_latin), ' ', ''), '') as town,
    nullif(identifier, '') as id,
    siret,
    siren,
    vat,
    case when not $structures then nullif(m_fold("function"), '') end as fun,
    case when not $structures then nullif(m_fold(birth_place), '') end as bpl,
    extra_1 as x1,
    extra_2 as x2,
    extra_3 as x3,
    extra_4 as x4,
    extra_5 as x5,
    extra_6 as x6
from mailboxes
