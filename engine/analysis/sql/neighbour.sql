-- One row per sampled record and record that shares a key with it: whether both are certainly, or only probably, one contact.
-- Reads: record_key, record_block, sampled.
-- Certain: the same name and one more thing in common. Probable: the import's own reading of a likeness, spelling aside.
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
        len(list_intersect(a.phones, b.phones)) > 0 as same_phone,
        coalesce(a.postcode = b.postcode, false) as same_place,
        coalesce(a.birth = b.birth and length(a.birth) >= 6, false) as same_birth,
        coalesce(a.birth <> b.birth and length(a.birth) = length(b.birth), false) as other_birth,
        coalesce(jaro_winkler_similarity(a.name, b.name), 0) as likeness,
        len(list_filter(list_intersect(a.words, b.words), lambda word: length(word) > 2)) > 0 as shares_word
    from pair
    inner join record_key as a on a.record_id = pair.record_id
    inner join record_key as b on b.record_id = pair.neighbour
)
select
    record_id,
    neighbour,
    same_name and not other_birth and (same_email or same_phone or same_place or same_birth) as certain,
    certain
    or (same_email and (shares_word or likeness >= 0.8))
    or (same_phone and shares_word)
    or ((same_place or same_birth) and likeness >= 0.9)
    or (same_name and other_birth and (same_email or same_phone)) as probable
from compared
where certain or probable
