-- One row per source: whether it names persons and organisations at all.
-- Reads: std_name_cell.
-- A file without any person column is a file of structures.
select
    source,
    bool_or(first_name is not null or last_name is not null or full_name is not null) as names_persons,
    bool_or(organisation is not null) as names_organisations
from std_name_cell
group by source
