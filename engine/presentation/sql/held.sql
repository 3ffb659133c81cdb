-- One row per line or contact kept back, with the reason.
-- Reads: intake.held, delivery.held, golden.crosswalk.
-- A held contact shows its first line, so that a person finds it in the source.
with first_line as (
    select contact_id, source, line_no, record_id
    from golden.crosswalk
    where contact_id in (select contact_id from delivery.held)
    qualify row_number() over (partition by contact_id order by source, line_no, record_id) = 1
),
every_held as (
    select 1 as stage_no, 'intake' as stage, source, line_no, null as record_id, null as contact_id, reason, detail
    from intake.held
    union all
    select
        2 as stage_no,
        'delivery' as stage,
        first_line.source,
        first_line.line_no,
        first_line.record_id,
        held.contact_id,
        held.reason,
        held.detail
    from delivery.held as held
    left join first_line on first_line.contact_id = held.contact_id
)
select stage, source, line_no, record_id, contact_id, reason, detail
from every_held
order by stage_no, source, line_no, record_id, contact_id, reason, detail
