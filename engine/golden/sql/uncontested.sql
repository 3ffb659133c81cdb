-- One row per field that needs no contest: one value, all values joined, the earliest or the latest date.
-- Reads: golden_field, golden_contender, golden_home (temp).
-- Remarks are joined newest first; the record named is the one whose text comes first.
with single as (
    select
        field.group_no,
        field.attribute_no,
        field.lowest as value,
        field.record_no,
        case when field.away is not null then 'home.' || home.rule else 'only_value' end as rule,
        -- the one here and those of the other homes
        case when field.away is not null then 1 + away.candidates else 1 end::integer as candidates,
        field.away as runner_up
    from golden_field as field
    left join golden_home as home on home.group_no = field.group_no
    left join (
        select away.group_no, away.attribute_no, count(distinct away.value) as candidates
        from golden_away as away
        join golden_field as field using (group_no, attribute_no)
        where away.value <> field.lowest
        group by away.group_no, away.attribute_no
    ) as away on away.group_no = field.group_no and away.attribute_no = field.attribute_no
    where not field.differ
),

taken as (
    select
        group_no,
        attribute_no,
        value,
        record_no,
        newest,
        row_number() over (
            partition by group_no, attribute_no, letters
            order by newest desc nulls last, record_no, value
        ) as place
    from golden_contender
    where list_contains($union || $earliest || $latest, attribute_no)
),

joined as (
    select
        group_no,
        attribute_no,
        string_agg(value, ' | ' order by newest desc nulls last, record_no, value) as value,
        first(record_no order by newest desc nulls last, record_no, value) as record_no,
        case when count(*) = 1 then 'newest' else 'union' end as rule,
        count(*)::integer as candidates,
        null::varchar as runner_up
    from taken
    where place = 1 and list_contains($union, attribute_no)
    group by group_no, attribute_no
),

dated as (
    select
        group_no,
        attribute_no,
        case when list_contains($earliest, attribute_no) then min(value) else max(value) end as value,
        case
            when list_contains($earliest, attribute_no) then first(record_no order by value, record_no)
            else first(record_no order by value desc, record_no)
        end as record_no,
        case when list_contains($earliest, attribute_no) then 'earliest' else 'latest' end as rule,
        count(*)::integer as candidates,
        case when list_contains($earliest, attribute_no) then min(value, 2)[2] else max(value, 2)[2] end as runner_up
    from taken
    where place = 1 and not list_contains($union, attribute_no)
    group by group_no, attribute_no
)

select *, false as repaired
from (
    select * from single
    union all
    select * from joined
    union all
    select * from dated
)
