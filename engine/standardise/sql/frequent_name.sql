-- One row per first and last name that stand together on more rows, in more places, than chance explains.
-- Reads: std_person, std_email, std_phone, std_address.
-- The two names are counted without each other: "Client Internet" must not make its own words look common.
with people as (
    select record_id, first_name, last_name
    from std_person
    where kind = 'individual' and first_name is not null and last_name is not null
),

together as (
    select first_name, last_name, count(*) as rows
    from people
    group by all
    having count(*) > greatest($least, $least_share * $records)
),

firsts as (
    select first_name, count(*) as rows from people where first_name in (select first_name from together) group by first_name
),

lasts as (
    select last_name, count(*) as rows from people where last_name in (select last_name from together) group by last_name
),

places as (
    select
        people.first_name,
        people.last_name,
        count(distinct coalesce(
            mail.emails[1], tel.phones[1], address.postcode || address.addr_line1, people.record_id
        )) as holders
    from people
    inner join together using (first_name, last_name)
    left join std_email as mail using (record_id)
    left join std_phone as tel using (record_id)
    left join std_address as address using (record_id)
    group by all
),

expected as (
    select
        together.*,
        places.holders,
        $times * (firsts.rows - together.rows) * (lasts.rows - together.rows) / $records as chance,
        chance + $z * sqrt(chance) + greatest($least, $least_share * $records) as expected
    from together
    inner join firsts using (first_name)
    inner join lasts using (last_name)
    inner join places using (first_name, last_name)
)

select first_name, last_name, rows, holders, round(expected, 1) as expected
from expected
where holders > expected
