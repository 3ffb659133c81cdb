-- One row per contact that is there and whose e-mail address another row of the plan takes.
-- Reads: plan_change, plan_fate, there_contact (temp tables of this stage).
-- gives: its own row gives the address up; takes: that row takes an address that is held too, so that no order serves both.
with
sent as (
    select contact_nr, email, there_email, known
    from plan_change
    where "EMAIL1" is not null
),

taken as (
    select
        holder.contact_nr,
        holder.state
    from sent
    join there_contact as holder on holder."EMAIL1" = sent.email and holder.contact_nr <> sent.contact_nr
)

select distinct
    taken.contact_nr,
    gives.contact_nr is not null as gives,
    coalesce(gives.email in (select "EMAIL1" from there_contact where contact_nr <> gives.contact_nr), false) as takes,
    fate.contact_nr is not null as removed
from taken
left join sent as gives on gives.contact_nr = taken.contact_nr
left join plan_fate as fate
    on fate.contact_nr = taken.contact_nr and fate.held is null and fate.operation <> 'DROP'
where taken.state = 'active' and (gives.contact_nr is not null or fate.contact_nr is not null)
