-- One row per contact that cannot become an import row, with the first reason that applies.
-- Reads: delivery_checked, delivery_hold_reason (temp tables of this stage).
-- Judged on the fields as they would be written: a name that was dropped is no name.
with judged as (
    select
        contact_id,
        contact_nr,
        case
            when not regexp_full_match(contact_nr, '[0-9]{1,20}') then 'number_form'
            when row_number() over (partition by contact_nr order by contact_id) > 1 then 'number_twice'
            when "FIRSTNAME" is null and "LASTNAME" is null and "OFFICIAL_NAME" is null then 'no_name'
            when kind = 'relay' and "FIRSTNAME" is null and "LASTNAME" is null then 'no_person_name'
        end as reason
    from delivery_checked
)

select judged.contact_id, judged.contact_nr, judged.reason, held.detail
from judged
join delivery_hold_reason as held using (reason)
