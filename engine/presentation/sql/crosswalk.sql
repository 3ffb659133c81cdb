-- One row per line read: the record, contact and contact number it became.
-- Reads: golden.crosswalk, intake.held.
-- A held line stands here too, with nothing behind it, so that the file proves that no line was lost.
select source, line_no, record_id, contact_id, contact_nr, kind
from golden.crosswalk
union all
select source, line_no, null, null, null, null
from intake.held
order by source, line_no, record_id
