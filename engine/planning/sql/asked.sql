-- One row per contact number that somebody wants removed: the operation asked for; withdrawn ones (UPDATEACT) left out.
-- Reads: planning.request.
-- Of several the one that removes more stands: what is gone needs no lesser removal.
select
    contact_number as contact_nr,
    operation,
    reason
from planning.request
where contact_number not in (select contact_number from planning.request where operation = 'UPDATEACT')
qualify row_number() over (
    partition by contact_number
    order by
        case operation when 'DROP' then 1 when 'ANONYMIZE' then 2 when 'DELETE' then 3 else 4 end,
        reason
) = 1
