-- One row per structure that the import made for relays of golden, for which golden has no contact of its own.
-- Reads: plan_main (temp), golden.contact.
-- expected_nr: the structure those relays make in the imitated import; sites > 1: they disagree.
select
    there_structure_nr as contact_nr,
    min(structure_nr) as expected_nr,
    count(distinct structure_nr) as sites,
    min(contact_nr) as relay_nr
from plan_main
where
    known
    and held is null
    and kind = 'relay'
    and there_structure_nr not in (select contact_nr from golden.contact)
    and structure_nr not in (select contact_nr from golden.contact)
group by there_structure_nr
