-- One row per record, column and expectation that failed.
-- Reads: quality.finding.
-- The order names every column written: two findings that tie are the same row.
select source, line_no, record_id, "column", expectation, severity, reason
from quality.finding
order by source, line_no, record_id, "column" nulls first, expectation, severity, reason
