-- One row per record whose numbers carry an international prefix: the one country they name.
-- Reads: intake.record, std_calling_code.
-- Calling codes are prefix-free up to +1 and its area codes, so the longest match is the country.
with numbers as (
    select record_id, unnest([phone, mobile, fax]) as number from intake.record
),
international as (
    select
        record_id,
        left(regexp_replace(regexp_replace(trim(number), '^(\+|00)', ''), '[^0-9]', '', 'g'), 4) as digits
    from numbers
    where regexp_matches(number, '^\s*(\+|00)\s*\(?[1-9][0-9 ().-]{5,}')
),
distinct_digits as (
    select distinct digits from international
),
named as (
    select digits, calling_code.country
    from distinct_digits
    join std_calling_code as calling_code on starts_with(digits, calling_code.prefix)
    qualify row_number() over (partition by digits order by length(calling_code.prefix) desc, calling_code.prefix) = 1
)
select record_id, min(named.country) as country
from international
join named using (digits)
where named.country is not null
group by record_id
having count(distinct named.country) = 1
