-- One row per contact and attribute: the value that won, who it came from and why.
-- Reads: golden.choice.
-- The runner-up travels along: it is what a person asks for first.
select contact_id, attribute, value, record_id, rule, candidates, runner_up, repaired
from golden.choice
order by contact_id, attribute
