-- One row per record that shares its contact or its structure with another record, with the date it was last true.
-- Reads: golden_member, golden_day (temp), standardise.record.
-- The day of a migration says nothing of the record: its date is unknown.
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
left join golden_day as updated
    on
        updated.is_bulk
        and updated.source = record.source
        and updated.column_name = 'updated_on'
        and updated.day = record.updated_on
left join golden_day as created
    on
        created.is_bulk
        and created.source = record.source
        and created.column_name = 'created_on'
        and created.day = record.created_on
where member.cluster_size > 1 or member.block_size > 1
