-- One row per cell of a field whose values differ, with the whole record it stands in.
-- Reads: golden_cell, golden_field, golden_multi (temp).
-- Letters and believability are worked out only here: four fields of five agree to the letter.
select
    cell.*,
    record.* exclude (record_no)
from golden_cell as cell
join golden_field as field using (group_no, attribute_no)
join golden_multi as record on record.record_no = cell.record_no
where field.differ
