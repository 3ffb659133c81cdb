-- One row per post code key and folded town: the one country whose gazetteer has them together.
-- Reads: std_place_cell, std_gazetteer, std_town_alias, std_part_of.
-- Spelled alike beats beginning alike beats nearly alike: a typing error must not make a foreign town of a known one.
with pairs as (
    select distinct code, place from std_place_cell where code is not null and length(place) >= 2
),
spellings as (
    select code, place, place as spelling from pairs
    union
    select code, place, regexp_replace(regexp_replace(place, '\bst\b', 'saint', 'g'), '\bste\b', 'sainte', 'g') from pairs
    union
    select pairs.code, pairs.place, alias.town from pairs join std_town_alias as alias on alias.alias = pairs.place
),
keys as (
    select code, place, spelling, code as key from spellings
    union all
    select code, place, spelling, lpad(code, 5, '0') from spellings where length(code) < 5
),
alike as (
    select keys.code, keys.place, gazetteer.country, 1 as level
    from keys
    join std_gazetteer as gazetteer on gazetteer.code = keys.key and gazetteer.place = keys.spelling
),
nearly as (
    select
        keys.code,
        keys.place,
        gazetteer.country,
        case
            when starts_with(gazetteer.place, keys.spelling || ' ') or starts_with(keys.spelling, gazetteer.place || ' ') then 2
            else 3
        end as level
    from keys
    anti join alike on alike.code = keys.code and alike.place = keys.place
    join std_gazetteer as gazetteer on gazetteer.code = keys.key
    where keys.key = keys.code
        and (
            starts_with(gazetteer.place, keys.spelling || ' ')
            or starts_with(keys.spelling, gazetteer.place || ' ')
            or (length(keys.spelling) >= 4 and jaro_winkler_similarity(gazetteer.place, keys.spelling) >= $similarity)
        )
),
candidates as (
    select code, place, country, min(level) as level from (from alike union all from nearly) group by all
),
best as (
    from candidates
    qualify level = min(level) over (partition by code, place)
),
parts as (
    from best
    where not exists (
        from best as other
        join std_part_of as part_of on part_of.part = other.country
        where other.code = best.code and other.place = best.place and part_of.whole = best.country
    )
)
select code, place, min(country) as country
from parts
group by code, place
having count(distinct country) = 1
