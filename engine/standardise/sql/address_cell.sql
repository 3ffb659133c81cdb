-- One row per record: its address cells in one text, and its post code, town and country; '' = nothing.
-- Reads: intake.record, std_place, std_country.
-- The cells stand in the order of address_cells.CELLS, trailing empty ones cut: a row with one line is that line.
with lines as (
    select *, lower(' ' || trim(postcode) || ' ' || trim(town)) as repeated
    from intake.record
)
select
    record.record_id,
    rtrim(
        concat_ws(
            chr(31),
            -- a line that repeats the row's own post code and town loses them
            case
                when place.lines is null and ends_with(lower(trim(record.addr_line1)), repeated)
                    then rtrim(left(trim(record.addr_line1), length(trim(record.addr_line1)) - length(repeated)), ' ,;-')
                else coalesce(place.lines, trim(record.addr_line1), '')
            end,
            case
                when place.lines is null then coalesce(trim(record.addr_line2), '')
                when trim(record.address_block) <> '' then coalesce(trim(record.addr_line1), '')
                else ''
            end,
            case
                when place.lines is null then coalesce(trim(record.addr_line3), '')
                when trim(record.address_block) <> '' then coalesce(trim(record.addr_line2), '')
                else ''
            end,
            coalesce(trim(record.house_number), ''),
            coalesce(trim(record.house_number_suffix), ''),
            -- a street that was taken apart for want of lines is in them already
            case
                when place.lines is null or trim(record.address_block) <> '' or trim(record.addr_line1) <> ''
                    then coalesce(trim(record.street), '')
                else ''
            end,
            coalesce(trim(record.po_box), '')
        ),
        chr(31)
    ) as cells,
    coalesce(place.postcode, '') as postcode,
    coalesce(place.town, '') as town,
    place.region,
    coalesce(std_country.country, '') as country,
    coalesce(
        place.lines is not null and coalesce(trim(record.address_block), '') = ''
        or place.lines is null and ends_with(lower(trim(record.addr_line1)), repeated),
        false
    ) as held_place
from lines as record
join std_place as place on place.record_id = record.record_id
join std_country on std_country.record_id = record.record_id
