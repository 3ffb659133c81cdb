-- One row per raw post code, raw town and country: the standard pair, checked against the gazetteer.
-- Reads: std_place_use, std_gazetteer, std_town_alias, std_postcode_form.
-- A code the gazetteer lacks is only doubted (it is two years old); its spelling of a town is never taken over.
with asked as (
    select distinct country, key as code, place from std_place_use where key is not null
    union
    select distinct country, candidate, place from std_place_use where candidate is not null
    union
    select distinct country, key, alias_folded from std_place_use where key is not null and alias_folded is not null
),
known as (
    select distinct country, code from std_gazetteer
),
spellings as (
    select country, code, place, place as spelling from asked
    union
    select asked.country, asked.code, asked.place, alias.town
    from asked
    join std_town_alias as alias on alias.country = asked.country and alias.alias = asked.place
    union
    select
        country,
        code,
        place,
        regexp_replace(regexp_replace(place, '\bst\b', 'saint', 'g'), '\bste\b', 'sainte', 'g')
    from asked
),
compared as (
    select
        spellings.country,
        spellings.code,
        spellings.place,
        max(case
            when gazetteer.place = spellings.spelling then 2
            when starts_with(gazetteer.place, spellings.spelling || ' ') then 2
            when starts_with(spellings.spelling, gazetteer.place || ' ') then 2
            when jaro_winkler_similarity(gazetteer.place, spellings.spelling) >= $similarity then 1
            else 0
        end) as level
    from spellings
    join std_gazetteer as gazetteer on gazetteer.country = spellings.country and gazetteer.code = spellings.code
    where spellings.place is not null and gazetteer.place is not null
    group by all
),
suffixed as (
    -- "Lachen SZ" is what the Swiss post calls it; "Basel BS" is not
    select distinct country, code, place from std_gazetteer where country = 'CH' and regexp_matches(place, ' [a-z]{2}$')
),
judged as (
    select
        used.*,
        known.code is not null as is_known,
        coalesce(form.listed = 'yes', false) as is_listed,
        coalesce(form.compared = 'yes', false) as is_compared,
        found.level,
        coalesce(aliased.level, 0) = 2 as takes_alias,
        coalesce(restored.level, 0) = 2 as takes_candidate,
        used.country = 'CH' and suffixed.place is not null as has_suffix
    from std_place_use as used
    left join std_postcode_form as form on form.country = used.country
    left join known on known.country = used.country and known.code = used.key
    left join compared as found on found.country = used.country and found.code = used.key and found.place = used.place
    left join compared as aliased
        on aliased.country = used.country and aliased.code = used.key and aliased.place = used.alias_folded
    left join suffixed
        on suffixed.country = used.country and suffixed.code = used.key
        and suffixed.place = used.place || ' ' || lower(used.region)
    left join compared as restored
        on restored.country = used.country and restored.code = used.candidate and restored.place = used.place
)
select
    postcode_cell,
    town_cell,
    country,
    case
        when takes_candidate then candidate
        when postcode_reason = 'placeholder' and not is_known then null
        else postcode
    end as postcode,
    case
        when takes_candidate then 'leading_zero_restored'
        when postcode_reason = 'placeholder' and is_known then null
        when postcode_reason is not null then postcode_reason
        when postcode is not null and is_listed and not is_known then 'postcode_unknown'
    end as postcode_reason,
    case
        when takes_alias then alias
        when has_suffix then town || ' ' || region
        else town
    end as town,
    region,
    case
        when town_reason is not null then town_reason
        when takes_alias or takes_candidate or not is_compared or not is_known then null
        when level = 0 then 'town_postcode_mismatch'
        when level = 1 then 'town_spelling'
    end as town_reason
from judged
