-- One row per record that gives an e-mail or a birth date.
-- Reads: intake.record.
-- Raw cells are enough: this only tells "Guest" the walk-in customer from Guest the surname.
select record_id
from intake.record
where contains(coalesce(email, ''), '@') or birth_date is not null
