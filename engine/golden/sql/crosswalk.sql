-- One row per record: line of the source to contact and contact number.
-- Reads: golden_member, golden_identity, golden_numbered (temp).
-- Every record of standardise.record is here, or the ledger does not add up.
select
    member.source,
    member.line_no,
    member.record_id,
    numbered.contact_id,
    numbered.number as contact_nr,
    member.kind
from golden_member as member
join golden_numbered as numbered using (cluster_no)
