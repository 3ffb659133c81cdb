-- One row per golden value that hardly anything decided, with what a person needs to ask the contact.
-- Reads: golden.doubt, golden.contact.
-- Contact by contact, so that one call settles all of its questions.
select
    contact.contact_nr,
    contact.kind,
    contact.title,
    contact.first_name,
    contact.last_name,
    contact.organisation,
    doubt.attribute,
    doubt.value as taken,
    doubt.runner_up as other,
    doubt.reason,
    contact.email,
    contact.phone,
    contact.mobile,
    doubt.record_id,
    doubt.contact_id
from golden.doubt as doubt
inner join golden.contact as contact using (contact_id)
order by contact.contact_nr, doubt.attribute
