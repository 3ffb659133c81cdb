-- One row per record: whose its values are, '' = it names nobody.
-- Reads: std_person.
-- The people of one structure are one holder: they share its switchboard and its mailbox.
select
    record_id,
    strip_accents(lower(coalesce(case when kind <> 'individual' then organisation end, last_name, organisation, ''))) as holder
from std_person
