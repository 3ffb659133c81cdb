-- One row per record: its standard address.
-- Reads: std_address_cell, std_address_read, std_place_check.
-- A region the source gives wins over one cut off the town.
select
    cell.record_id,
    lines.addr_line1,
    lines.addr_line2,
    lines.addr_line3,
    lines.house_number,
    lines.street,
    lines.po_box,
    lines.unit,
    place.postcode,
    place.town,
    coalesce(case when length(cell.region) <= 3 then upper(cell.region) else cell.region end, place.region) as region,
    coalesce(
        lines.reason, case when cell.held_place and lines.addr_line1 is not null then 'place_in_line' end
    ) as addr_line1_reason,
    place.postcode_reason,
    place.town_reason
from std_address_cell as cell
left join std_address_read as lines on lines.raw = cell.cells and lines.written_for = cell.country
left join std_place_check as place
    on place.postcode_cell = cell.postcode and place.town_cell = cell.town and place.country = cell.country
