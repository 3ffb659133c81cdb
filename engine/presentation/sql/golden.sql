-- One row per contact: the golden record.
-- Reads: golden.contact.
-- The columns stand in the order of the contract.
select *
from golden.contact
order by contact_id
