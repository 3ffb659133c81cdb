-- One row per address of one line that is a house number and a text without digits: the two apart.
-- Reads: std_address_use.
-- Only blanks and digits are looked at here; whether the text is a plain street is judged once per text.
with cells as (
    select
        raw,
        country,
        raw between '0' and ':' as number_first,
        case
            when number_first then rtrim(split_part(raw, ' ', 1), ',')
            else regexp_extract(raw, ' ([0-9]{1,5})$', 1)
        end as number
    from std_address_use
),
split as (
    select
        raw,
        country,
        number,
        case
            when number_first then substr(raw, length(split_part(raw, ' ', 1)) + 2)
            else left(raw, length(raw) - length(number) - 1)
        end as street,
        case when number_first then 'yes' else 'no' end as first
    from cells
    where regexp_full_match(number, '[0-9]{1,5}')
)
from split
where street <> '' and not regexp_matches(street, '[0-9]')
