-- One row per line of the file: which copy of which contact stands there.
-- Reads: line. $rows = how many lines are written.
select
    line.entity, line.copy, line.copy > 0 as is_copy,
    row_number() over (order by hash(line.entity * 131 + line.copy, 'order'), line.entity, line.copy) as line_no
from line
qualify line_no <= $rows
