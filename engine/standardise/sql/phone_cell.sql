-- One row per raw telephone cell and country: the numbers it holds, and the first of each kind.
-- Reads: std_phone_plain, std_phone_read.
-- A North American number may be either kind: it is a landline in the phone column and a handset in the mobile column.
with cells as (
    select
        raw,
        country,
        [number] as numbers,
        number as first_number,
        case when kind <> 'mobile' then number end as landline,
        case when kind in ('fixed', 'other') then number end as line_only,
        case when kind not in ('fixed', 'other') then number end as handset,
        case when kind = 'mobile' then number end as mobile_only,
        []::varchar[] as local,
        null::varchar as reason
    from std_phone_plain
    union all
    select
        raw,
        coalesce(country_known, ''),
        numbers,
        numbers[1],
        list_filter(numbers, lambda number: not list_contains(mobiles, number))[1],
        lines[1],
        list_filter(numbers, lambda number: not list_contains(lines, number))[1],
        mobiles[1],
        local,
        reason
    from std_phone_read
)
select * exclude (numbers, local), list_concat(numbers, local) as linking from cells
