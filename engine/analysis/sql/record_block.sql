-- One row per record and key that few other records share: only records with a key in common are compared.
-- Reads: record_key. Parameter: most (holders of a key; a switchboard or none@none.com names nobody).
with block as (
    select record_id, 'name' as kind, name as value
    from record_key
    union all
    select record_id, 'email', email
    from record_key
    union all
    select record_id, 'phone', unnest(phones)
    from record_key
    union all
    select record_id, 'identifier', unnest(identifiers)
    from record_key
    union all
    select record_id, 'birth', birth
    from record_key
    union all
    select record_id, 'street', street
    from record_key
    union all
    select record_id, 'place', coalesce(postcode, town) || ' ' || left(unnest(words), 3)
    from record_key
    union all
    select record_id, 'word', word
    from (select record_id, unnest(words) as word from record_key)
    where length(word) > 3
)
select distinct record_id, kind, value
from block
where value <> ''
qualify count(*) over (partition by kind, value) between 2 and $most
