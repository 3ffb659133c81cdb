-- One row per birth date that stands for no birth date: a day on too much of its source's column.
-- Reads: std_day_read (rows per source, attribute and day).
-- One default day of a form is shared by hundreds; no real day is by more than a few in a thousand.
with days as (
    select source, day, sum(rows) as rows
    from std_day_read
    where attribute = 'birth_date' and day is not null
    group by source, day
),

columns as (
    select
        source,
        sum(rows) as total,
        sum(rows) filter (where ends_with(day, '-01-01')) as january_first
    from days
    group by source
)

select
    days.source,
    days.day,
    days.rows > greatest($rows, $day_share * columns.total) as is_placeholder,
    ends_with(days.day, '-01-01')
    and columns.january_first > greatest($rows, $times * columns.total / 365.25) as is_first_of_january
from days
inner join columns using (source)
where is_placeholder or is_first_of_january
