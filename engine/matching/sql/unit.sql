-- One row per record: the unit of identical records it belongs to, numbered by content.
-- Reads: m_folded, m_spoken (records a person decided about, which stay by themselves).
-- Unit numbers follow a hash of the content, so that neither row order nor threads reach any later tie-break or sample.
with told as (
    select
        record_id,
        kind,
        hash(
            scl, fn, ln, bn, suffix, gender, dob, em, ph, org, dom, street_text, house_number, po_box, zip, town, id,
            siret, siren, vat, fun, bpl, x1, x2, x3, x4, x5, x6
        ) as content,
        case
            when record_id in (select record_id from m_spoken) then false
            when $structures then org is not null and (
                len(em) > 0 or len(ph) > 0 or dom is not null or siret is not null or vat is not null or id is not null
                or (street_text is not null and coalesce(zip, town) is not null)
            )
            else fn is not null and ln is not null and (
                len(em) > 0 or len(ph) > 0 or id is not null or right(dob, 4) <> '0000'
                or (street_text is not null and coalesce(zip, town) is not null)
            )
        end as enough
    from m_folded
),
numbered as (
    select
        record_id,
        kind,
        dense_rank() over (order by content, case when enough then '' else record_id end) - 1 as unit
    from told
)
select
    record_id,
    unit,
    kind,
    first_value(record_id) over (partition by unit order by kind <> 'structure', record_id) as first_record
from numbered
