-- One row per field (group of records and attribute) with a value that may win: how far its values agree.
-- Reads: golden_cell (temp).
-- Lowest and highest tell whether there is a contest without counting 5 million cells apart.
with field as (
    select
        group_no,
        attribute_no,
        min(letters) filter (where live) as lowest_letters,
        max(letters) filter (where live) as highest_letters,
        min(value) filter (where live) as lowest,
        max(value) filter (where live) as highest,
        min(record_no) filter (where live) as record_no,
        -- values of other homes: they competed, and lost with their home
        min(value) filter (where not live) as elsewhere,
        min(value) <> max(value) as differ
    from golden_cell
    group by group_no, attribute_no
),

counted as (
    select
        cell.group_no,
        cell.attribute_no,
        count(distinct cell.value)::integer as candidates
    from golden_cell as cell
    join field using (group_no, attribute_no)
    where field.differ
    group by cell.group_no, cell.attribute_no
)

select
    field.*,
    coalesce(counted.candidates, 1) as candidates
from field
left join counted using (group_no, attribute_no)
where field.lowest is not null
