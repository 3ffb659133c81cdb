-- One row per raw telephone cell and country that holds digits and their separators only: its digits without + or 00.
-- Reads: std_phone_use.
-- In "(0)22 327 41 11" the zero is dialled, in "+41 (0)22 327 41 11" it is not; a spreadsheet's ".0" is no digit.
with cells as (
    select distinct raw, country, starts_with(raw, '+') or starts_with(raw, '00') as international
    from std_phone_use
    where regexp_full_match(raw, '\+?[0-9 ().\x{a0}\x{202f}-]+')
),
texts as (
    select
        raw,
        country,
        international,
        case
            when contains(raw, '.0') and regexp_full_match(raw, '[0-9]{6,}\.0+') then split_part(raw, '.', 1)
            when not international then raw
            when starts_with(raw, '00') then replace(substr(raw, 3), '(0)', '')
            else replace(raw, '(0)', '')
        end as text
    from cells
)
select raw, country, international, translate(text, ' ().+-  ', '') as digits from texts
