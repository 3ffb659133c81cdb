-- One row per source, attribute and raw date cell: the day, the year and the reason.
-- Reads: std_day_read, std_day_column.
select
    read.source,
    read.attribute,
    read.raw,
    read.rows,
    case when coalesce(col.is_placeholder, false) then null else try_cast(read.day as date) end as day,
    case when coalesce(col.is_placeholder, false) then null else read.year end as year,
    case
        when col.is_placeholder then 'frequent_value'
        when col.is_first_of_january then coalesce(read.reason, 'first_of_january')
        else read.reason
    end as reason
from std_day_read as read
left join std_day_column as col
    on read.attribute = 'birth_date' and col.source = read.source and col.day = read.day
