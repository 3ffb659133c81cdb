-- One row per record: its e-mails in order (the e-mail column first), and the reasons of both columns.
-- Reads: intake.record, std_mail.
-- The first valid address is the main one even when it stands in the second column: it becomes the login.
with found as (
    select
        record.record_id,
        main.emails as main_emails,
        main.reason as main_reason,
        second.emails as second_emails,
        second.reason as second_reason,
        list_concat(coalesce(main.emails, []), coalesce(second.emails, [])) as emails
    from intake.record as record
    left join std_mail as main on main.raw = record.email
    left join std_mail as second on second.raw = record.email2
    where record.email is not null or record.email2 is not null
),

ordered as (
    select
        *,
        emails[1] as email,
        list_filter(emails, lambda address: address <> emails[1])[1] as email2
    from found
)

select
    record_id,
    email,
    email2,
    list_sort(list_distinct(emails)) as emails,
    case
        when len(main_emails) > 0 then main_reason
        when email is not null then 'taken_from_email2'
        else main_reason
    end as email_reason,
    second_reason as email2_reason
from ordered
