-- One row per plain address line and country: what it becomes.
-- Reads: std_address_split, std_street.
-- The street was written out once for all its numbers; a street with a word of two meanings is read line by line.
select
    split.raw,
    split.country as written_for,
    street.before || split.number || street.after as addr_line1,
    null::varchar as addr_line2,
    null::varchar as addr_line3,
    split.number as house_number,
    street.written as street,
    null::varchar as po_box,
    null::varchar as unit,
    null::varchar as reason
from std_address_split as split
join std_street as street
    on street.street = split.street and street.country = split.country and street.first = split.first
where street.written is not null
