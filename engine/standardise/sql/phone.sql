-- One row per record: its numbers in E.164, each in the column it belongs to, and the numbers that may link records.
-- Reads: intake.record, std_country, std_phone_cell.
-- A number changes column only into an empty one: it never disappears from both.
with cells as (
    select
        record.record_id,
        fax_cell.numbers[1] as fax,
        fax_cell.reason as fax_reason,
        phone_cell.reason as phone_cell_reason,
        mobile_cell.reason as mobile_cell_reason,
        list_filter(phone_cell.numbers, lambda number: not list_contains(phone_cell.mobiles, number))[1] as landline,
        phone_cell.mobiles[1] as stray_mobile,
        list_filter(mobile_cell.numbers, lambda number: not list_contains(mobile_cell.lines, number))[1] as handset,
        mobile_cell.lines[1] as stray_line,
        list_concat(
            list_concat(phone_cell.numbers, phone_cell.local), list_concat(mobile_cell.numbers, mobile_cell.local)
        ) as phones
    from intake.record as record
    join std_country using (record_id)
    left join std_phone_cell as phone_cell
        on phone_cell.raw = record.phone and phone_cell.country = coalesce(std_country.country, '')
    left join std_phone_cell as mobile_cell
        on mobile_cell.raw = record.mobile and mobile_cell.country = coalesce(std_country.country, '')
    left join std_phone_cell as fax_cell
        on fax_cell.raw = record.fax and fax_cell.country = coalesce(std_country.country, '')
)
select
    record_id,
    coalesce(landline, stray_line, case when stray_mobile <> handset then stray_mobile end) as phone,
    coalesce(handset, stray_mobile, case when stray_line <> landline then stray_line end) as mobile,
    fax,
    coalesce(list_sort(list_distinct(phones)), []) as phones,
    case
        when landline is not null then phone_cell_reason
        when stray_line is not null then 'swapped_columns'
        when stray_mobile = handset then 'same_as_mobile'
        when stray_mobile is not null and handset is not null then 'mobile_in_phone'
        when stray_mobile is not null then 'swapped_columns'
        else phone_cell_reason
    end as phone_reason,
    case
        when handset is not null then mobile_cell_reason
        when stray_mobile is not null then 'swapped_columns'
        when stray_line = landline then 'same_as_phone'
        when stray_line is not null and landline is not null then 'landline_in_mobile'
        when stray_line is not null then 'swapped_columns'
        else mobile_cell_reason
    end as mobile_reason,
    fax_reason
from cells
