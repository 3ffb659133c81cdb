-- One row per record: the raw cells that name somebody, composed from their parts, and what decides how they are read.
-- Reads: intake.record, std_country, std_style, std_column_order.
-- One word of letters is written alike in every country but Turkey: without its style and country it is read once.
-- Particle, second last name and middle name are joined before reading: "van den" + "BERG" is one name to case.
with cells as (
    select
        record.record_id,
        record.source,
        coalesce(country.country, '') as country,
        coalesce(by_language.style, by_country.style, 'neutral') as style,
        coalesce(col.name_order, 'first_last') as name_order,
        case when coalesce(col.titled, false) then 'titled' else '' end as titled,
        case when coalesce(col.beside_h, false) then 'beside_h' else '' end as beside_h,
        record.title,
        record.gender,
        case
            when record.middle_name is null or contains(lower(coalesce(record.first_name, '')), lower(record.middle_name))
                then record.first_name
            else concat_ws(' ', record.first_name, record.middle_name)
        end as first_name,
        nullif(concat_ws(' ', record.name_particle, record.last_name, record.second_last_name), '') as last_name,
        record.full_name,
        record.birth_name,
        record.suffix,
        record.academic_title,
        record.person_or_org,
        record.organisation,
        record.organisation_line2
    from intake.record as record
    left join std_country as country using (record_id)
    left join std_column_order as col using (source)
    left join std_style as by_country
        on by_country.country = country.country and by_country.language = ''
    left join std_style as by_language
        on by_language.country = country.country
        and by_language.language = lower(left(trim(record.language), 2))
)

select
    *,
    case when regexp_full_match(first_name, '\p{L}+') and style <> 'tr' then 'neutral' else style end as first_name_style,
    case when regexp_full_match(last_name, '\p{L}+') and style <> 'tr' then 'neutral' else style end as last_name_style,
    case when regexp_full_match(last_name, '\p{L}+') then '' else country end as last_name_country
from cells
