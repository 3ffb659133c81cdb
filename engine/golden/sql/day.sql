-- One row per source, date column and day: whether it stamps so many records that it is the day of a migration.
-- Reads: standardise.record.
-- A day that stamps $bulk_share of a source's records is a migration, not a change.
with stamp as (
    select
        source,
        column_name,
        day,
        count(*) as stamped
    from (
        select source, 'updated_on' as column_name, updated_on as day from standardise.record
        union all
        select source, 'created_on', created_on from standardise.record
    )
    where day is not null
    group by source, column_name, day
),

size as (
    select source, count(*) as records
    from standardise.record
    group by source
)

select
    stamp.source,
    stamp.column_name,
    stamp.day,
    stamp.stamped >= $bulk_rows and stamp.stamped > $bulk_share * size.records as is_bulk
from stamp
join size using (source)
