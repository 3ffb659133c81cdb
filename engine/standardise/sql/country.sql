-- One row per record: its country, what decided it, and a reason when nothing did or something doubts it.
-- Reads: std_country_row, std_country_file, std_country_fit.
-- A row that names no country we know ("étranger") gets none; the source's rows decide only where the post code could fit.
with chosen as (
    select
        own.record_id,
        case
            when own.country is not null or own.country_reason is not null then own.country
            else coalesce($home_country, file.country)
        end as country,
        case
            when own.country is not null or own.country_reason is not null then own.country_source
            when $home_country is not null then 'option'
            when file.country is not null then 'file'
        end as country_source,
        own.country_reason
    from std_country_row as own
    left join std_country_fit as fit on fit.source = own.source and fit.postcode = own.postcode and fit.fits
    left join std_country_file as file on file.source = fit.source
)
select
    record_id,
    country,
    country_source,
    coalesce(country_reason, case when country is null then 'country_unknown' end) as country_reason
from chosen
