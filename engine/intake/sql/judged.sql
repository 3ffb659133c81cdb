-- One row per line read: its cells, or the reason why it is held. Parameters: headers, totals, last, narrow.
-- Reads: intake_read.
-- Cases are nested so that a million ordinary lines are judged by their first cell alone.
select
    $source as source,
    line_no,
    file_line,
    cells,
    case
        when reason is not null then reason
        when coalesce(trim(cells[1]), '') = '' then
            case when regexp_full_match(coalesce(array_to_string(cells, ''), ''), '[\s\p{Z}]*') then 'blank_row' end
        when cells[1] = $headers[1] then
            case when cells = $headers then 'repeated_header' end
    end as unusable,
    case
        when unusable is not null then unusable
        -- a total is believed only as the very last line, nearly empty, and beginning with a word for a total
        when line_no = $last then
            case
                when
                    $last > 2
                    and len(list_filter(cells, lambda cell: cell is not null)) <= $narrow
                    and list_contains(
                        $totals,
                        trim(regexp_replace(strip_accents(lower(
                            list_filter(cells, lambda cell: cell is not null and not regexp_full_match(cell, '[\d\s.,]*'))[1]
                        )), '[^a-z]+', ' ', 'g'))
                    )
                    then 'total_line'
            end
    end as verdict,
    detail
from intake_read
