-- One row per scored pair of records, with the evidence for and against.
-- Reads: matching.pair.
-- Pairs that were left apart stand here too: they answer "why are these two not one?".
select record_id_l, record_id_r, kind, match_weight, match_probability, outcome, evidence
from matching.pair
order by record_id_l, record_id_r, kind
