-- One row per e-mail that stands on implausibly many rows under many different names.
-- Reads: std_email, std_person.
-- Counting finds the box office's own address, which no list of placeholders can hold.
with links as (
    select record_id, unnest(emails) as value
    from std_email
),

often as (
    select value, count(*) as rows
    from links
    group by value
    having count(*) > $limit
)

select links.value, often.rows
from links
inner join often using (value)
inner join std_person as person using (record_id)
group by links.value, often.rows
having count(distinct lower(coalesce(person.last_name, person.organisation))) >= $names
    and count(distinct lower(coalesce(person.last_name, person.organisation))) >= $names_share * often.rows
