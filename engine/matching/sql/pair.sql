-- One row per pair of records worth keeping: scored pairs of units by their first records, and records found identical.
-- Reads: m_scored, m_unit.
-- Structures are shown by structure rows only: a pair of relay rows is a question about people.
with shown as (
    select distinct unit, first_record as record_id
    from m_unit
    where record_id = first_record and kind = $kind
),
scored as (
    select
        least(l.record_id, r.record_id) as record_id_l,
        greatest(l.record_id, r.record_id) as record_id_r,
        s.match_weight,
        s.match_probability,
        s.evidence
    from m_scored as s
    join shown as l on l.unit = s.unit_l
    join shown as r on r.unit = s.unit_r
    where s.match_weight >= $keep
),
identical as (
    select
        least(first_record, record_id) as record_id_l,
        greatest(first_record, record_id) as record_id_r,
        60.0::double as match_weight,
        1.0::double as match_probability,
        'identical in everything compared' as evidence
    from m_unit
    where record_id <> first_record and kind = $kind
)
select
    record_id_l,
    record_id_r,
    $kind as kind,
    match_weight,
    match_probability,
    case
        when match_weight >= $merge then 'merge'
        when match_weight >= $ask then 'ask'
        else 'leave'
    end as outcome,
    evidence
from (select * from scored union all select * from identical)
