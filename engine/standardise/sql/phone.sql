-- One row per record: its numbers in E.164, each in the column it belongs to, and the numbers that may link records.
-- Reads: intake.record, std_country, std_phone_cell.
-- A number changes column only into an empty one: it never disappears from both. One more than two boxes hold stays in
-- phones, and its cell says several_numbers whatever else there is to say.
with cells as (
    select
        record.record_id,
        fax_cell.first_number as fax,
        fax_cell.reason as fax_reason,
        phone_cell.reason as phone_cell_reason,
        mobile_cell.reason as mobile_cell_reason,
        phone_cell.landline,
        phone_cell.mobile_only as stray_mobile,
        mobile_cell.handset,
        mobile_cell.line_only as stray_line,
        phone_cell.linking as phone_linking,
        mobile_cell.linking as mobile_linking,
        list_concat(phone_cell.linking, mobile_cell.linking) as linking
    from intake.record as record
    join std_country using (record_id)
    left join std_phone_cell as phone_cell
        on phone_cell.raw = record.phone and phone_cell.country = coalesce(std_country.country, '')
    left join std_phone_cell as mobile_cell
        on mobile_cell.raw = record.mobile and mobile_cell.country = coalesce(std_country.country, '')
    left join std_phone_cell as fax_cell
        on fax_cell.raw = record.fax and fax_cell.country = coalesce(std_country.country, '')
),
shown as (
    select
        *,
        coalesce(landline, stray_line, case when stray_mobile <> handset then stray_mobile end) as shown_phone,
        coalesce(handset, stray_mobile, case when stray_line <> landline then stray_line end) as shown_mobile
    from cells
)
select
    record_id,
    shown_phone as phone,
    shown_mobile as mobile,
    fax,
    case when len(linking) > 1 then list_sort(list_distinct(linking)) else coalesce(linking, []) end as phones,
    case
        when len(list_filter(phone_linking, lambda one: one[1] = '+' and one <> coalesce(shown_phone, '') and one <> coalesce(shown_mobile, ''))) > 0
            and phone_cell_reason = 'several_numbers' then 'several_numbers'
        when landline is not null then phone_cell_reason
        when stray_line is not null then 'swapped_columns'
        when stray_mobile = handset then 'same_as_mobile'
        when stray_mobile is not null and handset is not null then 'mobile_in_phone'
        when stray_mobile is not null then 'swapped_columns'
        else phone_cell_reason
    end as phone_reason,
    case
        when len(list_filter(mobile_linking, lambda one: one[1] = '+' and one <> coalesce(shown_phone, '') and one <> coalesce(shown_mobile, ''))) > 0
            and mobile_cell_reason = 'several_numbers' then 'several_numbers'
        when handset is not null then mobile_cell_reason
        when stray_mobile is not null then 'swapped_columns'
        when stray_line = landline then 'same_as_phone'
        when stray_line is not null and landline is not null then 'landline_in_mobile'
        when stray_line is not null then 'swapped_columns'
        else mobile_cell_reason
    end as mobile_reason,
    fax_reason
from shown
