-- One row per record that shares its contact or its structure with another record, with the date it was last true.
-- Reads: golden_member (temp), standardise.record.
-- A day that stamps $bulk_share of a source's records is a migration, not a change: unknown for those records.
with stamp as (
    select
        source,
        column_name,
        day,
        count(*) as stamped
    from (
        select source, 'updated_on' as column_name, updated_on as day from standardise.record
        union all
        select source, 'created_on', created_on from standardise.record
    )
    where day is not null
    group by source, column_name, day
),

size as (
    select source, count(*) as records
    from standardise.record
    group by source
),

bulk as (
    select stamp.source, stamp.column_name, stamp.day
    from stamp
    join size using (source)
    where stamp.stamped >= $bulk_rows and stamp.stamped > $bulk_share * size.records
)

select
    member.record_no,
    member.cluster_no,
    member.cluster_size,
    member.block_no,
    member.block_size,
    false as away,
    -- greatest() passes over NULL
    coalesce(
        case when updated.day is null then record.updated_on end,
        greatest(case when created.day is null then record.created_on end, record.last_order_on)
    ) as newest,
    record.kind,
    record.source,
    record.email_class,
    record.emails,
    record.title,
    record.first_name,
    record.last_name,
    record.birth_name,
    record.suffix,
    record.academic_title,
    record.gender,
    record.birth_date,
    record."language",
    record."function",
    record.department,
    record.organisation,
    record.structure_type,
    record.siret,
    record.siren,
    record.vat,
    record.identifier,
    record.website,
    record.addr_line1,
    record.addr_line2,
    record.addr_line3,
    record.house_number,
    record.street,
    record.po_box,
    record.postcode,
    record.town,
    record.region,
    record.country,
    record.phone,
    record.mobile,
    record.fax,
    record.email,
    record.email2,
    record.remark,
    record.status,
    record.created_on,
    record.updated_on,
    record.last_order_on,
    record.household_id,
    record.title_reason,
    record.first_name_reason,
    record.last_name_reason,
    record.organisation_reason,
    record.birth_date_reason,
    record.addr_line1_reason,
    record.postcode_reason,
    record.town_reason,
    record.country_reason,
    record.phone_reason,
    record.mobile_reason,
    record.fax_reason,
    record.email_reason,
    record.website_reason,
    record.language_reason,
    record.siret_reason,
    record.siren_reason,
    record.vat_reason
from golden_member as member
join standardise.record as record using (record_id)
left join bulk as updated
    on updated.source = record.source and updated.column_name = 'updated_on' and updated.day = record.updated_on
left join bulk as created
    on created.source = record.source and created.column_name = 'created_on' and created.day = record.created_on
where member.cluster_size > 1 or member.block_size > 1
