-- One row per contact: when anything was last heard of it, and whether it ever ordered, over all of its records.
-- Reads: golden.contact, golden.crosswalk, standardise.record.
-- Days that a large part of a source bears are a migration's: they are no activity of anybody ($bulk_share, $bulk_records).
with
dated as (
    select record_id, source, 'last_order_on' as of_what, last_order_on as day
    from standardise.record
    union all
    select record_id, source, 'updated_on', updated_on
    from standardise.record
    union all
    select record_id, source, 'created_on', created_on
    from standardise.record
),

counted as (
    select
        *,
        count(*) over (partition by source, of_what, day) as on_that_day,
        count(*) over (partition by source, of_what) as in_all
    from dated
    where day is not null
),

told as (
    select
        crosswalk.contact_id,
        max(day) filter (of_what = 'last_order_on') as last_order_on,
        max(day) filter (of_what = 'updated_on') as updated_on,
        max(day) filter (of_what = 'created_on') as created_on
    from counted
    join golden.crosswalk as crosswalk using (record_id)
    where of_what = 'last_order_on' or in_all < $bulk_records or on_that_day <= $bulk_share * in_all
    group by crosswalk.contact_id
)

select
    contact.contact_id,
    contact.contact_nr,
    contact.kind,
    told.last_order_on,
    told.updated_on,
    told.created_on
from golden.contact as contact
left join told using (contact_id)
