-- One row per contact that shares home and surname with another: its household.
-- Reads: golden.contact, golden_housemate (temp): contact_id, label = smallest contact_id of its household.
-- A household is called after the smallest contact number in it, which is never given to anybody else.
with housed as (
    select
        contact.contact_id,
        contact.contact_nr,
        contact.last_name,
        housemate.label,
        count(*) over (partition by housemate.label) as members,
        row_number() over (
            partition by housemate.label
            order by lpad(contact.contact_nr, 20, '0'), contact.contact_id
        ) as place
    from golden_housemate as housemate
    join golden.contact as contact using (contact_id)
),

head as (
    select label, contact_nr, last_name
    from housed
    where place = 1
)

select
    housed.contact_id,
    'H' || head.contact_nr as household,
    head.last_name as household_name,
    housed.members::integer as members
from housed
join head using (label)
where housed.members between 2 and $most
