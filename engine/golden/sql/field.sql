-- One row per field (group of records and attribute) with a value that may win: whether its values differ.
-- Reads: golden_cell, golden_away (temp).
-- Hashes tell whether there is a contest without comparing 5 million texts.
with field as (
    select
        group_no,
        attribute_no,
        min(value) as lowest,
        min(record_no) as record_no,
        min(hash(value)) <> max(hash(value)) as differ
    from golden_cell
    group by group_no, attribute_no
),

away as (
    select group_no, attribute_no, min(value) as value
    from golden_away
    group by group_no, attribute_no
)

select
    field.group_no,
    field.attribute_no,
    field.lowest,
    field.record_no,
    field.differ,
    -- a value of another home: it competed, and lost with its home
    case when away.value <> field.lowest then away.value end as away
from field
left join away using (group_no, attribute_no)
