-- One row per record: what it can be recognised by, folded from the raw text alone.
-- Reads: intake.record.
-- A name is its words in alphabetical order, so that swapped columns and "Last, First" are the same name.
with folded as (
    select
        record_id,
        regexp_split_to_array(trim(regexp_replace(lower(strip_accents(coalesce(
            nullif(trim(concat_ws(' ', first_name, last_name, full_name)), ''), organisation, ''
        ))), '[^a-z0-9]+', ' ', 'g')), ' ') as words,
        lower(trim(email)) as email,
        [
            nullif(right(regexp_replace(split_part(phone, ' ; ', 1), '[^0-9]', '', 'g'), 8), ''),
            nullif(right(regexp_replace(split_part(mobile, ' ; ', 1), '[^0-9]', '', 'g'), 8), '')
        ] as numbers,
        nullif(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'), '') as postcode,
        nullif(regexp_replace(birth_date, '[^0-9]', '', 'g'), '') as birth
    from intake.record
)
select
    record_id,
    list_sort(list_distinct(words)) as words,
    nullif(array_to_string(list_sort(list_distinct(words)), ' '), '') as name,
    case when email like '_%@_%._%' then email end as email,
    list_distinct(list_filter(numbers, lambda number: length(number) = 8)) as phones,
    postcode,
    birth
from folded
