-- One row per record that holds an implausibly frequent e-mail or phone: the links that are left.
-- Reads: std_email, std_phone, std_frequent_value.
with mail_left as (
    select
        link.record_id,
        list_sort(list(link.value) filter (where often.value is null)) as emails,
        list_sort(list(link.value) filter (where often.value is not null)) as emails_dropped
    from (select record_id, unnest(emails) as value from std_email) as link
    left join std_frequent_value as often on often.attribute = 'email' and often.value = link.value
    group by link.record_id
    having count(often.value) > 0
),

phones_left as (
    select
        link.record_id,
        list_sort(list(link.value) filter (where often.value is null)) as phones,
        list_sort(list(link.value) filter (where often.value is not null)) as phones_dropped
    from (select record_id, unnest(phones) as value from std_phone) as link
    left join std_frequent_value as often on often.attribute = 'phone' and often.value = link.value
    group by link.record_id
    having count(often.value) > 0
)

select record_id, emails, emails_dropped, phones, phones_dropped
from mail_left
full join phones_left using (record_id)
