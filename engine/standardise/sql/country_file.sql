-- One row per source whose rows or post codes tell one country: the country of its undecided rows.
-- Reads: std_country_row, std_place_cell, std_place, std_gazetteer.
-- A column of codes tells its country only when no other country knows as many of them.
with decided as (
    select
        source,
        country,
        count(*) as rows,
        sum(count(*)) over (partition by source) as all_rows,
        sum(count(country)) over (partition by source) as decided_rows
    from std_country_row
    group by source, country
),
majority as (
    select source, country
    from decided
    where country is not null
        and rows >= $majority_share * decided_rows
        and decided_rows >= $majority_decided * all_rows
),
codes as (
    select distinct record.source, cell.code
    from std_place as record
    join std_place_cell as cell
        on cell.postcode = coalesce(record.postcode, '')
        and cell.town = coalesce(record.town, '')
        and cell.region = coalesce(record.region, '')
    where cell.code is not null
),
counted as (
    select source, count(*) as codes from codes group by source
),
known as (
    select codes.source, gazetteer.country, count(distinct codes.code) / min(counted.codes) as share
    from codes
    join counted on counted.source = codes.source and counted.codes >= $column_codes
    join std_gazetteer as gazetteer on gazetteer.code = codes.code
    group by codes.source, gazetteer.country
),
column_told as (
    select source, min(country) filter (where share >= $column_share) as country
    from known
    group by source
    having count(*) filter (where share > $column_rival) = 1 and count(*) filter (where share >= $column_share) = 1
)
select source, country from majority
union all
select source, country from column_told where source not in (select source from majority)
