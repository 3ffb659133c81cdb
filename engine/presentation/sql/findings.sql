-- One row per checked row, column and expectation that failed: records first, then contacts and import rows.
-- Reads: quality.finding.
-- The order names every column written: two findings that tie are the same row.
select "table", source, line_no, record_id, contact_id, "column", suite, expectation, severity, reason
from quality.finding
order by
    source nulls last, line_no nulls last, record_id nulls last, "table", contact_id nulls first, "column" nulls first,
    suite, expectation, severity, reason
