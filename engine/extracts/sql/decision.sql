-- One row per decision in force: what became of it in this extract.
-- Reads: golden.crosswalk, extracts_spoken (temp).
-- A record that came back under a new key is named by the key it has now.
select
    said.record_id_l,
    said.record_id_r,
    said.judgement,
    case
        when one.record_id is null or other.record_id is null then 'record_gone'
        when (said.judgement = 'match') = (one.contact_id = other.contact_id) then 'followed'
        else 'overruled'
    end as state
from extracts_spoken as said
left join golden.crosswalk as one on one.record_id = said.record_id_l
left join golden.crosswalk as other on other.record_id = said.record_id_r
