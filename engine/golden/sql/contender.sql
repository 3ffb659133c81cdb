-- One row per cell of a field whose values differ, with what preferences read of its record.
-- Reads: golden_cell, golden_field, golden_flaw, golden_multi (temp).
-- Letters are worked out only from here on: four fields of five agree to the letter.
select
    cell.group_no,
    cell.attribute_no,
    cell.record_no,
    cell.value,
    cell.main,
    record.newest,
    record.source,
    record.kind,
    case when cell.main = 1 then coalesce(flaw.valid, 2) else 2 end as valid,
    case when cell.main = 1 then coalesce(flaw.undoubted, 1) else 1 end as undoubted
from golden_cell as cell
join golden_field as field using (group_no, attribute_no)
join golden_multi as record on record.record_no = cell.record_no
left join golden_flaw as flaw on flaw.record_no = cell.record_no and flaw.attribute_no = cell.attribute_no
where field.differ
