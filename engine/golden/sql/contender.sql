-- One row per cell of a field whose values differ.
-- Reads: golden_cell, golden_field (temp).
-- Letters are folded only here: four fields of five agree to the letter.
select cell.*
from golden_cell as cell
join golden_field as field using (group_no, attribute_no)
where field.differ
