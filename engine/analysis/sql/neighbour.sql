-- One row per sampled record and record that shares a key with it: whether both are certainly, or only probably, one contact.
-- Reads: record_key, record_block, sampled.
-- Certain: the same name and one more thing in common. Probable: a like name and enough in common, spelling aside.
with pair as (
    select distinct seed.record_id as record_id, other.record_id as neighbour
    from sampled
    inner join record_block as seed using (record_id)
    inner join record_block as other using (kind, value)
    where other.record_id <> seed.record_id
),
compared as (
    select
        pair.record_id,
        pair.neighbour,
        coalesce(a.name = b.name, false) as same_name,
        coalesce(a.email = b.email, false) as same_email,
        coalesce(jaro_winkler_similarity(a.email, b.email) >= 0.93, false) as like_email,
        len(list_intersect(a.phones, b.phones)) > 0 as same_phone,
        len(list_intersect(a.identifiers, b.identifiers)) > 0 as same_identifier,
        coalesce(a.postcode = b.postcode or a.town = b.town, false) as same_place,
        coalesce(jaro_winkler_similarity(a.street, b.street) >= 0.92, false) as same_street,
        coalesce(a.birth = b.birth, false) as same_birth,
        coalesce(damerau_levenshtein(a.birth, b.birth) > 2, false) as other_birth,
        coalesce(jaro_winkler_similarity(a.name, b.name), 0) as likeness,
        len(list_filter(list_intersect(a.words, b.words), lambda word: length(word) > 2)) > 0 as shares_word,
        -- Marie and Paul of one surname are a family; Jean and Jean-Pierre may be one
        coalesce(
            jaro_winkler_similarity(a.first, b.first) < 0.75
            and not contains(a.name, b.first) and not contains(b.name, a.first),
            false
        ) as other_first
    from pair
    inner join record_key as a on a.record_id = pair.record_id
    inner join record_key as b on b.record_id = pair.neighbour
),
weighed as (
    select
        *,
        same_name and not other_birth and (same_email or same_phone or same_identifier or same_place or same_birth) as certain,
        case when same_name then 2 when likeness >= 0.88 then 1.5 when shares_word or likeness >= 0.75 then 1 else 0 end
            as name_weight,
        2 * same_email::integer + (like_email and not same_email)::integer + 2 * same_phone::integer
        + 2 * same_identifier::integer + 1.5 * same_birth::integer + 1.5 * same_street::integer + same_place::integer as other_weight
    from compared
)
select
    record_id,
    neighbour,
    certain,
    certain
    or (name_weight > 0 and not other_first and not other_birth and name_weight + other_weight >= 2.5)
    -- a name that is wrong or not there, and three things that are right
    or (not other_first and not other_birth and other_weight >= 3.5)
    or (same_name and (same_email or same_phone)) as probable
from weighed
where certain or probable
