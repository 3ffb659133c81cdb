-- One row per attribute and letters: the form most contacts write, their number and that of all contacts with them.
-- Reads: golden_form, golden_cell, golden_away (temp).
-- Contacts are counted, not records: the records of one contact count once for a form, wherever it lives.
with form as (
    select *
    from golden_form
    where list_contains($numbers, attribute_no)
),

held as (
    select cell.attribute_no, cell.value, count(*) as rows, count(distinct cell.group_no) as contacts
    from (
        select group_no, attribute_no, value from golden_cell where list_contains($numbers, attribute_no)
        union all
        select group_no, attribute_no, value from golden_away where list_contains($numbers, attribute_no)
    ) as cell
    group by cell.attribute_no, cell.value
),

used as (
    select
        form.attribute_no,
        form.letters,
        form.value,
        form.rows - coalesce(held.rows, 0) + coalesce(held.contacts, 0) as contacts
    from form
    left join held using (attribute_no, value)
)

select
    attribute_no,
    letters,
    value,
    contacts,
    sum(contacts) over (partition by attribute_no, letters)::bigint as all_contacts
from used
qualify row_number() over (partition by attribute_no, letters order by contacts desc, value) = 1
