-- One row per distinct main address: personal, role or disposable.
-- Reads: std_mail_record, std_mail_domain, std_mail_role.
-- A role mailbox belongs to the organisation: it must never be the reason to merge two persons.
with addresses as (
    select distinct email from std_mail_record where email is not null
),

parts as (
    select
        email,
        split_part(email, '@', 1) as local,
        regexp_replace(email, '^.*@', '') as domain,
        regexp_extract(email, '^[^@._+-]*') as head
    from addresses
)

select
    parts.email,
    case
        when facts.is_disposable then 'disposable'
        when whole.role is not null then 'role'
        when opening.role is not null and not opening.whole_word and length(parts.head) > 2 then 'role'
        else 'personal'
    end as email_class
from parts
left join std_mail_domain as facts using (domain)
left join std_mail_role as whole on whole.role = parts.local
left join std_mail_role as opening on opening.role = parts.head
