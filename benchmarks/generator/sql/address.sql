-- One row per home: its street line, place and landline number.
-- Reads: home, place, country, word.
-- The area code is drawn from the country, not from the town: nothing downstream compares the two.
select
    home.home, place.country, place.language, postcode, town,
    case
        when place.country in ('FR', 'BE', 'LU') and place.language = 'fr' then home.number || ' ' || word.text
        else word.text || ' ' || home.number
    end as address,
    areas[1 + home.area % len(areas)] as area,
    areas[1 + home.area % len(areas)]
        || substr(home.line::varchar, 1, area_length - length(areas[1 + home.area % len(areas)])) as landline
from home
join place using (place)
join country on country.country = place.country
join word on word.kind = 'street' and word.language = place.language and word.position = home.street
