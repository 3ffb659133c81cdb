-- One row per folded region and post code key: the country they tell together.
-- Reads: std_place_cell, std_region_name, std_gazetteer.
-- WA is Western Australia beside 4 digits and Washington beside 5; a name no other country uses needs no post code.
with cells as (
    select distinct region_name, code, code_text from std_place_cell where region_name <> ''
),
named as (
    select
        cells.region_name,
        cells.code,
        cells.code_text,
        region.country,
        region.region,
        length(region.name) >= 3 and count(distinct region.country) over (partition by region.name) = 1 as alone
    from cells
    join std_region_name as region on region.name = cells.region_name
),
told as (
    from named
    where case country
        when 'AU' then (length(code) in (3, 4)) or (alone and code_text = '')
        when 'US' then (alone and (code_text = '' or length(code) = 5))
            or exists (
                from std_gazetteer as gazetteer
                where gazetteer.country = 'US' and gazetteer.code = named.code and gazetteer.region = named.region
            )
        when 'CA' then alone and code_text = ''
        when 'CH' then exists (
                from std_gazetteer as gazetteer
                where gazetteer.country = 'CH' and gazetteer.code = named.code and gazetteer.region = named.region
            )
        else false
    end
)
select region_name, code_text, min(country) as country
from told
group by region_name, code_text
having count(distinct country) = 1
