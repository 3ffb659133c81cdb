-- One row per number somebody may still hold and the number it leads to, sources first.
-- Reads: golden.former_number.
select source, old_number, contact_nr, contact_id, state, since
from golden.former_number
order by source nulls last, old_number, contact_nr, contact_id, state
