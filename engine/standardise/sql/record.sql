-- One row per record: standard values, the raw ones beside them, and reasons.
-- Reads: intake.record and the std_ tables of this stage, one row per record or one per distinct raw value.
-- Nothing is decided here: everything was read before, but for columns that are only carried (std_kept_ macros).
select
    record.record_id,
    record.source,
    record.line_no,
    record.source_key,
    person.kind,
    person.kind_reason,
    person.persons::integer as persons,
    person.title,
    person.first_name,
    person.last_name,
    person.birth_name,
    person.suffix,
    person.academic_title,
    person.gender,
    case when birth.day = created.day then null else birth.day end as birth_date,
    birth.year::integer as birth_year,
    person.organisation,
    person.legal_form,
    std_kept_function(record.function) as function,
    std_kept_department(record.department) as department,
    std_kept_structure_type(record.structure_type) as structure_type,
    address.addr_line1,
    address.addr_line2,
    address.addr_line3,
    address.house_number,
    address.street,
    address.po_box,
    address.unit,
    address.postcode,
    address.town,
    address.region,
    place.country,
    place.country_source,
    tel.phone,
    tel.mobile,
    tel.fax,
    case when often.phones_dropped is not null then coalesce(often.phones, []) else coalesce(tel.phones, []) end as phones,
    mail.email,
    mail.email2,
    case when often.emails_dropped is not null then coalesce(often.emails, []) else coalesce(mail.emails, []) end as emails,
    mail.email_class,
    website.standard as website,
    lang.standard as language,
    case when odd_siret.value is null then siret.standard end as siret,
    coalesce(siren.standard, case when odd_siret.value is null then siren_of_siret.standard end, siren_of_vat.standard) as siren,
    vat.standard as vat,
    case when odd_identifier.value is null then identifier.standard end as identifier,
    nullif(trim(record.contact_number), '') as contact_number,
    std_kept_remark(record.remark) as remark,
    std_kept_status(record.status) as status,
    created.day as created_on,
    updated.day as updated_on,
    last_order.day as last_order_on,
    std_kept_household_id(record.household_id) as household_id,
    std_kept_parent_id(record.parent_id) as parent_id,
    std_kept_extra_1(record.extra_1) as extra_1,
    std_kept_extra_2(record.extra_2) as extra_2,
    std_kept_extra_3(record.extra_3) as extra_3,
    std_kept_extra_4(record.extra_4) as extra_4,
    std_kept_extra_5(record.extra_5) as extra_5,
    std_kept_extra_6(record.extra_6) as extra_6,
    record.title as title_raw,
    record.first_name as first_name_raw,
    record.last_name as last_name_raw,
    record.full_name as full_name_raw,
    record.organisation as organisation_raw,
    record.birth_date as birth_date_raw,
    record.addr_line1 as addr_line1_raw,
    record.addr_line2 as addr_line2_raw,
    record.addr_line3 as addr_line3_raw,
    record.postcode as postcode_raw,
    record.town as town_raw,
    record.country as country_raw,
    record.phone as phone_raw,
    record.mobile as mobile_raw,
    record.fax as fax_raw,
    record.email as email_raw,
    record.email2 as email2_raw,
    record.website as website_raw,
    record.language as language_raw,
    record.siret as siret_raw,
    record.siren as siren_raw,
    record.vat as vat_raw,
    person.title_reason as title_reason,
    person.first_name_reason as first_name_reason,
    coalesce(person.last_name_reason, case when odd_name.first_name is not null then 'frequent_value' end) as last_name_reason,
    person.organisation_reason as organisation_reason,
    case when birth.day = created.day then 'equals_created_date' else birth.reason end as birth_date_reason,
    address.addr_line1_reason as addr_line1_reason,
    address.postcode_reason as postcode_reason,
    address.town_reason as town_reason,
    place.country_reason as country_reason,
    case when list_contains(often.phones_dropped, tel.phone) then 'frequent_value' else tel.phone_reason end as phone_reason,
    case when list_contains(often.phones_dropped, tel.mobile) then 'frequent_value' else tel.mobile_reason end as mobile_reason,
    tel.fax_reason as fax_reason,
    case when list_contains(often.emails_dropped, mail.email) then 'frequent_value' else mail.email_reason end as email_reason,
    case when list_contains(often.emails_dropped, mail.email2) then 'frequent_value' else mail.email2_reason end as email2_reason,
    website.reason as website_reason,
    lang.reason as language_reason,
    case when odd_siret.value is not null then 'frequent_value' else siret.reason end as siret_reason,
    siren.reason as siren_reason,
    vat.reason as vat_reason
from intake.record as record
inner join std_person as person using (record_id)
inner join std_country as place using (record_id)
inner join std_phone as tel using (record_id)
inner join std_address as address using (record_id)
left join std_email as mail using (record_id)
left join std_frequent as often using (record_id)
left join std_day as birth
    on birth.attribute = 'birth_date' and birth.source = record.source and birth.raw = std_birth_cell(
        record.birth_date, record.birth_year, record.birth_month, record.birth_day
    )
left join std_day as created
    on created.attribute = 'created_on' and created.source = record.source and created.raw = record.created_date
left join std_day as updated
    on updated.attribute = 'updated_on' and updated.source = record.source and updated.raw = record.updated_date
left join std_day as last_order
    on last_order.attribute = 'last_order_on' and last_order.source = record.source
    and last_order.raw = record.last_order_date
left join std_website as website on website.raw = record.website
left join std_language as lang on lang.raw = record.language
left join std_siret as siret on siret.raw = record.siret
left join std_siren as siren on siren.raw = record.siren
left join std_siren as siren_of_siret on siren_of_siret.raw = record.siret
left join std_siren as siren_of_vat on siren_of_vat.raw = record.vat
left join std_vat as vat on vat.raw = record.vat and vat.country = coalesce(place.country, '')
left join std_identifier as identifier on identifier.raw = record.identifier
left join std_frequent_value as odd_siret on odd_siret.attribute = 'siret' and odd_siret.value = siret.standard
left join std_frequent_value as odd_identifier
    on odd_identifier.attribute = 'identifier' and odd_identifier.value = identifier.standard
left join std_frequent_name as odd_name
    on odd_name.first_name = person.first_name and odd_name.last_name = person.last_name
