-- One row per record of which a sampled record may be a duplicate: shares a key with it, and enough besides to be worth matching.
-- Reads: record_key, record_block, sampled.
-- Lenient on purpose: what it lets through is judged by the matching itself, what it leaves out nobody sees.
with pair as (
    select distinct seed.record_id as record_id, other.record_id as neighbour
    from sampled
    inner join record_block as seed using (record_id)
    inner join record_block as other using (kind, value)
    where other.record_id <> seed.record_id
),
compared as (
    select
        pair.neighbour,
        coalesce(a.name = b.name, false) as same_name,
        coalesce(jaro_winkler_similarity(a.name, b.name), 0) as likeness,
        len(list_filter(list_intersect(a.words, b.words), lambda word: length(word) > 2)) > 0 as shares_word,
        2 * coalesce(a.email = b.email, false)::integer
        + coalesce(jaro_winkler_similarity(a.email, b.email) >= 0.93, false)::integer
        + 2 * (len(list_intersect(a.phones, b.phones)) > 0)::integer
        + 2 * (len(list_intersect(a.identifiers, b.identifiers)) > 0)::integer
        + 2 * coalesce(a.birth = b.birth, false)::integer
        + coalesce(jaro_winkler_similarity(a.street, b.street) >= 0.92, false)::integer
        + coalesce(a.postcode = b.postcode or a.town = b.town, false)::integer as besides
    from pair
    inner join record_key as a on a.record_id = pair.record_id
    inner join record_key as b on b.record_id = pair.neighbour
)
select distinct neighbour as record_id
from compared
where
    same_name
    or besides >= 3
    or (likeness >= 0.85 and besides >= 1)
    or ((shares_word or likeness >= 0.75) and besides >= 2)
