-- One row per record: what it can be recognised by, folded from the raw text alone.
-- Reads: intake.record.
-- A name is its words in alphabetical order, so that swapped columns and "Last, First" are the same name.
with folded as (
    select
        record_id,
        string_split(trim(regexp_replace(lower(strip_accents(coalesce(
            nullif(trim(concat_ws(' ', first_name, last_name, full_name)), ''), organisation, ''
        ))), '[^a-z0-9]+', ' ', 'g')), ' ') as words,
        nullif(regexp_replace(lower(strip_accents(first_name)), '[^a-z]+', '', 'g'), '') as first,
        lower(trim(email)) as email,
        [
            nullif(right(regexp_replace(split_part(phone, ' ; ', 1), '[^0-9]', '', 'g'), 8), ''),
            nullif(right(regexp_replace(split_part(mobile, ' ; ', 1), '[^0-9]', '', 'g'), 8), '')
        ] as numbers,
        nullif(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'), '') as postcode,
        nullif(regexp_replace(lower(strip_accents(town)), '[^a-z]+', '', 'g'), '') as town,
        nullif(regexp_replace(lower(strip_accents(
            concat_ws(' ', house_number, street, addr_line1, address_block)
        )), '[^a-z0-9]+', ' ', 'g'), '') as street,
        coalesce(
            nullif(regexp_replace(birth_date, '[^0-9]', '', 'g'), ''),
            nullif(concat_ws('', birth_year, birth_month, birth_day), '')
        ) as birth,
        list_transform(
            list_filter([siret, siren, vat, identifier], lambda number: number is not null),
            lambda number: regexp_replace(upper(number), '[^A-Z0-9]', '', 'g')
        ) as identifiers
    from intake.record
)
select
    record_id,
    list_sort(list_distinct(list_filter(words, lambda word: word <> ''))) as words,
    nullif(array_to_string(list_sort(list_distinct(words)), ' '), '') as name,
    first,
    case when email like '_%@_%._%' then email end as email,
    list_distinct(list_filter(numbers, lambda number: length(number) = 8)) as phones,
    postcode,
    town,
    array_to_string(list_sort(list_distinct(string_split(trim(street), ' '))), ' ') as street,
    case when length(birth) >= 6 then birth end as birth,
    list_distinct(list_filter(identifiers, lambda number: length(number) >= 6)) as identifiers
from folded
