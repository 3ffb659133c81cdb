-- One row per source and birth date that is nobody's own: a day of far more people than its year explains, or a suspect 1 January.
-- Reads: std_day_read, intake.record, std_frequent_holder.
-- Where every year has its crowd on 1 January the day is unknown and the year is right; one year's crowd is a form's default.
with days as (
    select source, day, left(day, 4) as year, ends_with(day, '-01-01') as is_january_first, sum(rows) as rows
    from std_day_read
    where attribute = 'birth_date' and day is not null
    group by source, day
),

years as (
    select
        *,
        sum(rows) over (partition by source) as total,
        sum(rows) over (partition by source, year) as year_total,
        sum(rows) filter (where is_january_first) over (partition by source) as januaries,
        sum(rows) filter (where is_january_first) over (partition by source, year) as year_januaries
    from days
),

chances as (
    select
        *,
        $season * (year_total - rows) / 364 as of_year,
        coalesce(
            (januaries - year_januaries)
            / nullif(total - year_total - (januaries - year_januaries), 0) * (year_total - rows),
            januaries - year_januaries
        ) as of_januaries,
        case when is_january_first then greatest(of_year, of_januaries) else of_year end as chance,
        chance + $z * sqrt(chance) + $least as expected
    from years
),

crowds as (
    select chances.source, chances.day, count(distinct coalesce(nullif(holder, ''), record.record_id)) as holders
    from chances
    inner join std_day_read as read
        on read.attribute = 'birth_date' and read.source = chances.source and read.day = chances.day
    inner join intake.record as record
        on record.source = read.source
        and read.raw = std_birth_cell(record.birth_date, record.birth_year, record.birth_month, record.birth_day)
    inner join std_frequent_holder using (record_id)
    where chances.rows > chances.expected
    group by all
)

select
    chances.source,
    chances.day,
    chances.rows,
    crowds.holders,
    round(chances.expected, 1) as expected,
    coalesce(crowds.holders > chances.expected, false) as is_placeholder,
    is_january_first and januaries > greatest($rows, $times * total / 365.25) as is_first_of_january
from chances
left join crowds using (source, day)
where is_placeholder or is_first_of_january
