-- One row per distinct e-mail cell that is one plain address: what it is and what is to be thought of it.
-- Reads: std_mail_cell, std_mail_domain, std_mail_role, std_mail_null.
-- The SQL twin of emails.standardise_emails for nine cells of ten; what is not plain goes through the library.
with plain as (
    select raw, rows, email, split_part(email, '@', 1) as local, split_part(email, '@', 2) as domain
    from std_mail_cell
    where is_plain
),

judged as (
    select
        plain.*,
        facts.reason as domain_reason,
        facts.is_free,
        regexp_matches(plain.email, $null_pattern)
        or none.email is not null
        or (
            length(local) >= $repeated_from
            and replace(local, left(local, 1), '') = ''
            and contains(domain, local)
        ) as is_placeholder,
        regexp_matches(plain.email, $suspect_pattern)
        or (starts_with(domain, local || '.') and length(local) <= 6 and not facts.is_free) as is_suspect
    from plain
    left join std_mail_domain as facts using (domain)
    left join std_mail_null as none on none.email = plain.email
)

select
    raw,
    rows,
    case when is_placeholder then [] else [email] end as emails,
    case
        when is_placeholder then 'placeholder'
        when domain_reason is not null then domain_reason
        when is_suspect then 'suspect_placeholder'
    end as reason
from judged
